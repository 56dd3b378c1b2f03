"""Spelling by the variant: colour or color. The word list is SCOWL's; see ``data/spelling.txt``."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from pipeline.touchups.base import Change, touchup

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.touchups.base import Sentence

_WORD = re.compile(r"(?<![\w'’@#/.-])[A-Za-z]{4,}(?![\w@/]|['’][^\Ws]|\.\w)")

# With a capital a name more often than not: the Labour Party, Defence as a ministry.
_NAMES = re.compile(
    r"(?:labou?r|cent(?:re|er)|harbou?r|defen[cs]e|theat(?:re|er)|gr[ae]y|hono(?:u)?r)s?"
)


@cache
def spellings(variant: str) -> Mapping[str, str]:
    """Give the words that are spelt otherwise in a variant, lower-case, and their spelling in it.

    A line of the file is ``UK US``; with ``>`` only the British word has one meaning
    (a programme is a program; a program need not be a programme), with ``<`` only the American.
    """
    text = resources.files(__package__).joinpath("data/spelling.txt").read_text("utf-8")
    pairs = {}
    for line in text.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        uk, us, *way = line.split()
        if variant == "us" and way != ["<"]:
            pairs[uk] = us
        elif variant == "uk" and way != [">"]:
            pairs[us] = uk
    return pairs


@touchup("spelling")
def spelling(sentence: Sentence) -> Iterator[Change]:
    """Spell as the variant does; without one, nothing is touched.

    A word with a capital may be a name (the Labour Party, Pearl Harbor, the Center for …): it
    is left alone, unless it opens the sentence, a word in lower case follows and the French
    does not have it.
    """
    if not sentence.style.variant:
        return
    table, target = spellings(sentence.style.variant), sentence.target
    for match in _WORD.finditer(target):
        word = match[0]
        spelt = table.get(word.lower())
        if spelt is None:
            continue
        if not word.islower():
            opens = not target[: match.start()].strip(" «“‘\"'([—–-•")
            followed = re.match(r"\s+[a-z]", target[match.end() :])
            plain = word[0].isupper() and word[1:].islower() and not _NAMES.fullmatch(word.lower())
            if not (opens and followed and plain) or word in sentence.source:
                continue
            spelt = spelt.capitalize()
        yield Change(start=match.start(), end=match.end(), after=spelt)
