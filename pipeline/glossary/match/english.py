"""The little English that repair needs: plural, a or an, capitals, possessives."""

from __future__ import annotations

import re

from pipeline.glossary.match.normal import pairs, strip_accents, words

_HEADS = re.compile(r" (?:of|as|in|on|for|to|at|with|by|from|per) |-(?:in-law|by)$")

# Vowel letters with a consonant's sound, and the other way round.
_CONSONANT_SOUND = re.compile(
    r"eu|ewe|one(?![a-z])|one-|once|ubiq|ufo|uk(?![a-z])|unan|uni(?!n|m|dent)|uranium|us[aeu]"
    r"|usual|utens|uter|util|utop|u(?![a-z])"
)
_SILENT_H = re.compile(r"heir|honest|hono|hour|nv|x[bp]")  # Nvidia, Xbox: by letter
# Letters whose *name* starts with a vowel sound: an F, an MP, an X.
_SPELLED_VOWEL = frozenset("aefhilmnorsx")
_EIGHTY = re.compile(
    r"(?:8|11(?![0-9])|18(?![0-9])|11[ ,]?[0-9]{3}(?![0-9])|18[ ,]?[0-9]{3}(?![0-9]))"
)


# An office whose adjective stands behind it, as in French.
_OFFICE = re.compile(
    r"(?i)(?<![^\W_])(advocate|attorney|auditor|consul|director|governor|inspector|procurator"
    r"|registrar|secretary|solicitor|surgeon)[ -]general$"
)


def _plural_word(word: str, *, strict: bool) -> str:
    lower = word.casefold()
    irregular = pairs("english-plurals")
    if lower in words("english-uncounted") and not strict:
        return word
    if lower in irregular:
        plural = irregular[lower]
        return plural.upper() if word.isupper() else word[0] + plural[1:]
    if word.isupper() and word.isalpha():  # acronyms: LLM, LLMs
        return word + "s"
    if word[-1] == "s" and word[:-1].isupper() and len(word) > 2:
        return word
    if lower in irregular.values() or lower.endswith(
        ("women", "chairmen", "spokesmen", "businessmen")
    ):
        return word
    if lower.endswith(("s", "x", "z", "ch", "sh")):
        if lower.endswith(("ss", "us", "x", "z", "ch", "sh", "as", "is")):
            return word + "es"
        return word  # already plural
    if lower.endswith("y") and len(lower) > 1 and lower[-2] not in "aeiou":
        return word[:-1] + "ies"
    if lower in words("english-oes"):
        return word + "es"
    if lower.endswith("wife"):
        return word[:-2] + "ves"
    for ending in ("woman", "man"):
        if lower.endswith(ending) and lower not in {"human", "german", "roman", "talisman"}:
            return word[:-2] + "en"
    return word + "s"


def pluralise(form: str, *, strict: bool = False) -> str:
    """Give the plural of an English term; plural heads stay as they are.

    The head is the last word, or the last before a preposition
    (``proof of concept`` → ``proofs of concept``).

    Args:
        form: an English term in the singular.
        strict: give uncounted heads (``software``) a plural too; they stay as they are
            otherwise.
    """
    joint = _HEADS.search(form)
    head, tail = (form[: joint.start()], form[joint.start() :]) if joint else (form, "")
    cut = max(head.rfind(" "), head.rfind("-")) + 1
    word = head[cut:]
    if not word or not word[-1].isalpha():
        return form
    office = _OFFICE.search(head)
    if office:  # advocates general, directors general
        person = _plural_word(office.group(1), strict=strict)
        return head[: office.start(1)] + person + head[office.end(1) :] + tail
    return head[:cut] + _plural_word(word, strict=strict) + tail


def article_for(text: str) -> str:
    """Give ``a`` or ``an`` for what follows, by sound: ``an AI``, ``a European``, ``an X``."""
    match = re.match(r"[\W_]*([^\W_]+)", text)
    if not match:
        return "a"
    word = strip_accents(match.group(1))
    if word[0].isdigit():
        return "an" if _EIGHTY.match(text[match.start(1) :]) else "a"
    if _is_spelled(word):
        return "an" if word[0].casefold() in _SPELLED_VOWEL else "a"
    lower = word.casefold()
    if lower[0] in "aeiou":
        return "a" if _CONSONANT_SOUND.match(lower) else "an"
    return "an" if _SILENT_H.match(lower) else "a"


def _is_spelled(word: str) -> bool:
    """Say whether a word is read letter by letter at its start (``xAI``, ``LLM``, ``GPT4o``)."""
    if len(word) == 1:
        return word.isupper() or word not in "a"
    if word.rstrip("s").isupper():
        bare = word.rstrip("s")
        return bare not in words("acronyms-read-as-words") and not _speakable(bare)
    # xAI, mRNA, eBay, iPhone: the first letter is read by its name
    return word[0].islower() and word[1].isupper()


def _speakable(word: str) -> bool:
    """Guess whether a long acronym is read as a word: every third letter is a vowel."""
    vowels = [c in "AEIOU" for c in word]
    return len(word) > 4 and 3 * sum(vowels) >= len(word) and any(vowels[:2])


def upper_first(text: str) -> str:
    """Give ``text`` with a capital at its start, unless its first word has its own casing."""
    word = re.match(r"[\W_]*([^\W_]+)", text)
    if not word or not word.group(1).islower():
        return text
    at = word.start(1)
    return text[:at] + text[at].upper() + text[at + 1 :]


def is_caps(text: str) -> bool:
    """Say whether ``text`` is in ALL CAPS: at least two letters, none lower-case."""
    return sum(c.isupper() for c in text) > 1 and not any(c.islower() for c in text)


_BEFORE_START = re.compile(r"(?:^|[.!?…:]['\"”’»)\]]*\s+|[\n])[\s\"'“‘«(\[–—•*-]*$")


def sentence_start(text: str, position: int) -> bool:
    """Say whether a sentence starts at ``position``, quotes and dashes apart."""
    return bool(_BEFORE_START.search(text[max(0, position - 12) : position])) if position else True
