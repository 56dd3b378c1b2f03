"""What a language model writes around a translation, and instead of one. Pure functions of texts.

Whatever the French has itself, a label, quotes, several lines, is left as it is. On FLORES
dev (997 sentences; the human reference and the outputs of four systems) two sentences of the
reference are called unrelated, and nothing else is touched but spaces; of the translations of
other sentences put in their places, 77 % are called so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.engines.failures import is_french, is_length_off
from pipeline.lexicon import coverage


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A translation without what stood around it."""

    text: str  # one line, or as many as the French has
    flags: tuple[str, ...] = ()  # "refused", "unrelated", "copied"
    touched: bool = False  # more than white space was taken off


_THOUGHT = re.compile(r"<(think(?:ing)?|reasoning|thought)>.*?</\1>", re.S | re.I)
_THOUGHT_END = re.compile(r"^.*</(?:think(?:ing)?|reasoning|thought)>", re.S | re.I)
_THOUGHT_OPEN = re.compile(r"<(?:think(?:ing)?|reasoning|thought)>.*\Z", re.S | re.I)
_TURN = re.compile(
    r"\s*(?:<end_of_turn>|<eos>|</s>|<\|(?:im_end|eot_id|endoftext|end)\|>|<en>|\[/?INST\])\s*\Z",
    re.I,
)
_FENCE = re.compile(r"\A```[\w-]*\n?(.*?)\n?```\Z", re.S)
_MARKS = r"[*_#>\s]*"
_THEN = r"[*_]*[>\s]*"
_LABEL = re.compile(
    rf"\A{_MARKS}(?:(?:the )?(?:english|anglais|en)(?: (?:translation|version|text|output))?"
    r"|(?:the )?(?:final )?translat(?:ion|ed(?: text)?)(?: \(?(?:in|into|to) english\)?)?"
    r"|(?:la )?traduction(?: en anglais)?|output|answer|result)(?: \([^)\n]{1,30}\)| is| est)?"
    rf"{_MARKS}[:：]{_THEN}",
    re.I,
)
_FRENCH_LINE = re.compile(rf"\A{_MARKS}(?:french|français|source|original)[^:\n]*:", re.I)
# "Sure! Here is the translation of the sentence into English:"
_CHATTER = re.compile(
    rf"\A{_MARKS}(?:(?:sure(?: thing)?|certainly|of course|absolutely|okay|ok|great|gladly"
    r"|bien sûr|avec plaisir|d[’']accord|no problem|happy to help)\b[^.!:\n]{0,40}[.!,:]*\s*)?"
    r"(?:(?:here(?:[’']s| is| are| you (?:go|are))|this is|below is|below you|voici"
    r"|the (?:english )?translation|la traduction|i(?:[’']d| would|[’']ll| will) translate"
    r"|in english|translated (?:in|to))\b"
    rf"[^:\n]{{0,100}}[:：]{_THEN})",
    re.I,
)
_ABOUT = re.compile(r"translat|tradu|english|anglais", re.I)
_PLEASANT = re.compile(
    r"\A(?:sure(?: thing)?|certainly|of course|absolutely|okay|gladly|bien sûr"
    r"|avec plaisir)[!.]\s+",
    re.I,
)
_AFTER = re.compile(
    r"\A\W*(?:notes?\b|explanation|remarque|alternativ|let me know|i hope|feel free"
    r"|please (?:note|let)"
    r"|in this (?:translation|sentence)"
    r"|the (?:french|original|source) (?:word|phrase|text|sentence)"
    r"|this (?:translation|sentence)|translation notes?|if you|would you|do you want|breakdown)",
    re.I,
)
_NOTE = re.compile(
    r"\s*[(\[](?:note|n\.b\.|translator[’']s note|literally|lit\.)[^()\[\]]*[)\]]\s*\Z", re.I
)
_ITEM = re.compile(r"\A\s*(?:[-*•]|\(?\d{1,2}[.)]|(?:option|version) \w+:)\s+", re.I)
_QUOTES = {'"': '"', "“": "”", "«": "»", "‘": "’", "'": "'", "„": "“", "`": "`", "**": "**"}
_ANY_QUOTE = re.compile(r"[\"“”«»„`*]|[‘'’](?=\w)")
_REFUSAL = re.compile(
    r"\A\W*(?:i[’']?m (?:really |very |so )?sorry|i am (?:really |very )?sorry|sorry,|my apologies"
    r"|i apologi[sz]e"
    r"|(?:unfortunately,? )?i (?:cannot|can[’']?t|can not|won[’']t|am unable|am not able"
    r"|do not|don[’']t)\b.{0,40}\b(?:translat|assist|help|provide|fulfil|comply|answer|do that"
    r"|generate|create|content|request)"
    r"|i[’']m (?:unable|not able)|as an ai\b|as a (?:large )?language model|i must decline"
    r"|please provide|could you please provide|it (?:seems|looks like|appears) (?:that )?you"
    r"|je (?:suis (?:vraiment )?désolée?|ne peux pas|ne suis pas en mesure)|désolée?,)",
    re.I | re.S,
)
_SORRY = re.compile(
    r"désol|navré|excus|pardon|regrett|malheureusement|\bje\b|\bj[’']|\bnous\b|\bIA\b|veuillez"
    r"|merci de|semble|on dirait|fourni|donne",
    re.I,
)
_NUMBER = re.compile(r"\d+(?:[\s\u202f\u00a0.,’']\d{3})*")
_NAME = re.compile(r"(?<=[^\W\d_][\s\u00a0’'])[A-ZÉÈÀÎÔ][\w-]{2,}")

