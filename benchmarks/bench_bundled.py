"""How fast the bundled engine is, and how far that is from what CTranslate2 can do.

    python benchmarks/bench_bundled.py [--sentences 64] [--beam 1 4] [--rounds 3]

Two ways through the same model, beam, threads and sentences, taken in turn within each
round; loading the model is left out and said apart.

- passerelle: the guarded engine, as a run uses it: prompts built, packed, decoded, looked at;
- ceiling: ``ctranslate2.Generator.generate_batch`` alone, on prompts that are tokenized
  already, sorted by length and packed by CTranslate2 itself into batches of the engine's
  size, with nothing looked at afterwards.

Sentences are the first of FLORES dev where it lies beside the project, else the seed
article's. Then one sentence through ``passerelle translate -`` in a process of its own.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pipeline.engines.bundled import MAX_BATCH_TOKENS, BundledEngine
from pipeline.engines.guard import GuardedEngine
from pipeline.models import Store, default_root, ready_model
from pipeline.records import Decoding, Request
from pipeline.segmentation import split

ROOT = Path(__file__).resolve().parents[1]
FLORES = ROOT.parent / "shared" / "testsets" / "flores-dev" / "flores-dev.fr"
SEED = ROOT / "seeds" / "musk-zuckerberg-openai.fr.txt"


def sentences(count: int) -> tuple[str, list[str]]:
    """Give sentences and where they come from."""
    if FLORES.is_file():
        return "FLORES dev", FLORES.read_text(encoding="utf-8").splitlines()[:count]
    text = SEED.read_text(encoding="utf-8")
    found = [text[span.start : span.end] for span in split(text)]
    return "the seed article", [s for s in found if s.strip()][:count]


def spread(values: list[float], digits: int = 2) -> str:
    """Give median and range."""
    low, high = min(values), max(values)
    return f"{statistics.median(values):.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def compare(folder: Path, texts: list[str], *, beam: int, rounds: int, threads: int) -> str:
    """Measure both ways with one beam size; give a row of the table."""
    engine = BundledEngine(folder, decoding=Decoding(beam=beam), threads=threads)
    guarded = GuardedEngine(engine)
    requests = [Request(source=text) for text in texts]
    prompts = sorted((list(engine._prompt(request)) for request in requests), key=len, reverse=True)
    limit = 24 + 2 * max(map(len, prompts))

    def ours() -> None:
        guarded.translate(requests)

    def ceiling() -> None:
        engine._generator.generate_batch(
            prompts,
            max_batch_size=max(1, MAX_BATCH_TOKENS // beam),
            batch_type="tokens",
            beam_size=beam,
            sampling_topk=1,
            max_length=limit,
            end_token="<eos>",
            include_prompt_in_result=False,
        )

    guarded.translate(requests[:4])  # warm
    seconds: dict[str, list[float]] = {"ours": [], "ceiling": []}
    for _ in range(rounds):
        for name, way in (("ours", ours), ("ceiling", ceiling)):
            began = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - began)
    share = [c / o for o, c in zip(seconds["ours"], seconds["ceiling"], strict=True)]
    speeds = {name: [len(texts) / s for s in values] for name, values in seconds.items()}
    return f"| {beam} | {spread(speeds['ours'])} | {spread(speeds['ceiling'])} | {spread(share)} |"


def one_sentence(repeats: int) -> list[float]:
    """Time a one-sentence translation from nothing, its memory empty each time."""
    seconds = []
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "pipeline", "translate", "-", "--quiet"],
                input="Le chat dort sur la chaise.\n",
                text=True,
                cwd=folder,
                check=True,
                capture_output=True,
            )
            seconds.append(time.perf_counter() - began)
    return seconds


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sentences", type=int, default=64)
    parser.add_argument("--beam", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=0)
    options = parser.parse_args()
    folder = ready_model(Store(default_root()), "bundled", progress=print).path
    origin, texts = sentences(options.sentences)
    print(
        f"{len(texts)} sentences of {origin}, {options.rounds} rounds; median (lowest to highest)"
    )
    print()
    print("| beam | passerelle, sentences/s | CTranslate2 alone, sentences/s | share |")
    print("|---|---|---|---|")
    for beam in options.beam:
        print(
            compare(folder, texts, beam=beam, rounds=options.rounds, threads=options.threads),
            flush=True,
        )
    print()
    print(f"One sentence, process and model started anew: {spread(one_sentence(5))} seconds")


if __name__ == "__main__":
    main()
