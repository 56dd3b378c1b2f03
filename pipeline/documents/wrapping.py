"""Which line breaks of a plain text its author meant, and which only a width made.

A text does not say it, so it is decided by evidence, break by break (`meant`): some signs
settle it alone (a bullet, a rule, columns), the others are weighed (`score`). Pure
functions; the weights stand in one table.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MARKER = re.compile(r"(?:[-*+•‣▪▫◦●○■□–·→o]|\(?\d{1,2}[.)°]-?|\(?[a-zA-Z]\)|\[\d{1,3}\])\s+")
"""What opens a list item."""

_PROSE_MARKER = re.compile(r"[-–+]|\d{1,2}\.")  # they also open a line in mid-sentence
_MAX_WIDTH = 132  # code points; longer lines were not wrapped by a person or an editor
_RULE = re.compile(r"(?![?!;:»)….]+\Z)[\W_]+\Z")
_DIALOGUE = re.compile(r"[—–]")
_END = re.compile(r"[.!?…][\s\"'»”’)\]]*\Z")
_STOP = re.compile(r"[.!?…:;][\s\"'»”’)\]]*\Z")
_INNER_END = re.compile(r"\w[.!?…][\s\"'»”’)\]]*\s[\s\"'«“‘(—–]*[A-ZÀ-ÖØ-Þ]")
_COLUMNS = re.compile(r"\S(?:\t| {3})\s*\S|(?:\.[ \u00a0]?){5}|\|\Z")
_KIND = re.compile(  # openings by which lines are known for entries of one list
    r"(?P<number>[-+(]?\d)|(?P<label>(?!\d)\w[^:.;!?«»\n]{0,38}:(?:\s|\Z))|(?P<dash>[—–-]\s)"
    r"|(?P<quote>[«\"“])|(?P<bracket>[\[(])|(?P<speaker>(?:[A-ZÀ-ÖØ-Þ]{2,20}\s?){1,4}\.\s)"
    r"|(?P<day>(?:lun|mar|mercre|jeu|vendre|same)di\b|dimanche\b)|(?P<letter>[A-Z]{1,4}\.)"
)
_HEADING = re.compile(
    r"(?:article|chapitre|section|titre|annexe|partie|étape|acte|scène)\s+[\dIVXLC]{1,6}(?:er)?\Z",
    re.IGNORECASE,
)
_BYLINE = re.compile(
    r"(?:par|photos?|textes?|propos recueillis|recueilli par|publié|mis à jour|de notre|de nos"
    r"|reportage|source|crédits?|dessin|illustration|traduit|afp|reuters)\b|©",
    re.IGNORECASE,
)
_ALONE = (_RULE.match, _COLUMNS.search, _HEADING.match)
"""Signs that settle the breaks before and after their line."""

_WORD = re.compile(r"[^\W\d_]+")
_LEADS_ON = re.compile(
    r"le|la|les|l|un|une|des|du|de|d|à|au|aux|en|et|ou|où|ni|que|qu|qui"
    r"|dont|pour|par|sur|sous|dans|avec|sans|chez|vers|entre|ne|se|ce|cet|cette"
    r"|ces|son|sa|ses|mon|ma|mes|leur|leurs|notre|nos|votre|vos|est|sont|était"
    r"|ont|avait|plus|très|si|comme|mais|car|il|elle|ils|elles|on|nous|vous|je"
    r"|tu|dès|depuis|pendant|contre|selon|tout|toute|tous|toutes|deux|trois|quatre"
    r"|cinq|six|sept|huit|dix|cent|mille|m|mme|mlle|mm|dr"
)
"""Words that hardly any line ends with whose end was meant."""

WEIGHTS: Mapping[str, float] = {
    # the right edge
    "always": 2.25,
    "full": -1.0,  # the next word would have stood over the paragraph's longest line
    "longest": -0.75,  # this is that line: it says nothing
    "room": 1.25,  # what was left behind the next word; 1 from 30 code points on
    "as the text": -2.0,  # full for the wrapped paragraphs of the whole text
    "short": 4.5,  # from 0 at 40 code points up to 1
    "deeper": 1.0,  # the next line starts further to the right
    # the line's end
    "ended": 1.25,  # it ends a sentence, the next one starts one
    "colon": 1.0,
    "leads on": -2.0,  # with an article, a preposition, an apostrophe …
    "comma": -0.5,  # before a small letter
    "hyphen": -2.0,  # likewise
    "stopped": -1.0,  # the last line ends a sentence
    "stopped, not here": -2.0,  # and this one does not
    # the next line's start
    "lower": -0.5,  # with a small letter
    "new start": 1.5,  # not with one, nor a number that had no room, though no sentence ended
    "punctuation": -2.0,
    "byline": 0.25,  # "Par …", "Photo …"
    # the company
    "again": 1.75,  # other lines open with the same kind: a label, a day, a number …
    "capitals": 1.5,  # each of three lines or more opens with a capital: verse
}
"""What a sign adds to the score of a break; above 0 the break was meant.

