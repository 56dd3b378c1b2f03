"""One month of a newsroom: twenty days of ten articles, a glossary that grows, corrections.

Usage::

    python benchmarks/month.py [--days N] [--engine E] [--model M] [--work FOLDER] [--write]

Each working day the day's articles of ``docs/month/articles`` come into an inbox, the corrections
that people made since the day before go into the memory (``passerelle memory import``), the desk's
glossary has the rows of this day, and the whole inbox is translated (``passerelle translate``), as
a desk does it. What a day cost and gave is read from the run's own ``manifest.json`` and
``segments.parquet``.

Needs no network. A run that is stopped goes on with the day in which it stood; that day is begun
anew, so that every figure is of a whole day. ``--write`` puts tables, charts and pictures of the
report into ``docs/month``; without it they stand in the work folder. ``--month FOLDER`` works a
month of your own, laid out as ``docs/month`` is.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import month_pages
import polars as pl

ROOT = Path(__file__).resolve().parent.parent
MONTH = ROOT / "docs" / "month"
STARTER = ROOT / "glossary" / "terms.csv"
BY_PEOPLE, NO_WORDS = "approved", "copy"  # the table's column `engine`


class Desk:
    """A newsroom's folder: inbox, glossaries, English, and what the days gave so far.

    Args:
        work: the folder; made, and kept for a later run.
        engine: options of ``passerelle translate`` that choose the engine.
        month: a folder with ``articles/DAY/``, ``glossary.csv`` and ``corrections.csv``.
    """

    def __init__(self, work, engine, month=MONTH):
        self.work, self.engine, self.month = work, engine, month
        self.inbox, self.english = work / "inbox", work / "english"
        self.results = work / "results.json"
        work.mkdir(parents=True, exist_ok=True)
        self.days = []
        if self.results.is_file():
            before = json.loads(self.results.read_text(encoding="utf-8"))
            if before["engine"] != engine:
                sys.exit(f"{work} was made with {before['engine']}: name another --work folder")
            self.days = before["days"]
        for folder in (self.english, self.inbox):
            shutil.rmtree(folder, ignore_errors=True)
        for day in self.days:
            shutil.copytree(month / "articles" / day["day"], self.inbox / day["day"])
        if self.days:
            shutil.copytree(self._after(self.days[-1]["day"]), self.english)

    def _after(self, day):
        return self.work / "after" / day

    def passerelle(self, *arguments):
        """Run a command as a person does, in the desk's folder; give the seconds that it took."""
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        began = time.monotonic()
        command = [sys.executable, "-m", "pipeline", *map(str, arguments)]
        done = subprocess.run(command, cwd=self.work, env=env, stdout=subprocess.PIPE, text=True)
        if done.returncode:
            sys.exit(f"passerelle {arguments[0]} ended with {done.returncode}:\n{done.stdout}")
        return round(time.monotonic() - began, 1), done.stdout

    def work_a_day(self, day):
        """Translate a day as the desk does, and keep what it cost and gave."""
        started = self.table()
        shutil.rmtree(self.inbox / day, ignore_errors=True)
        shutil.copytree(self.month / "articles" / day, self.inbox / day)
        corrections = self._correct(day)
        rows = self._write_glossary(day)
        seconds, told = self.passerelle(
            *("translate", "inbox", "--out", "english", *self.engine),
            *("--glossary", "terms.csv", "--glossary", "desk.csv"),
        )
        figures = count_day(day, self.english, started)
        starter = sum(1 for _ in read_rows(STARTER))
        figures |= {"corrections": corrections, "glossary_rows": starter + rows, "seconds": seconds}
        (self.work / "said").mkdir(exist_ok=True)
        (self.work / "said" / f"{day}.txt").write_text(told, encoding="utf-8")
        for page in ("report.html", "report.json"):
            shutil.copyfile(self.english / page, self.work / "said" / f"{day}-{page}")
        self._keep(day, figures)
        return figures

    def table(self):
        """Give the segment table as it stands, or an empty one."""
        path = self.english / "segments.parquet"
        return read_table(path) if path.is_file() else []

    def _correct(self, day):
        """Take the corrections over that came in before this day's run; give their number."""
        rows = [r for r in read_rows(self.month / "corrections.csv") if r["day"] == day]
        if rows:
            path = self.work / "corrections" / f"{day}.csv"
            write_rows(path, ("source", "target", "status", "note"), rows)
            self.passerelle("memory", "import", path, "--out", "english")
        return len(rows)

    def _write_glossary(self, day):
        """Write the glossaries of this day: the project's and the desk's; give the desk's rows."""
        shutil.copyfile(STARTER, self.work / "terms.csv")
        columns, rows = glossary_of(day, self.month)
        write_rows(self.work / "desk.csv", columns, rows)
        return len(rows)

    def _keep(self, day, figures):
        """Keep a whole day: first its English and memory, then its figures."""
        shutil.rmtree(self._after(day), ignore_errors=True)
        shutil.copytree(self.english, self._after(day))
        last = self.days[-1]["day"] if self.days else ""
        self.days.append(figures)
        versions = json.loads((self.english / "manifest.json").read_text(encoding="utf-8"))
        found = {"engine": self.engine, "versions": versions["versions"], "cores": os.cpu_count()}
        unfinished = self.results.with_suffix(".new")
        unfinished.write_text(json.dumps({**found, "days": self.days}, indent=1) + "\n")
        unfinished.replace(self.results)
        if last:
            shutil.rmtree(self._after(last))


