"""`Translator`: the one way of a sentence, opened; for Python callers and for every run."""

from __future__ import annotations

import html
import logging
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pipeline.config import ARGUMENT, Settings, load_settings
from pipeline.errors import InputError
from pipeline.fsio import is_file
from pipeline.memory import TranslationMemory
from pipeline.translate.assembling import Assembly
from pipeline.translate.engine_choice import ChosenEngine, open_engine
from pipeline.translate.finishing import Finisher
from pipeline.translate.opening import Glossary, keeper_of_user, memory_path, open_glossary
from pipeline.translate.reading import Limits, Loaded, Source, load_bytes, read_source, reading_of
from pipeline.translate.stopping import Stop
from pipeline.translate.touching import style_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.keeping import Keeper
    from pipeline.records import Finding, TermResult, Translation
    from pipeline.translate.recall import Made


Opener = Callable[[Settings, Callable[[str], None]], ChosenEngine]
"""Gives the engine that settings ask for; told how to say what takes long."""

_LOG = logging.getLogger("passerelle")


def open_installed(settings: Settings, say: Callable[[str], None]) -> ChosenEngine:
    """Open the engine that the settings ask for, from this user's model store.

    Raises:
        ModelError, EngineError, OutputError, UsageError: see `open_engine`.
    """
    from pipeline.models import Store, default_root

    return open_engine(settings, Store(default_root()), progress=say)


def _warn(text: str) -> None:
    warnings.warn(text, stacklevel=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """What a run hangs on its translator; a Python caller needs none of it."""

    open_engine: Opener = open_installed
    say: Callable[[str], None] = _LOG.info  # told what takes long
    warn: Callable[[str], None] = _warn
    stop: Stop = field(default_factory=Stop)  # looked at between batches
    renew: bool = False  # translate anew what the memory holds
    make_memory: bool | None = None  # begin a memory file; None: where a caller names one
    on_step: Callable[[int, int], None] = lambda _done, _all: None
    on_made: Callable[[Sequence[Made]], None] = lambda _made: None
    glossary: Glossary | None = None  # instead of the files that the settings name


@dataclass(frozen=True, slots=True, kw_only=True)
class Translated:
    """A text in English, with what is known of each of its sentences.

    ``str()`` gives the English; a notebook shows source, English, terms and findings.
    """

    source: str
    text: str
    sentences: tuple[Translation, ...]  # in order

    def __str__(self) -> str:
        return self.text

    @property
    def terms(self) -> tuple[TermResult, ...]:
        """What became of every occurrence of a glossary term, in order."""
        return tuple(term for sentence in self.sentences for term in sentence.terms)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What somebody should look at; spans are code points of the finding's sentence."""
        return tuple(finding for sentence in self.sentences for finding in sentence.findings)

    @property
    def confidence(self) -> float:
        """How sure one may be of the least sure sentence, 0 to 1; 1 where there is none."""
        return min((s.confidence or 0.0 for s in self.sentences), default=1.0)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td lang=fr>{html.escape(s.source)}</td><td lang=en>{_terms_marked(s)}</td>"
            f"<td>{_found(s)}</td><td>{s.confidence or 0.0:.2f}</td></tr>"
            for s in self.sentences
        )
        head = "<th>French</th><th>English</th><th>Findings</th><th>Confidence</th>"
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _terms_marked(sentence: Translation) -> str:
    text, at, parts = sentence.target, 0, []
    spans = {t.target for t in sentence.terms if t.target is not None}
    for span in sorted(spans, key=lambda s: s.start):
        if span.start >= at:
            term = html.escape(text[span.start : span.end])
            parts += [html.escape(text[at : span.start]), f"<mark>{term}</mark>"]
            at = span.end
    return "".join((*parts, html.escape(text[at:])))


def _found(sentence: Translation) -> str:
    return "<br>".join(html.escape(f"{f.severity}: {f.message}") for f in sentence.findings)


