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
from typing import TYPE_CHECKING, Any, Literal

from pipeline.glossary.match import common_french, compose, fold, is_caps, not_prose, squash, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.glossary.termbase import TermBase

MAX_WORDS = 4  # of a multi-word term, joints apart
_TOKEN = re.compile(r"[^\W_]+(?:[-‐‑&.+][^\W_]+)*\+*")
_JOINT = re.compile(rf"(?:(?:\s+(?:&|{'|'.join(sorted(words('name-particles')))}))*\s+|\s+d['’])$")

Kind = Literal["name", "term", "unstable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A term that the glossary may want."""

    source: str
    kind: Kind
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

    def candidate(self, kind: Kind, **own: Any) -> Candidate:  # noqa: ANN401 - its own fields
        """Give the finding: named by its usual spelling and scored by its count, unless told."""
        spelling, *variants = [s for s, _ in self.spellings.most_common()]
        count = self.spellings.total()
        usual: dict[str, Any] = {
            "source": spelling,
            "variants": tuple(variants),
            "score": float(count),
        }
        return Candidate(
            kind=kind,
            count=count,
            documents=len(self.documents),
            example=self.example,
            **(usual | own),
        )


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
    first = next(_TOKEN.finditer(sentence), None)
    runs: list[list[re.Match[str]]] = []
    for word in _TOKEN.finditer(sentence):
        if not _is_name(word.group()) or _touches(word.span(), closed):
            continue
        if runs and _JOINT.match(sentence[runs[-1][-1].end() : word.start()]):
            runs[-1].append(word)
        else:
            runs.append([word])
    for run in runs:
        word = run[0]
        alone = first is not None and word.start() == first.start()
        if alone and not _own_casing(word.group()) and fold(word.group()).text in common_french():
            run = run[1:]  # "Selon OpenAI": the capital is the sentence's
            alone = False
        text = sentence[run[0].start() : run[-1].end()] if run else ""
        if any(c.isalpha() for c in text):
            yield compose(text), not alone or len(run) > 1 or _own_casing(word.group())


def _touches(span: tuple[int, int], closed: Iterable[tuple[int, int]]) -> bool:
    return any(a < span[1] and span[0] < b for a, b in closed)


def _is_name(word: str) -> bool:
    capital = _own_casing(word) or (word[0].isupper() and len(word) > 1)
    return capital and word not in words("titles")


def _find_terms(sentence: str, taken: Iterable[tuple[int, int]]) -> Iterator[str]:
    """Find noun patterns: noun + adjective, noun + de/à/en + noun, and longer ones."""
    closed = [*taken, *((a, b) for a, b, _ in not_prose(sentence))]
    tokens = list(_TOKEN.finditer(sentence))
    for i, head in enumerate(tokens):
        start = head.start()
        if not _content(head.group()) or any(a <= start < b for a, b in closed):
            continue
        at = i
        for _ in range(MAX_WORDS - 1):
            step = _extend(sentence, tokens, at)
            if step is None or _touches((start, tokens[step].end()), closed):
                break
            at = step
            if any(fold(t.group()).text not in common_french() for t in tokens[i : at + 1]):
                yield fold(sentence[start : tokens[at].end()]).text


def _content(word: str) -> bool:
    plain = words("french-function-words", "french-joints")
    return len(word) > 2 and word.islower() and fold(word).text not in plain


def _extend(sentence: str, tokens: list[re.Match[str]], at: int) -> int | None:
    """Give the token that continues a noun group, or None."""
    here, *after = tokens[at : at + 3]
    if not after or sentence[here.end() : after[0].start()].strip():
        return None
    word = after[0].group()
    if _content(word) and word.endswith(tuple(words("french-adjective-endings"))):
        return at + 1
    if len(after) < 2 or word not in {"de", "d", "du", "des", "à", "en"}:
        return None
    link = sentence[after[0].end() : after[1].start()].strip()
    return at + 2 if _content(after[1].group()) and link in {"", "'", "’"} else None


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
        seen.candidate("name")
        for seen in names.values()
        if seen.inside
        and seen.spellings.total() >= max(1, min_count // 2)
        and not _ordinary(seen, lower)
    ]
    found += _ranked(terms, min_count)
    return tuple(sorted(found, key=lambda c: (c.kind, -c.score, c.source)))


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
        spellings = [s for s, _ in merged[key].spellings.most_common()]
        source = min(spellings, key=lambda s: (len(s), s))  # the singular
        others = tuple(s for s in spellings if s != source)
        yield merged[key].candidate("term", source=source, variants=others, score=value)


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
        usual = counts.most_common()
        if seen[key].inside and len(usual) > 1:
            forms = tuple(f"{text or '(nothing like it)'} ×{n}" for text, n in usual)
            score = 1 - usual[0][1] / counts.total()
            result.append(seen[key].candidate("unstable", variants=forms, score=score))
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
