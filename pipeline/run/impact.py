"""What a change of the glossary does to a corpus: the sentences that read differently, and how.

Only sentences of which the two glossaries say different things are translated, by one engine and
with one memory, once with each glossary. They are placed and checked as in a run; what a name that
stood earlier in the document does to a later one is not seen.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import InputError
from pipeline.fsio import is_file
from pipeline.glossary import load_termbase
from pipeline.run.discovery import Passed, discover
from pipeline.translate import Hooks, Limits, Translator
from pipeline.translate.opening import Glossary, memory_path
from pipeline.translate.reading import load, reading_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pipeline.config import Settings
    from pipeline.glossary import Term, TermBase
    from pipeline.records import Segment, Translation
    from pipeline.translate import Loaded, Opener, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A sentence that the two glossaries render differently."""

    place: str  # document, paragraph and sentence, for people
    source: str
    before: str  # its English with the old glossary
    after: str  # with the new one
    terms: tuple[str, ...]  # those of which the glossaries say different things here


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A term that the new glossary wants and that the English lacks; the old one was content."""

    place: str
    term: str
    expected: tuple[str, ...]  # () where it is a forbidden form that stands there
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How many terms are as a glossary says, in the sentences that are touched."""

    occurrences: int
    satisfied: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What a change of the glossary does to a corpus."""

    added: tuple[str, ...]  # terms that only the new glossary has
    removed: tuple[str, ...]  # that only the old one has
    edited: tuple[str, ...]  # of which the two say different things
    documents: int
    sentences: int
    touched: int  # sentences of which the glossaries say different things
    before: Kept
    after: Kept
    changed: tuple[Changed, ...]  # in the order of the corpus
    broken: tuple[Broken, ...]
    skipped: tuple[str, ...]  # documents that could not be read, and why

    def to_json(self) -> dict[str, Any]:
        """Give it as a JSON-ready table."""
        return asdict(self)


def impact_of(
    paths: Sequence[str],
    settings: Settings,
    *,
    base: Path | None,
    head: Path | None,
    open_engine: Opener,
    say: Callable[[str], None] = lambda _text: None,
) -> Impact:
    """Say what a change of the glossary does to French documents.

    Args:
        paths: files, folders and patterns, as a run takes them.
        settings: of a run; their memory is used, and kept where there is one already.
        base: the old glossary; ``None`` where there was none.
        head: the new one; ``None`` where it is removed.
        open_engine: opens the engine once there is a sentence to translate.
        say: told what takes long.

    Raises:
        GlossaryError: a glossary cannot be read or has errors.
        UsageError: a path does not exist.
        ModelError, EngineError, MemoryStoreError: see ``passerelle translate --help``.
    """
    old, new = (
        load_termbase([path] if path else [], domains=settings.domain) for path in (base, head)
    )
    skipped: list[str] = []
    documents = sentences = 0
    found: list[Loaded] = []
    for loaded in _documents(paths, settings, skipped):
        documents += 1
        sentences += len(loaded.segments)
        if touched := [s for s in loaded.segments if _differs(s, old, new)]:
            found.append(replace(loaded, segments=tuple(touched), notes={}))
    rows: list[tuple[Translation, Translation]] = []
    if found:
        first, second = _rendered(found, settings, (old, new), open_engine, say)
        rows = list(zip(first, second, strict=True))
    before, after = _contents(old), _contents(new)
    return Impact(
        added=tuple(sorted(after.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - after.keys())),
        edited=tuple(n for n in sorted(before.keys() & after.keys()) if before[n] != after[n]),
        documents=documents,
        sentences=sentences,
        touched=len(rows),
        before=_kept(a for a, _ in rows),
        after=_kept(b for _, b in rows),
        changed=tuple(_changed(a, b, old, new) for a, b in rows if a.target != b.target),
        broken=tuple(broken for a, b in rows for broken in _broken(a, b)),
        skipped=tuple(skipped),
    )


def _contents(base: TermBase) -> dict[str, set[tuple[object, ...]]]:
    """Give what a term base says of each source."""
    rows: dict[str, set[tuple[object, ...]]] = {}
    for term in base.terms:
        rows.setdefault(term.source, set()).add((*term.content(), term.priority))
    return rows


def _documents(paths: Sequence[str], settings: Settings, skipped: list[str]) -> Iterator[Loaded]:
    """Read documents in the order of their names; sentences as long as they stand there."""
    limits = Limits.without_engine(settings)
    reading = reading_of(settings)
    sources: list[Source] = []
    for _, found in discover(paths, out=settings.path("out"), reading=reading):
        if not isinstance(found, Passed):
            sources.append(found)
        elif found.kind == "skipped":
            skipped.append(f"{found.name}: {found.reason}")
    for source in sorted(sources, key=lambda s: s.doc_id):
        try:
            yield load(source, limits, reading=reading)
        except InputError as error:
            skipped.append(f"{source.doc_id}: {error.problem}")


def _differs(segment: Segment, old: TermBase, new: TermBase) -> bool:
    seen = (base.match(segment.source, protected=segment.protected) for base in (old, new))
    return len({matches.key for matches in seen}) == 2


def _rendered(
    found: Sequence[Loaded],
    settings: Settings,
    bases: tuple[TermBase, TermBase],
    open_engine: Opener,
    say: Callable[[str], None],
) -> list[list[Translation]]:
    """Translate the documents' sentences with each term base: one engine, one memory."""
    with tempfile.TemporaryDirectory(prefix="passerelle-") as folder:
        if not is_file(memory_path(settings)):  # what the first asks, the second need not
            settings = replace(settings, memory=str(Path(folder) / "memory.sqlite"))
        chosen = open_engine(settings, say)
        results: list[list[Translation]] = []
        for base in bases:
            hooks = Hooks(
                open_engine=lambda *_: chosen,
                say=say,
                warn=say,
                make_memory=True,
                glossary=Glossary(termbase=base, paths=()),
            )
            with Translator(settings, hooks=hooks) as translator:
                rows: list[Translation] = []
                for loaded in found:
                    assembly = translator.assembly(loaded)
                    rows += assembly.add(translator.finisher(loaded.segments))
            results.append(rows)
    return results


def _kept(rows: Iterator[Translation]) -> Kept:
    counts = Counter(t.satisfied for row in rows for t in row.terms if not t.forbidden)
    return Kept(occurrences=counts.total(), satisfied=counts[True])


def _changed(before: Translation, after: Translation, old: TermBase, new: TermBase) -> Changed:
    segment = before.segment
    seen = [
        {_said(m.term, m.start) for m in matches.matches}
        | {_said(t, -1) for t in matches.forbidden}
        for matches in (b.match(segment.source, protected=segment.protected) for b in (old, new))
    ]
    names = dict.fromkeys(str(said[1]) for said in sorted(seen[0] ^ seen[1], key=repr))
    return Changed(
        place=before.place,
        source=before.source,
        before=before.target,
        after=after.target,
        terms=tuple(names),
    )


def _said(term: Term, start: int) -> tuple[object, ...]:
    return (start, *term.content())


def _broken(before: Translation, after: Translation) -> Iterator[Broken]:
    def violated(row: Translation) -> Iterator[tuple[tuple[object, ...], Broken]]:
        for term in row.terms:
            if not term.satisfied:
                seen = term.occurrence
                yield (
                    (seen.term, seen.span),
                    Broken(
                        place=row.place, term=seen.term, expected=term.expected, after=row.target
                    ),
                )

    known = {key for key, _ in violated(before)}
    yield from (broken for key, broken in violated(after) if key not in known)
