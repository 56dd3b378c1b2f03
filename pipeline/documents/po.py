"""PO files of gettext: French `msgid`s, whose empty `msgstr`s are filled with English."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pipeline.documents.base import AS_IT_COMES, protect_urls
from pipeline.documents.encoding import decode
from pipeline.documents.parts import Part, TreeFormat
from pipeline.documents.text import PlainText
from pipeline.documents.verbatim import has_prose, is_icu, verbatim_spans
from pipeline.errors import InputError
from pipeline.records import Finding, Markup, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.documents.base import Reading
    from pipeline.records import Block

_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")
_STRINGS = r'(?P<strings>"(?:[^"\\]|\\.)*"(?:[ \t]*"(?:[^"\\]|\\.)*")*)'
_FIELD = re.compile(
    rf"[ \t]*(?P<name>msgctxt|msgid_plural|msgid|msgstr(?:\[(?P<form>[0-9]{{1,2}})\])?)"
    rf"[ \t]*{_STRINGS}[ \t]*\Z"
)
_MORE = re.compile(rf"[ \t]*{_STRINGS}[ \t]*\Z")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"((?:\\x[0-9A-Fa-f]{1,2}|\\[0-7]{1,3})+)|\\(.)")
_BYTE = re.compile(r"\\(?:x([0-9A-Fa-f]+)|([0-7]+))")
_MEANT = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_SPELT = {ord(sign): f"\\{letter}" for letter, sign in _MEANT.items()} | {34: '\\"', 92: "\\\\"}
_CHARSET = re.compile(rb"charset=([A-Za-z0-9._-]+)")
_PLAIN = str.maketrans("’‘“”–—…\u00a0\u202f", "''\"\"--.  ")
_FORMS = re.compile(r"nplurals\s*=\s*([1-9])")
_FRENCH = re.compile(r"^Language:[ \t]*fr\b", re.IGNORECASE | re.MULTILINE)
_ID = re.compile(r"[A-Za-z0-9]+(?:[._:][A-Za-z0-9]+)+\Z|[a-z]+(?:[A-Z][a-z0-9]+)+\Z")
_MNEMONIC = re.compile(r"(?:(?<=\s)|\A)[_&](?=[^\W\d_])|(?<=[a-zà-ÿ])&(?=[a-zà-ÿ])(?!\w+;)")
_WIDTH = 79  # of a line, as gettext wraps
_FLAGS = re.compile(r"^#,[^\r\n]*", re.MULTILINE)
_NOTE = "translated by machine"
_ROW = re.compile(r"[^\n]*\n|[^\n]+")
_WORDS = re.compile(r"\S*\s*")


class Po(TreeFormat, PlainText):
    """PO files: translations that are there stay, and so does all else but empty ones."""

    name = "po"
    suffixes = (".po",)

    def read(
        self, data: bytes, *, name: str, reading: Reading
    ) -> tuple[list[Part], None, list[Finding]]:
        """Find the entries without translation; see `TreeFormat.read`."""
        charset = _charset(data)
        if charset:
            text = data.decode(charset)
            encode = _Encoder(charset).encode
            findings = []
        else:
            decoded = decode(data, name)
            text, findings = decoded.text, list(decoded.findings)
            mark = decoded.mark if decoded.encoding == "utf-8" else b""
            encode = _Encoder("utf-8", mark).encode
        entries, broken = _entries(text)
        if not entries and text.strip():
            raise InputError(
                'no entry stands in it: msgid "…" and msgstr "…"',
                place=name,
                next_step="check it with `msgfmt -c`, or export it anew",
            )
        file = _File(text, entries)
        parts = [p for number, entry in file.numbered for p in file.parts(number, entry)]
        filled = {part.at.start for part in parts}
        edits = [
            edit
            for _, entry in file.numbered
            if any(t.start in filled or t.end in filled for t in entry.targets)
            for edit in file.marked(entry, reading.mark)
        ]
        whole = Part(text=text, edits=edits, encode=encode)
        return [whole, *parts], None, [*findings, *_findings(file, len(parts), broken)]

    def same(self, source: str, markup: Sequence[Markup], raw: str, target: str, kind: str) -> bool:
        """Say whether the values of a program come in the same order."""
        wanted, found = _conversions(source), _conversions(raw)
        if any("$" in c for c in wanted):
            return sorted(wanted) == sorted(found)
        return wanted == found


def _conversions(text: str) -> list[str]:
    spans = verbatim_spans(text)
    return [text[a:b] for a, b, kind in spans if kind == "printf" and text[a:b] != "%%"]


def _charset(data: bytes) -> str:
    """Give the encoding that the header names, if that is one and the bytes are in it."""
    found = _CHARSET.search(data[:20_000])
    if found is None or data.startswith(codecs.BOM_UTF8):
        return ""
    name = found[1].decode("ascii")
    try:
        known = codecs.lookup(name).name
        data.decode(known)
    except (LookupError, ValueError):
        return ""
    return "" if known in ("utf-8", "ascii") else known


@dataclass(frozen=True, slots=True)
class _Encoder:
    charset: str
    mark: bytes = b""

    def encode(self, text: str) -> bytes:
        """Encode; what the encoding lacks is written plainly: a straight apostrophe."""
        try:
            return self.mark + text.encode(self.charset)
        except UnicodeEncodeError:
            return self.mark + b"".join(map(self._one, text))

    def _one(self, character: str) -> bytes:
        try:
            return character.encode(self.charset)
        except UnicodeEncodeError:
            plain = "..." if character == "…" else character.translate(_PLAIN)
            return plain.encode(self.charset, "replace")


# --- entries -------------------------------------------------------------------------


@dataclass(slots=True)
class _Field:
    name: str
    text: str
    start: int  # of the first quotation mark
    end: int  # behind the last one
    lines: int = 1


@dataclass(slots=True)
class _Entry:
    start: int = 0  # of its first field
    comments: int = -1  # of what stands above it; -1 for nothing
    fields: list[_Field] = field(default_factory=list)

    def text(self, name: str) -> str | None:
        return next((f.text for f in self.fields if f.name == name), None)

    @property
    def targets(self) -> list[_Field]:
        return [f for f in self.fields if f.name.startswith("msgstr")]


def _decoded(strings: str) -> str:
    def meant(m: re.Match[str]) -> str:
        if m[1]:
            codes = (int(b[1], 16) if b[1] else int(b[2], 8) for b in _BYTE.finditer(m[1]))
            return bytes(code & 255 for code in codes).decode("utf-8", "replace")
        return _MEANT.get(m[2], m[2])

    return "".join(_ESCAPE.sub(meant, string) for string in _STRING.findall(strings))


def _entries(text: str) -> tuple[list[_Entry], list[int]]:
    """Find the entries, and the lines that are of none; their entries are left out."""
    entries: list[_Entry] = []
    broken: list[int] = []
    entry = _Entry()
    spoilt = False

    def close() -> None:
        nonlocal entry, spoilt
        if entry.fields and not spoilt:
            entries.append(entry)
        entry, spoilt = _Entry(), False

    for number, line in enumerate(_LINE.finditer(text), 1):
        raw = line[1]
        bare = raw.strip(" \t\ufeff")
        if not bare or bare.startswith("#"):
            if entry.targets or spoilt:
                close()
            if not bare or bare.startswith("#~"):
                entry.comments = -1 if not entry.fields else entry.comments
            elif entry.comments < 0:
                entry.comments = line.start()
            continue
        found = _FIELD.match(raw.lstrip("\ufeff"))
        more = _MORE.match(raw)
        start = line.start() + raw.find('"')
        end = line.start() + len(raw.rstrip())
        if found:
            begins = found["name"] in ("msgctxt", "msgid")
            if begins and (entry.targets or entry.text(found["name"]) is not None):
                close()
            if not entry.fields:
                entry.start = line.start()
            strings = found["strings"]
            entry.fields.append(_Field(found["name"], _decoded(strings), start, end))
        elif more and entry.fields:
            last = entry.fields[-1]
            last.text += _decoded(more["strings"])
            last.end, last.lines = end, last.lines + 1
        elif not bare.startswith("domain "):
            broken.append(number)
            spoilt = True
    close()
    return [e for e in entries if e.text("msgid") is not None and e.targets], broken


class _File:
    """What holds for all entries of a file."""

    def __init__(self, text: str, entries: Sequence[_Entry]) -> None:
        self.text = text
        header = next(
            (e for e in entries if not e.text("msgid") and e.text("msgctxt") is None), None
        )
        self.header = header.targets[0].text if header else ""
        others = (e for e in entries if e.text("msgid"))
        self.numbered = list(enumerate(others, 1))
        forms = _FORMS.search(self.header)
        self._forms = int(forms[1]) if forms else 0
        newline = _LINE.match(text)
        self._newline = (newline[2] if newline else "") or "\n"
        self.icu = 0  # entries that are messages with forms of their own
        self.ids = sum(_ID.match(e.text("msgid") or "") is not None for _, e in self.numbered)
        longest = max((len(m[1]) for m in _LINE.finditer(text) if m[1].startswith('"')), default=0)
        single = max((len(m[1]) for m in _LINE.finditer(text) if m[1].startswith("msg")), default=0)
        self._width = _WIDTH if max(longest, single) <= _WIDTH + 2 else 10**9

    def parts(self, number: int, entry: _Entry) -> Iterator[Part]:
        """Give what is to be filled in."""
        singular, plural = entry.text("msgid") or "", entry.text("msgid_plural")
        if _ID.match(singular):
            return
        if is_icu(singular) and not has_prose(singular):
            self.icu += 1
            return
        where = f"entry {number}"
        targets = entry.targets
        if plural is None:
            if len(targets) == 1 and not targets[0].text:
                yield self._part(entry, targets[0], singular, where)
            return
        forms = max(self._forms, len(targets))
        for form, target in enumerate(targets):
            if target.name != f"msgstr[{form}]":
                return
            if not target.text:
                text = singular if form == 0 and forms > 1 else plural
                place = f"{where}, plural" + (f" {form}" if form > 1 else "")
                yield self._part(entry, target, text, place if form else where)
        for form in range(len(targets), forms):
            end = targets[-1].end
            target = _Field(f"msgstr[{form}]", "", end, end)
            place = f"{where}, plural" + (f" {form}" if form > 1 else "")
            yield self._part(entry, target, plural, place)

    def marked(self, entry: _Entry, mark: str) -> Iterator[tuple[Span, str]]:
        """Say that an entry needs a look: by gettext's flag, or in words."""
        here, end = Span(start=entry.start, end=entry.start), self._newline
        above = entry.comments if entry.comments >= 0 else entry.start
        if mark == "note":
            yield Span(start=above, end=above), f"# {_NOTE}{end}"
        elif mark == "fuzzy":
            flags = _FLAGS.search(self.text, above, entry.start)
            if flags is None:
                yield here, f"#, fuzzy{end}"
            elif "fuzzy" not in flags[0]:
                yield Span(start=flags.end(), end=flags.end()), ", fuzzy"

    def _part(self, entry: _Entry, target: _Field, text: str, where: str) -> Part:
        source = next(f for f in entry.fields if f.name == "msgid")
        before = "" if target.start < target.end else f"{self._newline}{target.name} "
        head = len(target.name) + 1

        def write(new: str) -> str:
            lines = source.lines > 1 and source.text == text
            return before + self._literal(new, head, lines=lines)

        return Part(
            text=text,
            blocks=list(_blocks(text, where)),
            parent=0,
            at=Span(start=target.start, end=target.end),
            write=write,
            always=True,
        )

    def _literal(self, text: str, head: int, *, lines: bool) -> str:
        """Write a string as gettext does: one line, or an empty one and more below."""
        spelt = text.translate(_SPELT)
        single = "\n" not in text[:-1]
        if single and not lines and head + len(spelt) + 2 <= self._width:
            return f'"{spelt}"'
        rows = ['""']
        for line in _ROW.findall(text):
            row = ""
            for word in _WORDS.findall(line):
                piece = word.translate(_SPELT)
                if row and len(row) + len(piece.rstrip(" ")) + 2 > self._width:
                    rows.append(f'"{row}"')
                    row = ""
                row += piece
            rows.append(f'"{row}"')
        return self._newline.join(rows)


