"""Damaged archives of articles: bad rows are named, good ones are translated."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import polars as pl
from fake_engine import FakeOpener

from pipeline.config import Settings
from pipeline.errors import PasserelleError
from pipeline.run import Job
from pipeline.run import run as translate

from .trials import tries

if TYPE_CHECKING:
    import random
    from pathlib import Path

GOOD = {f"bon-{n}": f"Le vent numéro {n} se lève. La mer monte." for n in range(6)}
BAD = (
    b"{no json}",
    b"[1]",
    b"\xff\xfe\x00",
    b'{"id": "x", "text": "\\ud800"}',
    b'{"id": "x", "text": null}',
    b'{"id": "../../x", "text": "Oui."}',
    b'{"id": "x/../y", "text": "Oui."}',
    b'{"id": "", "text": "Oui."}',
    b'{"id": "a\\u0000b", "text": "Oui."}',
    b'{"id": 1e999, "text": "Oui."}',
    b"[" * 30_000,
    b'{"a":' * 30_000,
    b'{"id": "n", "text": "' + b"a" * 100_000,
    b"1" * 10_000,
)


class _Silent:
    def event(self, _: object) -> None: ...

    def progress(self, _: object) -> None: ...

    def close(self) -> None: ...


def _jsonl(dice: random.Random) -> bytes:
    lines = [json.dumps({"id": k, "text": v}, ensure_ascii=False).encode() for k, v in GOOD.items()]
    for _ in range(dice.randrange(6)):
        lines.insert(dice.randrange(len(lines) + 1), dice.choice(BAD))
    return b"\n".join(lines) + dice.choice((b"", b"\n", b"\r\n", b"\n\n"))


def _parquet(dice: random.Random) -> bytes:
    made = io.BytesIO()
    pl.DataFrame({"id": list(GOOD), "text": list(GOOD.values())}).write_parquet(made)
    data = bytearray(made.getvalue())
    for _ in range(dice.randrange(1, 6)):
        data[dice.randrange(len(data))] = dice.randrange(256)
    return bytes(data[: dice.randrange(len(data))] if dice.random() < 0.2 else data)


def one(dice: random.Random, folder: Path) -> str:
    """Translate one archive."""
    damaged = dice.random() < 0.3
    path = folder / ("a.parquet" if damaged else "a.jsonl")
    path.write_bytes(_parquet(dice) if damaged else _jsonl(dice))
    before = {*folder.parent.glob("x*")}  # of others
    settings = Settings(glossary=(), out=str(folder / "out"), report=False)
    job = Job(paths=(str(path),), settings=settings, force=False, rows="")
    try:
        report = translate(job, open_engine=FakeOpener(window=7, step=40), reporter=_Silent())
    except PasserelleError as error:
        return "" if damaged else f"refused: {error}"
    if damaged:
        return ""
    lines = (folder / "out" / "a.en.jsonl").read_text(encoding="utf-8").splitlines()
    rows = {row["id"]: row["text"] for row in map(json.loads, lines)}
    lost = [key for key in GOOD if key not in rows or "[La mer monte.]" not in rows[key]]
    strays = [p for p in folder.parent.glob("x*") if p not in before]
    bad = len(path.read_bytes().splitlines()) - len(GOOD)
    if lost or strays:
        return f"lost: {lost} {strays}"
    return "" if report.skipped_total <= bad else "said: more rows are skipped than were bad"


def run(seconds: float, seed: int) -> dict[str, int]:
    """Make tries for so many seconds; see `tries`."""
    return tries(one, seconds, seed)
