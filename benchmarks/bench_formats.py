"""Document formats: ours and argos-translate-files', judged by the libraries of the tests.

    python benchmarks/bench_formats.py large [PAGES]
    python benchmarks/bench_formats.py peers PYTHON [FOLDER]

``large`` reads and writes Word documents of so many pages (500), each by a process of its own,
and prints seconds of CPU and the peak of its memory (Python and the libraries included).

``peers`` needs an interpreter PYTHON in whose environment argos-translate-files is installed.
Both programs translate the samples of ``tests/formats``, and the files of FOLDER (such as the
examples of that project), with an engine that shouts: it gives capitals, and notes what it was
asked. So all that differs between the two columns is how a file is taken to pieces and put
together again. Counted over each format's samples:

- opens: documents that the format's library opens, that epubcheck finds nothing in (EPUB) or that
  LibreOffice prints as it prints the original, letter for letter in capitals (Office formats),
- translated: texts that a person sees which are there once, in capitals,
- whole: sentences that the engine was asked as one, not in pieces,
- looks: words with a look (bold, italic, link …) that still have it, and no other,
- seconds: for all of them, imports and tables that are loaded once left out.

Addresses and names of programs may be in capitals or not: ours leaves them as they are.

For FOLDER nothing is known but what the libraries read in the originals.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from formats import laws, office  # noqa: E402 (the tests' own package)
from formats.marked import Marked, bag, collapsed, notation  # noqa: E402
from formats.samples import Sample, samples  # noqa: E402
from formats.samples.docx_package import Docx  # noqa: E402

FORMATS = ("docx", "pptx", "odt", "odp", "epub", "html", "srt")  # that both have
_BARE = re.compile("[\ufffc\u00ad]")  # marks of notes, soft hyphens
_NAME = re.compile(r"(?:https?://|--)[\w./:-]+|\w+(?:[._:]\w+)+", re.IGNORECASE)
THEIRS = """
import json, sys, time
from argostranslatefiles import argostranslatefiles
class Language: code = "en"
class Engine:
    to_lang = from_lang = Language()
    def __init__(self): self.asked = []
    def translate(self, text):
        self.asked.append(text)
        return text.upper()
answers = []
for path in json.load(sys.stdin):
    engine, start, error, made = Engine(), time.perf_counter(), "", ""
    try:
        made = argostranslatefiles.translate_file(engine, path) or ""
    except Exception as caught:
        error = f"{type(caught).__name__}: {caught}"
    taken = time.perf_counter() - start
    answers.append({"path": made, "error": error, "asked": engine.asked, "seconds": taken})
json.dump(answers, open(sys.argv[1], "w"))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a program made of a sample."""

    data: bytes  # empty where it failed
    asked: tuple[str, ...]
    seconds: float


# --- the two programs ------------------------------------------------------------------


def ours(documents: list[Sample]) -> list[Answer]:
    """Translate samples with our formats."""
    answers = []
    for sample in documents:
        asked: list[str] = []

        def shout(source: str, asked: list[str] = asked) -> str:
            asked.append(source)
            return source.upper()

        start = time.perf_counter()
        data = laws.translated(sample, shout)
        taken = time.perf_counter() - start
        answers.append(Answer(data=data, asked=tuple(asked), seconds=taken))
    return answers


def theirs(python: str, documents: list[Sample]) -> list[Answer]:
    """Translate samples with argos-translate-files."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{i}.{s.format}" for i, s in enumerate(documents)]
        for path, sample in zip(paths, documents, strict=True):
            path.write_bytes(sample.data)
        said = Path(folder) / "answers.json"
        subprocess.run(
            [python, "-W", "ignore", "-c", THEIRS, str(said)],
            input=json.dumps([str(path) for path in paths]),
            encoding="utf-8",
            check=True,
        )
        return [
            Answer(
                data=Path(a["path"]).read_bytes() if a["path"] else b"",
                asked=tuple(a["asked"]),
                seconds=a["seconds"],
            )
            for a in json.loads(said.read_text("utf-8"))
        ]


# --- judging ---------------------------------------------------------------------------


def judged(documents: list[Sample], answers: list[Answer]) -> list[str]:
    """Give the cells of a row: opens, translated, whole, looks, seconds."""
    counts: Counter[str] = Counter()
    opened = set(_printed_alike(documents, answers))
    for sample, answer in zip(documents, answers, strict=True):
        wanted = [_folded(t) for t in laws.expected(sample, lambda t: t.shouted())]
        looks = Counter({pair: n for pair, n in bag(wanted).items() if pair[1]})
        found = _read(sample, answer.data)
        texts = Counter(text.text for text in found)
        counts["texts"] += len(wanted)
        counts["translated"] += (Counter(t.text for t in wanted) & texts).total()
        counts["looks"] += looks.total()
        counts["kept"] += (looks & bag(found)).total()
        spoken = [t.text.replace("\ufffc", "") for t in laws.expected(sample, lambda t: t)]
        sentences = [s for t in spoken for s in re.split(r"(?<=[.!?])\s+", t) if " " in s]
        asked = [" ".join(_BARE.sub("", text).split()) for text in answer.asked]
        counts["sentences"] += len(sentences)
        counts["whole"] += sum(any(" ".join(s.split()) in a for a in asked) for s in sentences)
        counts["opens"] += bool(found) and sample.name in opened
    return [
        f"{counts['opens']}/{len(documents)}",
        _share(counts["translated"], counts["texts"]),
        _share(counts["whole"], counts["sentences"]),
        _share(counts["kept"], counts["looks"]),
        f"{sum(answer.seconds for answer in answers):.2f}",
    ]


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%} of {whole}" if whole else "–"


