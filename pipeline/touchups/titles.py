"""Titles before names: M. Dupont is Mr Dupont, in American writing Mr. Dupont."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.touchups.base import SPACE, Change, touchup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.touchups.base import Ends, Sentence

_NAME = r"[A-ZÀ-ÖØ-Þ][^\W\d_]*(?:['’-][^\W\d_]+)*"
_NAMED = rf"(?:(?:de|du|des|d['’]|La|Le){SPACE}?)?{_NAME}"
_INITIAL = re.compile(r"(?<!\w)(?!MM?\.)[A-Z]\.(?:-[A-Z]\.)?\s*(?=[A-ZÀ-ÖØ-Þ])")

# French title → in English, in American English, what else of it may stand in a translation.
# Mme says nothing of a marriage: Ms. A lawyer's Me is no pronoun: Maître. What the model
# wrote in English (Mrs, Miss) stays; only its point is put right.
_TITLES: dict[str, tuple[str, str]] = {
    "M": ("Mr", "Mr."),
    "MM": ("Messrs", "Messrs."),
    "Mme": ("Ms", "Ms."),
    "Mlle": ("Miss", "Miss"),
    "Me": ("Maître", "Maître"),
    "Dr": ("Dr", "Dr."),
    "Pr": ("Prof", "Prof."),
    "Mgr": ("Mgr", "Msgr."),
}
_POINTED = ("Mr", "Mrs", "Ms", "Messrs", "Dr", "Prof")
_SOURCE = re.compile(
    rf"(?<![\w.'’-])(?P<title>M\.|MM\.|Mmes?\.?|MME|Mlle\.?|MLLE|Me|Dr\.?|Pr\.?|Mgr\.?)"
    rf"{SPACE}?(?<![a-z](?=[A-Z]))(?P<name>{_NAMED})"
)
_TARGET = re.compile(
    rf"(?<![\w.'’-])(?P<title>MM?|Mme|MME|Mlle|MLLE|Me|Dr|Pr|Mgr|{'|'.join(_POINTED)})"
    rf"(?:\.{SPACE}?|{SPACE})(?P<name>{_NAMED})"
)


@touchup("titles")
def titles(sentence: Sentence) -> Iterator[Change]:
    """Write the titles that stand before names as English writes them.

    A title is one where the French has it before the same name; an initial ("M. K. Gandhi",
    "M. Foucault et G. Deleuze") is none.
    """
    source, target = sentence.source, sentence.target
    us = sentence.style.variant == "us"
    initials = bool(_INITIAL.search(source))
    said: dict[str, dict[str, Ends]] = {}  # names, the titles before them
    for match in _SOURCE.finditer(source):
        title = match["title"].rstrip(".")
        if not (title == "M" and initials):
            said.setdefault(match["name"], {})[title] = match.span("title")
    for match in _TARGET.finditer(target) if said else ():
        titles_said = next((t for name, t in said.items() if _same(match["name"], name)), {})
        title, point = match["title"], "." if us else ""
        key = {"MME": "Mme", "MLLE": "Mlle"}.get(title, title)
        caps = key != title
        source_ends = titles_said.get(title)
        if title in _POINTED and titles_said:
            after = f"{title}{point} "
        elif source_ends is not None and key in _TITLES and (match["name"].isupper() or not caps):
            wanted = _TITLES[key][us]
            after = f"{wanted.upper() if caps else wanted} "
        else:
            continue
        yield Change(
            start=match.start("title"), end=match.start("name"), after=after, source=source_ends
        )


def _same(name: str, said: str) -> bool:
    return name.removesuffix("'s").removesuffix("’s") == said
