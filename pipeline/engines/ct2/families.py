"""Families of translation models: what each was taught to be fed, and how it answers.

The ways are those of the models' own tokenizers (`transformers` 4.57), held against them in
``tests/unit/test_engine_ct2_tokens.py``. Marian and NLLB models were trained on texts whose
punctuation the Moses normaliser had gone over (OPUS-MT's ``preprocess.sh``; NLLB's
``prepare_data``); the others on texts as they are, but for what SentencePiece does itself.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from pipeline.engines.ct2.folder import AGAIN, check_pointer, damaged
from pipeline.engines.ct2.pieces import SPACE, segmentations
from pipeline.errors import ModelError, ModelMissing, UsageError
from pipeline.records import Decoding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pipeline.engines.ct2.folder import Folder

_CONTROL = r"</?s>|<(?:unk|pad|mask|blank)>|madeupword\d+|<extra_id_\d+>"
_FRENCH = "Le ministre a annoncé mardi une nouvelle loi sur les retraites, que les syndicats ont"
_ENGLISH = "On Tuesday the minister announced a new law on pensions, which the unions have"
_KNOWN = 0.5  # of the French sentence's pieces: fewer, and the tokenizer is another model's


class Family(ABC):
    """A model's way with texts: from a sentence to its tokens, and back."""

    title: ClassVar[str]  # for people
    licence: ClassVar[str] = ""  # as published, for people
    remedy: ClassVar[str] = AGAIN  # the next step where the model's files are at fault
    decoding: ClassVar[Decoding]
    options: ClassVar[Mapping[str, bool]] = MappingProxyType({"disable_unk": True})

    vocabulary: frozenset[str]  # what the model can produce
    prefix: tuple[str, ...] = ()  # tokens that every output begins with

    @abstractmethod
    def encode(self, source: str) -> list[str]:
        """Cut a sentence into the tokens that the model is fed."""

    @abstractmethod
    def decode(self, tokens: list[str]) -> str:
        """Put tokens of an output together."""

    @abstractmethod
    def cut(self, text: str) -> Iterable[list[str]]:
        """Give the likely ways in which the model writes a text, likeliest first."""

    def text(self, tokens: Sequence[str]) -> str:
        """Give the text of a whole output."""
        return self.decode(list(tokens))


class Published(Family):
    """A model that somebody published, converted, in a folder of its own.

    Raises:
        ModelMissing: it has no tokenizer.
        ModelDamaged: the tokenizer cannot be read, or is another model's.
        ModelError: it does not translate French into English.
    """

    name: ClassVar[str]
    file: ClassVar[str] = "sentencepiece.bpe.model"  # the tokenizer's usual name
    codes: ClassVar[str]  # its language tokens, a regular expression
    french: ClassVar[str]
    english: ClassVar[str]
    decoding = Decoding(beam=5, length_penalty=1.0)

    def __init__(self, folder: Folder) -> None:
        self.vocabulary = folder.target
        self._check_languages(folder)
        reading, writing = self._files(folder)
        self._in = _load(folder, reading)
        self._out = self._in if writing == reading else _load(folder, writing)
        eos = str(folder.config["eos_token"])
        # The converters differ: some models add the end of the source themselves.
        self._after = () if folder.config["add_source_eos"] else (eos,)
        mute = re.compile(f"{_CONTROL}|{self.codes}")
        self._mute = frozenset(filter(mute.fullmatch, folder.target))
        self._before: tuple[str, ...] = ()
        self._set_out(folder)
        pieces = [p for p in self._in.encode(_FRENCH, out_type=str) if p != SPACE]
        known = sum(piece in folder.source for piece in pieces)
        if known < _KNOWN * len(pieces):
            raise damaged(
                f"the tokenizer {reading} is another model's: of {len(pieces)} pieces of a French"
                f" sentence this model knows {known}",
                folder.path,
            )

    @classmethod
    def looks_like(cls, folder: Folder) -> bool:
        """Say whether a folder is one of this family."""
        return cls.french in folder.source or cls.english in folder.target

    @classmethod
    def resembles(cls, folder: Folder) -> bool:
        """Say the same of a folder that lacks our languages."""
        return any(map(re.compile(cls.codes).fullmatch, folder.source))

    def encode(self, source: str) -> list[str]:
        """See `Family.encode`; nothing where there is nothing to translate."""
        source = self._normal(source)
        if not source.strip():
            return []
        return [*self._before, *self._in.encode(source, out_type=str), *self._after]

    def decode(self, tokens: list[str]) -> str:
        """See `Family.decode`; tokens that are no text are left out."""
        text: str = self._out.decode([token for token in tokens if token not in self._mute])
        # A piece that the other side's tokenizer alone knows comes back as it is.
        return text.replace(SPACE, " ").strip()

    def cut(self, text: str) -> Iterable[list[str]]:
        """See `Family.cut`."""
        return segmentations(self._out, text)

    def _normal(self, source: str) -> str:
        """Write a source as the texts were written that the model was trained on."""
        return source

    def _set_out(self, _folder: Folder) -> None:
        """Note what stands before the pieces: the language read, and the one written."""
        self._before, self.prefix = (self.french,), (self.english,)

    def _check_languages(self, folder: Folder) -> None:
        wanted = ((self.french, folder.source, "French"), (self.english, folder.target, "English"))
        for token, vocabulary, language in wanted:
            if token not in vocabulary:
                raise ModelError(
                    f"this {self.title} model has no {language}: {token} is not in its vocabulary",
                    place=str(folder.path),
                    next_step="name a model that translates French into English",
                )

    def _files(self, folder: Folder) -> tuple[str, str]:
        """Name the tokenizers of the source and of the target."""
        found = folder.tokenizers
        if len({(folder.path / name).read_bytes() for name in found}) > 1:
            raise UsageError(
                f"there are several tokenizers: {', '.join(found)}",
                place=str(folder.path),
                next_step=f"leave one, the model's own (usually {self.file})",
            )
        if not found:
            raise _no_tokenizer(folder, self.file)
        return found[0], found[0]