_UNRELATED = -7.5  # nats, coverage both ways; see above
_CURT = -3.0  # nats, coverage of the French by an answer of less than a third of its length
_JUDGED_WORDS = 4  # of the French; shorter ones are not judged


def clean(source: str, answer: str) -> Cleaned:
    """Take a translation out of what a model wrote.

    Args:
        source: the French, one line as a rule.
        answer: as the server gave it.

    Returns:
        The translation, flagged where it is none: ``refused``, ``unrelated`` (the French was
        obeyed or talked about), ``copied`` (it is French). Empty where nothing is left.
    """
    text = _without_thoughts(source, answer.replace("\r\n", "\n")).strip()
    while (shorter := _TURN.sub("", text)) != text and not _TURN.search(source):
        text = shorter.strip()
    if "```" not in source and (fenced := _FENCE.match(text)):
        text = fenced[1].strip()
    if _refuses(source, text):
        return Cleaned(text=" ".join(text.split()), flags=("refused",), touched=True)
    text = _without_talk(source, text)
    if "\n" not in source.strip():
        text = _one_line(source, text)
    text = _unlabelled(source, text)
    text = _unquoted(source, text)
    touched = "".join(text.split()) != "".join(answer.split())
    return Cleaned(text=text, flags=_flags(source, text), touched=touched)


def _without_thoughts(source: str, text: str) -> str:
    if re.search(r"</?(?:think|reasoning|thought)", source, re.I):
        return text
    return _THOUGHT_OPEN.sub("", _THOUGHT_END.sub("", _THOUGHT.sub("", text)))


def _refuses(source: str, text: str) -> bool:
    return bool(_REFUSAL.match(text)) and not _SORRY.search(source)


def _talks(source: str) -> bool:
    """Say whether the French itself presents something, or speaks of translations."""
    return bool(re.search(r"\bvoi(?:ci|là)\b|tradu|\banglais|:\s*\Z", source, re.I))


def _without_talk(source: str, text: str) -> str:
    """Take off what is said before and after, where the French says nothing of the kind."""
    if not _talks(source):
        while (match := _CHATTER.match(text)) and (rest := text[match.end() :].strip()):
            if ":" in source and "\n" not in match[0] and not _ABOUT.search(match[0]):
                break  # its own colon
            text = rest
        if not re.match(
            r"\W*(?:bien sûr|certes|certainement|d.accord|avec plaisir|oui)", source, re.I
        ):
            text = _PLEASANT.sub("", text) or text
    if "(" not in source and "[" not in source:
        text = _NOTE.sub("", text)
    return text


