"""Notebooks, as JSON written in the ways that tools write it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from formats.marked import marked
from formats.samples import Builder, Sample, made, mixed

_MARKS = {"b": ("**", "**"), "i": ("*", "*"), "a": ("[", "](https://example.org/?a=1&b=2)")}


def markdown(notation: str) -> str:
    """Write a text in Markdown."""
    text = ""
    for stretch, looks in marked(notation).runs:
        if "k" in looks:
            text += stretch if stretch.startswith("$") else f"`{stretch}`"
            continue
        if "img" in looks:
            text += "![](i.png)"
            continue
        tags = [tag for tag in _MARKS if tag in looks]
        text += "".join(_MARKS[tag][0] for tag in reversed(tags))
        text += stretch.replace("<", "&lt;").replace("\n", "  \n")
        text += "".join(_MARKS[tag][1] for tag in tags)
    return text


class Notebook(Builder):
    """A notebook of format 4."""

    def __init__(self, seed: str) -> None:
        super().__init__(seed)
        self.cells: list[dict[str, Any]] = []
        self.minor = 5
        self.listed = True  # whether sources are lists of lines
        self.writing: dict[str, Any] = {"indent": 1, "ensure_ascii": False}

    def cell(self, kind: str, source: str, **more: Any) -> None:
        """Add a cell."""
        lines: Any = source.splitlines(keepends=True) if self.listed else source
        identity = {"id": f"cellule-{len(self.cells)}"} if self.minor >= 5 else {}
        code = {"execution_count": None, "outputs": []} if kind == "code" else {}
        made = {"cell_type": kind, **identity, "metadata": {}, "source": lines}
        self.cells.append({**made, **code, **more})

    def text(self, *notations: str) -> None:
        """Add a cell of paragraphs."""
        self.cell("markdown", "\n\n".join(markdown(self.say(n)) for n in notations))

    def pack(self) -> bytes:
        names = {"display_name": "Python 3", "language": "python", "name": "python3"}
        book = {
            "cells": self.cells,
            "metadata": {"kernelspec": names, "title": self.say(self.prose.title())},
            "nbformat": 4,
            "nbformat_minor": self.minor,
        }
        return (json.dumps(book, **self.writing) + "\n").encode()


def paragraphs(d: Notebook) -> None:
    d.text(d.prose.sentence(), d.prose.sentences(2))


def headings(d: Notebook) -> None:
    d.cell(
        "markdown",
        f"# {d.say(d.prose.title())}\n\n## {d.say(d.prose.title())}\n\n{d.say(d.prose.sentence())}",
    )


def looks(d: Notebook) -> None:
    d.text(*(d.prose.styled(look) for look in ("b", "i", "a")))
    d.text(d.prose.styled("b", "i", "a") + " " + d.prose.styled("a", "b"))


def lists(d: Notebook) -> None:
    items = "\n".join(f"- {markdown(d.say(d.prose.styled('b')))}" for _ in range(3))
    d.cell("markdown", f"{items}\n    1. {d.say(d.prose.title())}")


def tables(d: Notebook) -> None:
    rows = "\n".join(f"| {d.say(d.prose.title())} | 12,50 |" for _ in range(2))
    d.texts += ["12,50", "12,50"]
    head = f"| {d.say(d.prose.title())} | {d.say(d.prose.title())} |\n|---|---:|"
    d.cell("markdown", f"{head}\n{rows}")


def code_cells(d: Notebook) -> None:
    d.cell("code", d.keep("# un commentaire en français") + "\nprint('bonjour le monde')\n")
    d.text(d.prose.sentence())
    output = {"output_type": "stream", "name": "stdout", "text": ["bonjour le monde\n"]}
    d.cell("code", "afficher('le texte')", outputs=[output], execution_count=3)


def code_in_sentences(d: Notebook) -> None:
    who, does, *rest = d.prose.parts()
    d.text(f"{who} {does} <k>le_nom(rouge)</k> {' '.join(rest)}.")


def code_blocks(d: Notebook) -> None:
    block = "```python\nprint('le chat noir')\n```"
    d.cell("markdown", f"{d.say(d.prose.sentence())}\n\n{block}\n\n{d.say(d.prose.sentence())}")


def formulas(d: Notebook) -> None:
    who, does, *rest = d.prose.parts()
    d.text(f"{who} {does} <k>$e = mc^2$</k> {' '.join(rest)}.")


def attachments(d: Notebook) -> None:
    image = {"image.png": {"image/png": "iVBORw0KGgo="}}
    text = d.say(d.prose.sentence())
    d.cell("markdown", f"{text}\n\n![](attachment:image.png)", attachments=image)


def raw_cells(d: Notebook) -> None:
    d.cell("raw", "Un texte brut pour le convertisseur.")
    d.text(d.prose.sentence())


def metadata(d: Notebook) -> None:
    d.text(d.prose.sentence())
    d.cells[-1]["metadata"] = {"tags": ["à garder"], "slideshow": {"slide_type": "slide"}}


def quotes(d: Notebook) -> None:
    d.cell("markdown", f"> {markdown(d.say(d.prose.styled('b')))}")


def characters_to_escape(d: Notebook) -> None:
    d.text(f'{d.prose.title()} &amp; {d.prose.title()} : « c’est "ici" »\u00a0!')


def line_breaks(d: Notebook) -> None:
    d.text(f"{d.prose.sentence()}\n{d.prose.sentence()}")


def empty_cells(d: Notebook) -> None:
    d.cell("markdown", "")
    d.cell("code", "")
    d.text(d.prose.sentence())


def sources_that_are_strings(d: Notebook) -> None:
    d.listed = False
    d.text(d.prose.sentence(), d.prose.styled("b"))


def old_minor_version(d: Notebook) -> None:
    d.minor = 2
    d.cells = []
    d.text(d.prose.sentence())


def ascii_only(d: Notebook) -> None:
    d.writing = {"indent": 1, "ensure_ascii": True}
    d.text(d.prose.sentence() + " Été, cœur.")


def without_indentation(d: Notebook) -> None:
    d.writing = {"separators": (",", ":"), "ensure_ascii": False}
    d.text(d.prose.sentence())


def indented_by_four(d: Notebook) -> None:
    d.writing = {"indent": 4, "ensure_ascii": False, "sort_keys": True}
    d.text(d.prose.sentence(), d.prose.sentence())


_SHAPES = (
    paragraphs,
    headings,
    looks,
    lists,
    tables,
    code_cells,
    code_in_sentences,
    code_blocks,
    formulas,
    attachments,
    raw_cells,
    metadata,
    quotes,
    characters_to_escape,
    line_breaks,
    empty_cells,
)
_ALONE = (
    sources_that_are_strings,
    old_minor_version,
    ascii_only,
    without_indentation,
    indented_by_four,
)


MIXED = {"ipynb": (Notebook, _SHAPES)}


def samples() -> tuple[Sample, ...]:
    """Give the samples."""
    found = made("ipynb", Notebook, (*_SHAPES, *_ALONE, *mixed(5, _SHAPES)))
    crlf = replace(found[0], name="paragraphs-crlf", data=found[0].data.replace(b"\n", b"\r\n"))
    return (*found, crlf)
