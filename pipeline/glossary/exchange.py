"""Glossaries of other tools: TSV and CSV, TBX, TMX.

TBX is read as ISO 30042 has it (the editions of 2008 and 2019) and written as TBX-Basic of
2008, with Weblate's two conventions: a term whose administrative status is forbidden,
obsolete or deprecated is forbidden; an entry whose "Translation needed" is no is not
translated. TMX is 1.4 (LISA OSCAR). Neither entities nor the network are followed.
"""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import TYPE_CHECKING

from lxml import etree

from pipeline.errors import GlossaryError
from pipeline.fsio import atomic_write, read_file
from pipeline.glossary.file import COLUMNS, as_table, decode, default_inflect, parse
from pipeline.glossary.records import ANYWHERE, Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from pipeline.glossary.records import Term

FORMATS = ("csv", "tsv", "tbx", "tmx")
_NAMES = {
    **dict.fromkeys(("fr", "fr-fr", "french", "français", "terme"), "source"),
    **dict.fromkeys(("en", "en-us", "en-gb", "english", "anglais"), "target"),
    **dict.fromkeys(("comment", "description"), "note"),
}
_NO_YES = ("no", "yes")
_FORBIDDEN = ("forbidden", "obsolete", "deprecated", "superseded")
_XML = "{http://www.w3.org/XML/1998/namespace}"
_ROOTS = {"tbx": ("martif", "tbx"), "tmx": ("tmx",)}
# All text but the markup of the format that a TMX segment is from.
_PROSE = etree.XPath(
    "descendant::text()[not(ancestor::*"
    "[contains(' bpt ept it ph ut ', concat(' ', local-name(), ' '))])]"
)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _format(path: Path, wanted: str) -> str:
    name = (wanted or path.suffix.lstrip(".")).casefold()
    name = {"txt": "tsv", "tab": "tsv"}.get(name, name)
    if name not in FORMATS:
        raise GlossaryError(
            f"{name or 'no suffix'} is no glossary format",
            place=str(path),
            next_step=f"use one of {', '.join(FORMATS)} as suffix, or --format",
        )
    return name


def read_terms_of(path: Path, *, form: str = "") -> tuple[Entry, ...]:
    """Read a glossary of another tool.

    Args:
        path: the file.
        form: ``csv``, ``tsv``, ``tbx`` or ``tmx``; by the suffix when empty.

    Returns:
        One entry for each row, with its place; only columns of ours.

    Raises:
        GlossaryError: the file cannot be read in that format.
    """
    kind = _format(path, form)
    try:
        data = read_file(path)
    except OSError as error:
        problem = f"cannot be read: {error.strerror or error}"
        raise GlossaryError(problem, place=str(path), next_step="check the path") from error
    if kind in {"csv", "tsv"}:
        return tuple(_table(data, path, "\t" if kind == "tsv" else ""))
    return tuple(_tbx(data, path) if kind == "tbx" else _tmx(data, path))


def _table(data: bytes, path: Path, delimiter: str) -> Iterator[Entry]:
    text, _, _ = decode(data, path)
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise GlossaryError("the file is empty", place=str(path), next_step="give another file")
    used = delimiter or max((",", ";", "\t"), key=lambda d: len(parse(lines[0], d)[0][0].values))
    rows, problems = parse(text, used)
    for fault in problems:
        place = f"{path}:{fault.line}"
        raise GlossaryError(fault.problem, place=place, next_step=fault.next_step)
    header = [_NAMES.get(v.strip().casefold(), v.strip().casefold()) for v in rows[0].values]
    if "source" in header and "target" in header:
        body = rows[1:]
    else:
        # Without a header: source, target, comment, as DeepL, Google and OmegaT write them.
        header, body = ["source", "target", "note"], rows
    for row in body:
        if row.blank:
            continue
        if len(row.values) < 2:
            raise GlossaryError(
                f"a row has one cell only: {row.values[0]!r}",
                place=f"{path}:{row.line}",
                next_step="separate source and target by a tab, or give the format with --format",
            )
        pairs = zip(header, row.values, strict=False)
        values = {k: v.strip() for k, v in pairs if k in COLUMNS and v.strip()}
        yield Entry(values, file=str(path), line=row.line)


def _xml(data: bytes, path: Path, kind: str) -> etree._Element:
    """Parse a file that may be hostile: nothing outside it is read, nothing in it expands."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    whole = "check that the file is whole; most tools can export it again"
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        problem = f"not valid {kind.upper()}: {str(error.msg).partition(', line ')[0]}"
        place = f"{path}:{line}:{column}"
        raise GlossaryError(problem, place=place, next_step=whole) from error
    if etree.QName(root).localname.casefold() not in _ROOTS[kind]:
        problem = f"not valid {kind.upper()}: its first element is another format's"
        raise GlossaryError(problem, place=str(path), next_step=whole)
    for entity in root.iter(etree.Entity):
        raise GlossaryError(
            f"the file uses the entity {entity.text}, which is not read",
            place=f"{path}:{entity.getparent().sourceline}",
            next_step="export it again without a document type",
        )
    return root


def _text(node: etree._Element) -> str:
    """Give an element's prose on one line."""
    return re.sub(r"[ \t\r\n]+", " ", "".join(_PROSE(node))).strip()