def _folded(text: Marked) -> Marked:
    """Make blanks one, and addresses and names of programs small: these may stay or be shouted."""
    text = collapsed(text)
    return replace(text, text=_NAME.sub(lambda match: match[0].lower(), text.text))


def _read(sample: Sample, data: bytes) -> list[Any]:
    try:
        return [_folded(text) for text in laws.seen(sample, data)]
    except Exception:
        return []


def _printed_alike(documents: list[Sample], answers: list[Answer]) -> list[str]:
    """Give the names of those that open as said above."""
    made = {s.name: a.data for s, a in zip(documents, answers, strict=True) if a.data}
    format = documents[0].format
    if format == "epub" and office.EPUBCHECK:
        return [name for name, data in made.items() if not office.complaints(data)]
    if format in ("docx", "pptx", "odt", "odp") and office.OFFICE and office.PDFTOTEXT:
        before = office.printed({f"{s.name}.{format}": s.data for s in documents})
        after = office.printed({f"{name}.{format}": data for name, data in made.items()})
        return [
            name
            for name in made
            if _letters(after.get(f"{name}.{format}")) == _letters(before[f"{name}.{format}"])
        ]
    return list(made)


def _letters(words: list[str] | None) -> Counter[str]:
    return Counter("".join(words or ()).upper())


def examples(folder: Path) -> list[Sample]:
    """Give the documents of a folder, with the texts that the libraries read in them."""
    found = []
    for path in sorted(folder.iterdir()):
        format = path.suffix[1:]
        if format in FORMATS:
            data = path.read_bytes()
            sample = Sample(name=path.stem, format=format, data=data, texts=())
            texts = tuple(notation(text) for text in laws.seen(sample, data))
            found.append(replace(sample, texts=texts))
    return found


def peers(python: str, folder: str = "") -> None:
    """Print the tables."""
    given = examples(Path(folder)) if folder else []
    ours(list(samples("html")[:1]))  # the tables that are loaded once
    for title, chosen in (
        ("samples", {f: list(samples(f)) for f in FORMATS}),
        ("examples", {f: [s for s in given if s.format == f] for f in FORMATS}),
    ):
        print(f"\n| {title} | program | opens | translated | whole | looks | seconds |")
        print("|---|---|---|---|---|---|---|")
        for format, documents in chosen.items():
            if documents:
                for name, answers in (
                    ("argos-translate-files", theirs(python, documents)),
                    ("passerelle", ours(documents)),
                ):
                    print(f"| {format} | {name} | {' | '.join(judged(documents, answers))} |")


# --- a long document ---------------------------------------------------------------------


def large(pages: int = 500) -> None:
    """Print the figures of long Word documents; each is read by a process of its own."""
    print("| document | read | write | peak | with sentences and markup | peak |")
    print("|---|---|---|---|---|---|")
    for title, often in (("ordinary", 0.1), ("every word cut into runs", 1.0)):
        book = Docx("large")
        for _ in range(pages):
            book.add(book.paragraph(book.prose.title(), style="Titre1"))
            for _ in range(8):
                book.cut = book.random.random() < often
                text = f"{book.prose.styled('b', 'i')} {book.prose.sentences(3)}"
                book.add(book.paragraph(text))
        data = book.pack()
        words = sum(len(text.split()) for text in book.texts)
        runs = sum(part.count("<w:r>") + part.count("<w:r ") for part in book.body)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "large.docx"
            path.write_bytes(data)
            code = f"import sys; sys.path[:0] = {sys.path[:2]!r}; import runpy; " + (
                f"runpy.run_path({__file__!r}, run_name='part')['part']({str(path)!r})"
            )
            done = subprocess.run(
                [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
            )
        print(f"| {title}: {pages} pages, {words:,} words, {runs:,} runs | {done.stdout}", end="")


def part(path: str) -> None:
    """Read and write a document, then all that is done to it but translating: seconds of CPU."""
    from pipeline.documents import Reading, parse_document, write_document

    data = Path(path).read_bytes()
    start = time.process_time()
    document = parse_document(data, doc_id="d", name=path, reading=Reading())
    read = time.process_time() - start
    write_document(document, {b.block_id: b.text.upper() for b in document.blocks})
    written = time.process_time() - start - read
    alone = _peak()
    del document
    start = time.process_time()
    laws.translated(Sample(name="large", format="docx", data=data, texts=()), str.upper)
    whole = time.process_time() - start
    print(f"{read:.1f} s | {written:.1f} s | {alone} MB | {whole:.1f} s | {_peak()} MB |")


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    command, *arguments = sys.argv[1:] or ["large"]
    if command == "peers":
        peers(*arguments)
    else:
        large(*map(int, arguments))
