"""Terms that the glossary lacks, found in French texts and in the last run.

Names are runs of capitalised words inside a sentence, camel case and acronyms; their
spellings are grouped. Multi-word terms are noun patterns ranked by C-value (Frantzi,
Ananiadou and Mima 2000, "Automatic recognition of multi-word terms", equation 3).
Unstable names are names that the last run rendered in more than one way.
"""

from __future__ import annotations

import difflib
import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pipeline.glossary.match.english import is_caps
from pipeline.glossary.match.normal import common_french, compose, fold, not_prose, squash, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.glossary.termbase import TermBase

MAX_WORDS = 4  # of a multi-word term, joints apart
_TOKEN = re.compile(r"[^\W_]+(?:[-‐‑&.+][^\W_]+)*\+*")
_JOINT = re.compile(rf"(?:(?:\s+(?:&|{'|'.join(sorted(words('name-particles')))}))*\s+|\s+d['’])$")
_TERM_JOINTS = ("de ", "d'", "du ", "des ", "à ", "en ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A term that the glossary may want."""

    source: str
    kind: Literal["name", "term", "unstable"]
    count: int  # occurrences
    documents: int
    variants: tuple[str, ...]  # other spellings seen, or the renderings of an unstable name
    example: str  # one sentence
    score: float  # for ranking inside its kind

    @property
    def status(self) -> str:
        """The status to propose: names are kept as they are."""
        return "preferred" if self.kind == "term" else "dnt"


@dataclass(slots=True)
class _Seen:
    spellings: Counter[str] = field(default_factory=Counter)
    documents: set[str] = field(default_factory=set)
    example: str = ""
    inside: int = 0  # occurrences inside a sentence or with their own casing

    def add(self, spelling: str, doc: str, sentence: str, *, inside: bool) -> None:
        self.spellings[spelling] += 1
        self.documents.add(doc)
        self.inside += inside
        if not self.example or (inside and self.inside == 1):  # the first that is sure
            self.example = sentence


def _own_casing(word: str) -> bool:
    """Say whether a word's casing alone marks it as a name: acronym, camel case, GPT-4."""
    letters = [c for c in word if c.isalpha()]
    capitals = sum(c.isupper() for c in letters)
    return capitals > 1 or (capitals == 1 and not word[0].isupper())


def find_names(sentence: str, taken: Iterable[tuple[int, int]] = ()) -> Iterator[tuple[str, bool]]:
    """Find the names of one French sentence.

    Args:
        sentence: one sentence.
        taken: spans that the glossary knows already.

    Yields:
        (name as it stands, whether it is sure to be one: not only the first word).
    """
    if is_caps(sentence):
        return
    closed = [*taken, *((a, b) for a, b, _ in not_prose(sentence))]
    found = [
        m
        for m in _TOKEN.finditer(sentence)
        if not any(a < m.end() and m.start() < b for a, b in closed)
    ]
    first = next(_TOKEN.finditer(sentence), None)
    run: list[re.Match[str]] = []
    for word in [*found, None]:
        name = word is not None and _is_name(word.group())
        if (
            name
            and word is not None
            and run
            and not _JOINT.match(sentence[run[-1].end() : word.start()])
        ):
            yield from _named(sentence, run, first)
            run = []
        if name and word is not None:
            run.append(word)
        elif run and (word is None or word.group() not in words("name-particles")):
            yield from _named(sentence, run, first)
            run = []


def _is_name(word: str) -> bool:
    if word in words("titles"):
        return False
    return _own_casing(word) or (word[0].isupper() and len(word) > 1)


def _named(
    sentence: str, run: list[re.Match[str]], first: re.Match[str] | None
) -> Iterator[tuple[str, bool]]:
    start = 0
    at_start = first is not None and run[0].start() == first.start()
    word = run[0].group()
    if at_start and not _own_casing(word) and fold(word).text in common_french():
        start = 1  # "Selon OpenAI": the capital is the sentence's
    if start == len(run):
        return
    text = sentence[run[start].start() : run[-1].end()]
    sure = not (at_start and start == 0) or len(run) > 1 or _own_casing(word)
    if any(c.isalpha() for c in text):
        yield compose(text), sure


def _find_terms(sentence: str, taken: list[tuple[int, int]]) -> Iterator[str]:
    """Find noun patterns: noun + adjective, noun + de/à/en + noun, and longer ones."""
    closed = [*taken, *((a, b) for a, b, _ in not_prose(sentence))]
    tokens = [(m.group(), m.start(), m.end()) for m in _TOKEN.finditer(sentence)]
    plain = common_french()
    for i, (head, start, _) in enumerate(tokens):
        if not _content(head) or any(a <= start < b for a, b in closed):
            continue
        length = 1
        j = i
        while length < MAX_WORDS:
            step = _extend(sentence, tokens, j)
            if step is None:
                break
            j = step
            length += 1
            end = tokens[j][2]
            if any(a < end and start < b for a, b in closed):
                break
            if all(fold(tokens[k][0]).text in plain for k in range(i, j + 1)):
                continue  # nothing but ordinary words
            yield fold(sentence[start:end]).text


def _content(word: str) -> bool:
    plain = words("french-function-words", "french-joints")
    return len(word) > 2 and word.islower() and fold(word).text not in plain


def _extend(sentence: str, tokens: list[tuple[str, int, int]], at: int) -> int | None:
    """Give the token that continues a noun group, or None."""
    _, _, end = tokens[at]
    if at + 1 >= len(tokens):
        return None
    word, start, stop = tokens[at + 1]
    gap = sentence[end:start]
    if gap.strip():
        return None
    if _content(word) and word.endswith(tuple(words("french-adjective-endings"))):
        return at + 1
    if at + 2 >= len(tokens) or word not in {"de", "d", "du", "des", "à", "en"}:
        return None
    after, next_start, _ = tokens[at + 2]
    link = sentence[stop:next_start]
    return at + 2 if _content(after) and link.strip() in {"", "'", "’"} else None


def suggest(
    sentences: Iterable[tuple[str, str]],
    termbase: TermBase,
    *,
    min_count: int = 3,
) -> tuple[Candidate, ...]:
    """Find candidates in a corpus.

    Args:
        sentences: (document, French sentence), read once.
        termbase: what the glossary holds already.
        min_count: a multi-word term must occur so often; a name half as often.

    Returns:
        Names by frequency, then multi-word terms by C-value.
    """
    names: dict[str, _Seen] = defaultdict(_Seen)
    terms: dict[str, _Seen] = defaultdict(_Seen)
    lower: Counter[str] = Counter()
    for doc, raw in sentences:
        sentence = " ".join(raw.split())
        lower.update(w for w in _TOKEN.findall(sentence) if w.islower())
        taken = [(m.start, m.end) for m in termbase.match(sentence).matches]
        for name, sure in find_names(sentence, taken):
            key = squash(name)
            if key and not name.isdigit():
                names[key].add(name, doc, sentence, inside=sure)
        for term in _find_terms(sentence, taken):
            terms[term].add(term, doc, sentence, inside=True)
    found = [
        Candidate(
            source=seen.spellings.most_common(1)[0][0],
            kind="name",
            count=seen.spellings.total(),
            documents=len(seen.documents),
            variants=tuple(s for s, _ in seen.spellings.most_common()[1:]),
            example=seen.example,
            score=float(seen.spellings.total()),
        )
        for seen in names.values()
        if seen.inside
        and seen.spellings.total() >= max(1, min_count // 2)
        and not _ordinary(seen, lower)
    ]
    ranked = [*_ranked(terms, min_count)]
    order = {"name": 0, "term": 1}
    return tuple(sorted([*found, *ranked], key=lambda c: (order[c.kind], -c.score, c.source)))


def _ordinary(seen: _Seen, lower: Counter[str]) -> bool:
    """Say whether a capitalised word is only a word: its lower-case form is as usual."""
    spelling, count = seen.spellings.most_common(1)[0]
    if " " in spelling or _own_casing(spelling):
        return False
    return fold(spelling).text in common_french() or 2 * lower[spelling.casefold()] >= count


def _ranked(terms: dict[str, _Seen], min_count: int) -> Iterator[Candidate]:
    """Rank multi-word terms by C-value; singular and plural count together."""
    merged: dict[str, _Seen] = {}
    for text, seen in terms.items():
        key = " ".join(w.rstrip("sx") for w in text.split())
        into = merged.setdefault(key, _Seen())
        into.spellings.update(seen.spellings)
        into.documents |= seen.documents
        into.example = into.example or seen.example
    counts = {k: s.spellings.total() for k, s in merged.items() if s.spellings.total() >= min_count}
    longer: dict[str, list[int]] = defaultdict(list)
    for key, count in counts.items():
        for other in counts:
            if other != key and f" {other} " in f" {key} ":
                longer[other].append(count)
    for key, count in counts.items():
        nested = longer[key]
        weight = count - (sum(nested) / len(nested) if nested else 0)
        value = math.log2(len(key.split()) + 1) * weight
        if value <= 0:
            continue
        seen = merged[key]
        spellings = [s for s, _ in seen.spellings.most_common()]
        source = min(spellings, key=lambda s: (len(s), s))  # the singular
        yield Candidate(
            source=source,
            kind="term",
            count=count,
            documents=len(seen.documents),
            variants=tuple(s for s in spellings if s != source),
            example=seen.example,
            score=value,
        )


def unstable_names(
    rows: Iterable[tuple[str, str, str]], termbase: TermBase
) -> tuple[Candidate, ...]:
    """Find names that a run rendered in more than one way.

    Args:
        rows: (document, source, target) of finished segments.
        termbase: names that it holds are left out.

    Returns:
        Names with their renderings and counts, the least stable first.
    """
    renderings: dict[str, Counter[str]] = defaultdict(Counter)
    seen: dict[str, _Seen] = defaultdict(_Seen)
    for doc, source, target in rows:
        taken = [(m.start, m.end) for m in termbase.match(source).matches]
        for name, sure in find_names(source, taken):
            key = squash(name)
            seen[key].add(name, doc, source, inside=sure)
            renderings[key][_rendered(name, target)] += 1
    result = []
    for key, counts in renderings.items():
        known = seen[key]
        if not known.inside or len(counts) < 2:
            continue
        total = counts.total()
        result.append(
            Candidate(
                source=known.spellings.most_common(1)[0][0],
                kind="unstable",
                count=total,
                documents=len(known.documents),
                variants=tuple(
                    f"{text or '(nothing like it)'} ×{n}" for text, n in counts.most_common()
                ),
                example=known.example,
                score=1 - counts.most_common(1)[0][1] / total,
            )
        )
    return tuple(sorted(result, key=lambda c: (-c.score, -c.count, c.source)))


def _rendered(name: str, target: str) -> str:
    """Give what stands in the target for a name: itself, or the run of words most like it."""
    if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", compose(target)):
        return name
    tokens = [(m.start(), m.end()) for m in _TOKEN.finditer(target)]
    size = len(name.split())
    best, likeness = "", 0.6
    for width in {max(1, size - 1), size, size + 1}:
        for i in range(len(tokens) - width + 1):
            window = target[tokens[i][0] : tokens[i + width - 1][1]]
            ratio = difflib.SequenceMatcher(None, squash(name), squash(window)).ratio()
            if ratio > likeness:
                best, likeness = compose(window), ratio
    return best
