"""The ``firefox`` engine: a model that Firefox translates pages with, from its files."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import weakref
from collections import deque
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.engines.base import ModelEngine
from pipeline.engines.batching import available_cores, run_at_once
from pipeline.engines.ct2.core import fingerprint
from pipeline.errors import EngineError, ModelDamaged, ModelError, ModelMissing, UsageError
from pipeline.records import Decoding, Hypothesis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.records import Request

VERSION = 1  # raised whenever this room's output for the same model changes
_CHILD = Path(__file__).with_name("firefox_child.py")
_PIP = "pip install 'passerelle[firefox]'"
_MODEL = "*.intgemm*.bin"
_PACKED = (".gz", ".zst")
_GET = "get model, vocabulary and lexicon of one and the same model again: docs/ENGINES.md"
_PAIR = re.compile(r"\.([a-z]{4})\.")  # in model.fren.intgemm.alphas.bin
_PIECES = re.compile(r"(?:<0x[0-9A-F]{2}>)+")  # bytes, which the library does not join
_SYSTEMIC = 4  # so many sentences without an answer, and none with: it is not the sentences


class FirefoxEngine(ModelEngine):
    """A folder with ``model.fren.intgemm.alphas.bin``, its vocabulary and its lexicon.

    The library holds Python's lock and panics, so it runs in processes of ours, as many as
    there are threads. It searches greedily and gives one answer, without a score.

    Args:
        model: the folder, or the model's file in it.
        decoding: not used; there is but one.
        threads: processes; 0 for one a core.

    Raises:
        UsageError: fxtranslate is not installed.
        ModelMissing, ModelDamaged, ModelError: see `find_files`; or it cannot be run.
    """

    name = "firefox"
    title = "the Firefox model {model}"
    family = "Firefox"
    licence = "MPL-2.0"
    default_decoding = Decoding(beam=1)
    # Trained on 128, the end included; of a longer sentence the rest is lost without a word.
    max_source_tokens = 127

    def __init__(
        self, model: str, *, decoding: Decoding = default_decoding, threads: int = 0
    ) -> None:
        if find_spec("fxtranslate") is None:
            raise UsageError(
                "Firefox models are run by fxtranslate, which is not installed", next_step=_PIP
            )
        self._files = files = find_files(Path(model).expanduser())
        self.decoding = self.default_decoding
        self._pieces = _read_pieces(files.source)
        self.fingerprint = fingerprint(
            files.folder, set(files.all()), f"firefox {VERSION} {version('fxtranslate')}"
        )
        self._workers = threads or available_cores()
        self._idle: deque[_Child] = deque()
        weakref.finalize(self, _stop, self._idle)
        try:
            self._ask("Bonjour.")
        except _Crashed as error:
            raise ModelDamaged(
                f"fxtranslate cannot run this model: {error}",
                place=str(files.model),
                next_step=_GET,
            ) from error

    @classmethod
    def accepts(cls, model: str) -> bool:
        """Accept a folder with such a model, packed or not, or the model's file."""
        path = Path(model).expanduser()
        with contextlib.suppress(OSError, ValueError):
            return bool(_models(path) or (_is_model(path) and path.is_file()))
        return False

    def count_tokens(self, sources: Sequence[str]) -> list[int]:
        """Give each source's length in the model's own pieces."""
        return [len(self._pieces.encode(source)) for source in sources]

    def translate(self, batch: Sequence[Request]) -> Sequence[tuple[Hypothesis, ...]]:
        """Translate sentences, as many at once as there are processes.

        A sentence on which two processes crashed is empty and flagged ``unanswered``.

        Raises:
            EngineError: a sentence is too long, or nothing is answered any more.
        """
        sources = list(dict.fromkeys(request.source for request in batch))
        for source, tokens in zip(sources, self.count_tokens(sources), strict=True):
            if tokens > self.max_source_tokens:
                raise EngineError(
                    f"a sentence has {tokens} tokens; the model reads {self.max_source_tokens}",
                    place=source[:80],
                    next_step="split it before translating",
                )
        answers = run_at_once(sources, self._one, workers=self._workers)
        crashes = [answer for answer in answers.values() if isinstance(answer, _Crashed)]
        if len(crashes) == len(answers) >= _SYSTEMIC:
            raise EngineError(
                f"the model crashes on every sentence: {crashes[0]}",
                place=f"sentence {sources[0][:80]!r}",
                next_step="free memory or compare the model's files with where they came from,"
                " and run again: what is translated stays",
            )
        return [(_hypothesis(request.source, answers[request.source]),) for request in batch]

    def _one(self, source: str) -> str | _Crashed:
        """Ask; after a crash once more, of another process."""
        if not source.strip():
            return ""
        for last in (False, True):
            try:
                return self._ask(source)
            except _Crashed as error:
                if last:
                    return error
        raise AssertionError

    def _ask(self, source: str) -> str:
        try:
            child = self._idle.pop()
        except IndexError:
            child = _Child(self._files)
        answer = child.ask(source)  # one that crashed does not come back
        self._idle.append(child)
        return answer


