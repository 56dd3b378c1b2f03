"""How fast the argos engine is: against argostranslate, and against CTranslate2 itself.

    python benchmarks/bench_argos.py                        # random weights of the real size
    python benchmarks/bench_argos.py --package FOLDER --text FILE   # an installed package

Three ways through the same model, beam, threads and sentences, taken in turn within each
round, so that a busy machine slows all of them alike; figures are medians over rounds of
sentences per second and of ratios within a round, with the smallest and largest. Loading
models is left out; so is argostranslate's sentence splitting (it would download a model):
its splitter is replaced by one that knows the sentences of each paragraph. All else is
argostranslate's own path: one paragraph at a time, batches of 32 tokens.

- argostranslate: ``PackageTranslation.hypotheses`` on paragraphs of ``--paragraph`` sentences;
- passerelle: ``ArgosEngine.translate`` on all sentences, each batch of one length, so that
  a translation does not depend on its company (``--padded`` measures it without this too;
  the difference shrinks as sentences grow in number);
- ceiling: ``ctranslate2.Translator.translate_batch`` on all sentences at once, already
  tokenized, sorted and packed by CTranslate2, with the engine's threads and batch size.

Without ``--package`` a package with seeded random weights is built (transformer, 6+6
layers, width 512, 8 heads, 32,000 pieces), which writes exactly ``--output-tokens`` tokens
for each sentence; without ``--text`` sentences are drawn (seeded, all different, 5 to 45
words) from the words of the seed article.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import statistics
import sys
import tempfile
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]


def drawn_sentences(count: int, seed: int) -> list[str]:
    """Draw sentences from the words of the seed article; lengths as in news."""
    rng = random.Random(seed)
    words = (ROOT / "seeds" / "musk-zuckerberg-openai.fr.txt").read_text(encoding="utf-8").split()
    lengths = [min(max(round(rng.gauss(24, 9)), 5), 45) for _ in range(count)]
    return [" ".join(rng.choices(words, k=length)) for length in lengths]


def build_package(folder: Path, sentences: list[str], output_tokens: int, seed: int) -> Path:
    """Build a package of the real size with the tests' own builder, and unpack it."""
    spec = importlib.util.spec_from_file_location(
        "build_argos_package", ROOT / "tests" / "build_argos_package.py"
    )
    if spec is None or spec.loader is None:
        raise SystemExit("tests/build_argos_package.py is missing")
    builder = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(builder)
    archive = folder / "random.argosmodel"
    builder.build_random(archive, sentences, output_tokens=output_tokens, seed=seed)
    packages = folder / "packages"
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(packages)
    archive.unlink()
    return next(packages.iterdir())


class KnownSentences:
    """A sentence splitter for paragraphs whose sentences are known."""

    def __init__(self, paragraphs: dict[str, list[str]]) -> None:
        self.paragraphs = paragraphs

    def split_sentences(self, text: str) -> list[str]:
        """Give the sentences that the paragraph was put together from."""
        return self.paragraphs[text]


def argostranslate_way(
    package: Path, paragraphs: dict[str, list[str]], *, beam: int, threads: int, home: Path
) -> Callable[[], list[str]]:
    """Prepare argostranslate; its settings are read, and folders made, at import."""
    os.environ.update(
        XDG_DATA_HOME=str(home / "data"),
        XDG_CONFIG_HOME=str(home / "config"),
        XDG_CACHE_HOME=str(home / "cache"),
        ARGOS_PACKAGES_DIR=str(home / "none"),
        ARGOS_BEAM_SIZE=str(beam),
        ARGOS_INTER_THREADS="1",
        ARGOS_INTRA_THREADS=str(threads),
    )
    from argostranslate.package import Package
    from argostranslate.translate import Language, PackageTranslation

    loaded = Package(package)
    translation = PackageTranslation(
        Language(loaded.from_code, loaded.from_name),
        Language(loaded.to_code, loaded.to_name),
        loaded,
    )
    translation.sentencizer = KnownSentences(paragraphs | {"a": ["a"]})
    translation.hypotheses("a", 1)  # loads the model
    return lambda: [translation.hypotheses(text, 1)[0].value for text in paragraphs]


def measure(ways: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Run every way once per round; give the seconds of each."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, run in ways.items():
            began = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - began)
    return seconds


def spread(values: list[float]) -> str:
    """Give median, smallest and largest."""
    return f"{statistics.median(values):.2f} ({min(values):.2f}–{max(values):.2f})"


