"""``manifest.json``: what made these outputs. Deterministic apart from ``time``."""

from __future__ import annotations

import hashlib
import json
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from pipeline.errors import InputError
from pipeline.fsio import atomic_write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.config import Settings
    from pipeline.run.reporting.report import RunReport
    from pipeline.translate.opening import Glossary

__all__ = ["write_manifest"]

_LIBRARIES = (
    "passerelle",
    "ctranslate2",
    "sentencepiece",
    "markdown-it-py",
    "charset-normalizer",
    "ahocorasick-rs",
    "simplemma",
    "polars",
    "sacrebleu",
)


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(
            f"cannot be read again: {error.strerror}",
            place=str(path),
            next_step="it was moved or changed while the run went on; run again",
        ) from error


def manifest(
    report: RunReport, settings: Settings, glossary: Glossary, inputs: Sequence[str]
) -> dict[str, Any]:
    """Give the manifest of a run as a JSON-ready table."""
    table = report.to_json()
    seconds = table.pop("seconds")
    return {
        "time": {
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": round(seconds, 3),
        },
        "versions": _versions(),
        "inputs": list(inputs),
        "settings": {
            item.name: {"value": item.value, "origin": item.origin} for item in settings.listing()
        },
        "glossary_files": [{"path": str(path), "sha256": _sha256(path)} for path in glossary.paths],
        "glossary_fingerprint": glossary.termbase.fingerprint,
        **table,
    }


def write_manifest(
    path: Path, report: RunReport, settings: Settings, glossary: Glossary, inputs: Sequence[str]
) -> None:
    """Write the manifest of a run.

    Args:
        path: of the manifest.
        report: of the run.
        settings: of the run.
        glossary: of the run.
        inputs: files, folders and patterns that were translated, as they were given.

    Raises:
        OutputError: the file cannot be written.
        InputError: a glossary file is gone.
    """
    text = json.dumps(manifest(report, settings, glossary, inputs), ensure_ascii=False, indent=2)
    atomic_write(path, f"{text}\n".encode())
