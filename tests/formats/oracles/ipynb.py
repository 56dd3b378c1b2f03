"""nbformat reads a notebook, markdown-it its cells, lxml the page that comes of them."""

from __future__ import annotations

import copy
import json
from typing import Any

import nbformat
from lxml import html as lxml_html
from markdown_it import MarkdownIt

from formats.marked import Marked, collapsed, of
from formats.oracles.html import page


def read(data: bytes) -> list[Marked]:
    """Read the Markdown cells."""
    book = _book(data)
    texts = [of([(book.metadata.get("title", ""), ())])]
    for cell in book.cells:
        shown = MarkdownIt("commonmark").enable("table").render(cell.source)
        if cell.cell_type == "markdown" and shown.strip():
            texts += page(lxml_html.fragment_fromstring(shown, create_parent="div"))
    return [text for text in map(collapsed, texts) if text.text not in ("", "\ufffc")]


def frame(data: bytes) -> object:
    """Give what must stay: all but the Markdown."""
    book: Any = copy.deepcopy(json.loads(data.decode("utf-8-sig")))
    book["metadata"]["title"] = ""
    for cell in book["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = type(cell["source"])()
    assert _book(data)
    return json.dumps(book)


def _book(data: bytes) -> Any:
    book = nbformat.reads(data.decode("utf-8-sig"), as_version=nbformat.NO_CONVERT)
    nbformat.validate(book)
    return book
