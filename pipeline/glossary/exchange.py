"""Glossaries of other tools: TSV and CSV, TBX, TMX, MultiTerm.

Read by `pipeline.lists`. TBX is written as TBX-Basic of 2008 (ISO 30042), with Weblate's two
conventions: a term whose administrative status is forbidden, obsolete or deprecated is
forbidden; an entry whose "Translation needed" is no is not translated. TMX is 1.4 (LISA OSCAR).
"""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import TYPE_CHECKING

from lxml import etree

from pipeline.errors import NothingChecked
from pipeline.glossary.file import COLUMNS, as_glossary_error, default_inflect, problem
from pipeline.glossary.records import ANYWHERE
from pipeline.keeping import Keeper
from pipeline.lists import Entry, as_table, format_of, on_one_line, read_list

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from pipeline.glossary.file import Problem
    from pipeline.glossary.records import Term

_NO_YES = ("no", "yes")
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_terms_of(
    path: Path, *, form: str = "", tell: Callable[[Problem], None] = lambda _problem: None
) -> tuple[Entry, ...]:
    """Read a glossary of another tool.

    Args:
        path: the file.
        form: ``csv``, ``tsv``, ``tbx`` or ``tmx``; found in the file when empty.
        tell: told of each row that cannot be taken.

    Returns:
        One entry for each term, with its place; only columns of ours.

    Raises:
        GlossaryError: the file cannot be read, is something else, or holds no term.
    """
    with as_glossary_error():
        found = read_list(path, form=form)
    for fault in found.faults:
        column = f"column {fault.column}" if fault.column else ""
        words = {"problem": fault.problem, "step": fault.next_step}
        tell(problem("unreadable", str(path), fault.line, column, **words))
    gathered: dict[object, Entry] = {}
    for number, pair in enumerate(found.entries):
        source, target = (on_one_line(pair[column]) for column in ("source", "target"))
        values = {k: v for k, v in pair.items() if k in COLUMNS and v}
        values |= {k: v for k, v in (("source", source), ("target", target)) if v}
        key = (pair.unit, source, values.get("status")) if pair.unit else number
        if key not in gathered:
            gathered[key] = Entry(values, file=pair.file, line=pair.line, unit=pair.unit)
        elif target not in gathered[key].get("target", "").split("|"):
            gathered[key].update(values, target=f"{gathered[key].get('target', '')}|{target}")
    for entry in gathered.values():
        # In a memory, a name that stays as it is; a word ("chatbot") may still take its plural.
        source = entry.get("source", "")
        if entry.unit == source == entry.get("target") != source.casefold():
            entry.update(target="", status="dnt")
    return tuple(gathered.values())


def term_values(term: Term) -> dict[str, str]:
    """Give a term as values of the CSV's columns; defaults are left empty."""
    return {
        "source": term.source,
        "target": "|".join(term.targets),
        "status": "" if term.status == "preferred" else term.status,
        "case": "" if term.case == "smart" else term.case,
        "inflect": "" if term.inflect == default_inflect(term.source) else _NO_YES[term.inflect],
        "wrong": "|".join(term.wrong),
        "domain": "|".join(term.domain),
        "priority": str(term.priority) if term.priority else "",
        "note": term.note,
    }


