"""Glossaries of other tools: TSV and CSV, TBX, TMX.

TBX goes through translate-toolkit, with Weblate's reading of it: a term whose
administrative status is forbidden, obsolete or deprecated is forbidden; an entry whose
"Translation needed" is no is not translated.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from pipeline.errors import GlossaryError
from pipeline.fsio import atomic_write
from pipeline.glossary.file.encoding import decode
from pipeline.glossary.file.rows import COLUMNS, default_inflect
from pipeline.glossary.file.sheet import parse, quote
from pipeline.glossary.records import ANYWHERE, Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.glossary.records import Term

__all__ = ["FORMATS", "read_terms_of", "term_values", "write_terms_as"]

FORMATS = ("csv", "tsv", "tbx", "tmx")
_NAMES = {
    "fr": "source",
    "fr-fr": "source",
    "french": "source",
    "français": "source",
    "terme": "source",
    "en": "target",
    "en-us": "target",
    "en-gb": "target",
    "english": "target",
    "anglais": "target",
    "comment": "note",
    "description": "note",
}
_FORBIDDEN = ("forbidden", "obsolete", "deprecated", "superseded")
# What Weblate and others write for a term that must not be used.
_FORBIDDEN_STATUS = "deprecatedTerm-admn-sts"


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
        data = path.read_bytes()
    except OSError as error:
        raise GlossaryError(
            f"cannot be read: {error.strerror or error}",
            place=str(path),
            next_step="check the path",
        ) from error
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
    if problems:
        raise GlossaryError(
            problems[0].problem,
            place=f"{path}:{problems[0].line}",
            next_step=problems[0].next_step,
        )
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


def _parsed(data: bytes, path: Path, kind: str) -> Any:  # noqa: ANN401 - translate-toolkit has no types
    from lxml import etree  # type: ignore[import-untyped]  # it has no stubs
    from translate.storage import tbx, tmx
    from translate.storage.base import ParseError

    if b"<!ENTITY" in data:
        raise GlossaryError(
            "the file defines entities of its own, which is not read",
            place=str(path),
            next_step="export it again without a document type",
        )
    store: Any = tbx.tbxfile if kind == "tbx" else tmx.tmxfile
    try:
        return store.parsestring(data, sourcelanguage="fr", targetlanguage="en")
    except (etree.LxmlError, ParseError, ValueError, AttributeError, AssertionError) as error:
        raise GlossaryError(
            f"not valid {kind.upper()}: {(str(error) or 'no content').splitlines()[0]}",
            place=str(path),
            next_step="check that the file is whole; most tools can export it again",
        ) from error


def _tbx(data: bytes, path: Path) -> Iterator[Entry]:
    for unit in _parsed(data, path, "tbx").units:
        sources = [t.text.strip() for t in unit.get_source_terms() if t.text.strip()]
        targets = unit.get_target_terms("en")
        accepted = [t.text.strip() for t in targets if t.text.strip() and not _refused(t)]
        refused = [t.text.strip() for t in targets if t.text.strip() and _refused(t)]
        note = " ".join((unit.getnotes() or "").split())
        line = unit.xmlelement.sourceline or 0
        for source in sources:
            row = {"source": source, "note": note} if note else {"source": source}
            found = []
            if not unit.istranslatable():
                found.append({"status": "dnt"})
            elif accepted:
                found.append({"target": "|".join(accepted)})
            if refused:
                found.append({"target": "|".join(refused), "status": "forbidden"})
            for values in found:
                yield Entry({**row, **values}, file=str(path), line=line)


def _refused(term: Any) -> bool:  # noqa: ANN401 - translate-toolkit has no types
    status = (term.administrative_status or "").casefold()
    return any(word in status for word in _FORBIDDEN)


def _tmx(data: bytes, path: Path) -> Iterator[Entry]:
    found: dict[str, Entry] = {}
    for unit in _parsed(data, path, "tmx").units:
        source, target = (unit.source or "").strip(), (unit.target or "").strip()
        if not source or not target:
            continue
        line = unit.xmlelement.sourceline or 0
        empty = Entry({"source": source, "target": ""}, file=str(path), line=line)
        row = found.setdefault(source, empty)
        if target not in row["target"].split("|"):
            row["target"] = f"{row['target']}|{target}".strip("|")
        note = " ".join((unit.getnotes() or "").split())
        if note:
            row["note"] = note
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
        "inflect": ""
        if term.inflect == default_inflect(term.source)
        else ("yes" if term.inflect else "no"),
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
        data, count = _as_table(terms, "\t" if kind == "tsv" else ",")
    elif kind == "tbx":
        data, count = _as_tbx(terms)
    else:
        data, count = _as_tmx(terms)
    atomic_write(path, data)
    return count


def _as_table(terms: Iterable[Term], delimiter: str) -> tuple[bytes, int]:
    lines = [delimiter.join(COLUMNS)]
    lines += [delimiter.join(quote(v, delimiter) for v in term_values(t).values()) for t in terms]
    return ("\n".join(lines) + "\n").encode(), len(lines) - 1


def _as_tbx(terms: Sequence[Term]) -> tuple[bytes, int]:
    from lxml import etree
    from translate.storage import tbx

    store: Any = tbx.tbxfile(sourcelanguage="fr", targetlanguage="en")
    store.addheader()
    count = 0
    refused: dict[str, list[str]] = {}
    for term in terms:
        if term.status == "forbidden" and term.source != ANYWHERE:
            refused.setdefault(term.source, []).extend(term.targets)
    written: set[str] = set()
    wanted = [t for t in terms if t.status != "forbidden"]
    wanted += [t for t in terms if t.status == "forbidden"]
    for term in wanted:
        if term.source == ANYWHERE or (term.status == "forbidden" and term.source in written):
            continue
        unit = store.addsourceunit(term.source)
        accepted = () if term.status == "forbidden" else term.targets or (term.source,)
        banned = [] if term.source in written else refused.get(term.source, [])
        unit.set_target_terms([*accepted, *banned], "en")
        language = unit.get_target_dom("en")
        for tig, form in zip(
            language.findall(unit.namespaced("tig")), [*accepted, *banned], strict=True
        ):
            if form in banned:
                note = etree.SubElement(tig, unit.namespaced("termNote"))
                note.set("type", "administrativeStatus")
                note.text = _FORBIDDEN_STATUS
        if term.status == "dnt":
            needed = etree.Element(unit.namespaced("descrip"))
            needed.set("type", "Translation needed")
            needed.text = "No"
            unit.xmlelement.insert(0, needed)
        if term.note:
            unit.addnote(term.note, origin="translator")
        written.add(term.source)
        count += 1
    return bytes(store), count


def _as_tmx(terms: Iterable[Term]) -> tuple[bytes, int]:
    from translate.storage import tmx

    store: Any = tmx.tmxfile(sourcelanguage="fr", targetlanguage="en")
    count = 0
    for term in terms:
        if term.status == "forbidden":
            continue
        for form in term.targets or (term.source,):
            store.addtranslation(term.source, "fr", form, "en", comment=term.note or None)
            count += 1
    return bytes(store), count


def as_csv_rows(rows: Iterable[Mapping[str, str]], columns: Sequence[str], delimiter: str) -> str:
    """Write mappings as CSV text without a header, in the order of a glossary's columns."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    for row in rows:
        writer.writerow([row.get(name, "") for name in columns])
    return out.getvalue()
