"""Words that a file cuts into runs: each becomes one stretch of text with one look.

A program cuts a word where a revision, a spelling mark or a bookmark was; a person where a first
letter is larger. Figures below and above the line are meant: ``H2O``, ``m2`` stay letter by letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import replace
from itertools import accumulate, groupby
from typing import TYPE_CHECKING

from pipeline.documents.office.pieces import ANY, Piece, mates_of, most_letters

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.documents.office.pieces import Look

_LETTER = r"[\w\u00ad\u0300-\u036f]"  # with a hyphen that shows only at a line's end, and accents
_WORD = re.compile(f"{_LETTER}+")
_FORMULA = re.compile(r"\d*[A-Z]|\d|[a-zµ]{1,3}\Z|[α-ωΑ-Ω]")  # how what bears a figure begins
_NUMERO = re.compile(r"([Nn])o(s?)")


def settle(pieces: Sequence[Piece]) -> list[Piece]:
    """Make each word of a paragraph one stretch of text with one look.

    Args:
        pieces: of a paragraph, in order; openings and closings nest.
    """
    pieces = _parted(_neighbours_joined(_without_numbers(pieces)))
    pieces = _whole_words(_cut(pieces))
    return _neighbours_joined(_without_ragged_edges(pieces, most_letters(pieces)))


def _without_numbers(pieces: Sequence[Piece]) -> list[Piece]:
    """Let a link that is a number at the end of a word, as of a note, be no part of the word."""
    made: list[Piece] = []
    after, mates = -1, mates_of(pieces)
    for index, piece in enumerate(pieces):
        if index <= after:
            continue
        inside = pieces[index : mates.get(index, index) + 1]
        text = "".join(p.text for p in inside if p.kind == "text")
        if piece.kind == "open" and text.isdigit() and made and made[-1].text[-1:].isalpha():
            raw = "".join(p.raw for p in inside)
            kept = tuple(span for p in inside for span in p.kept)
            made.append(Piece("atom", raw, name="note", kept=kept))
            after = mates[index]
        else:
            made.append(piece)
    return made


def _neighbours_joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Join texts of the same look that nothing parts."""
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if piece.kind == "text" and not piece.text:
            continue
        if last is not None and last.kind == piece.kind == "text" and last.look == piece.look:
            joined[-1] = _of(last, last.text + piece.text, last.raw + piece.raw)
        else:
            joined.append(piece)
    return joined


def _parted(pieces: Sequence[Piece]) -> list[Piece]:
    """Let text end at a picture or a sign that alone parts two words."""
    made = [*pieces]
    letter, between = False, -1  # whether the text before ends with one; the first picture since
    for index, piece in enumerate(pieces):
        if piece.kind == "text":
            if letter and between >= 0 and piece.text[:1].isalnum():
                made[between] = replace(made[between], kind="border")
            letter, between = piece.text[-1:].isalnum(), -1
        elif piece.opaque:
            between = index if between < 0 else between
        elif piece.parts_words:
            letter = False
    return made


def _of(piece: Piece, text: str, raw: str = "", look: Look | None = None) -> Piece:
    return replace(piece, text=text, raw=raw or piece.raw, look=look or piece.look)


# --- words ---------------------------------------------------------------------------


def _cut(pieces: Sequence[Piece]) -> list[Piece]:
    """Let each part of a cut word be a piece of its own."""
    made: list[Piece] = []
    last = -1  # index in ``made`` of the text before, if nothing parts words since
    for piece in pieces:
        if piece.kind != "text":
            last = -1 if piece.parts_words else last
            made.append(piece)
            continue
        head = _WORD.match(piece.text)
        if last >= 0 and head and (tail := _tail(made[last].text)):
            before = made[last]
            if tail < len(before.text):
                cut = [_of(before, before.text[:-tail]), _of(before, before.text[-tail:])]
                made[last : last + 1] = cut
            if head.end() < len(piece.text):
                made.append(_of(piece, head[0]))
                piece = _of(piece, piece.text[head.end() :])
        last = len(made)
        made.append(piece)
    return made


def _tail(text: str) -> int:
    """Give the length of the word that a text ends with."""
    end = _WORD.match(text[::-1])
    return end.end() if end else 0


