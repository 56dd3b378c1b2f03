"""polib reads catalogues."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polib

from formats.marked import Marked, of
from formats.samples.po import DONE

if TYPE_CHECKING:
    from collections.abc import Iterator


def read(data: bytes) -> list[Marked]:
    """Read the translations of entries that were to be translated, or what has none yet."""
    return [of([(text, ())]) for text in _texts(_catalogue(data))]


def frame(data: bytes) -> object:
    """Give what must stay: all but those translations, notes and flags."""
    catalogue = _catalogue(data)
    header = {k: v for k, v in catalogue.metadata.items() if k not in _MAY_CHANGE}
    return header, [
        (
            entry.msgctxt,
            entry.msgid,
            entry.msgid_plural,
            entry.occurrences,
            entry.comment,
            entry.obsolete,
            sorted({*entry.flags} - {"fuzzy"}),
            entry.previous_msgid,
            (entry.msgstr, entry.msgstr_plural) if DONE in entry.tcomment else "",
        )
        for entry in catalogue
    ]


_MAY_CHANGE = {"Language", "Language-Team", "PO-Revision-Date", "Last-Translator", "Plural-Forms"}


def _catalogue(data: bytes) -> polib.POFile:
    return polib.pofile(data.decode("utf-8").replace("\r\n", "\n"))


def _texts(catalogue: polib.POFile) -> Iterator[str]:
    for entry in catalogue:
        if entry.obsolete or DONE in entry.tcomment:
            continue
        if entry.msgid_plural:
            yield entry.msgstr_plural[0] or entry.msgid
            yield entry.msgstr_plural[1] or entry.msgid_plural
        else:
            yield entry.msgstr or entry.msgid