The weights of a logistic regression on the odd layouts of ``tests/data/documents/
layouts.fr.txt``, rounded; those of signs too rare there are set by hand.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line that is not blank, without the white space and quotation marks around it."""

    start: int  # code points into the whole text, as is ``end``
    end: int
    text: str
    indent: int  # code points of white space before it
    quote: str  # ``>``, ``>>`` …: whose words these are

    @property
    def width(self) -> int:
        """Where it ends, in code points from the margin."""
        return self.indent + len(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """Lines between breaks that are settled, with what is asked at each of theirs."""

    lines: Sequence[Line]
    kinds: Counter[str]  # of the lines' openings
    capitals: bool  # all of three lines or more open with a capital
    stopped: bool  # the last line ends a sentence
    width: int  # of the paragraph's longest line

    @classmethod
    def of(cls, lines: Sequence[Line], width: int) -> _Run:
        texts = [line.text for line in lines]
        return cls(
            lines=lines,
            kinds=Counter(filter(None, map(_kind, texts))),
            capitals=len(lines) > 2 and all(map(_capital, texts)),
            stopped=bool(_END.search(texts[-1])),
            width=width,
        )

    def prose(self) -> bool:
        """Whether it ends as prose does and is broken as prose: in sentences, or at a width."""
        inner = any(_INNER_END.search(line.text) for line in self.lines)
        full = all(_over(a, b, self.width) > 0 for a, b in pairwise(self.lines))
        return self.stopped and len(self.lines) > 1 and (inner or (full and len(self.lines) > 2))


def _kind(text: str) -> str:
    found = _KIND.match(text)
    return found.lastgroup or "" if found else ""


def _capital(text: str) -> bool:
    word = _WORD.search(text)
    return word is not None and word[0][0].isupper()


def _over(line: Line, following: Line, width: int) -> int:
    """Give by how much the next line's first word would have stood over ``width``."""
    return line.width + 1 + len(following.text.split(maxsplit=1)[0]) - width


def _signs(run: _Run, at: int, width: int) -> Iterator[tuple[str, float]]:
    line, following = run.lines[at], run.lines[at + 1]
    a, b = line.text, following.text
    last, opening = a[-40:].split()[-1].lower().rpartition("'")[2], _WORD.match(b)
    lower = opening is not None and opening[0][0].islower()
    ended = bool(_END.search(a))
    over = _over(line, following, run.width)
    kind = _kind(b)
    yield "always", 1
    yield "longest", line.width == run.width
    yield "full", over > 0 and line.width < run.width
    yield "room", min(1.0, max(0, -over) / 30)
    yield "as the text", abs(width - line.width) < 10 and _over(line, following, width) > 0
    yield "short", max(0.0, 1 - line.width / 40)
    yield "deeper", following.indent > line.indent + 1
    yield "ended", ended and not lower
    yield "colon", a[-1] == ":"
    yield "comma", a[-1] == "," and lower
    yield "hyphen", a[-1] == "-" and lower
    yield (
        "leads on",
        a[-1] in "'’(«–" or (a[-1].isalpha() and _LEADS_ON.fullmatch(last) is not None),
    )
    yield "stopped", run.stopped
    yield "stopped, not here", run.stopped and not ended
    yield "lower", lower
    yield "new start", not ended and not lower and not (over > 0 and b[0].isdigit())
    yield "punctuation", b[0] in ",;:!?»)…" or b.startswith("– ")
    yield "byline", _BYLINE.match(b) is not None
    yield "again", kind != "" and run.kinds[kind] > 1
    yield "capitals", run.capitals


def score(run: _Run, at: int, width: int) -> float:
    """Weigh the signs at a break: above 0, its author meant it.

    Args:
        run: lines between settled breaks.
        at: the index of the line before the break.
        width: of the text's wrapped paragraphs, in code points; 0 where there are none.
    """
    return sum(WEIGHTS[name] * value for name, value in _signs(run, at, width))


def settled(lines: Sequence[Line]) -> list[bool | None]:
    """Say of each break of a paragraph whether it was meant, where one sign alone says so."""
    wide = max(line.width for line in lines) > _MAX_WIDTH
    alone = sum(MARKER.match(line.text) is not None for line in lines) < 2
    answers: list[bool | None] = []
    item = -1  # the column where the text of the list item at hand begins
    for line, following in pairwise(lines):
        mark, marker = MARKER.match(line.text), MARKER.match(following.text)
        if mark:
            item = line.indent + mark.end()
        elif line.indent != item:
            item = -1
        stop = _STOP.search(line.text)
        if (
            wide
            or line.quote != following.quote
            or any(sign(x.text) for sign in _ALONE for x in (line, following))
            or (stop and _DIALOGUE.match(following.text))
        ):
            answers.append(True)
        elif marker:
            prose = alone and not stop and _PROSE_MARKER.match(following.text)
            answers.append(None if prose else True)
        else:
            answers.append(False if following.indent == item else None)
    return answers


def meant(paragraphs: Sequence[Sequence[Line]]) -> list[list[bool]]:
    """Say of each line break inside the paragraphs of a text whether its author meant it.

    Args:
        paragraphs: runs of lines between blank lines: the whole text, because its other
            paragraphs show how wide it was wrapped.

    Returns:
        For each paragraph one answer fewer than it has lines. Time and memory grow linearly.
    """
    found = [settled(lines) for lines in paragraphs]
    runs: list[list[_Run]] = []
    for lines, answers in zip(paragraphs, found, strict=True):
        edges = [0, *(at + 1 for at, is_meant in enumerate(answers) if is_meant), len(lines)]
        widest = max(line.width for line in lines)
        runs.append([_Run.of(lines[a:b], widest) for a, b in pairwise(edges)])
    width = max((run.width for some in runs for run in some if run.prose()), default=0)
    return [_weighed(answers, some, width) for answers, some in zip(found, runs, strict=True)]


def _weighed(answers: Sequence[bool | None], runs: Sequence[_Run], width: int) -> list[bool]:
    """Weigh those breaks that nothing settled."""
    left = iter(runs)
    run, at = next(left), 0
    result = []
    for is_meant in answers:
        if is_meant:
            run, at = next(left), 0
            result.append(True)
        else:
            result.append(is_meant is None and score(run, at, width) > 0)
            at += 1
    return result
