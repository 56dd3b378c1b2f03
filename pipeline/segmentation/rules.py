"""Does a sentence end here? The rules, each for one kind of mark.

A rule looks at the word before the mark, at what follows it, and never further back
than the start of the sentence, so that a sentence cut out and split again stays whole.
Offsets are code points into the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from pipeline.segmentation.tables import Patterns

Kind = Literal["starter", "particle", "name", "number", "lower", "marker", "joined", "other", "end"]
"""What comes next: a capitalised grammatical word; one that may also open a name; any
other capital; a digit; a lower-case word; a list marker; a mark that continues the
sentence; any other sign; nothing."""

TOKEN_LIMIT = 40  # code points; longer "words" are no abbreviations

_VOWELS = frozenset("aàâäeéèêëiîïoôöuùûüyÿœæ")
_JOINING = frozenset(",;:.!?…)]}»”’/%=&<>|·_\\")
_YES: frozenset[Kind] = frozenset({"starter", "particle", "name", "number", "marker", "other"})
_NO: frozenset[Kind] = frozenset()
_ENDS_BEFORE: dict[str, frozenset[Kind]] = {
    "title": frozenset({"number", "marker"}),
    "forename": _NO,
    "place": frozenset({"starter", "marker"}),
    "reference": frozenset({"starter", "particle", "name", "marker"}),
    "inside": _NO,
    "final": frozenset({"starter", "particle", "marker"}),
    "unit": frozenset({"starter", "particle", "name", "marker", "other"}),
    "closing": _YES,
}
"""The table at the head of ``data/abbreviations.fr.txt``."""

_CLAUSE_WORDS = 5
"""A clause of fewer words before a semicolon may be an item of an enumeration."""


class Ahead(NamedTuple):  # made at every stop: a named tuple costs a third of a dataclass
    """What stands after a possible end."""

    kind: Kind
    word: str  # the first word, as written; "" where there is none
    end: int  # where that word ends
    opened: str  # quotation marks, brackets and dashes before it


def _normal(word: str) -> str:
    return word.replace("’", "'").replace("‑", "-")


def _word_kind(word: str, text: str, end: int, patterns: Patterns) -> Kind:
    """Tell a grammatical word from a name, for a word that starts with a capital."""
    tables = patterns.tables
    plain = _normal(word)
    if len(plain) == 1 and text.startswith(".", end):
        return "name"  # "J. A. Dupont"
    if len(plain) > 1 and plain.isupper():
        plain = plain.capitalize()
    if plain in tables.particles:
        return "particle"
    if plain in tables.starters or patterns.inversion.match(plain):
        return "starter"
    head, apostrophe, _ = plain.partition("'")
    if apostrophe:
        if head + "'" in tables.particles:
            return "particle"
        if head + "'" in tables.starters:
            return "starter"
    return "name"


def look_ahead(text: str, at: int, patterns: Patterns) -> Ahead:
    """Say what a sentence that started at ``at`` would start with."""
    if at >= len(text):
        return Ahead(kind="end", word="", end=at, opened="")
    opening = patterns.opening.match(text, at)
    first = opening.end() if opening else at
    opened = text[at:first]
    if ")" in text[at + 1 : at + 6] and patterns.marker.match(text, at):
        return Ahead(kind="marker", word="", end=at, opened="")
    match = patterns.word.match(text, first)
    if match is None:
        joined = first < len(text) and text[first] in _JOINING
        return Ahead(kind="joined" if joined else "other", word="", end=first, opened=opened)
    word = match[0]
    kind: Kind
    if word[0].isdigit():
        kind = "number"
    elif word[0].islower():
        # xAI, iPhone, eBay: a name's capital stands further on in its first word.
        mixed = word.isalnum() and any(c.isupper() for c in word[1:6]) and len(word) > 2
        kind = "name" if mixed else "lower"
    else:
        kind = _word_kind(word, text, match.end(), patterns)
    return Ahead(kind=kind, word=word, end=match.end(), opened=opened)


def token_before(text: str, dot: int, start: int, patterns: Patterns) -> str:
    """Give the word before the stop at ``dot``, not reaching back beyond ``start``.

    Brackets and quotation marks end it; an elided article is taken off ("l'art" → "art").
    A word longer than ``TOKEN_LIMIT`` is cut.
    """
    ends = patterns.word_ends
    i = dot
    low = max(start, dot - TOKEN_LIMIT)
    while i > low and not text[i - 1].isspace() and text[i - 1] not in ends:
        i -= 1
    token = _normal(text[i:dot])
    head, apostrophe, rest = token.rpartition("'")
    return rest if apostrophe and 0 < len(head) <= 6 else token


def _class_of(token: str, patterns: Patterns) -> str | None:
    forms = patterns.tables.abbreviations
    found = forms.get(token)
    if found is None and len(token) > 1:
        found = forms.get(token[0].lower() + token[1:])
    return found


def _name_follows(text: str, ahead: Ahead) -> bool:
    """Whether "Le", "De", "L'" … opens a surname: a capital comes next."""
    if "'" in _normal(ahead.word):
        rest = _normal(ahead.word).partition("'")[2]
        return rest[:1].isupper()
    return (
        text[ahead.end : ahead.end + 1].isspace() and text[ahead.end + 1 : ahead.end + 2].isupper()
    )


def _abbreviation_ends(group: str, ahead: Ahead) -> bool:
    """Decide after an abbreviation of class ``group``."""
    if "(" in ahead.opened and group != "closing":
        return False
    word = ahead.word
    if group == "reference" and (len(word) == 1 or ahead.kind == "name"):
        return not (len(word) < 2 or word[-1].isdigit() or all(c in "IVXLCDM" for c in word))
    return ahead.kind in _ENDS_BEFORE[group]


def _initials_end(text: str, token: str, ahead: Ahead, previous: str) -> bool:
    """Decide after "J", "J.-C", "U.S.A"."""
    if token == "J.-C" and previous.rstrip(".").lower() in {"av", "apr", "avant", "après"}:
        return ahead.kind in _YES
    if "(" in ahead.opened:
        return False
    if ahead.kind == "particle":
        return not _name_follows(text, ahead)
    return ahead.kind in {"starter", "marker"}


def _lower_starts(token: str) -> bool:
    """Whether a lower-case word after ``token`` and a full stop may start a sentence.

    Careless typing does that. French abbreviates by cutting a word before a vowel, so a
    word of some length that ends in a vowel is a whole word, and its stop a full stop;
    so is a long word that the table does not know.
    """
    least = 4 if token[-1].lower() in _VOWELS else 7
    return len(token) >= least and token.isalpha()


def dot_ends(
    text: str, dot: int, start: int, ahead: Ahead, patterns: Patterns, *, bare: bool
) -> bool:
    """Decide at a single full stop that is followed by white space.

    Args:
        text: the text.
        dot: offset of the stop.
        start: where the sentence starts.
        ahead: what comes after the stop.
        patterns: the compiled tables.
        bare: nothing stands between the stop and the white space.
    """
    token = token_before(text, dot, start, patterns)
    kind = ahead.kind
    if not token:
        return kind in _YES
    before = text[max(start, dot - len(token) - TOKEN_LIMIT) : dot - len(token)].rstrip()
    if patterns.number_marker.match(token) and (not before.strip("([*#—–-") or before[-1] in ":;"):
        return False  # "1. Titre"
    previous = before.rsplit(None, 1)[-1] if before else ""
    group = _class_of(token, patterns)
    if previous.endswith("."):  # "p. ex." is "p.ex."
        group = _class_of(previous + token, patterns) or group
    if group is not None and bare:
        return _abbreviation_ends(group, ahead)
    if patterns.initials.match(token) and bare and not (len(token) > 1 and token.isalpha()):
        return _initials_end(text, token, ahead, previous)
    if kind == "number" and token.isdigit() and bare:
        return len(token) > 3  # "le 14. 7."; "en 2008. 23 épreuves"
    if kind == "lower" and ahead.opened == "- ":
        return True  # the next item of a list
    if kind == "lower":
        return bare and not ahead.opened and _lower_starts(token)
    if bare and token.islower() and token.isalpha() and _VOWELS.isdisjoint(token):
        return kind in {"starter", "particle", "marker"}  # no French word: "bcp", "dvpt"
    return kind in _YES


def glued_ends(text: str, stop: int, end: int, start: int, patterns: Patterns) -> bool:
    """Decide at a stop without white space after it: "fin.Le début".

    Only between a word in lower case and a grammatical word with a capital that is a
    word of its own: domains, file names, versions and addresses are left alone.
    """
    ahead = look_ahead(text, end, patterns)
    if ahead.kind not in {"starter", "particle"} or ahead.opened:
        return False
    after = text[ahead.end : ahead.end + 1]
    if not ("'" in _normal(ahead.word) or after.isspace() or after == ","):
        return False
    if stop > start and text[stop - 1].isspace():
        stop -= 1  # "aimez ?Oui"
    token = token_before(text, stop, start, patterns)
    return len(token) > 1 and token.isalpha() and token.islower()


def semicolon_ends(text: str, at: int, resume: int, start: int, patterns: Patterns) -> bool:
    """Decide at a semicolon: it ends a sentence where its author started a new one.

    That is before a list item, and before a grammatical word with a capital. A word that
    may open a title ("Le Monde ; Le Figaro") counts only if a lower-case word follows
    it, or if what precedes is long enough for a clause.
    """
    ahead = look_ahead(text, resume, patterns)
    if ahead.opened[:1] in {"-", "–"} and ahead.opened[-1:].isspace():
        return True
    if ahead.kind != "particle":
        return ahead.kind == "starter"
    if not _name_follows(text, ahead):
        return True
    before = text[max(start, at - 200) : at]
    for mark in ",;:(":
        before = before.rpartition(mark)[2]
    return len(before.split()) >= _CLAUSE_WORDS


def heading_end(text: str, start: int, patterns: Patterns) -> int | None:
    """Find where a heading in capitals at ``start`` gives way to a sentence.

    "CONDITIONS DE VENTE Les prix …": three words or more in capitals, then a
    grammatical word that has only its first letter in capitals.
    """
    match = patterns.capitals.match(text, start)
    if match is None:
        return None
    words = match[0].split()
    ahead = look_ahead(text, match.end(), patterns)
    mixed = any(c.islower() for c in ahead.word)
    if ahead.kind not in {"starter", "particle"} or not mixed or len(words[-1]) < 2:
        return None
    return match.end() if sum(len(word) > 1 for word in words) >= 3 else None
