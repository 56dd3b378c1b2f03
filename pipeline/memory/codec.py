"""Answers and renderings as the memory's rows hold them: JSON, without what is not asked for."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipeline.records import Hypothesis, Rendering
from pipeline.table import from_plain, to_plain

if TYPE_CHECKING:
    from collections.abc import Sequence


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _sparse(hypothesis: Hypothesis, *, without: str = "") -> dict[str, Any]:
    return {k: v for k, v in to_plain(hypothesis).items() if v != [] and k != without}


def encode_answer(hypotheses: Sequence[Hypothesis]) -> str:
    """Write an engine's answer to one request, alignments included."""
    return _json([_sparse(h) for h in hypotheses])


def decode_answer(text: str) -> tuple[Hypothesis, ...]:
    """Read what `encode_answer` wrote.

    Raises:
        MISREAD: the text is not such an answer.
    """
    return tuple(from_plain(Hypothesis, plain) for plain in json.loads(text))


def encode_rendering(rendering: Rendering) -> str:
    """Write a rendering without its alignments: they served the glossary, which is done."""
    plain = to_plain(replace(rendering, hypotheses=()))
    plain["hypotheses"] = [_sparse(h, without="alignment") for h in rendering.hypotheses]
    return _json({k: v for k, v in plain.items() if k not in {"memory", "seconds"}})


def decode_rendering(text: str) -> Rendering:
    """Read what `encode_rendering` wrote.

    Raises:
        MISREAD: the text is not such a record.
    """
    return from_plain(Rendering, {**json.loads(text), "memory": True})