def compare(options: argparse.Namespace, scratch: Path) -> dict[str, Any]:
    """Prepare the three ways, measure them, and give everything that was found."""
    from pipeline.engines.argos import ARGOS_DECODING, ArgosEngine
    from pipeline.engines.batching import share_threads
    from pipeline.records import Request

    if options.text:
        lines = options.text.read_text(encoding="utf-8").splitlines()
        sentences = list(dict.fromkeys(line for line in lines if line.strip()))
        sentences = sentences[: options.sentences]
    else:
        sentences = drawn_sentences(options.sentences, options.seed)
    package = options.package or build_package(
        scratch, sentences, options.output_tokens, options.seed
    )
    groups = [
        sentences[i : i + options.paragraph] for i in range(0, len(sentences), options.paragraph)
    ]
    groups_given = groups[: -(-(options.theirs or len(sentences)) // options.paragraph)]
    given = sum(map(len, groups_given))
    paragraphs = {" ".join(group): group for group in groups_given}
    inter, intra = share_threads(options.threads)
    threads = inter * intra

    theirs = argostranslate_way(
        package, paragraphs, beam=options.beam, threads=threads, home=scratch
    )
    engine = ArgosEngine(
        package,
        threads=threads,
        decoding=replace(ARGOS_DECODING, beam=options.beam),
        **({"batch_tokens": options.batch_tokens} if options.batch_tokens else {}),
    )
    requests = [Request(source=sentence) for sentence in sentences]

    import ctranslate2

    translator = ctranslate2.Translator(
        str(package / "model"), inter_threads=inter, intra_threads=intra
    )
    padded = ArgosEngine(
        package,
        threads=threads,
        decoding=engine.decoding,
        batch_tokens=engine.batch_tokens,
        exact=False,
    )
    tokens = [engine.tokenize(sentence) for sentence in sentences]

    def ceiling() -> object:
        return translator.translate_batch(
            tokens,
            max_batch_size=engine.batch_tokens,
            batch_type="tokens",
            beam_size=options.beam,
            length_penalty=ARGOS_DECODING.length_penalty,
            replace_unknowns=True,
            return_scores=True,
        )

    engine.translate(requests[:4])
    translator.translate_batch(tokens[:4])
    argos_texts = theirs() if options.check else []
    ways: dict[str, Callable[[], object]] = {
        "argostranslate": theirs,
        "passerelle": lambda: engine.translate(requests),
        "ceiling": ceiling,
    }
    if options.padded:
        ways["passerelle, padded"] = lambda: padded.translate(requests)
    seconds = measure(ways, options.rounds)
    # It takes one paragraph after the other, so its time grows as their number.
    seconds["argostranslate"] = [s * len(sentences) / given for s in seconds["argostranslate"]]
    table: dict[str, Any] = {
        "package": "random weights of the real size" if options.package is None else str(package),
        "sentences": len(sentences),
        "sentences_of_argostranslate": given,
        "source_tokens": sum(map(len, tokens)),
        "beam": options.beam,
        "threads": {"argostranslate": [1, threads], "passerelle": [inter, intra]},
        "batch_tokens": engine.batch_tokens,
        "rounds": options.rounds,
        "seconds": seconds,
        "over_argostranslate": [
            a / b for a, b in zip(seconds["argostranslate"], seconds["passerelle"], strict=True)
        ],
        "of_ceiling": [
            a / b for a, b in zip(seconds["ceiling"], seconds["passerelle"], strict=True)
        ],
        "ceiling_over_argostranslate": [
            a / b for a, b in zip(seconds["argostranslate"], seconds["ceiling"], strict=True)
        ],
    }
    if options.check:
        ours = [answer[0].text for answer in engine.translate(requests[:given])]
        merged = [
            " ".join(ours[i : i + options.paragraph])
            for i in range(0, len(ours), options.paragraph)
        ]
        same = sum(a == b for a, b in zip(argos_texts, merged, strict=True))
        table["equal_paragraphs"] = [same, len(merged)]
    return table


def render(table: dict[str, Any]) -> str:
    """Render what :func:`compare` found."""
    lines = [
        f"{table['package']}; {table['sentences']} sentences, {table['source_tokens']} tokens,"
        f" beam {table['beam']}, batches of {table['batch_tokens']} tokens,"
        f" {table['rounds']} rounds; median (smallest–largest)",
        f"argostranslate has the first {table['sentences_of_argostranslate']} sentences",
        "",
        "| way | threads (inter × intra) | sentences/s |",
        "|---|---|---|",
    ]
    for name, seconds in table["seconds"].items():
        inter, intra = table["threads"].get(name, table["threads"]["passerelle"])
        speeds = [table["sentences"] / s for s in seconds]
        lines.append(f"| {name} | {inter} × {intra} | {spread(speeds)} |")
    lines += [
        "",
        f"passerelle / argostranslate: {spread(table['over_argostranslate'])}",
        f"passerelle / ceiling:        {spread(table['of_ceiling'])}",
        f"ceiling / argostranslate:    {spread(table['ceiling_over_argostranslate'])}",
    ]
    if "equal_paragraphs" in table:
        same, total = table["equal_paragraphs"]
        lines.append(f"equal paragraphs:            {same} of {total}")
    return "\n".join(lines)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Measure the argos engine.")
    parser.add_argument("--package", type=Path, help="folder of an installed package")
    parser.add_argument("--text", type=Path, help="French, one sentence a line")
    parser.add_argument("--sentences", type=int, default=400)
    parser.add_argument(
        "--theirs", type=int, default=0, help="sentences that argostranslate is given, if not all"
    )
    parser.add_argument("--paragraph", type=int, default=4, help="sentences in a paragraph")
    parser.add_argument("--beam", type=int, default=4)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--batch-tokens", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output-tokens", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--padded", action="store_true", help="also measure batches of unequal lengths"
    )
    parser.add_argument(
        "--check", action="store_true", help="also count paragraphs with equal translations"
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        table = compare(options, Path(scratch))
    sys.stdout.write((json.dumps(table, indent=2) if options.json else render(table)) + "\n")


if __name__ == "__main__":
    main()
