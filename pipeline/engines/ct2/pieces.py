"""Tokens as texts: a model's vocabulary, and what a banned word looks like in it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

SPACE = "▁"  # SentencePiece's mark for the space before a word
_NBEST = 16  # segmentations of one spelling: the model's own first, then the next likely ones


def read_vocabulary(model: Path, side: str = "target") -> tuple[str, ...]:
    """Read one side's vocabulary of a CTranslate2 model (JSON list or one token a line).

    Args:
        model: the folder with ``model.bin``.
        side: ``source`` or ``target``.

    Returns:
        The tokens in their order; nothing where there is no vocabulary.

    Raises:
        OSError, ValueError, RecursionError: it cannot be read.
    """
    for name in (f"{side}_vocabulary", "shared_vocabulary"):
        if (path := model / f"{name}.json").is_file():
            tokens = json.loads(path.read_text(encoding="utf-8"))
            if not isinstance(tokens, list):
                raise ValueError(f"{path.name} holds no list")
            return tuple(map(str, tokens))
        if (path := model / f"{name}.txt").is_file():
            return tuple(path.read_text(encoding="utf-8").rstrip("\n").split("\n"))
    return ()


def segmentations(pieces: object, text: str) -> list[list[str]]:
    """Give the likely ways in which a SentencePiece processor cuts a text, its own first.

    Only unigram models know more than one.
    """
    own = pieces.encode(text, out_type=str)  # type: ignore[attr-defined]
    try:
        more = pieces.nbest_encode(text, nbest_size=_NBEST, out_type=str)  # type: ignore[attr-defined]
    except RuntimeError:
        more = []
    return [own, *more]


def _spellings(text: str) -> tuple[str, ...]:
    """Give the casings in which a word can come out, as given first."""
    first = text[:1].upper() + text[1:]
    return tuple(dict.fromkeys((text, first, text.lower(), text.upper(), text.title())))


def banned_sequences(
    banned: Iterable[str],
    cut: Callable[[str], Iterable[list[str]]],
    vocabulary: frozenset[str],
) -> tuple[tuple[str, ...], ...]:
    """Give the token sequences that spell a banned string at the beginning of a word.

    Every casing and every likely segmentation. Sequences with a token that the model cannot
    produce are dropped, for CTranslate2 would read it as the unknown token. CTranslate2
    forbids a sequence wherever it appears, so a longer word that is cut in the same way is
    forbidden with it.

    Args:
        banned: the strings.
        cut: gives the likely segmentations of a text.
        vocabulary: the tokens that the model can produce.
    """
    found: dict[tuple[str, ...], None] = {}
    for text in banned:
        for spelling in _spellings(text.strip()):
            for tokens in cut(spelling):
                if tokens and tokens != [SPACE] and vocabulary.issuperset(tokens):
                    found[tuple(tokens)] = None
    return tuple(found)


def find_banned(text: str, banned: Iterable[str]) -> re.Match[str] | None:
    """Find the first banned string that stands in ``text`` as whole words, in any casing."""
    for wanted in banned:
        if wanted.strip():
            pattern = rf"(?<!\w){re.escape(wanted.strip())}(?!\w)"
            if match := re.search(pattern, text, re.IGNORECASE):
                return match
    return None


def observed_sequence(
    tokens: Sequence[str], decode: Callable[[list[str]], str], banned: Iterable[str]
) -> tuple[str, ...] | None:
    """Give the tokens that spell a banned string in an output; None where there is none.

    A string that does not begin a token takes the token before it along (``▁(`` in
    ``(AI``): forbidding it must not touch other words that hold the same letters.
    """
    match = find_banned(decode(list(tokens)), banned)
    if match is None:
        return None
    ends = [len(decode(list(tokens[: n + 1]))) for n in range(len(tokens))]
    first = next((i for i, end in enumerate(ends) if end > match.start()), len(tokens) - 1)
    last = next((i for i, end in enumerate(ends) if end >= match.end()), len(tokens) - 1)
    if first and not tokens[first].startswith(SPACE):
        first -= 1
    return tuple(tokens[first : last + 1])