def _whole_words(pieces: Sequence[Piece]) -> list[Piece]:
    """Put the parts of each word in one place."""
    made = [*pieces]
    depths = [*accumulate({"open": 1, "close": -1}.get(p.kind, 0) for p in pieces)]
    for indices in _cut_words(pieces):
        parts = [pieces[i] for i in indices]
        texts = [p.text for p in parts]
        if len({p.look.raised for p in parts}) > 1 and (kept := _figures(parts)):
            for index, part in zip(indices, kept, strict=True):
                made[index] = part
            continue
        look = _look(parts)
        home = max(indices, key=lambda i: (pieces[i].look == look, depths[i], -i))
        word = "".join(texts)
        if any(p.look.raised == "super" for p in parts):
            word = _NUMERO.sub(r"\1°\2", word) if _NUMERO.fullmatch(word) else word
            plain = next((p for p in parts if not p.look.raised), parts[0])
            look = plain.look
        likeness = next((p for p in parts if p.look == look), parts[0])
        for index, part in zip(indices, parts, strict=True):
            here = replace(likeness, text=word) if index == home else _of(part, "")
            made[index] = here
    return made


def _cut_words(pieces: Sequence[Piece]) -> Iterator[list[int]]:
    """Give the indices of the parts of each word that is cut."""
    word: list[int] = []
    for index, piece in enumerate(pieces):
        if piece.kind == "text" and piece.text:
            goes_on = word and _tail(pieces[word[-1]].text) and _WORD.match(piece.text)
            if not goes_on:
                if len(word) > 1:
                    yield word
                word = []
            word.append(index)
        elif piece.parts_words:
            if len(word) > 1:
                yield word
            word = []
    if len(word) > 1:
        yield word


def _look(parts: Sequence[Piece]) -> Look:
    """Choose a word's look: that of most letters, but a first letter alone has no say."""
    if len(parts[0].text) == 1 and len({p.look for p in parts[1:]}) == 1:
        return parts[1].look
    counts: Counter[Look] = Counter()
    for part in parts:
        counts[part.look] += len(part.text)
    return counts.most_common(1)[0][0]


def _figures(parts: Sequence[Piece]) -> list[Piece]:
    """Keep what has figures above or below the line as it is; nothing if it is only a word."""
    body = "".join(p.text for p in parts if not p.look.raised)
    raised = [p for p in parts if p.look.raised]
    ordinal = all(p.look.raised == "super" and p.text.isalpha() for p in raised)
    if ordinal and not (len(body) == 1 and body.islower() and len(raised[0].text) == 1):
        return []
    if _NUMERO.fullmatch("".join(p.text for p in parts)):
        return []
    if _FORMULA.match(body) and not (len(body) > 3 and body[1:].isalpha() and body[1:].islower()):
        whole = "".join(p.text for p in parts)
        raw = "".join(p.raw for p in parts)
        first = replace(parts[0], kind="kept", text=whole, raw=raw, name="formula")
        return [first, *(_of(p, "") for p in parts[1:])]
    if parts[-1] is raised[-1] and parts[-1].text.isdigit():  # a note's mark, set by hand
        word = "".join(p.text for p in parts[:-1])
        mark = replace(parts[-1], kind="atom", text="", name="note")
        return [_of(parts[0], word), *(_of(p, "") for p in parts[1:-1]), mark]
    return []


# --- edges ---------------------------------------------------------------------------


def _mute(text: str) -> bool:
    """Whether a text is only blanks, punctuation and signs."""
    return not text[:1].isalnum() and all(unicodedata.category(c)[0] in "PZCS" for c in text)


def _without_ragged_edges(pieces: Sequence[Piece], base: Look) -> list[Piece]:
    """Let no look but that of the paragraph be on blanks and punctuation alone."""
    made: list[Piece] = []
    for is_text, group in groupby(pieces, key=lambda p: p.kind == "text"):
        here = [*group]
        made += _run([p for p in here if p.text], base) if is_text else here
    return made


def _run(texts: Sequence[Piece], base: Look) -> Iterator[Piece]:
    """Mend a run of texts that follow one another."""
    mute = [_mute(p.text) for p in texts]
    owner = next((p for p, silent in zip(texts, mute, strict=True) if not silent), None)
    for piece, silent in zip(texts, mute, strict=True):
        owner = owner if silent else piece
        if owner is piece or piece.look == base:
            yield piece
        elif owner is None:
            yield replace(piece, look=ANY)
        else:
            yield replace(piece, look=owner.look, properties=owner.properties)
