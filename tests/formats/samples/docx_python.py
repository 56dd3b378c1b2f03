"""Word documents that python-docx writes."""

from __future__ import annotations

import io
from typing import Any

import docx
from docx.shared import Pt

from formats.marked import marked
from formats.samples import Builder, Sample, made
from formats.samples.containers import PIXEL


class PythonDocx(Builder):
    """A document that python-docx writes from its own template."""

    def __init__(self, seed: str) -> None:
        super().__init__(seed)
        self.document: Any = docx.Document()
        self.document.core_properties.title = ""

    def fill(self, paragraph: Any, notation: str) -> None:
        """Write a text into a paragraph."""
        self.say(notation)
        for text, looks in marked(notation).runs:
            run = paragraph.add_run(text)
            run.bold = True if "b" in looks else None
            run.italic = True if "i" in looks else None
            run.underline = True if "u" in looks else None

    def pack(self) -> bytes:
        """Save it."""
        data = io.BytesIO()
        self.document.save(data)
        return data.getvalue()


def python_docx_paragraphs(d: PythonDocx) -> None:
    d.document.add_heading(d.say(d.prose.title()), level=1)
    d.fill(d.document.add_paragraph(), d.prose.styled("b", "i"))
    for style in ("List Bullet", "List Number", "Intense Quote"):
        d.fill(d.document.add_paragraph(style=style), d.prose.styled("u"))


def python_docx_table(d: PythonDocx) -> None:
    table = d.document.add_table(rows=2, cols=2)
    for row in table.rows:
        for cell in row.cells:
            d.fill(cell.paragraphs[0], d.prose.styled("b"))
    merged = table.add_row().cells
    d.fill(merged[0].merge(merged[1]).paragraphs[0], d.prose.sentence())


def python_docx_header_and_title(d: PythonDocx) -> None:
    d.document.core_properties.title = d.say(d.prose.title())
    d.document.core_properties.author = "Élise Martin"
    section = d.document.sections[0]
    d.fill(section.header.paragraphs[0], d.prose.styled("i"))
    d.fill(section.footer.paragraphs[0], d.prose.sentence())
    d.fill(d.document.add_paragraph(), d.prose.sentences(2))


def python_docx_picture_and_breaks(d: PythonDocx) -> None:
    d.document.add_picture(io.BytesIO(PIXEL), width=Pt(20))
    d.fill(d.document.add_paragraph(), f"{d.prose.sentence()}\n{d.prose.sentence()}")
    d.document.add_page_break()
    d.fill(d.document.add_paragraph(), f"{d.prose.title()}\t{d.prose.title()}")


def python_docx_comment(d: PythonDocx) -> None:
    paragraph = d.document.add_paragraph()
    d.fill(paragraph, d.prose.sentence())
    d.document.add_comment(
        paragraph.runs, text=d.say(d.prose.sentence()), author="Élise", initials="É"
    )


def by_python_docx() -> tuple[Sample, ...]:
    """Give the samples."""
    return made(
        "docx",
        PythonDocx,
        (
            python_docx_paragraphs,
            python_docx_table,
            python_docx_header_and_title,
            python_docx_picture_and_breaks,
            python_docx_comment,
        ),
    )
