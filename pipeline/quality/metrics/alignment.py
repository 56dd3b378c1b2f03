"""Which part of a reference belongs to which part of an output.

Paragraphs are paired one to one where both texts have equally many; else by length:
Gale and Church 1993, "A Program for Aligning Sentences in Bilingual Corpora",
Computational Linguistics 19(1). Output and reference are in the same language, so the
expected ratio of lengths is 1.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.records import Translation

Method = Literal["block", "length"]
_Range = tuple[int, int]
_Group = tuple[_Range, tuple[_Range, ...]]  # of the left text, of each right text

# Gale and Church 1993, section 3.2 and table 5: variance per character, and the
# probabilities of the kinds of match.
_VARIANCE = 6.8
_PRIORS = {
    (1, 1): 0.89,
    (1, 0): 0.0099 / 2,
    (0, 1): 0.0099 / 2,
    (2, 1): 0.089 / 2,
    (1, 2): 0.089 / 2,
    (2, 2): 0.011,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bead:
    """Pieces of one text that belong to pieces of the other: half-open index ranges."""

    left: tuple[int, int]
    right: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignedText:
    """An output and its references, cut into equally many blocks.

    ``groups[i]`` is the range of the output's own blocks that make up ``blocks[i]``; it
    is longer than one only where the alignment by length had to join blocks.
    """

    doc_id: str
    blocks: tuple[str, ...]
    references: tuple[tuple[str, ...], ...]  # one tuple per reference, as long as blocks
    groups: tuple[tuple[int, int], ...]
    method: Method
    note: str = ""  # says so where blocks could not be paired one to one


def blocks_of(rows: Sequence[Translation]) -> tuple[list[list[int]], list[str]]:
    """Give for each block of a document the indices of its rows, and its English."""
    blocks = [
        [index for index, _ in group]
        for _, group in groupby(enumerate(rows), key=lambda item: item[1].segment.block_id)
    ]
    return blocks, [" ".join(rows[i].target.strip() for i in block).strip() for block in blocks]


def _cost(left: int, right: int, prior: float) -> float:
    """Give -log P(match | lengths), equations 2 to 5 of the paper, with ratio 1."""
    mean = (left + right) / 2
    delta = abs(right - left) / math.sqrt(mean * _VARIANCE) if mean else 0.0
    # 2 (1 - Φ(δ)); erfc loses no precision where δ is large.
    probability = math.erfc(delta / math.sqrt(2))
    return -math.log(max(probability, 1e-300)) - math.log(prior)


def gale_church(left: Sequence[int], right: Sequence[int], *, band: int = 60) -> tuple[Bead, ...]:
    """Align two texts by the lengths of their pieces.

    Args:
        left: lengths in characters of one text's pieces.
        right: lengths of the other's.
        band: how far, in pieces, the path may stray from the diagonal; it is widened by
            the difference of the piece counts, so that an end is always reached.

    Returns:
        Beads in order; together they cover both texts exactly.
    """
    n, m = len(left), len(right)
    width = band + abs(n - m)
    totals_left, totals_right = _running(left), _running(right)
    best: dict[tuple[int, int], float] = {(0, 0): 0.0}
    back: dict[tuple[int, int], tuple[int, int]] = {}
    for i in range(n + 1):
        centre = i * m // n if n else 0
        for j in range(max(0, centre - width), min(m, centre + width) + 1):
            if i == j == 0:
                continue
            choices = []
            for (a, b), prior in _PRIORS.items():
                before = best.get((i - a, j - b))
                if before is not None:
                    cost = _cost(
                        totals_left[i] - totals_left[i - a],
                        totals_right[j] - totals_right[j - b],
                        prior,
                    )
                    choices.append((before + cost, (a, b)))
            if choices:
                best[i, j], back[i, j] = min(choices)
    beads: list[Bead] = []
    i, j = n, m
    while (i, j) != (0, 0):
        a, b = back[i, j]
        beads.append(Bead(left=(i - a, i), right=(j - b, j)))
        i, j = i - a, j - b
    return tuple(reversed(beads))


def _running(lengths: Iterable[int]) -> list[int]:
    totals = [0]
    for length in lengths:
        totals.append(totals[-1] + length)
    return totals


def align_blocks(
    doc_id: str, blocks: Sequence[str], references: Sequence[Sequence[str]]
) -> AlignedText:
    """Pair an output's blocks with those of its references.

    Args:
        doc_id: by which the document is named in the note.
        blocks: the output's blocks, none of them empty.
        references: for each reference its blocks.

    Returns:
        Equally many blocks on every side. Where one reference has another number of
        blocks than the output, blocks are joined until the cuts of all references agree;
        a block without counterpart stands against an empty text.
    """
    if all(len(reference) == len(blocks) for reference in references):
        return AlignedText(
            doc_id=doc_id,
            blocks=tuple(blocks),
            references=tuple(tuple(reference) for reference in references),
            groups=tuple((i, i + 1) for i in range(len(blocks))),
            method="block",
        )
    lengths = [len(block) for block in blocks]
    alignments = [gale_church(lengths, [len(b) for b in reference]) for reference in references]
    if len(alignments) == 1:
        pairs: list[_Group] = [(bead.left, (bead.right,)) for bead in alignments[0]]
    else:
        pairs = _common_cuts(alignments)
    counts = ", ".join(str(len(reference)) for reference in references)
    return AlignedText(
        doc_id=doc_id,
        blocks=tuple(" ".join(blocks[a:b]) for (a, b), _ in pairs),
        references=tuple(
            tuple(" ".join(reference[slice(*rights[k])]) for _, rights in pairs)
            for k, reference in enumerate(references)
        ),
        groups=tuple(left for left, _ in pairs),
        method="length",
        note=f"{len(blocks)} blocks, reference {counts}: aligned by length (Gale and Church 1993)",
    )


def _common_cuts(alignments: Sequence[Sequence[Bead]]) -> list[_Group]:
    """Keep the cuts that every alignment has; give ranges on the left and on each right."""
    # A cut of the left text maps to the last cut of the right text that goes with it,
    # so that right pieces without counterpart fall to the group before.
    ends = [{bead.left[1]: bead.right[1] for bead in beads} for beads in alignments]
    cuts = sorted(set.intersection(*(set(end) for end in ends)) - {0})
    pairs: list[_Group] = []
    left, rights = 0, tuple(0 for _ in alignments)
    for cut in cuts:
        stops = tuple(end[cut] for end in ends)
        pairs.append(((left, cut), tuple(zip(rights, stops, strict=True))))
        left, rights = cut, stops
    return pairs


_SENTENCE_CUT = re.compile(r"(?<=[.!?…])(?P<close>[\"”»’')\]]*)\s+(?=[\"“«‘'(\[]*[A-ZÀ-Ý0-9])")
_NO_CUT = re.compile(
    r"(?:\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|Mt|No|Nos|vs|Jr|Sr|Inc|Ltd|Co|Corp|Gen|Col|Lt|Sen|Rep|Gov|Jan"
    r"|Feb|Aug|Sept|Oct|Nov|Dec|Fig|Vol|pp|Ph\.D|U\.S|U\.K|a\.m|p\.m|e\.g|i\.e|cf|approx|est))\.$"
)


def split_english(text: str) -> tuple[str, ...]:
    """Cut an English text into sentences: for references, which no other stage has cut.

    Plain rules: a full stop, question or exclamation mark before a capital or a digit,
    except after initials and common abbreviations.
    """
    sentences = []
    start = 0
    for match in _SENTENCE_CUT.finditer(text):
        if _NO_CUT.search(text, start, match.start()):
            continue
        sentences.append(text[start : match.end("close")].strip())
        start = match.end()
    sentences.append(text[start:].strip())
    return tuple(sentence for sentence in sentences if sentence)
