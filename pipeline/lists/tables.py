"""Delimited lists of any tool: which column is what, and in which language."""

from __future__ import annotations

import difflib
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.errors import InputError
from pipeline.lists.cells import RowProblem, newlines, parse, preamble
from pipeline.lists.languages import is_language, language_of, rank, role_of
from pipeline.lists.listing import Entry, Listing, is_forbidden, pairs, wrong_with

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.lists.cells import Row

_DELIMITERS = "\t;,|"  # of two that part a list equally well, the first
_LOOK = 50  # rows that decide about the delimiter
_OWN = ("case", "inflect", "wrong", "domain", "priority", "status")
_YES = ("yes", "true", "1", "x", "oui", "vrai")
_OMEGAT = re.compile(r"(?i)#\s*glossary in tab")
_NAMES = ("source", "target", "cible", "français", "anglais", "french", "english")
_STEP = "name the columns in a first row: source,target"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """Which column holds what; positions from 0."""

    head: int  # rows before the first pair
    french: tuple[int, ...] = ()
    english: tuple[int, ...] = ()
    codes: tuple[int, ...] = ()  # columns with the languages of the two
    roles: dict[str, list[int]] = field(default_factory=dict)
    infos: dict[int, int] = field(default_factory=dict)  # memoQ: English column → its Term_Info
    width: int = 0  # cells of the header; 0 without one


def read_table(text: str, place: str, *, delimiter: str = "") -> Listing:
    """Read a delimited list.

    Args:
        text: the file's text.
        place: how to call the file in messages.
        delimiter: one character, or "" to find it.

    Raises:
        InputError: the file is empty, or nothing says what its columns are.
    """
    before, named = preamble(text)
    body = _without_comments(text[len(before) :])
    used = delimiter or named or _delimiter(body)
    parsed, problems = parse(body, used, line=1 + newlines(before))
    rows = [row for row in parsed if not row.blank and not _is_comment(row)]
    if not rows:
        raise InputError("the file is empty", place=place, next_step="give another file")
    shape = _wordfast(rows) or _by_codes(rows) or _by_header(rows[0], place) or _headerless(rows)
    reader = _Reader(shape, place, used, problems)
    entries = reader.long(rows) if "language" in shape.roles else reader.wide(rows)
    return Listing(entries=tuple(entries), faults=tuple(reader.faults), passed=reader.passed)


def _without_comments(body: str) -> str:
    """Empty the comment lines of a list that begins with one, as OmegaT writes it."""
    every = _OMEGAT.match(body) is not None
    if not every and not re.match(r"#(?!\w)", body):
        return body
    return re.sub(r"(?m)^#.*$" if every else r"(?m)^#(?!\w).*$", "", body)


def _is_comment(row: Row) -> bool:
    return len(row.values) == 1 and row.values[0].lstrip().startswith("#")


def _delimiter(body: str) -> str:
    scores = {}
    for mark in _DELIMITERS:
        rows, faults = parse(body, mark, limit=_LOOK)
        rows = [row for row in rows if not row.blank and not _is_comment(row)]
        widths = Counter(len(row.values) for row in rows)
        width, count = widths.most_common(1)[0] if widths else (1, 0)
        share = count / len(rows) if width > 1 else 0.0
        names = sum(bool(role_of(name)[0]) for name in rows[0].values) if rows else 0
        faulty = len({fault.line for fault in faults}) / max(len(rows), 1)
        scores[mark] = (min(names, 2) > 1, share - faulty)
    return max(_DELIMITERS, key=lambda mark: scores[mark])


# --- which column is what ------------------------------------------------------------


def _wordfast(rows: Sequence[Row]) -> _Shape | None:
    """See a Wordfast memory: date, user, use, language, segment, language, segment."""
    if any("Wordfast TM" in value for value in rows[0].values) and len(rows[0].values) > 6:
        return _Shape(head=1, french=(4,), english=(6,), codes=(3, 5))
    return None