def _hypothesis(source: str, answer: str | _Crashed) -> Hypothesis:
    if isinstance(answer, _Crashed):
        return Hypothesis(text="", score=None, flags=("unanswered",))
    if "<0x" not in source:
        answer = _PIECES.sub(_joined, answer)
    return Hypothesis(text=" ".join(answer.split()), score=None)


def _joined(pieces: re.Match[str]) -> str:
    return bytes.fromhex(re.sub(r"<0x|>", "", pieces[0])).decode("utf-8", errors="replace")


# --- the process -------------------------------------------------------------------


class _Crashed(Exception):
    """A process ended before it answered; the text says how."""


class _Child:
    """A process with the model loaded."""

    def __init__(self, files: Files) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(_CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.ask([str(path.resolve()) for path in files.all()])

    def ask(self, said: str | list[str]) -> str:
        process, line = self._process, b""
        with contextlib.suppress(OSError):
            if process.stdin and process.stdout:
                process.stdin.write(json.dumps(said).encode() + b"\n")
                process.stdin.flush()
                line = process.stdout.readline()
        answer: dict[str, str] = json.loads(line) if line.endswith(b"\n") else {}
        if "text" in answer:
            return answer["text"]
        self.stop()
        ended = f"its process ended with {process.returncode}"
        raise _Crashed(" ".join(answer.get("error", ended).split())[:300])

    def stop(self) -> None:
        if not self._process.stdin or not self._process.stdout:
            return
        with contextlib.suppress(OSError):
            self._process.stdin.close()  # it ends with its input
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()


def _stop(children: deque[_Child]) -> None:
    while children:
        children.pop().stop()


# --- the files ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What a model consists of."""

    folder: Path
    model: Path
    source: Path  # SentencePiece model of the French
    target: Path  # of the English; most models have one for both
    lexicon: Path | None  # which words a piece may become

    def all(self) -> tuple[Path, ...]:
        """Give them in the order in which fxtranslate takes them."""
        return (self.model, self.source, self.target, *((self.lexicon,) if self.lexicon else ()))


def find_files(path: Path) -> Files:
    """Find a model's files.

    Args:
        path: the folder, or the model's file in it.

    Raises:
        ModelMissing: there is no such folder.
        ModelDamaged: a file is packed, is missing or is there more than once.
        ModelError: the model's name says other languages.
    """
    folder = path.parent if _is_model(path) else path
    models = [path] if folder != path else _models(folder)
    if not models or not models[0].is_file():
        raise ModelMissing(
            f"no Firefox model is there ({_MODEL})",
            place=str(path),
            next_step="mend the path after --model",
        )
    french = [m for m in models if _pair(m) == "fren"]
    model = _only(french or models, folder)
    if pair := _pair(model):
        if pair != "fren":
            raise ModelError(
                f"this model translates {pair[:2]} to {pair[2:]}, not fr to en",
                place=str(model),
                next_step="get the model fr-en: docs/ENGINES.md",
            )
        pair = f".{pair}"
    both = _find(folder, f"vocab*{pair}.spm")
    source, target = (_find(folder, f"{s}vocab*{pair}.spm") or both for s in ("src", "trg"))
    if source is None or target is None:
        raise ModelDamaged(
            "the model's vocabulary is not beside it (vocab.fren.spm)",
            place=str(folder),
            next_step=_GET,
        )
    lexicon = _find(folder, f"lex*{pair}.*bin")
    return Files(folder=folder, model=model, source=source, target=target, lexicon=lexicon)


def _models(folder: Path) -> list[Path]:
    return sorted(p for p in folder.glob("*.bin*") if _is_model(p))


def _is_model(path: Path) -> bool:
    plain = Path(path.stem) if path.suffix in _PACKED else path
    return plain.match(_MODEL)


def _pair(model: Path) -> str:
    found = _PAIR.search(model.name)
    return found[1] if found else ""


def _find(folder: Path, pattern: str) -> Path | None:
    found = sorted(p for end in ("", *_PACKED) for p in folder.glob(pattern + end))
    return _only(found, folder) if found else None


def _only(found: Sequence[Path], folder: Path) -> Path:
    plain = [path for path in found if path.suffix not in _PACKED]
    if not plain:
        raise ModelDamaged(
            f"{found[0].name} is still packed",
            place=str(folder),
            next_step="unpack every file: `gunzip *.gz` or `unzstd *.zst`",
        )
    if len(plain) > 1:
        raise ModelDamaged(
            f"more than one file may be meant: {', '.join(p.name for p in plain)}",
            place=str(folder),
            next_step="leave one model with its vocabulary and lexicon in the folder",
        )
    return plain[0]


def _read_pieces(path: Path) -> Any:  # noqa: ANN401 - sentencepiece is untyped
    import sentencepiece

    pieces = sentencepiece.SentencePieceProcessor()
    try:
        pieces.LoadFromSerializedProto(path.read_bytes())
    except (OSError, RuntimeError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no SentencePiece model"
        raise ModelDamaged(
            f"the vocabulary cannot be read: {reason}", place=str(path), next_step=_GET
        ) from error
    return pieces