def _one_line(source: str, text: str) -> str:
    """Make one line of several: the translation's, not its echo, notes and alternatives."""
    paragraphs = [p.strip() for p in re.split(r"\n\s*\n", text) if p.strip()]
    kept = [p for i, p in enumerate(paragraphs) if not (i and _AFTER.match(p))]
    lines = [line.strip() for p in kept[:1] for line in p.splitlines() if line.strip()]
    if len(kept) > 1 and lines and _is_heading(source, " ".join(lines)):
        lines = [line.strip() for line in kept[1].splitlines() if line.strip()]
    said = [line for line in lines if not _FRENCH_LINE.match(line) and line != source]
    labelled = [line for line in said if _LABEL.match(line)]
    if labelled and len(said) > 1:
        at = said.index(labelled[0])
        said = said[at : at + 1] if _LABEL.sub("", said[at]) else said[at + 1 :]
    said = [line for i, line in enumerate(said or lines) if not (i and _AFTER.match(line))]
    if len(said) > 1 and (
        (_ITEM.match(said[0]) and _ITEM.match(said[1]) and not _ITEM.match(source))
        or is_length_off(source, " ".join(said))
    ):
        said = said[:1]
        if not _ITEM.match(source):
            said = [_ITEM.sub("", said[0])]
    return " ".join(" ".join(said).split())


def _is_heading(source: str, line: str) -> bool:
    """Say whether a first paragraph only announces the next, or repeats the French."""
    bare = line.strip("*_# ")
    return (
        (not _talks(source) and (bare.endswith((":", "：")) or bool(_LABEL.fullmatch(f"{bare}:"))))
        or bare == source
        or bool(_FRENCH_LINE.match(line))
    )


def _unlabelled(source: str, text: str) -> str:
    match = _LABEL.match(text)
    if match and not re.match(r"\W*[\w’' ]{1,30}\s*:", source):
        return text[match.end() :].strip() or text
    return text


def _unquoted(source: str, text: str) -> str:
    """Take off quotes around the whole, where the French has none there."""
    for opening, closing in _QUOTES.items():
        inner = text[len(opening) : -len(closing)]
        if (
            len(text) > len(opening) + len(closing)
            and text.startswith(opening)
            and text.endswith(closing)
            and opening not in inner
            and closing not in (inner if closing != "’" else "")
            and not _ANY_QUOTE.match(source.strip())
        ):
            return inner.strip() or text
    return text


def _flags(source: str, text: str) -> tuple[str, ...]:
    if not text:
        return ()
    if text.casefold() == source.strip().casefold() and _has_french(source):
        return ("copied",)
    if is_french(text):
        return ("copied",)
    return ("unrelated",) if is_unrelated(source, text) else ()


def _has_french(source: str) -> bool:
    """Say whether some word is French and no name: one with an accent or of theirs."""
    return bool(
        re.search(r"\b(?:[lLdDjJnNsScC]|qu|Qu)[’']\w|\b[^\W\d_A-Z]*[éèêàçùâîôû]\w*", source)
    ) or (is_french(f"{source} {source} {source}"))


def is_unrelated(source: str, text: str) -> bool:
    """Say whether an answer has nothing to do with the French, as a translation has.

    Measured by the words that usually answer to each other (`pipeline.lexicon`); a shared
    number or name speaks for an answer. Sentences of fewer than four words are not judged.
    """
    if len(re.findall(r"[^\W\d_]{2,}", source)) < _JUDGED_WORDS:
        return False
    seen = coverage(source, text)
    given, made = len("".join(source.split())), len("".join(text.split()))
    if made * 3 < given and seen.french < _CURT:
        return True
    return (
        seen.both < _UNRELATED
        and not (_tokens(_NUMBER, source) & _tokens(_NUMBER, text))
        and not (_tokens(_NAME, source) & _tokens(_NAME, text))
    )


def _tokens(pattern: re.Pattern[str], text: str) -> set[str]:
    return {re.sub(r"\D", "", found) or found for found in pattern.findall(text)}
