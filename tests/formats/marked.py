"""A notation for what a person sees in a paragraph: words, their look, what must stay.

``Le chat <b>noir</b> dort<n/> sur la <a>chaise</a>.`` Tags are looks (``b i u a sup sub``), ``<k>``
is a stretch that no translation touches, ``<n/>`` a note's mark and ``<img/>`` an image; a line
break is ``\\n``, a tab ``\\t``; ``&lt;`` and ``&amp;`` are the characters. Samples are written in
it, and what the oracle libraries read is turned into it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_TAG = re.compile(r"<(/?)([a-z]+)(/?)>|&(lt|amp);|([^<&]+)")
_ATOM = "\ufffc"
_KEPT = "k"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A text, and for each of its characters the tags that it bears."""

    text: str
    tags: tuple[frozenset[str], ...]

    @property
    def runs(self) -> list[tuple[str, frozenset[str]]]:
        """Give the stretches of one look, in order; an atom is one of its own."""
        found: list[tuple[str, frozenset[str]]] = []
        for char, tags in zip(self.text, self.tags, strict=True):
            if found and found[-1][1] == tags and _ATOM not in (char, found[-1][0]):
                found[-1] = (found[-1][0] + char, tags)
            else:
                found.append((char, tags))
        return found

    @property
    def words(self) -> list[tuple[str, frozenset[str]]]:
        """Give each word with the tags that all of its characters bear, and the atoms."""
        return [
            (m[0], frozenset.intersection(*self.tags[m.start() : m.end()]) - {_KEPT})
            for m in re.finditer(rf"\w+|{_ATOM}", self.text)
        ]

    def shouted(self) -> Marked:
        """Give what an engine that shouts makes of it; ``<k>`` stays."""
        text = "".join(t if _KEPT in tags else t.upper() for t, tags in self.runs)
        if len(text) != len(self.text):
            message = f"a letter grows when it is shouted: {self.text}"
            raise ValueError(message)
        return Marked(text=text, tags=self.tags)


def marked(notation: str) -> Marked:
    """Read the notation."""
    runs: list[tuple[str, frozenset[str]]] = []
    open_tags: list[str] = []
    at = 0
    for m in _TAG.finditer(notation):
        if m.start() != at:
            break
        at = m.end()
        closing, name, alone, entity, text = m.groups()
        if alone:
            runs.append((_ATOM, frozenset({name, *open_tags})))
        elif closing:
            open_tags.remove(name)
        elif name:
            open_tags.append(name)
        else:
            runs.append((text or {"lt": "<", "amp": "&"}[entity], frozenset(open_tags)))
    if at != len(notation) or open_tags:
        message = f"not in the notation: {notation!r}"
        raise ValueError(message)
    return of(runs)


def of(runs: Iterable[tuple[str, Iterable[str]]]) -> Marked:
    """Join stretches; that of an atom is ``\\ufffc`` with its name among the tags."""
    pairs = [(char, frozenset(tags)) for text, tags in runs for char in text]
    return Marked(text="".join(c for c, _ in pairs), tags=tuple(t for _, t in pairs))


def atom(name: str) -> tuple[str, frozenset[str]]:
    """Give the stretch of a note's mark or an image."""
    return _ATOM, frozenset({name})


def collapsed(text: Marked) -> Marked:
    """Make one space of each stretch of blanks, none at the ends: as a browser shows it."""
    kept = [
        (" " if char in " \t\r\n\f" else char, tags)
        for i, (char, tags) in enumerate(zip(text.text, text.tags, strict=True))
        if not (char in " \t\r\n\f" and text.text[i - 1 : i] and text.text[i - 1] in " \t\r\n\f")
    ]
    while kept and kept[0][0] == " ":
        del kept[0]
    while kept and kept[-1][0] == " ":
        del kept[-1]
    return of(kept)


def spelt(text: Marked) -> Marked:
    """Drop soft hyphens and make hyphens of those that do not break: a library's own choice."""
    pairs = zip(text.text.replace("\u2011", "-"), text.tags, strict=True)
    return of(pair for pair in pairs if pair[0] != "\u00ad")


def joined(texts: Iterable[Marked]) -> Marked:
    """Join texts with a space."""
    runs: list[tuple[str, frozenset[str]]] = []
    for text in texts:
        runs += ([(" ", frozenset())] if runs else []) + text.runs
    return of(runs)


def notation(text: Marked) -> str:
    """Write a text in the notation."""
    out = ""
    for stretch, tags in text.runs:
        if stretch == _ATOM:
            out += f"<{min(tags)}/>"
            continue
        inner = stretch.replace("&", "&amp;").replace("<", "&lt;")
        for tag in sorted(tags):
            inner = f"<{tag}>{inner}</{tag}>"
        out += inner
    return out


def bag(texts: Iterable[Marked]) -> Counter[tuple[str, frozenset[str]]]:
    """Count the words of texts, each with its look."""
    return Counter(pair for text in texts for pair in text.words)