def _no_tokenizer(folder: Folder, usual: str) -> ModelMissing:
    only = "tokenizer.json" in folder.files
    return ModelMissing(
        "the tokenizer is there only as tokenizer.json, which is not read"
        if only
        else "the folder holds no tokenizer",
        place=str(folder.path),
        next_step=f"copy {usual} into it from where the model was published",
    )


def _load(folder: Folder, name: str) -> Any:  # noqa: ANN401 - sentencepiece has no types
    import sentencepiece

    path = folder.path / name
    check_pointer(path)
    try:
        return sentencepiece.SentencePieceProcessor(model_file=str(path))
    except (OSError, RuntimeError) as error:
        raise damaged(f"the tokenizer {name} cannot be read: {error}", path) from error


def _moses() -> Callable[[str], str]:
    from sacremoses import MosesPunctNormalizer

    # Numbers stay as they are: as French has them, Moses would take 12 345 for a decimal.
    normalise = MosesPunctNormalizer("fr", norm_numbers=False).normalize
    return lambda text: str(normalise(text.replace("\u202f", "\u00a0")))


# --- the families ----------------------------------------------------------------------


class _Normalised(Published):
    """A model that was trained on texts with Moses' punctuation."""

    def __init__(self, folder: Folder) -> None:
        self._normalise = _moses()
        super().__init__(folder)

    def _normal(self, source: str) -> str:
        return self._normalise(source)


class Marian(_Normalised):
    """OPUS-MT and other Marian models: two tokenizers; ``>>eng<<`` where many are written."""

    name = "marian"
    title = "Marian (OPUS-MT)"
    licence = "OPUS-MT: CC-BY-4.0 (some Apache-2.0)"
    file = "source.spm and target.spm"
    codes = r">>[^<>]+<<"
    english = ">>eng<<"
    decoding = Decoding(beam=4, length_penalty=1.0)
    _ENGLISH_CODES = (">>eng<<", ">>en<<")

    def __init__(self, folder: Folder) -> None:
        super().__init__(folder)
        if self._in is not self._out:
            self._check_direction(folder)

    @classmethod
    def looks_like(cls, folder: Folder) -> bool:
        """Say whether there are two tokenizers, or the mark for English."""
        return {"source.spm", "target.spm"} <= folder.files or cls.english in folder.source

    def _set_out(self, folder: Folder) -> None:
        self._before = tuple(c for c in self._ENGLISH_CODES if c in folder.source)[:1]

    def _check_languages(self, folder: Folder) -> None:
        marks = sorted(filter(re.compile(self.codes).fullmatch, folder.source))
        told = _table(folder, "tokenizer_config.json")
        reads, writes = (str(told.get(f"{side}_lang") or "") for side in ("source", "target"))
        english = any(c in folder.source for c in self._ENGLISH_CODES)
        if not english and (marks or (writes and not writes.startswith("en"))):
            raise _wrong(folder, f"it writes {', '.join(marks[:4]) or writes}, not English")
        if reads.startswith("en"):
            raise _wrong(folder, f"it reads {reads}, not French")

    def _files(self, folder: Folder) -> tuple[str, str]:
        pair = ("source.spm", "target.spm")
        there = [name for name in pair if name in folder.files]
        if len(there) == 1:
            lacking = pair[1 - pair.index(there[0])]
            raise ModelMissing(
                f"of the two tokenizers {lacking} is missing",
                place=str(folder.path),
                next_step=f"copy {lacking} into the folder from where the model was published",
            )
        return pair if there else super()._files(folder)

    def _check_direction(self, folder: Folder) -> None:
        """A tokenizer cuts the language that it was trained on into fewer pieces."""
        french, english = (
            len(self._in.encode(text)) - len(self._out.encode(text)) for text in (_FRENCH, _ENGLISH)
        )
        if french > 0 > english:
            raise _wrong(folder, "by its tokenizers it reads English and writes French")


