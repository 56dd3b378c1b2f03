"""Notebooks: the Markdown of their cells is translated, the JSON around it stays byte for byte."""

from __future__ import annotations

import json
import time

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import garbled, written

from pipeline.documents import parse_document, raw_text
from pipeline.errors import InputError

NAME = "a.ipynb"


def notebook(*sources, title=None, **layout) -> str:
    """Make a notebook of Markdown cells with a code cell and a raw cell between them."""
    cells = [
        {"cell_type": "markdown", "id": f"m{n}", "metadata": {"tags": ["le chat"]}, "source": s}
        for n, s in enumerate(sources)
    ]
    code = {
        "cell_type": "code",
        "execution_count": 1,
        "id": "c0",
        "metadata": {},
        "outputs": [{"name": "stdout", "output_type": "stream", "text": ["Le chien dort.\n"]}],
        "source": "# le chat\nprint('Le chien dort.')",
    }
    raw = {"cell_type": "raw", "id": "r0", "metadata": {}, "source": ["Le texte brut reste."]}
    metadata = {"language_info": {"name": "python"}, "authors": [{"name": "Le Goff"}]}
    if title is not None:
        metadata["title"] = title
    whole = {
        "cells": [cells[0], code, *cells[1:], raw],
        "metadata": metadata,
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(whole, **{"ensure_ascii": False, "indent": 1, **layout})


def sources(text: str) -> list[str]:
    """Give the Markdown cells, by the reference implementation."""
    found = nbformat.reads(text.removeprefix("\ufeff"), as_version=4)
    nbformat.validate(found)
    return [cell.source for cell in found.cells if cell.cell_type == "markdown"]


def test_cells_are_named_as_people_count_them():
    text = notebook("# Un\n\nDeux.\n\n| a | bb |\n|---|---|\n", "Trois.", title="Mon titre")
    document = parse_document(text.encode(), doc_id="a", name=NAME)
    assert [(b.where, b.text) for b in document.blocks] == [
        ("title", "Mon titre"),
        ("cell 1, line 1", "Un"),
        ("cell 1, line 3", "Deux."),
        ("cell 1, line 5", "a"),
        ("cell 1, line 5, text 2", "bb"),
        ("cell 3, line 1", "Trois."),
    ]
    assert len({b.where for b in document.blocks}) == len(document.blocks)


LAYOUTS = [
    {},
    {"indent": None},
    {"indent": None, "separators": (",", ":")},
    {"indent": 4},
    {"indent": "\t"},
    {"ensure_ascii": True},
    {"separators": (" , ", " : ")},
]
CELLS = [
    "Le chat noir.\nIl dort.",
    ["Le chat noir.\n", "\n", "Il dort là."],
    ["Le chat noir.\n\nIl dort là."],
    ["Le ", "chat noir.\n", "Il dort."],
    ["", "Le chat.", ""],
    "Le chat\r\nnoir.",
    'Le « chat » \\alpha "noir" / \t & <b>gras</b> \u2028 été',
]


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_the_json_around_the_text_stays(cell, layout):
    text = notebook(cell, "Autre chose.", **layout)
    assert written(text, lambda s: s, name=NAME) == text
    assert written(text, lambda s: s.replace("Autre", "Other"), name=NAME) == text.replace(
        "Autre", "Other"
    )
    english = garbled(text, name=NAME)
    before, after = json.loads(text), json.loads(english)
    assert isinstance(after["cells"][0]["source"], type(cell))
    for one, two in zip(before["cells"], after["cells"], strict=True):
        if one["cell_type"] == "markdown":
            one["source"] = two["source"] = ""
    assert before == after
    assert "CHAT" in sources(english)[0]
    assert english.isascii() or not layout.get("ensure_ascii")
    assert english.count("\n") == text.count("\n") or cell in (CELLS[2], CELLS[3], CELLS[4])


def test_lines_that_nothing_changes_keep_their_spelling():
    text = notebook(["Le chat.\n", "\n", "    caf\\u00e9/code\n", "\n", "Il dort."])
    odd = text.replace('"    caf\\\\u00e9/code\\n"', '"    caf\\u00e9\\/code\\u000a"')
    assert odd != text
    english = written(odd, lambda s: s.replace("Il dort", "It sleeps"), name=NAME)
    assert english == odd.replace("Il dort", "It sleeps")


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_mark_and_ends_stay(mark, end):
    text = mark + notebook(["Le chat.\n", "Il dort."]).replace("\n", end or "\n") + end
    assert garbled(text, name=NAME) == text.replace("Le chat.", "LE CHAT.").replace(
        "Il dort.", "IL DORT."
    )


FORMULAS = [
    r"$x_1 \text{ si vrai}$",
    r"$$a_1 * b_1 \text{ prix}$$",
    r"\(x_1 \text{ si } y\)",
    r"\\(x_1 \text{ si } y\\)",
    r"\[ y_2 \text{ si } \]",
    r"\\[ y_2 \text{ si } \\]",
    r"\begin{pmatrix} a \\ b \text{ prix} \end{pmatrix}",
    "$$\n\\text{prix} = \\frac{a_1 * b_1}{c_1 * d_1}\n$$",
    "\\begin{align*}\na &= b * c * d \\\\\nc &= d \\text{ prix }\n\\end{align*}",
    "![image.png](attachment:image.png)",
    "`code du chat`",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_formulas_and_attachments_stay(formula):
    for cell in (f"Le prix {formula} est haut.", f"Le prix.\n\n{formula}\n\nIl est haut."):
        english = sources(garbled(notebook(cell, cell.splitlines(keepends=True)), name=NAME))
        assert all(formula in source for source in english)
        assert all("HAUT" in source for source in english)


def test_title_and_metadata():
    text = notebook("Oui.", title="Mon beau titre")
    english = garbled(text, name=NAME)
    assert english == text.replace("Mon beau titre", "MON BEAU TITRE").replace('"Oui.', '"OUI.')


def old(text: str) -> str:
    return text.replace('"nbformat": 4', '"nbformat": 3')


BROKEN = {
    "old": (old(notebook("Oui.")), "format 3"),
    "worksheets": ('{"worksheets": [], "metadata": {}, "nbformat": 3}', "nbconvert"),
    "new": (notebook("Oui.").replace('"nbformat": 4', '"nbformat": 5'), "no Jupyter notebook"),
    "cut off": (notebook("Oui.")[:-200], "not a whole notebook"),
    "two": (notebook("Oui.") * 2, "not a whole notebook"),
    "text": ("Le chat dort.", "not a whole notebook"),
    "list": ("[]", "no Jupyter notebook"),
    "number": ("4", "no Jupyter notebook"),
    "other": ('{"a": 1}', "no Jupyter notebook"),
    "no cells": ('{"cells": {}, "nbformat": 4}', "no Jupyter notebook"),
    "deep": ("[" * 100_000 + "]" * 100_000, "not a whole notebook"),
    "deep inside": (
        notebook("Oui.").replace('"authors"', '"a": ' + "[" * 50_000 + "]" * 50_000 + ', "b"'),
        "not a whole notebook",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_notebook_is_refused_by_name(name):
    text, words = BROKEN[name]
    with pytest.raises(InputError) as caught:
        parse_document(text.encode(), doc_id="a", name=NAME)
    assert words in f"{caught.value} {caught.value.next_step}"
    assert caught.value.place == NAME


ODD = [
    '{"cells": [], "metadata": {}, "nbformat": 4}',
    '{"cells": [1, null, "Le chat", [], {}], "nbformat": 4}',
    '{"cells": [{"cell_type": "markdown"}, {"source": "Le chat"}], "nbformat": 4}',
    '{"cells": [{"cell_type": "markdown", "source": 4}], "nbformat": 4}',
    '{"cells": [{"cell_type": "markdown", "source": ["a", 4]}], "nbformat": 4}',
    '{"cells": [{"cell_type": "markdown", "source": {}}], "metadata": 5, "nbformat": 4}',
    '{"cells": [{"cell_type": "markdown", "source": []}], "metadata": {"title": 3}, "nbformat": 4}',
    '{"cells": [{"cell_type": "markdown", "source": "\\ud83d le chat"}], "nbformat": 4}',
    '{"cells": [{"cell_type": "markdown", "source": "\\u0000"}], "x": NaN, "nbformat": 4}',
    "",
    " \n",
]


@pytest.mark.parametrize("text", ODD)
def test_odd_notebooks_are_left_as_they_are(text):
    assert garbled(text, name=NAME) == text


def test_the_last_of_two_keys_counts():
    text = (
        '{"nbformat": 4, "cells": [{"cell_type": "markdown", "source": "Un.", "source": "Deux."}]}'
    )
    assert garbled(text, name=NAME) == text.replace("Deux", "DEUX")


TEXT = st.text(st.sampled_from("aéB .\n\"\\/'\t$*_`#[](){}<>&|-1\u2028😀\x7f"), max_size=60)
SOURCES = st.one_of(TEXT, TEXT.map(lambda t: t.splitlines(keepends=True)), st.lists(TEXT))


@settings(max_examples=60)
@given(
    st.lists(SOURCES, min_size=1, max_size=4),
    st.sampled_from(LAYOUTS),
    st.sampled_from(["Titre", None]),
)
def test_identity_in_any_spelling(cells, layout, title):
    text = notebook(*cells, title=title, **layout)
    assert written(text, lambda s: s, name=NAME) == text
    document = parse_document(text.encode(), doc_id="a", name=NAME)
    for block in document.blocks:
        assert raw_text(block.text, block.markup) == document.text[block.start : block.end]
    before, after = json.loads(text), json.loads(garbled(text, name=NAME))
    for one, two in zip(before["cells"], after["cells"], strict=True):
        if one["cell_type"] != "markdown":
            assert one == two


def test_large_outputs_cost_little():
    text = notebook("Le chat dort.").replace("Le chien dort.", "x" * 5_000_000)
    start = time.process_time()
    garbled(text, name=NAME)
    assert time.process_time() - start < 3
