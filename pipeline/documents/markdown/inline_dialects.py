"""Inline syntax that CommonMark lacks: mathematics, wikilinks, marks, notes and comments.

Each family is one regular expression and says what becomes of it: kept letter by letter
(``live``), kept and not shown to the engine (``hidden``), a pair around prose (``pair``) or a
sentence of its own inside the sentence (``note``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipeline.documents.markdown.templates import FILLER

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline

LIVE, HIDDEN = "live", "hidden"
OPEN, CLOSE = "pair_open", "pair_close"
NOTE_OPEN, NOTE_CLOSE = "note_open", "note_close"

_COMMAND = re.compile(r"\\[A-Za-z]+")
_ESCAPE = re.compile(r"\\[*_#\[\].()!`>+-]")  # of Markdown; no formula has these
_MATH_SIGN = re.compile(r"[\\^_=<>{}]")
_WORD = re.compile(r"(?<![^\W\d_])[^\W\d_]{2,}(?![^\W\d_])")
_LAST_WORD = re.compile(r"\w{1,40}\Z")


@dataclass(frozen=True, slots=True)
class _Family:
    pattern: re.Pattern[str]  # of a pair and a note: group 1 is the prose
    kind: Literal["live", "hidden", "pair", "note", "math", "script"]


def _family(kind: Literal["live", "hidden", "pair", "note", "math", "script"], *p: str) -> _Family:
    return _Family(re.compile("|".join(p), re.VERBOSE), kind)


def _around(mark: str) -> str:
    """Give the pattern of prose between two marks, as emphasis stands."""
    m = re.escape(mark)
    first = re.escape(mark[0])
    return (
        rf"(?<![\w{first}]){m}(?=[^\s{first}])((?:(?!{m})[\s\S]){{1,500}}?)(?<=[^\s{first}]){m}"
        rf"(?![\w{first}])"
    )


_SCRIPT = r"(?:\^(?![\[^])[^\s^~\[\]]{1,40}\^\w{0,40} | (?<!~)~(?!~)[^\s~]{1,40}~(?!~)\w{0,40})+"

# Not after a digit (10$), not ${x} by itself, closed by no dollar before a digit or in %1$s.
_DOLLARS = (
    r"(?<![\w$])\$(?![\s$]|\{[^{}\n]{1,80}\}(?![$^_=+*/\\-]))"
    r"((?:[^$\\]|\\[\s\S]){1,1000}?)(?<!\s)(?<!%\d)\$(?![\d$])"
)

FAMILIES: dict[str, tuple[_Family, ...]] = {
    "$": (
        _family("live", r"\$`[^`\n]{1,1000}`\$"),
        _family("live", r"(?<!\$)\$\$(?!\$)(?:[^$\\]|\\[\s\S]|\$(?!\$)){1,4000}?\$\$(?!\$)"),
        _family("math", _DOLLARS),
    ),
    "\\": (
        # As notebooks have it, whose Markdown takes one backslash away.
        _family("math", r"\\\\\(((?:(?!\\\\\))[\s\S]){1,2000})\\\\\)"),
        _family("math", r"\\\\\[((?:(?!\\\\\])[\s\S]){1,4000})\\\\\]"),
        _family("math", r"\\\(((?:(?!\\\))[\s\S]){1,2000})\\\)"),
        _family("math", r"\\\[((?:(?!\\\])[\s\S]){1,4000})\\\](?!\()"),
        _family("live", r"\\begin\{(\w{1,40}\*?)\}[\s\S]{0,4000}?\\end\{\1\}"),
        _family("live", r"\\[A-Za-z]{2,40}(?:\[[^\[\]\n]{0,200}\])?(?:\{[^{}\n]{0,200}\}){0,4}"),
    ),
    "!": (_family("hidden", r"!\[\[[^\[\]\n]{1,300}\]\]"),),
    "[": (
        _family("pair", r"\[\[[^\[\]\n|]{1,300}\|([^\[\]\n|]{1,300})\]\](?!\()"),
        _family("live", r"\[\[[^\[\]\n]{1,300}\]\](?!\()", r"\[-?@[^\[\]\n]{1,300}\](?!\()"),
        _family("hidden", r"(?<![^\n])\[(?:TOC|toc)[^\[\]\n]{0,40}\](?![^\n(])"),
        _family("pair", rf"\[([^\[\]\n]{{1,300}})\]{FILLER}+"),
    ),
    "{": (
        _family("live", r"\{[A-Za-z][\w:+-]{0,60}\}(?P<t>`{1,3})[^`\n]{1,500}(?P=t)(?!`)"),
        _family("live", r"\{~~[^{}]{1,500}~~\}"),
        _family("hidden", r"\{>>[^{}]{1,500}<<\}"),
        _family("pair", r"\{\+\+([^{}]{1,500}?)\+\+\}"),
        _family("pair", r"\{--([^{}]{1,500}?)--\}"),
        _family("pair", r"\{==([^{}]{1,500}?)==\}"),
    ),
    "%": (_family("hidden", r"%%(?!%)(?:[^%]|%(?!%)){1,1000}%%(?!%)"),),
    "=": (_family("pair", _around("==")),),
    "+": (
        _family("live", r"(?<![\w+])\+\+[^\s+]{1,20}(?:\+[^\s+]{1,20}){0,5}\+\+(?![\w+])"),
        _family("pair", _around("++")),
    ),
    "^": (
        _family("note", r"\^\[((?:[^\[\]\\]|\\[\s\S]|\[[^\[\]]{0,500}\]){1,2000})\]"),
        _family("pair", _around("^^")),
        _family("script", _SCRIPT),
        _family("hidden", r"(?<=[\s])\^[A-Za-z0-9-]{1,40}(?=\s*\Z)"),
    ),
    "~": (_family("pair", _around("~")), _family("script", _SCRIPT)),
    ":": (_family("pair", rf"(?<![\w:]):[A-Za-z][\w-]{{1,40}}\[([^\[\]\n]{{1,300}})\]{FILLER}*"),),
    "@": (_family("hidden", r"(?<![^\n])@\[toc\](?:\([^()\n]{0,100}\))?(?![^\n])"),),
}


def is_prose(formula: str) -> bool:
    """Say whether what stands between the marks of a formula is words: a price, a remark."""
    formula = _ESCAPE.sub("", formula)
    rest = _COMMAND.sub("", formula)
    return bool(_WORD.search(rest)) and " " in rest.strip() and not _MATH_SIGN.search(formula)


def starts_dialect(text: str, at: int) -> bool:
    """Say whether a character of prose would be read as the start of one of the families."""
    for family in FAMILIES.get(text[at], ()):
        match = family.pattern.match(text, at)
        if match and not (family.kind == "math" and is_prose(match[1])):
            return True
    return False


def _rule(state: StateInline, silent: bool) -> bool:
    """Read what starts here, if it is of a family."""
    start = state.pos
    for family in FAMILIES.get(state.src[start], ()):
        match = family.pattern.match(state.src, start, state.posMax)
        if match is None or (family.kind == "math" and is_prose(match[1])):
            continue
        if family.kind in ("pair", "note"):
            return _pair(state, match, silent, note=family.kind == "note")
        if not silent:
            if family.kind == "script" and (word := _LAST_WORD.search(state.pending)):
                state.pending = state.pending[: word.start()]
                state.pos = start = match.start() - len(word.group())
            token = state.push(HIDDEN if family.kind == HIDDEN else LIVE, "", 0)
            token.content = state.src[start : match.end()]
        state.pos = match.end()
        return True
    return False


def _pair(state: StateInline, match: re.Match[str], silent: bool, *, note: bool) -> bool:
    from markdown_it.common.utils import normalizeReference  # slow to import

    start, end = match.span(1)
    label = state.src[start:end]
    if match[0].startswith("[" + label + "]") and normalizeReference(label) in state.env.get(
        "references", ()
    ):
        return False  # a link, and an attribute list after it
    if not silent:
        limit = state.posMax
        opening = state.push(NOTE_OPEN if note else OPEN, "", 1)
        opening.content = match[0][: start - match.start()]
        state.pos, state.posMax = start, end
        state.md.inline.tokenize(state)
        state.pos, state.posMax = end, limit
        closing = state.push(NOTE_CLOSE if note else CLOSE, "", -1)
        closing.content = match[0][end - match.start() :]
    state.pos = match.end()
    return True


def inline_dialects(md: MarkdownIt) -> None:
    """Teach a parser the families; what it knows already (code, links) keeps its turn."""
    md.inline.ruler.before("escape", "dialect", _rule)
