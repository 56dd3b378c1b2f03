"""What a check is, what it sees (one source, its translation), and small tools over both."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from pipeline.lexicon import is_word
from pipeline.records import Finding, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pipeline.records import Rendering, Segment, Severity

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_LONGEST = 8_000  # code points of a segment that are looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A source segment and its translation, both without markup.

    ``term_spans`` are stretches of the source that the glossary is answerable for; checks
    of names leave them alone. ``kept_spans`` are the forms in the target that satisfy it:
    a term that is not to be translated is no French left over. ``code`` is what of the
    source is not prose: it stands in the target as it was.
    """

    source: str
    target: str
    term_spans: tuple[tuple[int, int], ...] = ()
    kept_spans: tuple[tuple[int, int], ...] = ()
    code: str = ""

    def cut(self) -> Pair:
        """Bound the work on a segment that is no sentence (a megabyte in one line)."""
        if len(self.source) <= _LONGEST and len(self.target) <= _LONGEST:
            return self
        return replace(self, source=self.source[:_LONGEST], target=self.target[:_LONGEST])


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: a name to switch it by, and the function that finds."""

    name: str  # lower-case letters, digits and hyphens
    title: str
    severity: Severity  # the gravest that it reports
    explanation: str
    find: Callable[[Pair], Iterable[Finding]]
    default: bool = True  # whether it runs unless switched off


def check(
    name: str, title: str, severity: Severity, explanation: str, *, default: bool = True
) -> Callable[[Callable[[Pair], Iterable[Finding]]], Check]:
    """Make the function below it the `Check` of that name; arguments as there."""
    return lambda find: Check(
        name=name,
        title=title,
        severity=severity,
        explanation=explanation,
        find=find,
        default=default,
    )


def pair_of(segment: Segment, rendering: Rendering) -> Pair:
    """Give what checks see of a segment and what became of it."""
    terms = rendering.terms
    return Pair(
        source=segment.source,
        target=rendering.target,
        term_spans=tuple(_ends(t.occurrence.span) for t in terms if not t.forbidden),
        kept_spans=tuple(_ends(t.target) for t in terms if t.satisfied and t.target),
        code=" ".join(segment.source[s.start : s.end] for s in segment.protected),
    )


def _ends(span: Span) -> tuple[int, int]:
    return span.start, span.end


def make_finding(
    check: str,
    severity: Severity,
    message: str,
    *,
    source: tuple[int, int] | None = None,
    target: tuple[int, int] | None = None,
) -> Finding:
    """Build a finding from plain offsets."""
    return Finding(
        check=check,
        severity=severity,
        message=message,
        source=Span(start=source[0], end=source[1]) if source else None,
        target=Span(start=target[0], end=target[1]) if target else None,
    )


# --- words -------------------------------------------------------------------------


@cache
def read_table(name: str) -> dict[str, Any]:
    """Read a TOML file of ``data/``, once."""
    return tomllib.loads(resources.files(__package__).joinpath("data", name).read_text("utf-8"))


@cache
def word_set(name: str) -> frozenset[str]:
    """Give a list of ``data/words.toml``."""
    return frozenset(read_table("words.toml")[name].split())


@lru_cache(maxsize=16_384)
def fold(text: str) -> str:
    """Lower-case, without accents, curly apostrophes straightened."""
    decomposed = unicodedata.normalize("NFD", text.replace("’", "'"))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower()


@lru_cache(maxsize=8)
def tokens(text: str) -> tuple[tuple[str, int, int], ...]:
    """Give the words of a text with their spans, apostrophised ones whole, hyphens cut."""
    return tuple((m[0], m.start(), m.end()) for m in _TOKEN.finditer(text))


def words(text: str) -> list[str]:
    """Give the words of a text, hyphenated and apostrophised ones whole."""
    return WORD.findall(text)


def known_french(word: str) -> bool:
    """Say whether the French word list has the word."""
    return is_word(word, "fr")


def known_english(word: str) -> bool:
    """Say whether the English word list has the word."""
    return is_word(word, "en")
