"""A folder with a converted model, read before the model is: what is there, what is wrong."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.engines.ct2.pieces import read_vocabulary
from pipeline.errors import ModelDamaged, ModelError, ModelMissing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CONVERT = (
    "convert it with `ct2-transformers-converter --model NAME --output_dir FOLDER --copy_files"
    " TOKENIZER`: docs/ENGINES.md has the line for each family"
)
AGAIN = "get the file again from where the model was published, or convert the model again"
_MODEL = "model.bin"
_SPEC = b"TransformerSpec"  # what CTranslate2 calls an encoder with a decoder
_POINTER = b"version https://git-lfs"  # stands in a file's place where Git LFS was not installed
_UNCONVERTED = (".safetensors", ".npz", ".pt", ".ckpt")
_START = "decoder_start_token"  # null in mBART-25
_TRACES = ("config.json", "tokenizer.json", "pytorch_model.bin", "tokenizer_config.json")
_UNREADABLE = (OSError, ValueError, RecursionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """What a converted model's folder says of the model."""

    path: Path
    files: frozenset[str]  # names
    config: Mapping[str, Any]  # CTranslate2's config.json
    source: frozenset[str]  # the encoder's vocabulary
    target: frozenset[str]  # the decoder's

    @property
    def tokenizers(self) -> tuple[str, ...]:
        """Name the SentencePiece models."""
        return tuple(sorted(f for f in self.files if f.endswith((".model", ".spm"))))

    @property
    def deciding(self) -> tuple[Path, ...]:
        """Give the files that decide what the model answers."""
        names = {_MODEL, "config.json", *self.tokenizers}
        names |= {f for f in self.files if f.partition(".")[0].endswith("_vocabulary")}
        return tuple(self.path / name for name in names)


def is_model(path: Path) -> bool:
    """Say whether a folder looks like a model, converted or not."""
    try:
        names = {p.name for p in path.iterdir()}
    except (OSError, ValueError):  # an address, a null byte
        return False
    endings = (".spm", "_vocabulary.json", "_vocabulary.txt", *_UNCONVERTED)
    found = bool(names & {_MODEL, *_TRACES}) or any(n.endswith(endings) for n in names)
    return found or any(path.glob(f"*/{_MODEL}"))


def read_folder(path: Path) -> Folder:
    """Read what a folder says of its model; the model itself is not loaded.

    Raises:
        ModelMissing: there is no such folder, or no converted model in it.
        ModelDamaged: a file is missing or cannot be read.
        ModelError: it is a model of another kind.
    """
    try:
        files = frozenset(p.name for p in path.iterdir() if p.is_file())
    except OSError as error:
        raise ModelMissing(
            f"this is no folder that can be read: {error.strerror}",
            place=str(path),
            next_step="name the folder that holds model.bin",
        ) from error
    if _MODEL not in files:
        raise _no_model(path, files)
    if files & {"vocabulary.json", "vocabulary.txt"}:
        raise ModelError(
            "this is a language model, not a translation model",
            place=str(path),
            next_step="name a model that was made for translation: docs/ENGINES.md",
        )
    _check_head(path / _MODEL)
    config = _config(path / "config.json")
    try:
        source, target = (frozenset(read_vocabulary(path, side)) for side in ("source", "target"))
    except _UNREADABLE as error:
        raise damaged(f"the model's vocabulary cannot be read: {error}", path) from error
    if not (source and target):
        raise damaged("the model has no vocabulary: shared_vocabulary.json is missing", path)
    return Folder(path=path, files=files, config=config, source=source, target=target)


def damaged(problem: str, place: Path) -> ModelDamaged:
    """Give the error for a file that is missing or cannot be used."""
    return ModelDamaged(problem, place=str(place), next_step=AGAIN)


def check_pointer(path: Path) -> None:
    """Refuse what stands in the place of a file that was never fetched.

    Raises:
        ModelDamaged: the file is a Git LFS pointer, or cannot be read.
    """
    try:
        with path.open("rb") as handle:
            head = handle.read(len(_POINTER))
    except OSError as error:
        raise damaged(f"{path.name} cannot be read: {error.strerror}", path) from error
    if head == _POINTER:
        raise ModelDamaged(
            f"{path.name} is a pointer of Git LFS, not the file itself",
            place=str(path),
            next_step="run `git lfs install` and `git lfs pull` in the folder",
        )


def _no_model(path: Path, files: frozenset[str]) -> ModelError:
    below = sorted(p.parent.name for p in path.glob(f"*/{_MODEL}"))
    problem, step = "this folder holds no model: model.bin is missing", AGAIN
    if "metadata.json" in files:
        problem, step = "this is an Argos package", "leave out --engine, or say --engine argos"
    elif below:
        problem, step = "the model is one folder further down", f"name {path / below[0]}"
    elif "pytorch_model.bin" in files or any(f.endswith(_UNCONVERTED) for f in files):
        problem, step = "this model is not converted for CTranslate2", CONVERT
    return ModelMissing(problem, place=str(path), next_step=step)


def _check_head(path: Path) -> None:
    check_pointer(path)
    with path.open("rb") as handle:
        head = handle.read(64)
    _, length = struct.unpack("<IH", head[:6].ljust(6, b"\0"))
    spec = head[6 : 6 + length].rstrip(b"\0")
    if spec == _SPEC:
        return
    if spec.endswith(b"Spec"):
        raise ModelError(
            f"this is a {spec.decode('ascii', 'replace')}, not a translation model",
            place=str(path),
            next_step="name a model that was made for translation: docs/ENGINES.md",
        )
    raise damaged("model.bin is damaged, or is no model of CTranslate2", path)


def _config(path: Path) -> Mapping[str, Any]:
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise damaged(
            "config.json is missing: it says whether the model adds </s> to the source", path
        ) from error
    except _UNREADABLE as error:
        raise damaged(f"config.json cannot be read: {error}", path) from error
    if not isinstance(table, dict):
        raise damaged("config.json holds no object", path)
    for key in ("add_source_bos", "add_source_eos"):
        if not isinstance(table.get(key), bool):
            raise ModelDamaged(
                f"config.json does not say whether the model does {key}",
                place=str(path),
                next_step=f'write "{key}": false into it; true for the source\'s end if the model'
                " was made by ct2-marian-converter or ct2-opus-mt-converter",
            )
    for key in ("bos_token", "eos_token", "unk_token", _START):
        if not isinstance(table.get(key, 0), str) and (table.get(key, 0), key) != (None, _START):
            raise damaged(f"config.json names no {key}", path)
    return table
