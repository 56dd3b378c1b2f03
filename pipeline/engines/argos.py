"""The ``argos`` engine: an Argos Translate package's own model and tokenizer, driven directly.

argostranslate translates one paragraph at a time in batches of 32 tokens. Here the
sentences of all documents share batches; what the model is asked for is the same as in
``argostranslate.translate.apply_packaged_translation`` 1.12.1, and so is the answer.
"""

from __future__ import annotations

import json
from dataclasses import astuple
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from pipeline.engines.ct2.core import BATCH_TOKENS, TranslatorEngine, fingerprint
from pipeline.engines.ct2.families import Family
from pipeline.engines.ct2.pieces import read_vocabulary, segmentations
from pipeline.errors import ModelDamaged, ModelMissing
from pipeline.records import Decoding

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ADAPTER_VERSION = 1  # raised whenever this module's output for the same model changes
ARGOS_DECODING = Decoding(beam=4, length_penalty=0.2)  # argostranslate's own

_KEPT_BY_HASH = ("metadata.json", "sentencepiece.model", "bpe.model")


class ArgosEngine(TranslatorEngine):
    """An installed Argos Translate package.

    Args:
        package: the package's folder, with ``metadata.json``, ``model/`` and a tokenizer.
        decoding: options where a request gives none; argostranslate's own (beam 4,
            length penalty 0.2) unless given.
        threads, device, batch_tokens, exact: see `TranslatorEngine`.

    Raises:
        ModelMissing: the folder is not a package.
        ModelDamaged: the model or its tokenizer cannot be loaded.
    """

    name = "argos"
    title = "Argos package {model}"
    default_decoding = ARGOS_DECODING
    # Several batches are decoded at once: many of them keep every core busy.
    step_tokens = 16_384
    window = 4096
    max_source_tokens = 512  # twice as many are written at most

    def __init__(
        self,
        package: Path | str,
        *,
        device: str = "cpu",
        threads: int = 0,
        decoding: Decoding = ARGOS_DECODING,
        batch_tokens: int = BATCH_TOKENS,
        exact: bool = True,
    ) -> None:
        package = Path(package)
        family = ArgosPackage(package)
        files = [path for path in (package / "model").rglob("*") if path.is_file()]
        files += [path for name in _KEPT_BY_HASH if (path := package / name).is_file()]
        super().__init__(
            package / "model",
            family,
            fingerprint=fingerprint(
                package, files, f"argos {ADAPTER_VERSION} {astuple(decoding)} {exact}"
            ),
            decoding=decoding,
            threads=threads,
            device=device,
            batch_tokens=batch_tokens,
            exact=exact,
        )

    @classmethod
    def accepts(cls, model: str) -> bool:
        """Accept an unpacked package's folder."""
        return (Path(model) / "metadata.json").is_file()


class ArgosPackage(Family):
    """What argostranslate does with a package's texts, underscores and all."""

    title = "argos"
    licence = "as its README.md says"
    remedy = "remove the package and install it again"
    decoding = ARGOS_DECODING
    options = MappingProxyType({"replace_unknowns": True})

    def __init__(self, package: Path) -> None:
        metadata = _read_metadata(package)
        self._prefix = str(metadata.get("target_prefix") or "")
        self.prefix = (self._prefix,) if self._prefix else ()
        self._tokenizer = load_tokenizer(
            package,
            source=str(metadata.get("from_code")),
            target=str(metadata.get("to_code")),
        )
        try:
            self.vocabulary = frozenset(read_vocabulary(package / "model"))
        except (OSError, ValueError, RecursionError) as error:
            problem = f"the model's vocabulary cannot be read: {error}"
            raise _damaged(problem, package / "model") from error
        if not self.vocabulary:
            raise _damaged("the model has no vocabulary", package / "model")

    def encode(self, source: str) -> list[str]:
        """Cut a sentence as argostranslate does."""
        return self._tokenizer.encode(source)

    def decode(self, tokens: list[str]) -> str:
        """Put tokens together as argostranslate does."""
        return self._tokenizer.decode(tokens)

    def cut(self, text: str) -> Iterable[list[str]]:
        """See `Family.cut`; of BPE only one way is known."""
        load = getattr(self._tokenizer, "lazy_processor", None)
        return [self._tokenizer.encode(text)] if load is None else segmentations(load(), text)

    def text(self, tokens: Sequence[str]) -> str:
        """Take the prefix off as argostranslate does: as text."""
        text = self._tokenizer.decode(list(tokens))
        if self._prefix and text.startswith(self._prefix):
            text = text[len(self._prefix) :]
        return text.removeprefix(" ")


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
        raise _damaged(f"the package's tokenizer cannot be loaded: {error}", package) from error
    return tokenizer


def _read_metadata(package: Path) -> dict[str, Any]:
    path = package / "metadata.json"
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelMissing(
            "this folder is not an Argos package: it has no metadata.json",
            place=str(package),
            next_step="install one: `passerelle models install FILE.argosmodel`",
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(f"the package's metadata cannot be read: {error}", path) from error
    return table if isinstance(table, dict) else {}


def _damaged(problem: str, place: Path) -> ModelDamaged:
    """Give the error for a package of which a part cannot be used."""
    return ModelDamaged(problem, place=str(place), next_step=ArgosPackage.remedy)