def _by_codes(rows: Sequence[Row]) -> _Shape | None:
    """See columns that hold nothing but languages, as DeepL writes them, in any order."""
    width, _ = Counter(len(row.values) for row in rows).most_common(1)[0]
    rows = [row for row in rows if len(row.values) >= width]  # not those that are cut off
    few = len(rows) // 3 if len(rows) > 2 else 0  # a damaged cell changes nothing
    codes = [at for at in range(width) if sum(not is_language(r.values[at]) for r in rows) <= few]
    texts = [at for at in range(width) if at not in codes]
    named = any(is_language(rows[0].values[at]) for at in codes)  # else a header
    if not named or len(texts) < 2:
        return None
    roles = {"note": texts[2:3]}
    both = tuple(codes[:2]) if len(codes) > 1 else ()
    return _Shape(head=0, french=(texts[0],), english=(texts[1],), codes=both, roles=roles)


def _by_header(row: Row, place: str) -> _Shape | None:
    """Read the names of the columns; None where the row is no header.

    Raises:
        InputError: it is one, but lacks a column that is needed.
    """
    names = [role_of(value) for value in row.values]
    roles: dict[str, list[int]] = defaultdict(list)
    tags: dict[str, dict[str, list[int]]] = {"fr": defaultdict(list), "en": defaultdict(list)}
    for at, (role, tag) in enumerate(names):
        if role != "terms":
            roles[role].append(at)
        elif language_of(tag) in tags:
            tags[language_of(tag)][tag].append(at)
    french, english = (
        tuple(tags[code][min(tags[code], key=rank)]) if tags[code] else () for code in ("fr", "en")
    )
    if not french:
        french = (*roles["source"][:1],) or (*roles["term"][:1],)
    if not english:
        english = (*roles["target"][:1],)
    found = {role: places for role, places in roles.items() if role and places}
    if french and english:
        found.pop("language", None)
        codes = (*roles["source language"][:1], *roles["target language"][:1])
        infos = {
            at: at + 1
            for at in english
            if at + 1 < len(row.values) and "info" in row.values[at + 1].casefold()
        }
        return _Shape(
            head=1,
            french=french,
            english=english,
            codes=codes if len(codes) == 2 else (),
            roles=found,
            infos=infos,
            width=len(row.values),
        )
    if {"term", "language"} <= found.keys():
        if "entry" not in found:
            problem = "one term a row, and nothing says which rows belong together"
            raise InputError(problem, place=f"{place}:{row.line}", next_step=_STEP)
        return _Shape(head=1, roles=found, width=len(row.values))
    _refuse_half(row, {*found, *(code for code in tags if tags[code])}, place)
    return None


def _refuse_half(row: Row, found: set[str], place: str) -> None:
    """Refuse a header that lacks or misspells a column, before it is taken for a term."""
    known = found & {"source", "target", "fr", "en"}
    if len(known) != 1:
        return
    near = any(
        not role_of(value)[0]
        and difflib.get_close_matches(value.strip().casefold(), _NAMES, 1, 0.7)
        for value in row.values
    )
    if near or len(found) > 1:
        shown = ", ".join(value.strip() or "(no name)" for value in row.values)
        raise InputError(
            f"the first row names no column for both languages: {shown[:200]}",
            place=f"{place}:{row.line}",
            next_step=_STEP,
        )


def _headerless(rows: Sequence[Row]) -> _Shape:
    """Take source, target, comment, as DeepL, Google and OmegaT write them."""
    return _Shape(head=0, french=(0,), english=(1,), roles={"note": [2]})


# --- rows ----------------------------------------------------------------------------


