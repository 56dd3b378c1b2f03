"""Recognising the usual failures of translation models. Pure functions of two texts.

Thresholds are set where real translations never come: on FLORES dev (997 sentences; the
human reference and the outputs of four systems) none is reported.
"""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher

_WORD = re.compile(r"\w+(?:[’'-]\w+)*")

# Small words, and elided ones (l’idée), that an English sentence holds only in a quotation.
_FRENCH = re.compile(
    r"les?|la|des|du|une?|et|est|dans|pour|avec|qui|que|sur|pas|ces?|cette|aux?|sont|été|était|ont"
    r"|leurs?|ils?|elles?|nous|vous|son|sa|ses|mais|où|dont|se|ne|être|avoir|tous|toute?s?|entre"
    r"|après|avant|aussi|selon|très|deux|à|(?:[cdjlmnst]|qu)[’']\w.*"
)

_ENGLISH = re.compile(r"the|of|and|to|a|in|is|was|for|on|that|with|by|as|it|his|her|are|from")

_LOOP_CHARACTERS = 40  # length of a run of one repeated short string
_LOOP_WORDS = 4  # times that one word stands in a row
_LOOP_PHRASE = 3  # times that a phrase of two or more words stands in a row
_LOOP_LONGEST = 40  # words of the longest phrase looked for
_REPEATED_SHARE = 0.5  # of all four-word sequences, seen before in the same text
_REPEATED_AFTER = 20  # words; shorter texts are not judged by that share

_COPY_WORDS = 4  # words of a segment that is copied whole
_COPY_RUN = 8  # words copied in a row inside a longer translation
_COPY_SHARE = 0.75  # of the target's words, for a shorter run

_LENGTH_LOW, _LENGTH_HIGH, _LENGTH_SLACK = 0.35, 2.2, 25  # characters out per character in


def _words(text: str) -> list[str]:
    return [match.group().casefold() for match in _WORD.finditer(text)]


def is_empty(source: str, target: str) -> bool:
    """Whether the target says nothing although the source has letters or digits."""
    return bool(_WORD.search(source)) and not _WORD.search(target)


def _in_a_row(words: list[str]) -> dict[int, int]:
    """Give, for each phrase length, the most times that one phrase stands in a row."""
    best: dict[int, int] = {}
    for size in range(1, min(_LOOP_LONGEST, len(words) // 2) + 1):
        run = longest = 0
        for index in range(size, len(words)):
            run = run + 1 if words[index] == words[index - size] else 0
            longest = max(longest, run)
        best[size] = longest // size + 1
    return best


def _repeated_share(words: list[str]) -> float:
    grams = Counter(zip(words, words[1:], words[2:], words[3:], strict=False))
    return 1 - len(grams) / total if (total := grams.total()) else 0.0


def _longest_stutter(text: str) -> int:
    """Give the length of the longest run of one string of 1–12 characters, without spaces."""
    solid = "".join(text.split())
    return max(
        (len(m.group()) for m in re.finditer(r"(\w.{0,11}?)\1{4,}", solid)),
        default=0,
    )


def is_loop(source: str, target: str) -> bool:
    """Whether the target repeats itself where the source does not.

    A word four times in a row, a phrase three times in a row, a stutter of 40 characters,
    or a text half of whose four-word sequences came before.
    """
    ours, theirs = _words(target), _words(source)
    allowed = max(_in_a_row(theirs).values(), default=1)
    for size, times in _in_a_row(ours).items():
        if times >= (_LOOP_WORDS if size == 1 else _LOOP_PHRASE) and times > allowed:
            return True
    if _longest_stutter(target) >= max(_LOOP_CHARACTERS, 2 * _longest_stutter(source)):
        return True
    return (
        len(ours) >= _REPEATED_AFTER
        and _repeated_share(ours) >= _REPEATED_SHARE
        and _repeated_share(theirs) < _REPEATED_SHARE / 2
    )


def is_copied(source: str, target: str) -> bool:
    """Whether French was left standing: the whole segment, or a long run of its words.

    Names and numbers are copied rightly; so a copy counts only with French small words
    in it, and a title or quotation inside a longer translation only from eight words on.
    """
    ours, theirs = _words(target), _words(source)
    match = SequenceMatcher(None, ours, theirs, autojunk=False).find_longest_match()
    run = ours[match.a : match.a + match.size]
    french = sum(_FRENCH.fullmatch(word) is not None for word in run)
    if len(run) >= _COPY_RUN and french >= 2:
        return True
    whole = len(run) >= _COPY_SHARE * max(len(ours), 1)
    return whole and len(run) >= _COPY_WORDS and french >= 1


def is_french(text: str) -> bool:
    """Whether a text is French: more of its small words are French than English, and many."""
    words = _words(text)
    french = sum(_FRENCH.fullmatch(word) is not None for word in words)
    english = sum(_ENGLISH.fullmatch(word) is not None for word in words)
    return french >= 3 and french > english and french * 6 >= len(words)


def is_length_off(source: str, target: str) -> bool:
    """Whether the target is far too long or far too short for the source.

    Measured in characters without spaces, with a slack of 25 characters either way, so
    that headings and exclamations are never judged.
    """
    given, made = len("".join(source.split())), len("".join(target.split()))
    return made > _LENGTH_HIGH * given + _LENGTH_SLACK or made < _LENGTH_LOW * given - _LENGTH_SLACK


def find_failures(source: str, target: str) -> tuple[str, ...]:
    """Name what went wrong: ``empty``, ``loop``, ``copied``, ``length``, worst first."""
    if is_empty(source, target):
        return ("empty",)
    checks = (("loop", is_loop), ("copied", is_copied), ("length", is_length_off))
    return tuple(name for name, check in checks if check(source, target))