class Translator:
    """French to English on this machine, the glossary kept, every sentence checked.

    ::

        from pipeline import Translator

        with Translator(glossary="terms.csv", memory="memory.db") as translator:
            result = translator.translate("xAI a lancé Grok.")
            print(result, result.terms, result.findings, result.confidence)

    Every option of ``passerelle translate`` and of ``passerelle.toml`` is a keyword of the
    same name and default (``engine``, ``model``, ``beam``, ``threads``, ``domain``,
    ``second_look``, ``lines`` …); ``passerelle.toml`` is read as the command reads
    it, and keywords win. The engine is opened at the first sentence. The output folder's
    translation memory is used where there is one; a file is made where ``memory`` names it.

    Methods may be called from any thread; one at a time works, the others wait.

    Args:
        settings: instead of ``passerelle.toml`` and keywords.
        hooks: what a run hangs on it.
        options: settings by name. ``glossary`` and ``domain`` take one text or path, or
            several.

    Raises:
        ConfigError: an option is not known or has a value that it cannot have.
        GlossaryError: the glossary cannot be read or has errors.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        hooks: Hooks | None = None,
        **options: Any,  # noqa: ANN401 - checked by `load_settings`
    ) -> None:
        self.settings = settings or load_settings(options, origin=ARGUMENT)
        self.hooks = hooks or Hooks()
        self.glossary = self.hooks.glossary or open_glossary(self.settings, warn=self.hooks.warn)
        self._lock = threading.RLock()
        self._chosen: ChosenEngine | None = None
        self._memory: TranslationMemory | None = None
        self._finisher: Finisher | None = None
        self._keeper: Keeper | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the translation memory; what is finished is already in it."""
        with self._lock:
            if self._memory is not None:
                self._memory.close()
            self._memory = self._finisher = None

    # --- for Python callers --------------------------------------------------------

    def translate(self, text: str, *, format: str = "text") -> Translated:
        """Translate one text.

        Args:
            text: French: a sentence, a paragraph or a whole article.
            format: ``text``, ``markdown`` …: a suffix without its dot serves too.

        Raises:
            InputError: the text holds half a character, or the format is not known.
            ModelError, EngineError, MemoryStoreError, OutputError: see
                ``passerelle translate --help``.
        """
        return next(self.translate_many([text], format=format))

    def translate_many(self, texts: Iterable[str], *, format: str = "text") -> Iterator[Translated]:
        """Translate texts lazily, in order, batched together as a run batches documents.

        Args:
            texts: read as far ahead as fills a window of the engine.
            format: of each; see `translate`.

        Raises:
            InputError, ModelError, EngineError …: see `translate`.
        """
        name = f"text.{ {'text': 'txt', 'markdown': 'md'}.get(format, format) }"
        waiting: list[tuple[str, Loaded]] = []
        segments = 0
        for number, text in enumerate(texts):
            loaded = self.load(_encoded(text), _source(name, str(number)))
            waiting.append((text, loaded))
            segments += len(loaded.segments)
            if segments >= self.chosen.window:
                yield from self._finish_texts(waiting)
                waiting, segments = [], 0
        yield from self._finish_texts(waiting)

    def translate_file(self, source: str | Path, target: str | Path | None = None) -> Translated:
        """Translate one file; its format is told by its name, as in a run.

        A file that stands at ``target`` and is neither the same nor of this translator's
        making is kept as ``NAME.kept-N``.

        Args:
            source: the French file.
            target: where the English goes, whole or not at all; nowhere where not given.

        Raises:
            InputError: the source cannot be read.
            OutputError: the target cannot be written, or is the source.
            ModelError, EngineError …: see `translate`.
        """
        path = Path(source)
        limits = self.limits(self.settings.max_file_mb * 1_000_000)
        try:
            size = path.stat().st_size
        except OSError:
            size = 0  # reading it says why
        data = read_source(_source(str(path), path.name, size=size), limits)
        loaded = self.load(data, _source(str(path), path.name, size=size))
        with self._lock:
            assembly = self.assembly(loaded)
            sentences = tuple(assembly.add(self.finisher(loaded.segments)))
            written = assembly.data()
            if target is not None:
                self._write(path, Path(target), written)
        if loaded.document.tree is None:
            source_text, text = loaded.document.text, written.decode("utf-8-sig")
        else:  # no text to look at: its sentences, a paragraph a block
            source_text, text = _prose(sentences)
        return Translated(source=source_text, text=text, sentences=sentences)

    def _write(self, source: Path, target: Path, data: bytes) -> None:
        if target.exists() and target.samefile(source):
            raise InputError(
                "the translation would replace its source",
                place=str(target),
                next_step="give the translation another name",
            )
        if self._keeper is None:
            self._keeper = keeper_of_user(self.hooks.warn)
        self._keeper.write(target, data)

    def _finish_texts(self, waiting: Sequence[tuple[str, Loaded]]) -> Iterator[Translated]:
        if not waiting:
            return
        with self._lock:
            renderings = iter(self.finisher([s for _, d in waiting for s in d.segments]))
            results = []
            for text, loaded in waiting:
                assembly = self.assembly(loaded)
                sentences = assembly.add([next(renderings) for _ in loaded.segments])
                english = assembly.data().decode("utf-8")
                results.append(Translated(source=text, text=english, sentences=tuple(sentences)))
        yield from results

    # --- for runs ------------------------------------------------------------------

    @property
    def chosen(self) -> ChosenEngine:
        """The engine, opened at the first call."""
        with self._lock:
            if self._chosen is None:
                self._chosen = self.hooks.open_engine(self.settings, self.hooks.say)
            return self._chosen

    @property
    def memory(self) -> TranslationMemory:
        """The translation memory, opened at the first call."""
        with self._lock:
            if self._memory is None:
                path = memory_path(self.settings)
                make = self.hooks.make_memory
                if make is None:
                    make = self.settings.named("memory")
                kept = path if make or is_file(path) else None
                own = not self.settings.memory
                self._memory = TranslationMemory(kept, own=own, warn=self.hooks.warn)
            return self._memory

    @property
    def finisher(self) -> Finisher:
        """From segments to renderings."""
        with self._lock:
            if self._finisher is None:
                self._finisher = Finisher(
                    self.chosen,
                    self.memory,
                    self.glossary.termbase,
                    stop=self.hooks.stop,
                    renew=self.hooks.renew,
                    look=self.settings.second_look,
                    on_step=self.hooks.on_step,
                    on_made=self.hooks.on_made,
                )
            return self._finisher

    def limits(self, file_bytes: int = 0) -> Limits:
        """Say what the engine can take; ``file_bytes`` as in `Limits`."""
        engine = self.chosen.engine
        return Limits(
            tokens=engine.max_source_tokens, measure=engine.count_tokens, file_bytes=file_bytes
        )

    def load(self, data: bytes, source: Source) -> Loaded:
        """Cut a document's content into segments.

        Raises:
            InputError: it cannot be read as text.
        """
        return load_bytes(data, source, self.limits(), reading=reading_of(self.settings))

    def assembly(self, loaded: Loaded) -> Assembly:
        """Give what takes a document's renderings: markup placed, checked, joined again."""
        prose = "\n".join(block.text for block in loaded.document.blocks)
        style = style_of(self.settings, prose)
        return Assembly(loaded, self.finisher.texts, style=style)


def _prose(sentences: Sequence[Translation]) -> tuple[str, str]:
    """Give the French and the English of sentences, an empty line between paragraphs."""
    blocks = [list(rows) for _, rows in groupby(sentences, key=lambda r: r.segment.block_id)]
    french = "\n\n".join(" ".join(row.source for row in rows) for rows in blocks)
    return french, "\n\n".join(" ".join(row.target for row in rows) for rows in blocks)


def _source(path: str, doc_id: str, *, size: int = 0) -> Source:
    return Source(path=Path(path), doc_id=doc_id, output=doc_id, size=size)


def _encoded(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(
            f"half a character (\\u{ord(text[error.start]):04x}) at {error.start}",
            next_step="give text that can be written as UTF-8",
        ) from error
