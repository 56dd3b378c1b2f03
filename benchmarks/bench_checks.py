"""Measure the reference-free checks: precision and recall on faults that were injected.

    python benchmarks/bench_checks.py [--testsets ../shared/testsets] [--part held-out]
        [--show CHECK] [--json]

Genuine pairs, in which every finding counts as a false alarm unless a person judged it a
real fault (tests/data/quality/judged.csv, keyed by a hash, with the reason):

* lines 4, 8, 12 … of FLORES-200 dev, French to English, with the human reference and the
  outputs of four systems (the checks were tuned on the other lines; ``--part tuned`` shows
  those, for development);
* the blocks of canada-blog, human translations, in the sections in which both languages
  have the same blocks.

Faults: for each kind, pairs are drawn with a fixed seed from the reference, Google and
Microsoft lines and from canada-blog, and one fault is put into each. Where the genuine text
has too few places for a kind (addresses, placeholders, markup, entities), the thing is put
into both sides first; the pairs before the fault are then genuine pairs as well.

Precision = found faults / (found faults + false alarms), with all genuine pairs counted, so
that it is that of a text with about three faults of the kind in a hundred segments.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import html
import json
import random
import re
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.quality import CHECKS, CORPUS_CHECKS, CorpusChecks, Pair, check_pair
from pipeline.quality.checks.number_tables import number_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests" / "data" / "quality"
SYSTEMS = ("", "google.", "microsoft.", "bergamot-base-memory.", "bergamot-tiny.")
FAULTS = 100  # of each kind, where there are places for them
SEED = 20240607

Sample = tuple[str, str]


# --- genuine pairs -----------------------------------------------------------------


def flores(folder: Path, system: str, part: str) -> list[Sample]:
    """Give one system's pairs of one part of FLORES-200 dev."""
    source = (folder / "flores-dev.fr").read_text(encoding="utf-8").splitlines()
    # One system's file has its apostrophes as HTML entities; that is no translation fault.
    target = [
        html.unescape(line)
        for line in (folder / f"flores-dev.{system}en").read_text(encoding="utf-8").splitlines()
    ]
    pairs = enumerate(zip(source, target, strict=True))
    return [pair for number, pair in pairs if (number % 4 == 3) == (part == "held-out")]


