"""An Argos package's tokenizer and vocabulary, and what a banned word looks like in them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Protocol

from pipeline.errors import ModelDamaged

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

SPACE = "▁"  # SentencePiece's mark for the space before a word
_SEGMENTATIONS = 16  # of one spelling: the model's own first, then the next likely ones


def damaged(problem: str, place: Path) -> ModelDamaged:
    """Give the error for a package of which a part cannot be used."""
    return ModelDamaged(
        problem, place=str(place), next_step="remove the package and install it again"
    )


class Tokenizer(Protocol):
    """What argostranslate's two tokenizers have in common."""

    def encode(self, sentence: str) -> list[str]:
        """Cut a sentence into the model's tokens."""
        ...

    def decode(self, tokens: list[str]) -> str:
        """Put tokens together again."""
        ...


def load_tokenizer(package: Path, *, source: str, target: str) -> Tokenizer:
    """Load the tokenizer of an Argos package: SentencePiece, else BPE, as argostranslate does.

    The classes are argostranslate's own: ``argostranslate.tokenizer`` neither creates
    folders nor imports anything heavy.

    Raises:
        ModelDamaged: there is none, or it cannot be loaded.
    """
    from argostranslate.tokenizer import BPETokenizer, SentencePieceTokenizer

    pieces, merges = package / "sentencepiece.model", package / "bpe.model"
    tokenizer: Tokenizer
    try:
        if pieces.is_file():
            tokenizer = SentencePieceTokenizer(pieces)
        elif merges.is_file():
            tokenizer = BPETokenizer(merges, source, target)
        else:
            raise FileNotFoundError("neither sentencepiece.model nor bpe.model is there")
        tokenizer.encode("a")  # both load on first use
    except (OSError, RuntimeError, ValueError) as error:
        raise damaged(f"the package's tokenizer cannot be loaded: {error}", package) from error
    return tokenizer


def read_vocabulary(model: Path) -> frozenset[str]:
    """Read the target vocabulary of a CTranslate2 model (JSON list or one token a line).

    Raises:
        ModelDamaged: there is none, or it cannot be read.
    """
    try:
        for name in ("target_vocabulary", "shared_vocabulary"):
            if (path := model / f"{name}.json").is_file():
                return frozenset(map(str, json.loads(path.read_text(encoding="utf-8"))))
            if (path := model / f"{name}.txt").is_file():
                return frozenset(path.read_text(encoding="utf-8").split("\n"))
    except (OSError, ValueError, RecursionError) as error:
        raise damaged(f"the model's vocabulary cannot be read: {error}", model) from error
    raise damaged("the model has no vocabulary", model)


def _spellings(text: str) -> tuple[str, ...]:
    """Give the casings in which a word can come out, as given first."""
    first = text[:1].upper() + text[1:]
    return tuple(dict.fromkeys((text, first, text.lower(), text.upper(), text.title())))


def _segmentations(tokenizer: Tokenizer, text: str) -> Iterable[list[str]]:
    yield tokenizer.encode(text)
    # Only SentencePiece can say how else a word may be cut.
    load = getattr(tokenizer, "lazy_processor", None)
    if load is not None:
        yield from load().nbest_encode(text, nbest_size=_SEGMENTATIONS, out_type=str)


def banned_sequences(
    banned: Iterable[str], tokenizer: Tokenizer, vocabulary: frozenset[str]
) -> tuple[tuple[str, ...], ...]:
    """Give the token sequences that spell a banned string at the beginning of a word.

    Every casing and, with SentencePiece, the likeliest segmentations. Sequences with a
    token that the model cannot produce are dropped, for CTranslate2 would read it as the
    unknown token. CTranslate2 forbids a sequence wherever it appears, so a longer word
    that is cut in the same way is forbidden with it.
    """
    found: dict[tuple[str, ...], None] = {}
    for text in banned:
        for spelling in _spellings(text.strip()):
            for tokens in _segmentations(tokenizer, spelling):
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
    tokens: Sequence[str], tokenizer: Tokenizer, banned: Iterable[str]
) -> tuple[str, ...] | None:
    """Give the tokens that spell a banned string in an output; None where there is none.

    A string that does not begin a token takes the token before it along (``▁(`` in
    ``(AI``): forbidding it must not touch other words that hold the same letters.
    """
    match = find_banned(tokenizer.decode(list(tokens)), banned)
    if match is None:
        return None
    ends = [len(tokenizer.decode(list(tokens[: n + 1]))) for n in range(len(tokens))]
    first = next((i for i, end in enumerate(ends) if end > match.start()), len(tokens) - 1)
    last = next((i for i, end in enumerate(ends) if end >= match.end()), len(tokens) - 1)
    if first and not tokens[first].startswith(SPACE):
        first -= 1
    return tuple(tokens[first : last + 1])