def _note(unit: etree._Element) -> dict[str, str]:
    note = " ".join(dict.fromkeys(_text(n) for n in unit.iter("{*}note"))).strip()
    return {"note": note} if note else {}


def _in(unit: etree._Element, language: str, *tags: str) -> etree._Element | None:
    """Give the part of an entry that is in a language, if need be in that of a region."""
    found: dict[str, etree._Element] = {}
    for node in unit.iterchildren(*tags):
        name = node.get(f"{_XML}lang") or node.get("lang") or ""
        found.setdefault(name.replace("_", "-").casefold(), node)
    own = {"fr": "fr-fr", "en": "en-us"}[language]
    regions = (name for name in found if name.startswith(f"{language}-"))
    return next((found[name] for name in (language, own, *regions) if name in found), None)


def _tbx_terms(entry: etree._Element, language: str) -> list[tuple[str, bool]]:
    """Give the terms of an entry in one language, and whether each is forbidden."""
    terms = []
    part = _in(entry, language, "{*}langSet", "{*}langSec")
    for term in part.iter("{*}term") if part is not None else ():
        group = next(term.iterancestors("{*}tig", "{*}ntig", "{*}termSec"), term)
        notes = [n for n in group.iter("{*}termNote") if n.get("type") == "administrativeStatus"]
        status = _text(notes[0]).casefold() if notes else ""
        if text := _text(term):
            terms.append((text, any(word in status for word in _FORBIDDEN)))
    return terms


def _tbx(data: bytes, path: Path) -> Iterator[Entry]:
    for entry in _xml(data, path, "tbx").iter("{*}termEntry", "{*}conceptEntry"):
        targets = _tbx_terms(entry, "en")
        accepted = [text for text, refused in targets if not refused]
        refused = [text for text, refused in targets if refused]
        needed = [d for d in entry.iter("{*}descrip") if d.get("type") == "Translation needed"]
        found: list[dict[str, str]] = []
        if needed and _text(needed[0]).casefold() != "yes":
            found.append({"status": "dnt"})
        elif accepted:
            found.append({"target": "|".join(accepted)})
        if refused:
            found.append({"target": "|".join(refused), "status": "forbidden"})
        for source, _ in _tbx_terms(entry, "fr"):
            for values in found:
                row = {"source": source, **_note(entry), **values}
                yield Entry(row, file=str(path), line=entry.sourceline or 0)


def _tmx(data: bytes, path: Path) -> Iterator[Entry]:
    found: dict[str, Entry] = {}
    for unit in _xml(data, path, "tmx").iter("{*}tu"):
        sides = [_in(unit, language, "{*}tuv") for language in ("fr", "en")]
        segments = [None if side is None else side.find("{*}seg") for side in sides]
        source, target = ("" if seg is None else _text(seg) for seg in segments)
        if not source or not target:
            continue
        empty = Entry({"source": source, "target": ""}, file=str(path), line=unit.sourceline or 0)
        row = found.setdefault(source, empty)
        if target not in row["target"].split("|"):
            row["target"] = f"{row['target']}|{target}".strip("|")
        row.update(_note(unit))
    for row in found.values():
        # A name stays as it is; a word ("chatbot") may still take its plural.
        if row["target"] == row["source"] != row["source"].casefold():
            row.update(target="", status="dnt")
        yield row


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


def write_terms_as(path: Path, terms: Sequence[Term], *, form: str = "") -> int:
    """Write terms for another tool.

    CSV and TSV hold every column. TBX holds targets, forbidden forms and notes; TMX one
    pair for each accepted target, preferred first, and nothing else.

    Returns:
        How many rows or entries were written.

    Raises:
        GlossaryError: no such format.
        OutputError: the file cannot be written.
    """
    kind = _format(path, form)
    if kind in {"csv", "tsv"}:
        rows = [dict(zip(COLUMNS, COLUMNS, strict=True)), *map(term_values, terms)]
        data = as_table(rows, COLUMNS, "\t" if kind == "tsv" else ",").encode()
        count = len(terms)
    elif kind == "tbx":
        data, count = _as_tbx(terms)
    else:
        data, count = _as_tmx(terms)
    atomic_write(path, data)
    return count


def _add(
    parent: etree._Element, tag: str, text: str | None = None, **attributes: str
) -> etree._Element:
    node = etree.SubElement(parent, tag, attributes)
    node.text = text and _NOT_XML.sub("", text)
    return node


def _part(parent: etree._Element, tag: str, language: str) -> etree._Element:
    return etree.SubElement(parent, tag, {f"{_XML}lang": language})


def _written(root: etree._Element, doctype: str) -> bytes:
    data: bytes = etree.tostring(
        root, xml_declaration=True, encoding="UTF-8", pretty_print=True, doctype=doctype
    )
    return data


def _as_tbx(terms: Sequence[Term]) -> tuple[bytes, int]:
    root = etree.Element("martif", {"type": "TBX-Basic", f"{_XML}lang": "fr"})
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
