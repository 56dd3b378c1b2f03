"""Quotes, apostrophes and the spaces that French puts before its high punctuation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.touchups.base import SPACE, Change, touchup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.touchups.base import Sentence

_GUILLEMETS = re.compile(rf"«{SPACE}*|{SPACE}*»|<<{SPACE}+(?=\w)|(?<=[\w.!?…]){SPACE}+>>")
_LOW = re.compile('„([^„“”"\n]*)([“”"])')
_CURLY = re.compile("“([^“”\n]*)”")
_STRAIGHT = re.compile(r"(?<![\w\"])\"(?=\S)([^\"\n]*)(?<=\S)\"(?!\w)")
_OUTSIDE = re.compile(r"(?<=[^\W\d_])([”\"])([.,])(?![.,\w])")
_HIGH = re.compile(rf"(?<=[^\W_]|[)\]”’\"»%€*.…]){SPACE}+([;:!?]+)(?=$|\s|[)\]”’\"»])")
_IN_WORD = re.compile(r"(?<=[^\W\d_])['’](?=[^\W\d_])")
_PLURAL = re.compile(r"(?<=[^\W\d_]s)['’](?= [a-z])")
_INSIDE = re.compile(r"[.,](?= |$)")
_SINGLE = re.compile(r"(?<!\w)['‘]\w")


def _open(text: str) -> str:
    """Give the double quote that is open at the end of a text; "" where none is."""
    if text.count('"') % 2:
        return '"'
    return "“" if text.rfind("“") > text.rfind("”") else ""


@touchup("quotes")
def quotes(sentence: Sentence) -> Iterator[Change]:
    """Turn « » and „ “ into English quotes: double ones, in British writing single ones.

    They are curly unless the document's apostrophes are straight. Quotes inside quotes are of
    the other sort. With a variant, the other double quotes of the sentence follow; American
    writing puts points and commas inside.
    """
    target, style = sentence.target, sentence.style
    double = ('"', '"') if style.curly is False else ("“", "”")
    single = ("'", "'") if style.curly is False else ("‘", "’")
    outer, inner = (single, double) if style.variant == "uk" else (double, single)
    first = target.find("«")
    if first >= 0 and _open(target[:first]):  # guillemets inside quotes that the model wrote
        outer, inner = inner, outer
    depth = 0
    within: list[int] = []  # how deep in guillemets each character stands
    for match in _GUILLEMETS.finditer(target):
        start, end = match.span()
        within += [depth] * (start - len(within))
        if match[0][0] in "«<":
            after = (inner if depth else outer)[0]
            depth += 1
        else:
            opener = "" if depth else _open(target[:start])
            depth = max(0, depth - 1)
            after = {"": (inner if depth else outer)[1], "“": "”"}.get(opener, opener)
            points_in = style.variant == "us" and not depth and _INSIDE.match(target, end)
            if points_in and target[start - 1 : start].isalnum():
                after, end = target[end] + after, end + 1
        within += [depth] * (end - len(within))
        yield Change(start=start, end=end, after=after)
    within += [depth] * (len(target) - len(within))
    for match in _LOW.finditer(target):
        yield Change(start=match.start(), end=match.start() + 1, after=outer[0])
        yield Change(start=match.start(2), end=match.end(2), after=outer[1])
    for match in (
        () if _SINGLE.search(target) else (*_CURLY.finditer(target), *_STRAIGHT.finditer(target))
    ):
        marks = inner if within[match.start()] else outer
        if "„" not in match[0] and (within[match.start()] or style.variant == "uk"):
            yield Change(start=match.start(), end=match.start() + 1, after=marks[0])
            yield Change(start=match.end() - 1, end=match.end(), after=marks[1])
    if style.variant == "us":
        for match in _OUTSIDE.finditer(target):
            yield Change(start=match.start(), end=match.end(), after=match[2] + match[1])


@touchup("spaces")
def spaces(sentence: Sentence) -> Iterator[Change]:
    """Take away the space before ; : ! and ?, and inside brackets of quotes.

    A face such as :) and a colon between figures are left alone.
    """
    target = sentence.target
    for match in _HIGH.finditer(target):
        before, after = target[: match.start()], target[match.end() :]
        if match[1] == ":" and before[-1:].isdigit() and after.lstrip()[:1].isdigit():
            continue  # a ratio or a score: 3 : 1
        if match[1][0] in ";:" and after[:1] in {")", "]"}:
            continue  # :)
        yield Change(start=match.start(), end=match.start(1), after="")


@touchup("apostrophes")
def apostrophes(sentence: Sentence) -> Iterator[Change]:
    """Write apostrophes as the document does, curly or straight."""
    if sentence.style.curly is None:
        return
    target, wanted = sentence.target, sentence.style.apostrophe
    found = [*_IN_WORD.finditer(target)]
    if not _SINGLE.search(target):
        found += _PLURAL.finditer(target)
    for match in found:
        yield Change(start=match.start(), end=match.end(), after=wanted)
