"""Checks of meaning that need no reference: names and negation."""

from __future__ import annotations

import difflib
import re
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from pipeline.quality.checks.pair import (
    check,
    fold,
    known_english,
    known_french,
    make_finding,
    word_set,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.quality.checks.pair import Pair
    from pipeline.records import Finding

_PIECE = re.compile(r"[^\W_]+(?:[-‑][^\W_]+)*|[.!?…:;«»“”\"()\[\]\n]")
_CAMEL = re.compile(r"[a-z][A-Z]|[A-Z]{2,}[a-z]{2,}")
# Spellings that French does not have by itself: such a name was not made French.
_UNFRENCH = re.compile(
    r"[kw]|sh|ck|oo|ee|aa|th$|[^aeiouéè]y$|tz|ng$|son$|man$|ll$|tt$|rd$|ff$", re.I
)
# … and spellings by which French writes sounds of other scripts (Irkoutsk).
_FRENCHED = re.compile(r"ou|tch|dj|gu[ei]|[ïéèêëçôâ]", re.I)
_DEMONYM = re.compile(r"(?:an|ans|ese|ish|is?|ics?|ers?)$")
_MOST_NAMES = 120  # of a segment, to either side: every name is compared with every other
_SIMILAR = 0.74
_IN_ADDRESS = re.compile(r"\.\w")  # what follows Canada in Canada.ca

# "ne … pas/jamais/rien/aucun/personne", and "ne … plus" where "plus" is not "more".
_NEGATION = re.compile(
    r"\b(?:ne\s+|n['’])(?:(?:y|en|se|s['’]|me|m['’]|te|t['’]|le|la|l['’]|les|lui|leur|nous|vous)\s*)*"
    r"(?:[\w’'-]+\s+){0,2}?(?:[\w’'-]+\s+)?(pas|jamais|rien|aucune?|personne|nullement)\b(?!\s+(?:seulement|que|uniquement|moins))",
    re.IGNORECASE,
)
_NE = re.compile(r"\bn(?:e\s|['’])", re.IGNORECASE)
# "Aucun blessé n'est à déplorer": the negative word stands before the verb.
_NEGATIVE_SUBJECT = re.compile(
    r"\b(?:aucune?|nulle?|personne|rien)\b[^.;:!?]{0,60}?\b(?:ne\s|n['’])", re.IGNORECASE
)
_EXPLETIVE = re.compile(
    r"\b(?:pas\s+(?:rien|mal|sans)\b|ne\s+\w+\s+(?:jamais\s+)?que\b|plus\s+jamais\s+que|pas\s+moins|n['’]est-ce\s+pas|pourquoi\s+pas"
    r"|n['’](?:oubli|hésit|arrêt)\w+|ne\s+(?:cess|tard|manqu|quitt|boug|dout)\w+|non\s+seulement"
    r"|si\b[^.]{0,40}\bne\b"
    # What says yes by denying the contrary, and what is said of a first or last time.
    r"|(?:pas|rien)\s+(?:tort|faux|rare|hésité|manqué|cessé|arrêté|perdu|oublié|tardé|étranger"
    r"|(?:un|le)\s+secret|(?:de|aucun)\s+doute|la\s+(?:première|dernière)\s+fois|(?:im|in|il|ir|mé|dés)\w+(?:[ai]ble|[ae]nte?|eu[xs]e?|ue?)s?\b)"
    r"|aucun\s+doute|loin\s+s['’]en\s+faut)",
    re.IGNORECASE,
)
_EN_WORD = re.compile(r"[a-z]+(?:['’][a-z]+)?", re.IGNORECASE)


def _capitalised(text: str) -> list[tuple[str, int, int, bool]]:
    """Give words with a capital: word, span, and whether it stands inside a sentence."""
    found = []
    opening = True
    for match in _PIECE.finditer(text):
        word = match[0]
        if not word[0].isalnum():
            opening = True
            continue
        if word != word.lower():
            found.append((word, match.start(), match.end(), not opening))
        opening = False
    return found


def phonetic(word: str) -> str:
    """Write away what transliteration into French and into English does differently."""
    text = fold(word)
    for old, new in (
        ("tch", "ch"),
        ("sch", "sh"),
        ("kh", "h"),
        ("ou", "u"),
        ("oo", "u"),
        ("ee", "i"),
        ("dj", "j"),
        ("ï", "i"),
        ("y", "i"),
        ("ph", "f"),
        ("k", "c"),
        ("q", "c"),
        ("w", "v"),
        ("z", "s"),
        ("ch", "sh"),
    ):
        text = text.replace(old, new)
    text = re.sub(r"(.)\1+", r"\1", text).replace("shsh", "sh")
    return re.sub(r"(?:es|e|s|a|us|um|is|o)$", "", text)


@lru_cache(maxsize=1)
def _exonyms() -> frozenset[str]:
    text = resources.files(__package__).joinpath("data/exonyms.txt").read_text("utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(fold(word) for line in lines for word in line.split())


def _bare(word: str) -> str:
    """Fold a name so that Wi-Fi is wifi and a plural is its singular."""
    return fold(word).replace("-", "").replace("‑", "").removesuffix("s")


def _stays(word: str) -> bool:
    """Say whether a name is written in English as it is in French, as far as lists can tell."""
    if _CAMEL.search(word) or any(c.isdigit() for c in word):
        return True
    if word.isupper():
        return False  # ONU, OTAN, UE: acronyms are translated
    if known_french(word.lower()) or known_french(word):
        return False
    if any(known_french(part.lower()) for part in re.split("[-‑]", word) if part != word):
        return False  # Haut-Karabakh, Nord-Kivu
    return known_english(word) or bool(_UNFRENCH.search(word) and not _FRENCHED.search(word))


@check("names", "Names", "error", "A name vanished or changed its spelling.")
def names(pair: Pair) -> Iterator[Finding]:
    """Find names that vanished or changed their spelling.

    Most geographic names differ between the languages, so that a name is only missed where
    it is known to stay: mixed case (OpenAI), or in the English word list and not in the
    French one, and where no other word with a capital may stand in for it (a Mancunian for
    "habitant de Manchester"). A changed spelling is reported where a near twin stands in its
    place that neither the source nor the English word list has, and that no transliteration
    explains.
    """
    folded = _bare(pair.target)
    ours = _capitalised(pair.source)[:_MOST_NAMES]
    theirs: list[tuple[str, int, int]] | None = None
    for word, start, end, inside in ours:
        if (
            len(word) < 4
            or word.isupper()
            or any(a < end and start < b for a, b in pair.term_spans)
        ):
            continue
        if _bare(word) in folded or fold(word) in _exonyms():
            continue
        if theirs is None:
            source = fold(pair.source)
            theirs = [
                (other, at, stop)
                for other, at, stop, _ in _capitalised(pair.target)
                if len(other) >= 4 and fold(other) not in source
            ][:_MOST_NAMES]
        near = _nearest(word, theirs)
        if near and _derived(word, near[0]):
            continue
        stays = (inside or bool(_CAMEL.search(word))) and _stays(word)
        if near and (stays or _misspelt(word, near[0], inside)):
            yield make_finding(
                "names",
                "error",
                f"“{word}” is spelt “{near[0]}”",
                source=(start, end),
                target=(near[1], near[2]),
            )
        elif (
            stays
            and not near
            and not _IN_ADDRESS.match(pair.source, end)
            and (_CAMEL.search(word) or not _stands_in(pair, ours))
        ):
            yield make_finding(
                "names", "warning", f"“{word}” is not in the translation", source=(start, end)
            )


def _derived(word: str, twin: str) -> bool:
    """Say whether a twin is the adjective of a place: Canada, Canadian; Qatar, Qatari."""
    twin_folded = fold(twin)
    people = re.sub(r"ien(?:ne)?s?$", "ian", fold(word))
    if people != fold(word) and people == twin_folded.removesuffix("s"):
        return True  # Ephésiens, Ephesians
    return bool(
        _DEMONYM.search(twin_folded)
        and twin_folded.startswith(fold(word)[:-1])
        and len(twin_folded) > len(word)
        and (known_english(twin) or known_english(twin.lower()))
    )


def _stands_in(pair: Pair, ours: list[tuple[str, int, int, bool]]) -> bool:
    """Say whether the translation has as many new words with capitals as it lost."""
    source, target = fold(pair.source), _bare(pair.target)
    lost = {word for word, _, _, inside in ours if inside and _bare(word) not in target}
    new = {
        word
        for word, _, _, inside in _capitalised(pair.target)
        if inside and word != "I" and fold(word) not in source
    }
    return len(new) >= len(lost)


def _nearest(word: str, candidates: list[tuple[str, int, int]]) -> tuple[str, int, int] | None:
    best, score = None, _SIMILAR
    for candidate in candidates:
        ratio = difflib.SequenceMatcher(None, fold(word), fold(candidate[0])).ratio()
        if ratio >= score:
            best, score = candidate, ratio
    return best


def _misspelt(word: str, twin: str, inside: bool) -> bool:
    if known_english(twin) or known_english(twin.lower()):
        return False  # Lituanie, Lithuania
    if not inside and known_french(word.lower()):
        return False
    if known_french(word) or known_french(word.lower()):
        return False  # Brésiliens, Vénézuéliens: words, not names
    if _bare(twin).startswith(_bare(word)) and "-" in word:
        return False  # U-Boot, U-boats
    return phonetic(word) != phonetic(twin)


@check(
    "negation",
    "Negation",
    "warning",
    "The source negates and nothing in the translation answers it.",
)
def negation(pair: Pair) -> Iterator[Finding]:
    """Find a French negation ("ne … pas") to which nothing negative answers."""
    if not _NE.search(pair.source):
        return
    match = _NEGATION.search(pair.source) or _NEGATIVE_SUBJECT.search(pair.source)
    if not match or _EXPLETIVE.search(pair.source):
        return
    if any(_negative(word.lower().replace("’", "'")) for word in _EN_WORD.findall(pair.target)):
        return
    yield make_finding(
        "negation",
        "warning",
        f"nothing in the translation answers the negation {match[0]!r}",
        source=match.span(),
    )


@lru_cache(maxsize=16_384)
def _negative(word: str) -> bool:
    if word in word_set("negation") or word.endswith(("n't", "less", "lessly")):
        return True
    return any(
        word.startswith(affix)
        and len(word) - len(affix) >= 3
        and word.endswith(tuple(word_set("negative_endings")))
        and known_english(word[len(affix) :])
        for affix in word_set("negative_prefixes")
    )
