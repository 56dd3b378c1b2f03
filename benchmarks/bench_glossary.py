"""Benchmarks of the glossary.

::

    python benchmarks/bench_glossary.py matcher    10,000 terms over 1,000,000 words, one core
    python benchmarks/bench_glossary.py engine     what enforcement costs and what it harms

``matcher`` times the matcher alone (processor seconds, median of repeats; building the
automaton is timed apart). ``engine`` loads the engine that a run would choose, leaves
loading out, and reports enforcement's share of the decoding time and BLEU and chrF with no
glossary, with the starter glossary, with a random one, and with the listed rows that agree with
the reference, on all sentences and on those that hold a term. Test sets and term lists lie
beside the project and are never copied.
"""

from __future__ import annotations

import argparse
import csv
import json
import platform
import random
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path

from pipeline.config import load_settings
from pipeline.glossary import Term, TermBase, enforce, load_termbase
from pipeline.glossary.file.rows import default_inflect
from pipeline.records import Draft, Request, Segment

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
SEED = 20250822


def listed_terms() -> list[Term]:
    """Real term lists: EuroVoc and FranceTerme."""
    terms: dict[str, Term] = {}
    for name in ("franceterme", "eurovoc"):
        path = SHARED / "terms" / f"{name}.fr-en.csv"
        with path.open(encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                source = row["source"].strip()
                terms.setdefault(
                    source,
                    Term(
                        source=source,
                        targets=(row["target"].strip(),),
                        inflect=default_inflect(source),
                        place=f"{name}:{len(terms) + 2}",
                    ),
                )
    return list(terms.values())


def padded(terms: list[Term], wanted: int, rng: random.Random) -> list[Term]:
    """Fill a list up with compounds of its own terms (they add patterns, few matches)."""
    result = list(terms[:wanted])
    while len(result) < wanted:
        one, two = rng.sample(terms, 2)
        source = f"{one.source} de {two.source}"
        result.append(replace(one, source=source, inflect=default_inflect(source)))
    return result


def corpus(words: int) -> list[str]:
    """Real French sentences, repeated up to a number of words."""
    found = (SHARED / "testsets/flores-dev/flores-dev.fr").read_text("utf-8").splitlines()
    for path in sorted((SHARED / "testsets/canada-blog/fr").glob("*.md")):
        found += [line for line in path.read_text("utf-8").splitlines() if line.strip()]
    result: list[str] = []
    count = 0
    while count < words:
        for line in found:
            result.append(line)
            count += len(line.split())
            if count >= words:
                break
    return result


def bench_matcher(arguments: argparse.Namespace) -> dict[str, object]:
    """Time the matcher over a corpus."""
    rng = random.Random(SEED)
    terms = padded(listed_terms(), arguments.terms, rng)
    lines = corpus(arguments.words)
    words = sum(len(line.split()) for line in lines)
    started = time.process_time()
    termbase = TermBase(terms)
    built = time.process_time() - started
    seconds = []
    matches = 0
    for _ in range(arguments.repeats):
        started = time.process_time()
        matches = sum(len(termbase.match(line).matches) for line in lines)
        seconds.append(time.process_time() - started)
    return {
        "terms": len(terms),
        "words": words,
        "lines": len(lines),
        "matches": matches,
        "build_seconds": round(built, 2),
        "match_seconds_median": round(statistics.median(seconds), 2),
        "match_seconds_spread": round(max(seconds) - min(seconds), 2),
        "repeats": arguments.repeats,
    }


def segment(source: str, number: int) -> Segment:
    """Wrap a sentence."""
    return Segment(
        doc_id="flores-dev",
        block_id=number,
        segment_id=0,
        kind="paragraph",
        start=0,
        end=len(source),
        block_start=0,
        block_end=len(source),
        source=source,
    )


def random_glossary(size: int, sources: list[str], rng: random.Random) -> TermBase:
    """Draw rows at random from the real lists, among those that occur in the sentences."""
    everything = TermBase(listed_terms())
    present = {id(m.term): m.term for s in sources for m in everything.match(s).matches}
    rows = sorted(present.values(), key=lambda t: t.source)
    return TermBase(rng.sample(rows, min(size, len(rows))))


def agreeing_glossary(sources: list[str], references: list[str]) -> TermBase:
    """Keep the listed rows whose term the reference holds wherever its source occurs.

    A row that asks for another word than the reference uses must cost BLEU, however well
    it is enforced; these must not.
    """
    fine: dict[str, bool] = {}
    terms: dict[str, Term] = {}
    everything = TermBase(listed_terms())
    for source, reference in zip(sources, references, strict=True):
        for match in everything.match(source).matches:
            name = match.term.source
            terms[name] = match.term
            held = match.term.targets[0].casefold() in reference.casefold()
            fine[name] = fine.get(name, True) and held
    return TermBase([terms[name] for name in sorted(terms) if fine[name]])


def bench_engine(arguments: argparse.Namespace) -> dict[str, object]:
    """Measure enforcement's cost and its effect on the scores."""
    import sacrebleu

    from pipeline.glossary.enforce.placeholders import load_shape
    from pipeline.models import Store, default_root
    from pipeline.translate.engine_choice import open_engine

    overrides = {"engine": arguments.engine, "beam": arguments.beam or None}
    settings = load_settings(overrides, folder=ROOT)
    root = default_root()
    chosen = open_engine(settings, Store(root), progress=lambda t: print(t, file=sys.stderr))
    engine = chosen.engine
    masks = load_shape(root, engine.fingerprint)
    folder = SHARED / "testsets/flores-dev"
    french = (folder / "flores-dev.fr").read_text("utf-8").splitlines()[: arguments.sentences]
    english = (folder / "flores-dev.en").read_text("utf-8").splitlines()[: arguments.sentences]

    wanted = max(1, engine.decoding.beam)
    started = time.perf_counter()
    answers = engine.translate([Request(source=s, hypotheses=wanted) for s in french])
    decoding = time.perf_counter() - started
    drafts = [
        Draft(
            segment=segment(s, i),
            hypotheses=tuple(a),
            engine=engine.name,
            fingerprint=engine.fingerprint,
        )
        for i, (s, a) in enumerate(zip(french, answers, strict=True))
    ]
    starter = load_termbase([ROOT / "glossary" / "terms.csv"])
    conditions = {
        "none": TermBase.empty(),
        "starter": starter,
        "random": random_glossary(len(starter), french, random.Random(SEED)),
        "agreeing": agreeing_glossary(french, english),
    }
    conditions = {name: conditions[name] for name in arguments.only or conditions}
    rows = []
    plain = [d.hypotheses[0].text for d in drafts]
    for name, termbase in conditions.items():
        asked = [0]

        def translate(batch, asked=asked):
            asked[0] += len(batch)
            return engine.translate(batch)

        started = time.perf_counter()
        done = enforce(drafts, termbase, translate, masks=masks)
        cost = time.perf_counter() - started
        texts = [d.target for d in done]
        touched = [i for i, d in enumerate(done) if d.terms]
        free = [i for i, d in enumerate(done) if not d.terms]
        terms = [t for d in done for t in d.terms]
        rungs: dict[str, int] = {}
        for term in terms:
            rungs[term.rung] = rungs.get(term.rung, 0) + 1

        def score(some, texts=texts):
            if not some:
                return None
            refs = [[english[i] for i in some]]
            hyps = [texts[i] for i in some]
            return {
                "bleu": round(sacrebleu.corpus_bleu(hyps, refs).score, 2),
                "chrf": round(sacrebleu.corpus_chrf(hyps, refs).score, 2),
            }

        rows.append(
            {
                "glossary": name,
                "rows": len(termbase),
                "all": score(range(len(texts))),
                "with_terms": score(touched),
                "with_terms_before": score(touched, plain),
                "sentences_with_terms": len(touched),
                "untouched_and_changed": sum(texts[i] != plain[i] for i in free),
                "occurrences": len(terms),
                "satisfied": sum(t.status == "satisfied" for t in terms),
                "rungs": rungs,
                "retranslated": asked[0],
                "seconds": round(cost, 2),
                "share_of_decoding": round(cost / decoding, 4),
            }
        )
    return {
        "engine": chosen.why,
        "decoding": str(engine.decoding),
        "masks": masks.template if masks else None,
        "sentences": len(french),
        "decoding_seconds": round(decoding, 1),
        "conditions": rows,
        "sacrebleu": sacrebleu.__version__,
    }


def main() -> None:
    """Run one benchmark and print its result as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    matcher = commands.add_parser("matcher")
    matcher.add_argument("--terms", type=int, default=10_000)
    matcher.add_argument("--words", type=int, default=1_000_000)
    matcher.add_argument("--repeats", type=int, default=3)
    engine = commands.add_parser("engine")
    engine.add_argument("--engine", default="auto")
    engine.add_argument("--beam", type=int, default=0)
    engine.add_argument("--sentences", type=int, default=300)
    engine.add_argument("--only", nargs="+", choices=("none", "starter", "random", "agreeing"))
    arguments = parser.parse_args()
    if not SHARED.is_dir():
        sys.exit(f"the test sets and term lists are not in {SHARED}: nothing was measured")
    result = bench_matcher(arguments) if arguments.command == "matcher" else bench_engine(arguments)
    where = {"python": platform.python_version(), "machine": platform.machine(), "seed": SEED}
    print(json.dumps({**result, **where}, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
