"""Documents to judge the formats by: what they hold is known because we wrote it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from formats.samples.prose import Prose

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "DRAWN",
    "FORMATS",
    "Builder",
    "Prose",
    "Sample",
    "Shape",
    "drawn",
    "made",
    "mixed",
    "samples",
]

_MODULES = {
    "docx": "docx",
    "pptx": "pptx",
    "odt": "odt",
    "odp": "odp",
    "epub": "epub",
    "html": "html",
    "xhtml": "html",
    "srt": "subtitles",
    "vtt": "subtitles",
    "ipynb": "ipynb",
    "xlf": "xliff",
    "po": "po",
    "csv": "sheets",
    "tsv": "sheets",
    "xlsx": "xlsx",
}
FORMATS = tuple(_MODULES)
"""Suffixes of files, without the dot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A document, and what a person sees in it."""

    name: str  # says what is special
    format: str  # one of FORMATS
    data: bytes
    texts: tuple[str, ...]  # what must be translated, in the notation of `formats.marked`
    kept: tuple[str, ...] = ()  # raw stretches of its parts that must stand as often as before
    columns: tuple[str, ...] = ()  # of a table: which are translated

    @property
    def file_name(self) -> str:
        """Give the name of a file that would hold it."""
        return f"{self.name}.fr.{self.format}"


class Builder(ABC):
    """Gathers the texts of a document that is being made.

    Args:
        seed: of its prose.
    """

    def __init__(self, seed: int | str) -> None:
        self.prose = Prose(seed)
        self.random = self.prose.random
        self.texts: list[str] = []
        self.kept: list[str] = []

    def say(self, notation: str) -> str:
        """Note a text that must be translated, and give it back."""
        self.texts.append(notation)
        return notation

    def keep(self, raw: str) -> str:
        """Note a raw stretch that must stay, and give it back."""
        self.kept.append(raw)
        return raw

    @abstractmethod
    def pack(self) -> bytes:
        """Give the document's bytes."""


Shape = Callable[[Any], None]
"""Puts something into a builder; its name is the sample's."""


def made(
    format: str, new: Callable[[str], Builder], shapes: Iterable[Shape], *, prefix: str = ""
) -> tuple[Sample, ...]:
    """Make one sample of each shape: a builder, seeded by its name, is shaped and packed."""
    found = []
    for shape in shapes:
        name = prefix + shape.__name__.strip("_").replace("_", "-")
        builder = new(name)
        shape(builder)
        data = builder.pack()
        texts, kept = tuple(builder.texts), tuple(builder.kept)
        found.append(Sample(name=name, format=format, data=data, texts=texts, kept=kept))
    return tuple(found)


def mixed(count: int, parts: Iterable[Shape], *, first: int = 1) -> tuple[Shape, ...]:
    """Give shapes of several others each, by chance but always the same for a number."""
    parts = tuple(parts)

    def shape(number: int) -> Shape:
        def several(builder: Builder) -> None:
            for part in builder.random.sample(parts, min(5, len(parts))):
                part(builder)

        several.__name__ = f"mixed-{number}"
        return several

    return tuple(shape(number) for number in range(first, first + count))


DRAWN = tuple(f for f in FORMATS if f not in ("csv", "tsv", "xlsx"))
"""Formats of which `drawn` makes any number of documents."""


def drawn(format: str, number: int) -> Sample:
    """Make one more document of several shapes, always the same for a number.

    Args:
        format: one of `DRAWN`.
        number: from 1.
    """
    new, shapes = import_module(f"formats.samples.{_MODULES[format]}").MIXED[format]
    (sample,) = made(format, new, mixed(1, shapes, first=number))
    return sample


@cache
def samples(format: str) -> tuple[Sample, ...]:
    """Make a format's samples.

    Args:
        format: one of `FORMATS`.
    """
    module = import_module(f"formats.samples.{_MODULES[format]}")
    made = tuple(s for s in module.samples() if s.format == format)
    names = [s.name for s in made]
    if len({*names}) != len(names):
        message = f"two samples of {format} have one name"
        raise ValueError(message)
    return made
