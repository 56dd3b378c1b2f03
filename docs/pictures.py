"""Makes the documentation's pictures from what they show: `make pictures`.

The article of `seeds/` goes through `passerelle translate` with the bundled model, as a text, as a
Word document and as a web page; chromium and LibreOffice show the results. What each picture was
made from is noted in `pictures.toml`: a test names a picture that is older than what it shows.
"""

from __future__ import annotations

import hashlib
import html
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

HERE = Path(__file__).parent
ROOT = HERE.parent
NOTED = HERE / "pictures.toml"
SEED = ROOT / "seeds" / "musk-zuckerberg-openai.fr.txt"
SOURCES = {
    "report.png": (
        "pipeline/quality/report/templates",
        "seeds",
        "pipeline/models/data/fr-en-adapter-v2",
    ),
    "docx.png": ("seeds", "pipeline/models/data/fr-en-adapter-v2"),
    "html.png": ("seeds", "pipeline/models/data/fr-en-adapter-v2"),
}
"""Picture → the files and folders that decide what it shows."""

TITLE = "Rachat d’OpenAI : Musk aurait sollicité Zuckerberg"
BOLD = ("Mark Zuckerberg", "OpenAI", "xAI", "Meta")
ITALIC = ("intelligence artificielle",)
_LOOKS = re.compile("|".join(map(re.escape, (*BOLD, *ITALIC))))
_DAY = "2026-11-26 12:00 UTC"  # so that a picture changes only where the page does
_PAGE = """<!doctype html>
<html lang="fr">
<head><meta charset="utf-8"><title>{title}</title>
<style>
body {{ font: 17px/1.5 "DejaVu Serif", serif; margin: 32px 16px; color: #222 }}
h1 {{ font-size: 28px }} h2 {{ font-size: 21px; color: #14507c }} strong {{ color: #8c1515 }}
</style></head>
<body>
{body}
</body>
</html>
"""


# --- what a picture was made from ------------------------------------------------------


def made_from(name: str) -> str:
    """Give one digest over everything that decides what a picture shows."""
    digest = hashlib.sha256()
    for source in SOURCES[name]:
        top = ROOT / source
        for path in sorted([top] if top.is_file() else top.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(ROOT).as_posix()}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def note(names: Iterable[str]) -> None:
    """Write down what each picture was made from, and which file came of it."""
    lines = ["# Written by `make pictures`; tests/unit/test_docs_pictures.py compares."]
    for name in names:
        file = hashlib.sha256((HERE / name).read_bytes()).hexdigest()
        lines += ["", f'["{name}"]', f'made_from = "{made_from(name)}"', f'file = "{file}"']
    NOTED.write_text("\n".join(lines) + "\n", encoding="utf-8")


# --- the article, three times ------------------------------------------------------------


def paragraphs() -> list[tuple[bool, str]]:
    """Give the article's paragraphs, and whether each is a heading."""
    text = re.sub(r"^\s*date \S+ ", "", SEED.read_text(encoding="utf-8"))
    found = [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]
    return [(len(p) < 80 and not p.endswith("."), p) for p in found]


def pieces(text: str) -> list[tuple[str, str]]:
    """Cut a paragraph by its looks: (tag or "", text)."""
    found, at = [], 0
    for match in _LOOKS.finditer(text):
        tag = "em" if match[0] in ITALIC else "strong"
        found += [("", text[at : match.start()]), (tag, match[0])]
        at = match.end()
    return [*found, ("", text[at:])]


def write_page(path: Path) -> None:
    """Write the article as a web page."""

    def looks(text: str) -> str:
        return "".join(
            f"<{t}>{html.escape(p)}</{t}>" if t else html.escape(p) for t, p in pieces(text)
        )

    lines = [f"<h1>{looks(TITLE)}</h1>"]
    for heading, text in paragraphs():
        tag = "h2" if heading else "p"
        lines.append(f"<{tag}>{looks(text)}</{tag}>")
    path.write_text(_PAGE.format(title=TITLE, body="\n".join(lines)), encoding="utf-8")


def write_word(path: Path) -> None:
    """Write the article as a Word document."""
    import docx

    document = docx.Document()
    document.add_heading(TITLE, 0)
    for heading, text in paragraphs():
        if heading:
            document.add_heading(text, 2)
            continue
        paragraph = document.add_paragraph()
        for tag, piece in pieces(text):
            run = paragraph.add_run(piece)
            run.bold, run.italic = tag == "strong" or None, tag == "em" or None
    document.save(str(path))


def translate(source: Path, out: Path, memory: Path) -> None:
    """Run passerelle as a reader would, with the bundled model."""
    options = ["--engine", "bundled", "--glossary", "glossary/terms.csv", "--memory", memory]
    subprocess.run(
        [sys.executable, "-m", "pipeline", "translate", source, "--out", out, *options],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=True,
    )


# --- pictures ----------------------------------------------------------------------------


def photograph(page: Path, picture: Path, width: int = 760, height: int = 1000) -> None:
    """Take a picture of the top of a page."""
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
                *(f"--user-data-dir={profile}", f"--window-size={width},{height}"),
                *("--force-device-scale-factor=1", f"--screenshot={picture}", page.as_uri()),
            ],
            check=True,
            capture_output=True,
        )


def print_page(document: Path, picture: Path) -> None:
    """Take a picture of a document's first page, at 60 dots an inch."""
    with tempfile.TemporaryDirectory() as work:
        profile = f"-env:UserInstallation={Path(work, 'profile').as_uri()}"
        to_pdf = ["--headless", "--convert-to", "pdf", "--outdir", work, str(document)]
        subprocess.run(["soffice", profile, *to_pdf], check=True, capture_output=True)
        pdf = Path(work, document.with_suffix(".pdf").name)
        once = ["-r", "60", "-png", "-f", "1", "-l", "1", "-singlefile"]
        subprocess.run(["pdftoppm", *once, pdf, picture.with_suffix("")], check=True)


def beside(left: Path, right: Path, picture: Path) -> None:
    """Put two pictures beside each other."""
    from PIL import Image

    with Image.open(left) as one, Image.open(right) as two:
        both = Image.new("RGB", (one.width + two.width, one.height), "white")
        both.paste(one, (0, 0))
        both.paste(two, (one.width, 0))
        # With a palette: a fifth of the bytes, and nothing that an eye would miss.
        both.quantize(128, dither=Image.Dither.NONE).save(picture, optimize=True)


def take_report(work: Path, memory: Path) -> None:
    """Translate the article and take a picture of the report."""
    translate(ROOT / "seeds", work / "text", memory)
    report = work / "text" / "report.html"
    page = report.read_text(encoding="utf-8")
    dated = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", _DAY, page)
    report.write_text(dated, encoding="utf-8")
    photograph(report, HERE / "report.png", 1280, 1500)


def take_documents(work: Path, memory: Path) -> None:
    """Translate the article as a Word document and as a page, and take a picture of each pair."""
    french, english = work / "fr", work / "en"
    french.mkdir()
    write_word(french / "article.fr.docx")
    write_page(french / "article.fr.html")
    translate(french, english, memory)
    for kind, take in {"docx": print_page, "html": photograph}.items():
        left, right = work / f"{kind}-fr.png", work / f"{kind}-en.png"
        take(french / f"article.fr.{kind}", left)
        take(english / f"article.en.{kind}", right)
        beside(left, right, HERE / f"{kind}.png")


def main() -> None:
    """Make all pictures anew."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        take_report(work, work / "memory.sqlite")
        take_documents(work, work / "memory.sqlite")
    note(SOURCES)


if __name__ == "__main__":
    main()
