"""The ``ct2`` engine: a translation model that was converted for CTranslate2."""

from __future__ import annotations

from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.engines.ct2.core import BATCH_TOKENS, TranslatorEngine, fingerprint
from pipeline.engines.ct2.families import Published, family_of
from pipeline.engines.ct2.folder import is_model, read_folder

if TYPE_CHECKING:
    from pipeline.records import Decoding

VERSION = 1  # raised whenever this room's output for the same model changes


class Ct2Engine(TranslatorEngine):
    """A model of one of the families (`pipeline.engines.ct2.families`) in a folder.

    Args:
        model: the folder, with ``model.bin``, ``config.json``, vocabulary and tokenizer.
        decoding: options where a request gives none; the family's own unless given.
        family: its name, where the folder does not tell.
        threads, device, batch_tokens, exact: see `TranslatorEngine`.

    Raises:
        ModelMissing, ModelDamaged, ModelError: see `read_folder` and `Published`.
        UsageError: see `family_of`.
    """

    name = "ct2"
    title = "the CTranslate2 model {model}"
    default_decoding = Published.decoding
    options = ("family",)
    # Models have positions for 512 tokens at least; twice as many as are read may be written.
    max_source_tokens = 250

    def __init__(
        self,
        model: Path | str,
        *,
        decoding: Decoding | None = None,
        threads: int = 0,
        family: str = "",
        device: str = "cpu",
        batch_tokens: int = BATCH_TOKENS,
        exact: bool = True,
    ) -> None:
        folder = read_folder(Path(model))
        kind = family_of(folder, family)
        decoding = decoding or kind.decoding
        identity = f"ct2 {VERSION} {kind.name} {astuple(decoding)} {exact}"
        super().__init__(
            folder.path,
            kind(folder),
            fingerprint=fingerprint(folder.path, folder.deciding, identity),
            decoding=decoding,
            threads=threads,
            device=device,
            batch_tokens=batch_tokens,
            exact=exact,
        )

    @classmethod
    def accepts(cls, model: str) -> bool:
        """Accept a model's folder; what is wrong with it is told in loading it."""
        return is_model(Path(model))

    @classmethod
    def decoding_for(cls, model: str, **options: str) -> Decoding:
        """Give the options that the family's makers publish."""
        return family_of(read_folder(Path(model)), options["family"]).decoding