def write_terms_as(
    path: Path, terms: Sequence[Term], *, form: str = "", keeper: Keeper | None = None
) -> int:
    """Write terms for another tool.

    CSV and TSV hold every column. TBX holds targets, forbidden forms and notes; TMX one
    pair for each accepted target, preferred first, and nothing else.

    Args:
        path: the file.
        terms: what to write.
        form: ``csv``, ``tsv``, ``tbx`` or ``tmx``; by the suffix when empty.
        keeper: writes the file; one that knows nothing of earlier files unless given.

    Returns:
        How many rows or entries were written.

    Raises:
        GlossaryError: no such format.
        NothingChecked: there is nothing to write, and an empty list would replace one.
        OutputError: the file cannot be written.
    """
    with as_glossary_error():
        kind = format_of(path, form)
    if kind in {"csv", "tsv"}:
        rows = [dict(zip(COLUMNS, COLUMNS, strict=True)), *map(term_values, terms)]
        data = as_table(rows, COLUMNS, "\t" if kind == "tsv" else ",").encode()
        count = len(terms)
    elif kind == "tbx":
        data, count = _as_tbx(terms)
    else:
        data, count = _as_tmx(terms)
    if not count:
        raise NothingChecked(
            "there is no term to write",
            place=str(path),
            next_step=f"nothing was written; {kind.upper()} holds only what is translated",
        )
    (keeper or Keeper()).write(path, data)
    return count


def _add(
    parent: etree._Element, tag: str, text: str | None = None, **attributes: str
) -> etree._Element:
    node = etree.SubElement(parent, tag, attributes)
    node.text = text and _NOT_XML.sub("", text)
    return node


def _part(parent: etree._Element, tag: str, language: str) -> etree._Element:
    return etree.SubElement(parent, tag, {_LANG: language})


def _written(root: etree._Element, doctype: str) -> bytes:
    data: bytes = etree.tostring(
        root, xml_declaration=True, encoding="UTF-8", pretty_print=True, doctype=doctype
    )
    return data


def _as_tbx(terms: Sequence[Term]) -> tuple[bytes, int]:
    root = etree.Element("martif", {"type": "TBX-Basic", _LANG: "fr"})
    about = _add(_add(root, "martifHeader"), "fileDesc")
    _add(_add(about, "sourceDesc"), "p", f"Glossary, written by Passerelle {version('passerelle')}")
    body = _add(_add(root, "text"), "body")
    refused: dict[str, list[str]] = {}
    for term in terms:
        if term.status == "forbidden" and term.source != ANYWHERE:
            refused.setdefault(term.source, []).extend(term.targets)
    written: set[str] = set()
    for term in sorted(terms, key=lambda t: t.status == "forbidden"):
        banned = [] if term.source in written else refused.get(term.source, [])
        if term.source == ANYWHERE or (term.status == "forbidden" and not banned):
            continue
        written.add(term.source)
        accepted = () if term.status == "forbidden" else term.forms
        entry = _add(body, "termEntry", id=f"t{len(body) + 1}")
        if term.status == "dnt":
            _add(entry, "descrip", "No", type="Translation needed")
        if term.note:
            _add(entry, "note", term.note)
        _add(_add(_part(entry, "langSet", "fr"), "tig"), "term", term.source)
        english = _part(entry, "langSet", "en")
        for form in (*accepted, *banned):
            tig = _add(english, "tig")
            _add(tig, "term", form)
            if form in banned:
                _add(tig, "termNote", "deprecatedTerm-admn-sts", type="administrativeStatus")
    doctype = '<!DOCTYPE martif SYSTEM "TBXBasiccoreStructV02.dtd">'
    return _written(root, doctype), len(body)


def _as_tmx(terms: Iterable[Term]) -> tuple[bytes, int]:
    root = etree.Element("tmx", version="1.4")
    _add(
        root,
        "header",
        creationtool="Passerelle",
        creationtoolversion=version("passerelle"),
        segtype="phrase",
        **{"o-tmf": "CSV"},
        adminlang="en",
        srclang="fr",
        datatype="plaintext",
    )
    body = _add(root, "body")
    for term in terms:
        for form in () if term.status == "forbidden" else term.forms:
            unit = _add(body, "tu")
            if term.note:
                _add(unit, "note", term.note)
            _add(_part(unit, "tuv", "fr"), "seg", term.source)
            _add(_part(unit, "tuv", "en"), "seg", form)
    return _written(root, '<!DOCTYPE tmx SYSTEM "tmx14.dtd">'), len(body)