def prose(path: Path) -> list[tuple[str, str]]:
    """Give the kind and the inline text of a Markdown file's blocks, without their markup."""
    from markdown_it import MarkdownIt

    text = re.sub(r"\A---\n.*?\n---\n", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    blocks = []
    kind = ""
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.nesting == 1:
            kind = f"{token.tag} {token.level}"
        if token.type == "inline":
            pieces = [
                " " if child.type in {"softbreak", "hardbreak"} else child.content
                for child in token.children or ()
                if child.type in {"text", "code_inline", "softbreak", "hardbreak"}
            ]
            blocks.append((kind, re.sub(r"\s+", " ", "".join(pieces)).strip()))
    return blocks


def canada(folder: Path) -> list[Sample]:
    """Pair the blocks of those sections in which both languages have the same blocks.

    The French articles are adaptations here and there: a section with other blocks is left
    out, as its pairs would not be translations of each other; so is template code.
    """
    pairs: list[Sample] = []
    for french in sorted((folder / "fr").glob("*.md")):
        left, right = (_sections(prose(folder / lang / french.name)) for lang in ("fr", "en"))
        if [section[0][0] for section in left] != [section[0][0] for section in right]:
            continue
        for ours, theirs in zip(left, right, strict=True):
            if [kind for kind, _ in ours] == [kind for kind, _ in theirs]:
                pairs += [
                    (a, b)
                    for (_, a), (_, b) in zip(ours, theirs, strict=True)
                    if a and b and not any(mark in a + b for mark in ("{{", "{%"))
                ]
    return pairs


def _sections(blocks: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """Cut blocks before each heading."""
    sections: list[list[tuple[str, str]]] = [[("start", "")]]
    for kind, text in blocks:
        if kind.startswith("h"):
            sections.append([])
        sections[-1].append((kind, text))
    return sections


# --- faults ------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """A kind of fault: the check that should find it, and how to make it."""

    check: str
    kind: str
    make: Callable[[random.Random, str, str], Sample | None]
    plant: Callable[[random.Random, str, str], Sample] | None = None  # into both sides first


def swap(pattern: str, table: dict[str, str]) -> Callable[[random.Random, str, str], Sample | None]:
    """Replace what ``pattern`` groups by its entry in ``table``."""
    compiled = re.compile(pattern)

    def make(rng: random.Random, source: str, target: str) -> Sample | None:
        places = [m for m in compiled.finditer(target) if m[1] in table]
        if not places:
            return None
        m = rng.choice(places)
        return source, target[: m.start(1)] + table[m[1]] + target[m.end(1) :]

    return make


def words_of(text: str) -> list[re.Match[str]]:
    """Find the words of a text."""
    return list(re.finditer(r"\w+(?:['’-]\w+)*", text))


def make_empty(rng: random.Random, source: str, target: str) -> Sample | None:
    """No words at all."""
    return source, rng.choice(["", " ", "…", "\n", "-", "."])


def make_copy(rng: random.Random, source: str, target: str) -> Sample | None:
    """The source again."""
    return (source, source) if len(words_of(source)) >= 6 else None


def make_near_copy(rng: random.Random, source: str, target: str) -> Sample | None:
    """A copy in which one word in ten was replaced by a word of the translation."""
    found, other = words_of(source), words_of(target)
    if len(found) < 10 or not other:
        return None
    text = source
    for m in sorted(rng.sample(found, len(found) // 10), key=lambda m: -m.start()):
        text = text[: m.start()] + rng.choice(other)[0] + text[m.end() :]
    return source, text


def make_left_span(rng: random.Random, source: str, target: str) -> Sample | None:
    """Two to four words of the translation replaced by as many of the source."""
    theirs, ours = words_of(target), words_of(source)
    size = rng.randint(2, 4)
    if len(theirs) < 8 or len(ours) < 8:
        return None
    i, j = rng.randrange(len(theirs) - size), rng.randrange(len(ours) - size)
    span = source[ours[j].start() : ours[j + size - 1].end()]
    if not any(word.islower() for word in span.split()):
        return None
    return source, target[: theirs[i].start()] + span + target[theirs[i + size - 1].end() :]


def make_left_word(rng: random.Random, source: str, target: str) -> Sample | None:
    """One word of the translation replaced by a long lower-case word of the source."""
    ours = [m for m in words_of(source) if m[0].islower() and len(m[0]) >= 6 and "'" not in m[0]]
    ours = [m for m in ours if m[0] not in target and "’" not in m[0]]
    theirs = [m for m in words_of(target) if m[0].islower() and len(m[0]) >= 5]
    if not ours or not theirs:
        return None
    m = rng.choice(theirs)
    return source, target[: m.start()] + rng.choice(ours)[0] + target[m.end() :]


def make_truncated(rng: random.Random, source: str, target: str) -> Sample | None:
    """A translation that breaks off."""
    if len(target) < 60:
        return None
    return source, target[: int(len(target) * rng.uniform(0.05, 0.45))]


def make_runaway(rng: random.Random, source: str, target: str) -> Sample | None:
    """A continuation by other text, as models do that miss the end."""
    if len(target) < 60:
        return None
    words = [m[0] for m in words_of(target)]
    rng.shuffle(words)
    return source, f"{target} {' '.join(words)}."


def make_sentence_added(rng: random.Random, source: str, target: str) -> Sample | None:
    """A sentence that the source does not have."""
    extra = rng.choice(
        [
            "This was confirmed by several sources close to the matter.",
            "The reasons for this are not known.",
            "He said that more details would be given next week.",
            "It is the first time that this has happened in the country.",
        ]
    )
    return (source, f"{target} {extra}") if len(source) > 40 and target.endswith(".") else None


def make_sentence_lost(rng: random.Random, source: str, target: str) -> Sample | None:
    """One sentence of several left out."""
    parts = re.split(r"(?<=[a-z)][.!?]) (?=[A-Z])", target)
    if len(parts) < 2 or len(source) < 60:
        return None
    del parts[rng.randrange(len(parts))]
    return source, " ".join(parts)


def make_word_twice(rng: random.Random, source: str, target: str) -> Sample | None:
    """A word that follows itself."""
    m = rng.choice(words_of(target) or [None])
    if m is None or m[0].isdigit() or len(m[0]) < 2:
        return None
    return source, f"{target[: m.end()]} {m[0]}{target[m.end() :]}"


def make_phrase_twice(rng: random.Random, source: str, target: str) -> Sample | None:
    """Two to six words that follow themselves."""
    found = words_of(target)
    size = rng.randint(2, 6)
    if len(found) < size + 2:
        return None
    i = rng.randrange(len(found) - size)
    start, end = found[i].start(), found[i + size - 1].end()
    return source, f"{target[:end]} {target[start:end]}{target[end:]}"


def make_loop(rng: random.Random, source: str, target: str) -> Sample | None:
    """The last words over and over, as in a decoder's loop, joined by what joins them."""
    found = words_of(target)
    size = rng.randint(1, 5)
    if len(found) < size + 2:
        return None
    tail = target[found[-size].start() :].rstrip(".")
    return source, target.rstrip(".") + f"{rng.choice([' ', ', ', ' and '])}{tail}" * rng.randint(
        3, 8
    )


def digits(target: str) -> list[re.Match[str]]:
    """Find the numbers in digits."""
    return list(re.finditer(r"(?<![\w.,-])\d[\d,.]*\d|(?<![\w.,-])\d(?![\w])", target))


def make_digit(rng: random.Random, source: str, target: str) -> Sample | None:
    """One digit changed."""
    m = rng.choice(digits(target) or [None])
    if m is None:
        return None
    at = rng.choice([i for i in range(m.start(), m.end()) if target[i].isdigit()])
    new = rng.choice([d for d in "123456789" if d != target[at]])
    return source, target[:at] + new + target[at + 1 :]


def make_number_lost(rng: random.Random, source: str, target: str) -> Sample | None:
    """A number replaced by a vague word."""
    m = rng.choice(digits(target) or [None])
    return (source, target[: m.start()] + "some" + target[m.end() :]) if m else None


def make_ten_times(rng: random.Random, source: str, target: str) -> Sample | None:
    """A zero too many."""
    m = rng.choice(digits(target) or [None])
    if m is None or not m[0].replace(",", "").isdigit():
        return None
    return source, target[: m.end()] + "0" + target[m.end() :]


SCALES = {"million": "billion", "billion": "million", "thousand": "million"}
UNITS = {
    "km": "miles",
    "kilometers": "miles",
    "kilometres": "miles",
    "miles": "km",
    "meters": "feet",
    "metres": "feet",
    "feet": "metres",
    "m": "ft",
    "mph": "km/h",
    "km/h": "mph",
    "hours": "days",
    "minutes": "hours",
    "days": "weeks",
    "weeks": "months",
    "months": "years",
    "years": "months",
    "tons": "kg",
    "mm": "cm",
    "cm": "mm",
    "seconds": "minutes",
    "kg": "tons",
    "dollars": "euros",
    "euros": "dollars",
}


def full_names(names: Mapping[str, float]) -> list[str]:
    """Give the names without their abbreviations, which follow the full name of a value."""
    return list({value: name for name, value in reversed(names.items())}.values())[::-1]


MONTHS = [name.title() for name in full_names(number_words("en").months)]
DAYS = [name.title() for name in number_words("en").weekdays]


def make_date(rng: random.Random, source: str, target: str) -> Sample | None:
    """Another month or weekday."""
    places = [
        m
        for m in re.finditer(r"\b[A-Z][a-z]+\b", target)
        if m[0] in DAYS
        or (m[0] in MONTHS and re.search(r"\d\W*$|^\W*\d", target[m.start() - 4 : m.start()]))
        or (m[0] in MONTHS and re.match(r"\W*\d", target[m.end() : m.end() + 4]))
    ]
    if not places:
        return None
    m = rng.choice(places)
    table = DAYS if m[0] in DAYS else MONTHS
    new = rng.choice([name for name in table if name != m[0]])
    return source, target[: m.start()] + new + target[m.end() :]


def make_french_number(rng: random.Random, source: str, target: str) -> Sample | None:
    """The number's notation in the source put in place of that in the translation."""
    for m in re.finditer(r"\d{1,3}(?:,\d{3})+|\d+\.\d+", target):
        plain = re.sub(r"[,.]", "", m[0])
        for s in re.finditer(r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d+,\d{1,2}(?!\d)", source):
            if re.sub(r"\D", "", s[0]) == plain:
                return source, target[: m.start()] + s[0] + target[m.end() :]
    return None


def planter(things: Callable[[random.Random], str]) -> Callable[[random.Random, str, str], Sample]:
    """Put one thing at a word boundary of both sides."""

    def plant(rng: random.Random, source: str, target: str) -> Sample:
        thing = things(rng)
        sides = []
        for text in (source, target):
            spaces = [m.start() for m in re.finditer(" ", text)] or [len(text)]
            at = rng.choice(spaces)
            sides.append(f"{text[:at]} {thing}{text[at:]}")
        return sides[0], sides[1]

    return plant


def both(things: Callable[[random.Random], Sample]) -> Callable[[random.Random, str, str], Sample]:
    """Put a French thing at the end of the source and its English twin at that of the target."""

    def plant(rng: random.Random, source: str, target: str) -> Sample:
        french, english = things(rng)
        return f"{source.rstrip(' .')} ({french}).", f"{target.rstrip(' .')} ({english})."

    return plant


def measure(rng: random.Random) -> Sample:
    """A quantity with a unit, or an amount of money, as each language writes it."""
    n = rng.randint(3, 980)
    french, english = rng.choice(
        [
            ("{} km", "{} km"),
            ("{} kilomètres", "{} kilometers"),
            ("{} mètres", "{} metres"),
            ("{} miles", "{} miles"),
            ("{} jours", "{} days"),
            ("{} semaines", "{} weeks"),
            ("{} mois", "{} months"),
            ("{} ans", "{} years"),
            ("{} heures", "{} hours"),
            ("{} tonnes", "{} tons"),
            ("{} millions d'euros", "{} million euros"),
            ("{} milliards de dollars", "{} billion dollars"),
            ("{} euros", "{} euros"),
        ]
    )
    return french.format(n), english.format(n)


def day(rng: random.Random) -> Sample:
    """A date, as each language writes it."""
    months = full_names(number_words("fr").months)
    month, number, year = rng.randrange(12), rng.randint(1, 28), rng.randint(1900, 2025)
    spelt = "1er" if number == 1 else str(number)
    english = rng.choice([f"{MONTHS[month]} {number}, {year}", f"{number} {MONTHS[month]} {year}"])
    return f"le {spelt} {months[month]} {year}", english


def quantity(rng: random.Random) -> Sample:
    """A number with a decimal part, or with thousands, as each language writes it."""
    if rng.random() < 0.5:
        n, tenths = rng.randint(0, 99), rng.randint(1, 9)
        return f"{n},{tenths} %", f"{n}.{tenths}%"
    n = rng.randint(1000, 999_999)
    return f"{n:,} personnes".replace(",", rng.choice(" \u00a0\u202f")), f"{n:,} people"


def url(rng: random.Random) -> str:
    """A random address."""
    name = "".join(rng.choice("abcdefgh") for _ in range(6))
    return rng.choice(
        [
            f"https://www.{name}.org/fr/article-{rng.randint(1, 999)}",
            f"http://{name}.example.com/?id={rng.randint(1, 99)}&lang=fr",
            f"redaction@{name}.fr",
            f"www.{name}.ca/fr",
        ]
    )


def placeholder(rng: random.Random) -> str:
    """A random placeholder."""
    name = rng.choice(["prenom", "count", "date", "user_name", "0"])
    return rng.choice(
        [f"{{{name}}}", f"${{{name}}}", f"{{{{ {name} }}}}", f"%({name})s", "%s", "%d"]
    )


def tagged(rng: random.Random, source: str, target: str) -> Sample:
    """Mark one word up on both sides."""
    before, after = rng.choice(
        [
            ("**", "**"),
            ("`", "`"),
            ("~~", "~~"),
            ("<b>", "</b>"),
            ("<em>", "</em>"),
            ("[", "](https://x.org/a)"),
            ('<a href="/fr/a.html">', "</a>"),
        ]
    )
    sides = []
    for text in (source, target):
        m = rng.choice(words_of(text))
        sides.append(text[: m.start()] + before + m[0] + after + text[m.end() :])
    return sides[0], sides[1]


def make_spoilt(pattern: str) -> Callable[[random.Random, str, str], Sample | None]:
    """Drop, alter or double what ``pattern`` finds in the translation."""

    def make(rng: random.Random, source: str, target: str) -> Sample | None:
        places = list(re.finditer(pattern, target))
        if not places:
            return None
        m = rng.choice(places)
        middle = m.start() + len(m[0]) // 2
        change = rng.choice(["drop", "alter", "space"])
        if change == "drop" or len(m[0]) < 3:
            return source, target[: m.start()] + target[m.end() :]
        if change == "alter":
            return source, target[:middle] + "x" + target[middle:]
        return source, target[:middle] + " " + target[middle:]

    return make


def make_entity(rng: random.Random, source: str, target: str) -> Sample | None:
    """A character written as an HTML entity."""
    table = {"'": "&#39;", "’": "&rsquo;", '"': "&quot;", "&": "&amp;", "é": "&eacute;"}
    places = [i for i, c in enumerate(target) if c in table]
    if not places:
        return None
    at = rng.choice(places)
    return source, target[:at] + table[target[at]] + target[at + 1 :]


def make_mark_lost(marks: str) -> Callable[[random.Random, str, str], Sample | None]:
    """One of these marks struck out."""

    def make(rng: random.Random, source: str, target: str) -> Sample | None:
        places = [i for i, c in enumerate(target) if c in marks]
        if not places:
            return None
        at = rng.choice(places)
        return source, target[:at] + target[at + 1 :]

    return make


def shared_names(source: str, target: str) -> list[re.Match[str]]:
    """Words with a capital inside a sentence that both sides have, longer than three letters."""
    ours = {m[0] for m in re.finditer(r"(?<=[\w,;] )[A-Z]\w{3,}", source)}
    return [m for m in re.finditer(r"\b[A-Z]\w{3,}", target) if m[0] in ours]


def make_name_lost(rng: random.Random, source: str, target: str) -> Sample | None:
    """A name replaced by a pronoun, everywhere in the segment."""
    m = rng.choice(shared_names(source, target) or [None])
    if m is None:
        return None
    new = rng.choice(["they", "the group", "it", ""])
    return source, re.sub(rf"\b{re.escape(m[0])}\b(?:['’]s)?", new, target)


def make_name_misspelt(rng: random.Random, source: str, target: str) -> Sample | None:
    """One letter of a name swapped, changed, dropped or added."""
    m = rng.choice([m for m in shared_names(source, target) if len(m[0]) >= 5] or [None])
    if m is None:
        return None
    name = m[0]
    at = rng.randrange(1, len(name) - 1)
    kind = rng.choice(["swap", "change", "drop", "add"])
    letter = rng.choice("abdefgilmnoprtu")
    if kind == "swap":
        new = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    elif kind == "change":
        new = name[:at] + letter + name[at + 1 :]
    elif kind == "drop":
        new = name[:at] + name[at + 1 :]
    else:
        new = name[:at] + letter + name[at:]
    if new == name:
        return None
    return source, re.sub(rf"\b{re.escape(name)}\b", new, target)


def make_negation_lost(rng: random.Random, source: str, target: str) -> Sample | None:
    """The negation of the translation struck out."""
    if not re.search(r"\b(?:ne|n['’])\b", source):
        return None
    new = target
    for pattern, to in (
        (r"\b(do|does|did) not ", ""),
        (r"\b(do|does|did)n['’]t ", ""),
        (r"\bcannot\b", "can"),
        (r"\bcan['’]t\b", "can"),
        (r"\bwon['’]t\b", "will"),
        (r"n['’]t\b", ""),
        (r"\bnot ", ""),
        (r"\bnever ", ""),
        (r"\bno (?=\w)", "a "),
        (r"\bnothing\b", "something"),
    ):
        new = re.sub(pattern, to, new)
    return (source, new) if new != target else None


FAULTS_OF: tuple[Fault, ...] = (
    Fault("empty", "no words", make_empty),
    Fault("untranslated", "copy", make_copy),
    Fault("untranslated", "near copy", make_near_copy),
    Fault("french-left", "2-4 words", make_left_span),
    Fault("french-left", "one word", make_left_word),
    Fault("length", "cut to 5-45 %", make_truncated),
    Fault("length", "runs on", make_runaway),
    Fault("sentences", "one added", make_sentence_added),
    Fault("sentences", "one lost", make_sentence_lost),
    Fault("repetition", "word twice", make_word_twice),
    Fault("repetition", "phrase twice", make_phrase_twice),
    Fault("repetition", "loop", make_loop),
    Fault("numbers", "digit changed", make_digit),
    Fault("numbers", "number lost", make_number_lost),
    Fault("numbers", "ten times", make_ten_times),
    Fault("numbers", "scale changed", swap(r"\d [^\w]?(million|billion|thousand)\b", SCALES)),
    Fault("units", "unit changed", swap(r"\d[\s-]?([a-z/]+)\b", UNITS)),
    Fault("units", "planted", swap(r"\d(?: million| billion)? ([a-z]+)\)", UNITS), both(measure)),
    Fault("dates", "month or weekday", make_date),
    Fault("dates", "planted", make_date, both(day)),
    Fault("number-format", "French notation", make_french_number),
    Fault("number-format", "planted", make_french_number, both(quantity)),
    Fault("urls", "spoilt", make_spoilt(r"(?:https?://|www\.)\S+\w|[\w.]+@[\w.]+\w"), planter(url)),
    Fault(
        "placeholders",
        "spoilt",
        make_spoilt(r"\{\{.*?\}\}|\$?\{\w+\}|%\(\w+\)s|%[sd]"),
        planter(placeholder),
    ),
    Fault("markup", "spoilt", make_spoilt(r"\*\*|`|~~|\]\([^)]*\)|</?\w[^>]*>"), tagged),
    Fault("entities", "entity", make_entity),
    Fault("quotes", "mark lost", make_mark_lost('“”"')),
    Fault("brackets", "mark lost", make_mark_lost("()[]")),
    Fault("names", "vanished", make_name_lost),
    Fault("names", "misspelt", make_name_misspelt),
    Fault("negation", "lost", make_negation_lost),
)


# --- measuring ---------------------------------------------------------------------


def key(sample: Sample) -> str:
    """Name a pair without showing its text."""
    return hashlib.sha256("\t".join(sample).encode()).hexdigest()[:12]


def judged() -> dict[tuple[str, str], str]:
    """Read which findings in genuine pairs a person judged to be real faults."""
    path = DATA / "judged.csv"
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as handle:
        return {(row["pair"], row["check"]): row["verdict"] for row in csv.DictReader(handle)}


def run(sample: Sample) -> dict[str, str]:
    """Run all checks; give one message for each that speaks."""
    pair = Pair(source=sample[0], target=sample[1])
    return {f.check: f.message for f in check_pair(pair, CHECKS)}


def inject(fault: Fault, pool: list[Sample], rng: random.Random) -> Iterator[tuple[Sample, Sample]]:
    """Give pairs before and after the fault."""
    order = list(pool)
    rng.shuffle(order)
    count = 0
    for source, target in order:
        before = fault.plant(rng, source, target) if fault.plant else (source, target)
        # A pair in which the check speaks already cannot show whether it finds the fault.
        after = fault.make(rng, *before)
        if after is None or after == before or fault.check in run(before):
            continue
        yield before, after
        count += 1
        if count == FAULTS:
            return


def foreign_sources(pool: list[Sample], rng: random.Random) -> list[Sample]:
    """Give pairs whose source is not French."""
    lines = (DATA / "other_languages.txt").read_text(encoding="utf-8").splitlines()
    other = [line.split("\t")[1] for line in lines if line and not line.startswith("#")]
    english = [target for _, target in rng.sample(pool, 50)]
    return [(text, rng.choice(pool)[1]) for text in other] + [(text, text) for text in english]


def measure_corpus(folder: Path) -> dict[str, tuple[int, int, int, int]]:
    """Injected, found, genuine, false alarms of the checks over a whole corpus.

    Nothing in these was tuned on a text: all lines are taken.
    """
    rng = random.Random(SEED)
    results = {}
    base = flores(folder, "google.", "held-out") + flores(folder, "google.", "tuned")
    others = flores(folder, "microsoft.", "held-out") + flores(folder, "microsoft.", "tuned")
    other = dict(zip(base, others, strict=True))

    def findings(samples: list[Sample]) -> dict[str, set[int]]:
        checks = CorpusChecks()
        found: dict[str, set[int]] = defaultdict(set)
        for number, (source, target) in enumerate(samples):
            for finding in checks.add(Pair(source=source, target=target), str(number)):
                found[finding.check].add(number)
        return found

    # Every source once more: half with the same translation, half with another system's.
    again = rng.sample(base, min(2 * FAULTS, len(base)))
    changed = [sample for sample in again[:FAULTS] if other[sample][1] != sample[1]]
    same = again[FAULTS:]
    samples = [*base, *[(s[0], other[s][1]) for s in changed], *same]
    found = findings(samples)["two-translations"]
    wrong = set(range(len(base), len(base) + len(changed)))
    results["two-translations"] = (
        len(wrong),
        len(found & wrong),
        len(samples) - len(wrong),
        len(found - wrong),
    )
    # Some rows get another row's translation, as a memory or a batch mix-up would give.
    victims = rng.sample(range(len(base) // 2, len(base)), FAULTS)
    samples = list(base)
    for index in victims:
        samples[index] = (base[index][0], base[rng.randrange(len(base) // 2)][1])
    found = findings(samples)["shared-translation"]
    results["shared-translation"] = (
        FAULTS,
        len(found & set(victims)),
        len(base) - FAULTS,
        len(found - set(victims)),
    )
    return results


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--testsets", type=Path, default=ROOT.parent / "shared" / "testsets")
    parser.add_argument("--part", choices=("held-out", "tuned"), default="held-out")
    parser.add_argument("--show", default="", help="print this check's false alarms and misses")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if not (arguments.testsets / "flores-dev").is_dir():
        sys.exit(f"no test sets at {arguments.testsets}: give --testsets")
    part = arguments.part
    folder = arguments.testsets / "flores-dev"
    lines = {system: flores(folder, system, part) for system in SYSTEMS}
    blog = canada(arguments.testsets / "canada-blog") if part == "held-out" else []
    genuine = [sample for system in SYSTEMS for sample in lines[system]] + blog
    pool = [s for system in ("", "google.", "microsoft.") for s in lines[system]] + blog
    verdicts = judged()

    alarms: dict[str, list[Sample]] = defaultdict(list)
    real: Counter[str] = Counter()
    for sample in genuine:
        for check, message in run(sample).items():
            if verdicts.get((key(sample), check)) == "fault":
                real[check] += 1
                continue
            alarms[check].append(sample)
            if check == arguments.show:
                print(f"false alarm {key(sample)}: {message}\n  {sample[0]}\n  {sample[1]}")

    rows = []
    for check in CHECKS:
        injected = found = 0
        kinds = []
        extra = len(genuine)
        if check.name == "source-language":
            foreign = foreign_sources(pool, random.Random(SEED))
            injected = len(foreign)
            found = sum(check.name in run(sample) for sample in foreign)
            kinds.append(f"not French {found}/{injected}")
        for fault in FAULTS_OF:
            if fault.check != check.name:
                continue
            rng = random.Random(f"{SEED}{fault.check}{fault.kind}")
            hits = total = 0
            for before, after in inject(fault, pool, rng):
                if fault.plant:
                    extra += 1
                    if check.name in run(before):
                        alarms[check.name].append(before)
                total += 1
                if check.name in run(after):
                    hits += 1
                elif check.name == arguments.show:
                    print(f"missed ({fault.kind})\n  {after[0]}\n  {after[1]}")
            injected += total
            found += hits
            kinds.append(f"{fault.kind} {hits}/{total}")
        wrong = len(alarms[check.name])
        rows.append((check.name, injected, found, extra, wrong, real[check.name], "; ".join(kinds)))
    for name, (injected, found, extra, wrong) in measure_corpus(folder).items():
        rows.append((name, injected, found, extra, wrong, 0, "whole corpus"))
    assert {row[0] for row in rows} >= set(CORPUS_CHECKS)

    if arguments.json:
        names = (
            "check",
            "injected",
            "found",
            "genuine",
            "false_alarms",
            "real_in_genuine",
            "kinds",
        )
        print(json.dumps([dict(zip(names, row, strict=True)) for row in rows], indent=1))
        return
    print(f"{len(genuine)} genuine pairs, {part} part, seed {SEED}")
    print("| check | injected | found | recall | genuine | false alarms | precision | by kind |")
    print("|---|---|---|---|---|---|---|---|")
    for name, injected, found, extra, wrong, true, kinds in rows:
        precision = found / (found + wrong) if found + wrong else float("nan")
        recall = found / injected if injected else float("nan")
        alarm = f"{wrong}" + (f" (+{true} real faults)" if true else "")
        print(
            f"| {name} | {injected} | {found} | {recall:.2f} | {extra} | {alarm} "
            f"| {precision:.3f} | {kinds} |"
        )


if __name__ == "__main__":
    main()