class _Reader:
    """Reads the rows of one list under a shape, and gathers what is wrong with them."""

    def __init__(
        self, shape: _Shape, place: str, delimiter: str, problems: Sequence[RowProblem]
    ) -> None:
        self.shape = shape
        self.place = place
        self.delimiter = delimiter
        self.faults = list(problems)
        self.faulty = {fault.line for fault in problems}
        self.passed = 0

    def say(self, row: Row, column: int, problem: str, step: str) -> None:
        fault = RowProblem(line=row.line, column=column + 1, problem=problem, next_step=step)
        self.faults.append(fault)

    def sound(self, rows: Sequence[Row]) -> Iterator[Row]:
        """Give the rows that can be read, below the header."""
        shape = self.shape
        width = shape.width or max(len(row.values) for row in rows)
        for row in rows[shape.head :]:
            if row.line in self.faulty:
                continue
            inner = [line for v in row.values for line in re.split(r"[\r\n]+", v)[1:]]
            if len(row.values) < 2:
                step = "separate source and target by a tab, or give the format with --format"
                self.say(row, 0, f"a row has one cell only: {row.values[0][:60]!r}", step)
            elif any(self.is_row(line, width) for line in inner):
                problem = "a whole row stands inside a cell: its quotation mark is not closed"
                self.say(row, 0, problem, 'write the closing "')
            elif shape.width and any(v.strip() for v in row.values[shape.width :]):
                problem = f"{len(row.values)} cells, the first row has {shape.width}"
                step = f"put a cell that holds {self.delimiter!r} in quotes"
                self.say(row, shape.width, problem, step)
            else:
                yield row

    def is_row(self, line: str, width: int) -> bool:
        """Say whether a line inside a cell is a row: no prose, which has spaces after commas."""
        mark = self.delimiter
        return line.count(mark) == width - 1 and f"{mark} " not in line and line.strip(mark) != ""

    def cell(self, row: Row, at: int) -> str:
        """Give a cell's text; a fault, and nothing, where it cannot be used."""
        text = row.values[at].strip() if at < len(row.values) else ""
        problem, step = wrong_with(text)
        if problem:
            self.say(row, at, problem, step)
            self.faulty.add(row.line)
        return text

    def extras(self, row: Row) -> dict[str, str]:
        """Give what else a row says, under our own columns' names."""

        def all_of(role: str) -> list[str]:
            places = [at for at in self.shape.roles.get(role, ()) if at < len(row.values)]
            return [row.values[at].strip() for at in places if row.values[at].strip()]

        values = {role: said[0] for role in _OWN if (said := all_of(role))}
        if notes := all_of("note"):
            values["note"] = "; ".join(dict.fromkeys(notes))
        if is_forbidden(values.get("status", "")) or any(
            v.casefold() in _YES for v in all_of("forbidden")
        ):
            values["status"] = "forbidden"
        if any(v.casefold() in _YES for v in all_of("keep")):
            values["status"] = "dnt"
        return values

    def wide(self, rows: Sequence[Row]) -> Iterator[Entry]:
        """Read a list with a pair in each row."""
        shape = self.shape
        for row in self.sound(rows):
            french, english = shape.french, shape.english
            languages = [language_of(row.values[at]) for at in shape.codes if at < len(row.values)]
            if languages == ["en", "fr"]:
                french, english = english, french
            elif shape.codes and languages != ["fr", "en"]:
                if "" in languages or len(languages) < 2:
                    self.say(row, shape.codes[0], "the row's languages are not known", _STEP)
                else:
                    self.passed += 1
                continue
            values = self.extras(row)
            sources = [text for at in french if (text := self.cell(row, at))]
            targets = []
            for at in english:
                text, state = self.cell(row, at), values.get("status", "")
                info = shape.infos.get(at, len(row.values))
                if info < len(row.values) and is_forbidden(row.values[info]):
                    state = "forbidden"
                if text:
                    targets.append((text, state))
            if row.line in self.faulty:
                continue
            unit = f"{row.line}" if len(french) + len(english) > 2 else ""
            empty = [("", values.pop("status", ""))]
            where = (self.place, row.line, unit)
            yield from pairs(sources or [""], targets or empty, values, where)

    def long(self, rows: Sequence[Row]) -> Iterator[Entry]:
        """Read a list with a term in each row, as IATE writes it."""
        roles = self.shape.roles
        entry, language, term = (roles[name][0] for name in ("entry", "language", "term"))
        concepts: dict[str, dict[str, list[tuple[str, str, Row]]]] = {}
        for row in self.sound(rows):
            if max(entry, language, term) >= len(row.values):
                self.say(row, 0, f"{len(row.values)} cells are too few", "complete the row")
                continue
            code, text = language_of(row.values[language]), self.cell(row, term)
            if code not in {"fr", "en"} or row.line in self.faulty or not text:
                self.passed += code not in {"fr", "en", ""}
                if not code:
                    self.say(row, language, "the row's language is not known", "write fr or en")
                continue
            state = self.extras(row).get("status", "")
            concept = concepts.setdefault(row.values[entry].strip(), {"fr": [], "en": []})
            concept[code].append((text, "forbidden" if state == "forbidden" else "", row))
        for name, concept in concepts.items():
            if concept["fr"] and concept["en"]:
                targets = [(text, state) for text, state, _ in concept["en"]]
                line = concept["fr"][0][2].line
                sources = [text for text, _, _ in concept["fr"]]
                yield from pairs(sources, targets, {}, (self.place, line, name))
