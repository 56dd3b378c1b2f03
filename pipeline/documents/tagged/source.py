"""The encoding of a page: as its bytes or its first lines say, kept when it is written."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from pipeline.documents.encoding import DECLARED, decode, mark_of
from pipeline.records import Finding

_HEAD = 4096  # bytes in which a page names its encoding
_META = re.compile(rb"""<meta\s[^>]*?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_LATIN = frozenset({"iso8859-1", "ascii"})  # on the web these mean Windows-1252


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A page's text, and how text becomes its bytes."""

    text: str
    encoding: str
    mark: bytes  # the byte-order mark
    findings: tuple[Finding, ...] = ()

    def encode(self, text: str) -> bytes:
        """Write a text in the page's encoding; what it lacks as character references."""
        return self.mark + text.encode(self.encoding, "xmlcharrefreplace")


def read_source(data: bytes, *, place: str) -> Source:
    """Decode a page.

    Raises:
        InputError: it is binary, or in no known encoding.
    """
    mark, named = mark_of(data)
    content = data[len(mark) :]
    said = named or _said(content)
    text = _decoded(content, said) if said else None
    # UTF-8 that says it is something else is UTF-8: no other text looks like it.
    lies = not mark and not content.isascii() and _decoded(content, "utf-8") is not None
    if text is not None and not (lies and said != "utf-8"):
        return Source(text=text, encoding=said, mark=mark)
    decoded = decode(data, place)
    finding = Finding(
        check="encoding",
        severity="warning",
        message=f"it says {said} but is in {decoded.encoding}: it is written so again",
    )
    return Source(
        text=decoded.text,
        encoding=decoded.encoding,
        mark=mark,
        findings=(finding,) if said else (),
    )


def _said(data: bytes) -> str:
    """Give the encoding that the first lines name; "" for none that is known."""
    head = data[:_HEAD]
    meta = _META.search(head)
    found = DECLARED.match(head) or meta
    if found is None:
        return ""
    try:
        name = codecs.lookup(found[1].decode("ascii")).name
    except LookupError:
        return ""
    if name.startswith("utf-16"):
        return "utf-8"  # could this be read, it would not be so
    return "cp1252" if meta is not None and name in _LATIN else name


def _decoded(data: bytes, encoding: str) -> str | None:
    """Decode, if that can be undone and gives text."""
    try:
        text = data.decode(encoding)
    except (UnicodeError, LookupError):
        return None
    if "\0" in text or (encoding != "utf-8" and text.encode(encoding) != data):
        return None
    return text