def _blocks(text: str, where: str) -> Iterator[Block]:
    blocks, _ = PlainText().blocks(text, reading=AS_IT_COMES)
    kept = (block for block in blocks if has_prose(block.text))
    for number, block in enumerate(kept, 1):
        place = f"{where}, part {number}" if number > 1 else where
        yield replace(_without_mnemonic(block), where=place)


def _without_mnemonic(block: Block) -> Block:
    """Make a sign of the letter that opens a menu: ``_Ouvrir``, ``&Fichier``."""
    found = list(_MNEMONIC.finditer(block.text))
    if len(found) != 1 or block.markup or len(block.text) > 60:
        return block
    at = found[0].start()
    plain = block.text[:at] + block.text[at + 1 :]
    mark = Markup(position=at, raw=block.text[at], role="atom", group=0, kind="mnemonic")
    return replace(block, text=plain, markup=protect_urls(plain, (mark,), 1))


def _findings(file: _File, filled: int, broken: Sequence[int]) -> Iterator[Finding]:
    def say(message: str) -> Finding:
        return Finding(check="document", severity="warning", message=message)

    if broken:
        lines = ", ".join(map(str, broken[:5])) + (" …" if len(broken) > 5 else "")
        yield say(f"entries left as they are: what stands in line {lines} is no PO")
    if file.ids:
        ids = f"{file.ids} of {len(file.numbered)} entries"
        yield say(f"{ids} left: their msgid is a name for programs, not French")
    if file.icu:
        yield say(f"{file.icu} entries left: their forms stand in the text itself (ICU), in braces")
    if _FRENCH.search(file.header) and filled:
        yield say(
            "its header says Language: fr, but msgids are read as French and filled in English"
        )
    if file.numbered and not (filled or file.ids or file.icu):
        yield say("all entries have a translation: nothing was to be done")