def glossary_of(day, month=MONTH):
    """Give the columns and the rows of the desk's glossary on a day: the latest of each term."""
    rows = [r for r in read_rows(month / "glossary.csv") if r["day"] <= day]
    with STARTER.open(encoding="utf-8", newline="") as handle:
        columns = next(csv.reader(handle))
    return columns, list({r["source"]: r for r in rows}.values())


def read_rows(path):
    """Give the rows of a CSV as dictionaries."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def write_rows(path, columns, rows):
    """Write rows as a CSV; what they hold besides the columns is left out."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, columns, extrasaction="ignore", restval="")
        writer.writeheader()
        writer.writerows(rows)


def read_table(path):
    """Give the rows of a segment table as dictionaries."""
    return pl.read_parquet(path).to_dicts()


def count_day(day, english, started):
    """Give what a day's run did, by its manifest and its segment table.

    ``known`` is what the memory held already or what stood twice, ``by_people`` what a
    correction settled; ``earlier_*`` is what changed in the articles of the days before.
    """
    rows = read_table(english / "segments.parquet")
    manifest = json.loads((english / "manifest.json").read_text(encoding="utf-8"))
    today = [r for r in rows if r["doc_id"].startswith(f"{day}/")]
    by_people = sum(r["engine"] == BY_PEOPLE for r in today)
    no_words = sum(r["engine"] == NO_WORDS for r in today)
    plain = [r for r in today if r["engine"] not in {BY_PEOPLE, NO_WORDS}]
    known = sum(r["memory"] for r in plain)
    terms = [term for r in today for term in r["terms"]]
    findings = Counter((f["check"], f["severity"]) for r in today for f in r["findings"])
    before = {place(r): r["target"] for r in started}
    earlier = [r for r in rows if place(r) in before]
    return {
        "day": day,
        "articles": len({r["doc_id"] for r in today}),
        "words": sum(len(r["source"].split()) for r in today),
        "sentences": len(today),
        "translated": len(plain) - known,
        "known": known,
        "by_people": by_people,
        "no_words": no_words,
        "second_look": sum(any(e["rung"] == "second-look" for e in r["edits"]) for r in plain),
        "earlier_translated": manifest["segments"]["translated"] - (len(plain) - known),
        "earlier_changed": sum(before[place(r)] != r["target"] for r in earlier),
        "earlier_by_people": sum(
            r["engine"] == BY_PEOPLE and before[place(r)] != r["target"] for r in earlier
        ),
        "terms": len(terms),
        "satisfied": sum(t["status"] == "satisfied" for t in terms),
        "rungs": dict(Counter(t["rung"] for t in terms if t["status"] == "satisfied")),
        "findings": [[*key, number] for key, number in sorted(findings.items())],
    }


def place(row):
    """Give by what a sentence is found again the day after."""
    return row["doc_id"], row["block_id"], row["segment_id"]


def main():
    """Work the days that are asked for, and say what they gave."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=0, help="work so many days; 0: all")
    parser.add_argument("--engine", default="bundled", help="as of `passerelle translate`")
    parser.add_argument("--model", default="", help="as of `passerelle translate`")
    parser.add_argument(
        "--month", type=Path, default=MONTH, help="articles and desk of another month"
    )
    parser.add_argument("--work", type=Path, default=ROOT / "outputs" / "month")
    parser.add_argument("--pictures", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--write", action="store_true", help="pages into the month's folder")
    given = parser.parse_args()
    engine = ["--engine", given.engine, *(["--model", given.model] if given.model else [])]
    desk = Desk(given.work.resolve(), engine, given.month)
    days = sorted(path.name for path in (given.month / "articles").iterdir() if path.is_dir())
    done = {figures["day"] for figures in desk.days}
    for day in days[: given.days or None]:
        if day not in done:
            print(month_pages.in_a_line(desk.work_a_day(day)), flush=True)
    out = given.month if given.write else desk.work
    month_pages.write(desk.work, out, pictures=given.pictures)


if __name__ == "__main__":
    main()
