"""Gates: ``--fail-under bleu=30``. Deciding is apart from measuring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import BelowThreshold, NothingChecked, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["GATES", "Gate", "check_gates", "parse_gates"]

GATES = ("bleu", "chrf", "chrf++", "terms", "consistency", "confidence")
"""Figures of which more is better. Shares (terms, consistency, confidence) are 0 to 1."""

_SHARES = {"terms", "consistency", "confidence"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A figure and the least that it must reach."""

    name: str
    least: float


def parse_gates(texts: Sequence[str]) -> tuple[Gate, ...]:
    """Read ``NAME=VALUE`` texts.

    Raises:
        UsageError: the form, the name or the value is wrong.
    """
    gates = []
    for text in texts:
        name, sign, value = text.partition("=")
        name = name.strip().lower()
        place = f"--fail-under {text}"
        if not sign:
            raise UsageError(
                "NAME=VALUE was expected", place=place, next_step="write for instance bleu=30"
            )
        if name == "ter":
            raise UsageError(
                "TER is an error rate: less is better",
                place=place,
                next_step="set a gate on chrf instead",
            )
        if name not in GATES:
            raise UsageError(
                f"unknown figure {name!r}",
                place=place,
                next_step=f"choose among {', '.join(GATES)}",
            )
        try:
            least = float(value)
        except ValueError as error:
            raise UsageError(
                f"{value!r} is not a number", place=place, next_step="write for instance bleu=30"
            ) from error
        most = 1.0 if name in _SHARES else 100.0
        if not 0 <= least <= most:
            raise UsageError(
                f"{name} lies between 0 and {most:g}",
                place=place,
                next_step=f"write for instance {name}={0.98 if most == 1 else 30}",
            )
        gates.append(Gate(name=name, least=least))
    return tuple(gates)


def check_gates(gates: Sequence[Gate], values: Mapping[str, float | None]) -> None:
    """Refuse figures that are below their gate, or that were not measured.

    Raises:
        NothingChecked: a gate's figure was not measured: that is not a success.
        BelowThreshold: a figure is too low; all that are too low are named.
    """
    unmeasured = [gate.name for gate in gates if values.get(gate.name) is None]
    if unmeasured:
        raise NothingChecked(
            f"not measured: {', '.join(unmeasured)}",
            next_step="give references (or text with glossary terms), or drop the gate",
        )
    low = [
        f"{gate.name} is {value:.4g}, less than {gate.least:g}"
        for gate in gates
        if (value := values[gate.name]) is not None and value < gate.least
    ]
    if low:
        raise BelowThreshold("; ".join(low), next_step="see the report for what to mend")
