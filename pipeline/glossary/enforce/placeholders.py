"""Placeholders: putting them in, taking them out, and measuring which the model carries through.

No shape survives every model (the issues of other projects report
failures for each), so candidates are tried on French sentences with one to three of them,
and the best is kept where it comes back often enough.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import ModelDamaged
from pipeline.fsio import atomic_write, read_file
from pipeline.glossary.enforce.repair import wanted_form
from pipeline.glossary.enforce.rewording import put_in
from pipeline.glossary.match import article_for, sentence_start, upper_first
from pipeline.glossary.records import MaskShape
from pipeline.records import Request

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.glossary.records import Matches
    from pipeline.records import Translate

SHAPES = (
    *("XQ{n}", "ZX{n}", "X{n}X", "TERM{n}", "[{n}]", "<{n}>", "{{n}}"),
    *("Zorvax{n}", "Zorvax{a}", "Qyx{a}", "Xyzar{a}", "#{n}", "T-{n}00"),
)
"""Templates that are tried: ``{n}`` is a number from 1, ``{a}`` a letter from A."""

NEEDED = 0.8
"""The share of placeholders that must come back exactly once for a shape to be used."""

# Where a term stands: written for this project. {0} {1} {2} take the placeholders.
FRAMES = (
    "Le nouveau {0} sera présenté mardi à Paris.",
    "{0} a annoncé des résultats en hausse.",
    "Selon {0}, la demande reste forte malgré la hausse des prix.",
    "Les ingénieurs de {0} travaillent avec {1} depuis deux ans.",
    "Le gouvernement veut limiter le pouvoir de {0} et de {1} en Europe.",
    "{0} et {1} ont signé un accord, mais {2} a refusé.",
    "Cette technologie repose sur {0}.",
    "Pourquoi {0} inquiète-t-il autant les chercheurs ?",
    "Grâce à {0}, les hôpitaux gagnent du temps.",
    "Il compare {0} à {1} dans un long article.",
    "« {0} n’est pas une menace », affirme la ministre.",
    "Les concurrents de {0} perdent des parts de marché, sauf {1}.",
    "L’entreprise utilise {0} pour traduire ses documents.",
    "Après des mois de débats, {0} a été adopté par le Parlement.",
    "Le prix de {0} a doublé en un an.",
    "Nous avons rencontré le créateur de {0} à Lyon.",
)


def mask(source: str, matches: Matches, shape: MaskShape) -> str:
    """Write a placeholder over every match."""
    for index, match in reversed([*enumerate(matches.matches)]):
        source = put_in(source, match.start, match.end, shape.render(index))
    return source


def unmask(text: str, matches: Matches, shape: MaskShape) -> str | None:
    """Write the target forms over the placeholders.

    Returns:
        The text, or None where a placeholder is missing, doubled or touches a letter.
    """
    for index, match in reversed([*enumerate(matches.matches)]):
        places = _places(text, shape.render(index))
        if not places:
            return None
        ((start, end),) = places
        form = wanted_form(match)
        if sentence_start(text, start):
            form = upper_first(form)
        head = text[:start]
        article = re.search(r"(?i)(?<![^\W_])an?(?=[ \u00a0]$)", head)
        if article:
            right = article_for(form)
            right = right.capitalize() if article.group()[0].isupper() else right
            head = head[: article.start()] + right + head[article.end() :]
        text = head + form + text[end:]
    return text


def _places(text: str, placeholder: str) -> list[tuple[int, int]]:
    """Give the place of a placeholder that came back once, whole; none otherwise."""
    found = re.finditer(rf"(?<!\w){re.escape(placeholder)}(?!\w)", text)
    return [m.span() for m in found] if text.count(placeholder) == 1 else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """How one shape fared."""

    template: str
    placeholders: int
    survived: int  # came back exactly once
    sentences: int
    whole: int  # sentences in which all did, and nothing else looked like a placeholder

    @property
    def survival(self) -> float:
        """Share of placeholders that came back exactly once."""
        return self.survived / self.placeholders if self.placeholders else 0.0

    @property
    def usable(self) -> float:
        """Share of sentences that a masked pass could use."""
        return self.whole / self.sentences if self.sentences else 0.0


def measure(translate: Translate, template: str, frames: Sequence[str] = FRAMES) -> Measured:
    """Send placeholders of one shape through a model.

    Args:
        translate: the engine.
        template: the shape.
        frames: French sentences with ``{0}`` … where placeholders go.
    """
    shape = MaskShape(template=template)
    used = [sum(f"{{{i}}}" in frame for i in range(3)) for frame in frames]
    sources = [frame.format(*(shape.render(i) for i in range(3))) for frame in frames]
    answers = translate([Request(source=s) for s in sources])
    survived = whole = 0
    for count, answer in zip(used, answers, strict=True):
        text = answer[0].text
        fine = [bool(_places(text, shape.render(i))) for i in range(count)]
        survived += sum(fine)
        whole += all(fine) and not answer[0].flags
    return Measured(
        template=template,
        placeholders=sum(used),
        survived=survived,
        sentences=len(frames),
        whole=whole,
    )


def calibrate(
    translate: Translate, *, shapes: Sequence[str] = SHAPES, thorough: bool = True
) -> tuple[MaskShape | None, tuple[Measured, ...]]:
    """Find the placeholder that a model carries through best.

    Args:
        translate: the engine.
        shapes: templates to try, in this order.
        thorough: try them all; else stop at the first that always comes back.

    Returns:
        The best shape, or None where none comes back often enough (`NEEDED`), and every
        measurement, best first.
    """
    measured: list[Measured] = []
    for template in shapes:
        measured.append(measure(translate, template))
        if not thorough and measured[-1].usable == 1.0:
            break
    measured.sort(key=lambda m: (-m.usable, -m.survival, shapes.index(m.template)))
    best = measured[0]
    chosen = (
        MaskShape(template=best.template, survival=best.survival) if best.usable >= NEEDED else None
    )
    return chosen, tuple(measured)


def _file(root: Path, fingerprint: str) -> Path:
    return root / ".calibration" / f"{fingerprint[:32]}.json"


def save_shape(
    root: Path, fingerprint: str, shape: MaskShape | None, measured: Sequence[Measured]
) -> Path:
    """Keep a measurement in the model store, under the engine's fingerprint.

    It lies beside the models' folders, not in them: those hold what was installed and
    nothing else, so that they can be verified.

    Raises:
        OutputError: it cannot be written.
    """
    path = _file(root, fingerprint)
    record = {
        "fingerprint": fingerprint,
        "template": shape.template if shape else None,
        "survival": shape.survival if shape else 0.0,
        "measured": [
            {"template": m.template, "survival": m.survival, "usable": m.usable} for m in measured
        ],
    }
    atomic_write(path, (json.dumps(record, ensure_ascii=False, indent=2) + "\n").encode())
    return path


def is_measured(root: Path, fingerprint: str) -> bool:
    """Say whether an engine's placeholders were measured, whatever came of it."""
    return _file(root, fingerprint).is_file()


def load_shape(root: Path, fingerprint: str) -> MaskShape | None:
    """Give the shape that was measured for an engine; None where none was, or none is good.

    Raises:
        ModelDamaged: the measurement cannot be read.
    """
    path = _file(root, fingerprint)
    if not path.is_file():
        return None
    try:
        record = json.loads(read_file(path))
        template = record["template"]
        return MaskShape(template=template, survival=record["survival"]) if template else None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelDamaged(
            "the measured placeholder cannot be read",
            place=str(path),
            next_step="run `passerelle glossary calibrate` again",
        ) from error