class Nllb(_Normalised):
    """NLLB-200 of every size."""

    name = "nllb"
    title = "NLLB-200"
    licence = "CC-BY-NC-4.0: no commercial use"
    codes = r"[a-z]{3}_[A-Z][a-z]{3}"
    french, english = "fra_Latn", "eng_Latn"
    decoding = Decoding(beam=4, length_penalty=1.0)


class M2m100(Published):
    """M2M-100."""

    name = "m2m100"
    title = "M2M-100 (for SMaLL-100 say --family small100)"
    licence = "MIT"
    codes = r"__[a-z]{2,3}__"
    french, english = "__fr__", "__en__"


class Small100(M2m100):
    """SMaLL-100, which looks like M2M-100 and is told the target language in the source."""

    name = "small100"
    title = "SMaLL-100"

    @classmethod
    def looks_like(cls, folder: Folder) -> bool:
        """Nothing tells it from M2M-100: it has to be said."""
        return False

    resembles = looks_like

    def _set_out(self, _folder: Folder) -> None:
        self._before = (self.english,)


class Madlad(Published):
    """MADLAD-400: the target language is written before the text, as a text."""

    name = "madlad"
    title = "MADLAD-400"
    licence = "Apache-2.0"
    file = "spiece.model"
    codes = r"<2[a-z]{2,3}(?:_\w+)?>"
    french, english = "<2fr>", "<2en>"
    decoding = Decoding(beam=4, length_penalty=0.6)

    def encode(self, source: str) -> list[str]:
        """See `Family.encode`; the bare token would lose the mark of a word's beginning."""
        return super().encode(f"{self.english} {source}") if source.strip() else []

    def _set_out(self, _folder: Folder) -> None:
        """Nothing stands outside the text."""

    def _check_languages(self, folder: Folder) -> None:
        if self.english not in folder.source:
            raise _wrong(folder, f"{self.english} is not in its vocabulary")


class Mbart50(Published):
    """mBART-50, many-to-many or many-to-one."""

    name = "mbart50"
    title = "mBART-50"
    licence = "MIT"
    codes = r"[a-z]{2}_[A-Z]{2}"
    french, english = "fr_XX", "en_XX"

    def _check_languages(self, folder: Folder) -> None:
        super()._check_languages(folder)
        if folder.config["decoder_start_token"] is None:
            raise _wrong(folder, "it is mBART-25, which was not taught to translate this pair")


def _wrong(folder: Folder, why: str) -> ModelError:
    return ModelError(
        f"this model does not translate French into English: {why}",
        place=str(folder.path),
        next_step="name a model that does: docs/ENGINES.md",
    )


def _table(folder: Folder, name: str) -> Mapping[str, Any]:
    try:
        table = json.loads((folder.path / name).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return table if isinstance(table, dict) else {}


FAMILIES: Mapping[str, type[Published]] = {
    family.name: family for family in (Marian, Nllb, M2m100, Small100, Madlad, Mbart50)
}


def family_of(folder: Folder, said: str = "") -> type[Published]:
    """Tell a model's family, by what its folder holds unless it is said.

    Raises:
        UsageError: no family has that name, or it is not clear which it is.
    """
    if said:
        if said in FAMILIES:
            return FAMILIES[said]
        raise UsageError(
            f"there is no family {said!r}", next_step=f"known families: {', '.join(FAMILIES)}"
        )
    found = [f for f in FAMILIES.values() if f.looks_like(folder)]
    found = found or [f for f in FAMILIES.values() if f.resembles(folder)]
    if len(found) == 1:
        return found[0]
    if any(token.startswith("<extra_id_") for token in folder.source) and not found:
        raise _wrong(folder, "it is a T5 model without <2en>, the mark of MADLAD-400")
    names = ", ".join(f.name for f in found)
    raise UsageError(
        f"this model may be of the families {names}" if found else "this model's family is unknown",
        place=str(folder.path),
        next_step=f"say which with --family: {names or ', '.join(FAMILIES)}",
    )
