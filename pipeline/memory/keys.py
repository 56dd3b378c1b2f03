"""The keys under which the memory files its rows.

A key is a hash over everything that can change the answer; two equal keys may share a
row, whatever document they come from.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import astuple
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.records import Decoding, Request


REQUEST_VERSION = 1
"""Raised when the way from a request to the engine's answer changes (guard, limits)."""

SEGMENT_VERSION = 4
"""Raised when the way from an answer to a finished segment changes (enforcement)."""

_BLANKS = re.compile(r"\s+")
_LETTER = re.compile(r"[^\W\d_][\u0300-\u036f]*")
_TIGHT = re.compile(r' ?(") ?| ([;:!?%])')
_TYPED = str.maketrans(
    {
        **dict.fromkeys("’‘ʼ′＇`´", "'"),
        **dict.fromkeys("«»“”„‟″＂", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", None),
        "…": "...",
        **{"œ": "oe", "Œ": "Oe", "æ": "ae", "Æ": "Ae"},
    }
)
"""What a person types instead of a character."""


def _json(parts: object) -> bytes:
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    # surrogatepass: a lone surrogate in a source must not stop the run here.
    return text.encode("utf-8", "surrogatepass")


@lru_cache(maxsize=64)
def _beginning(version: int, fingerprint: str, decoding: Decoding) -> hashlib.blake2b:
    """Hash what thousands of keys have in common, once."""
    return hashlib.blake2b(_json([version, fingerprint, astuple(decoding)]), digest_size=20)


def _digest(version: int, fingerprint: str, decoding: Decoding, parts: object) -> bytes:
    hashed = _beginning(version, fingerprint, decoding).copy()
    hashed.update(_json(parts))
    return hashed.digest()


def request_key(fingerprint: str, decoding: Decoding, request: Request) -> bytes:
    """Give the key of an engine's answer to ``request``.

    Args:
        fingerprint: of the engine.
        decoding: the engine's own options, used where the request gives none.
        request: its source already in the form in which the engine sees it.
    """
    return _digest(
        REQUEST_VERSION,
        fingerprint,
        request.decoding or decoding,
        [
            request.source,
            request.hypotheses,
            [[hint.source, hint.target] for hint in request.hints],
            list(request.banned),
        ],
    )


def segment_key(
    fingerprint: str, decoding: Decoding, source: str, *, terms: str = "", extra: str = ""
) -> bytes:
    """Give the key of a finished segment.

    Args:
        fingerprint: of the engine.
        decoding: the engine's options.
        source: the segment's text, exactly as it stands (spans refer to it).
        terms: what the term base says about this source; "" where no term touches it.
        extra: anything else that decides the result.
    """
    return _digest(SEGMENT_VERSION, fingerprint, decoding, [source, terms, extra])


def typed(source: str) -> str:
    """Give a source as a person sees it: composed (NFC), any run of white space one space."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", source)).strip()


def approved_key(source: str) -> str:
    """Give the form in which two sources count as the same for a person's correction.

    What a keyboard lacks is folded: apostrophes, quotes, dashes, the ellipsis, ligatures, any
    white space, and the spaces inside quotes and before a mark; so are an invisible character,
    and the case and accent of the first letter. Other capitals and accents carry meaning.

    Returns:
        The key; the key of a key is itself.
    """
    text = typed(unicodedata.normalize("NFC", source).translate(_TYPED))
    text = _TIGHT.sub(lambda found: found[1] or found[2], text)
    first = _LETTER.search(text)
    if first:
        plain = unicodedata.normalize("NFD", first[0].casefold())
        bare = "".join(c for c in plain if not unicodedata.combining(c))
        text = text[: first.start()] + bare + text[first.end() :]
    return unicodedata.normalize("NFC", text)
