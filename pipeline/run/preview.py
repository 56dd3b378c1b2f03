"""``--dry-run``: what a run would do, without an engine and without writing anything."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from pipeline.errors import EXIT_SKIPPED
from pipeline.run.discovery import discover, nothing_found
from pipeline.run.journal import Journal
from pipeline.run.windows import documents
from pipeline.translate.opening import open_glossary
from pipeline.translate.reading import Limits, Loaded, reading_of
from pipeline.wording import one_line

if TYPE_CHECKING:
    from pipeline.run.batch import Job
    from pipeline.run.discovery import Passed
    from pipeline.translate.reading import Source

_NAMED = 1000  # documents that a preview names


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One document that would be translated."""

    source: str
    output: str
    segments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a run would do."""

    out: str
    documents_total: int
    documents: tuple[Planned, ...]  # the first ones
    segments: int
    distinct: int  # segments that differ: the most that the engine would be asked
    words: int
    terms: int  # glossary occurrences
    skipped: tuple[Passed, ...]
    ignored: tuple[Passed, ...]

    def exit_code(self) -> int:
        """Give 3 where inputs would be skipped, else 0."""
        return EXIT_SKIPPED if self.skipped else 0

    def to_json(self) -> dict[str, Any]:
        """Give the preview as a JSON-ready table."""
        return asdict(self)


def preview(job: Job) -> Preview:
    """Read everything that a run would read and say what it would write.

    Raises:
        UsageError: there is nothing to translate, or two inputs collide.
        GlossaryError: the glossary has errors.
    """
    settings = job.settings
    out, reading = settings.path("out"), reading_of(settings)
    termbase = open_glossary(settings, warn=lambda _: None).termbase
    with Journal(None) as journal:
        journal.plan(discover(job.paths, out=out, reading=reading))
        journal.refuse_overwriting(out)

        def pass_over(_source: Source, passed: Passed) -> None:
            journal.pass_over(passed)

        read = documents(
            journal.sources(),
            Limits.without_engine(settings),
            reading=reading,
            pass_over=pass_over,
        )
        loaded = (item for item in read if isinstance(item, Loaded))
        planned: list[Planned] = []
        seen: set[int] = set()
        total = segments = words = terms = 0
        for document in loaded:
            total += 1
            segments += len(document.segments)
            if len(planned) < _NAMED:
                planned.append(_planned(document))
            for segment in document.segments:
                seen.add(hash(segment.source))
                words += len(segment.source.split())
                terms += len(termbase.match(segment.source, protected=segment.protected).matches)
        skipped = journal.passed("skipped", limit=_NAMED)
        if not total and not skipped:
            raise nothing_found(job.paths)
        return Preview(
            out=str(out),
            documents_total=total,
            documents=tuple(planned),
            segments=segments,
            distinct=len(seen),
            words=words,
            terms=terms,
            skipped=skipped,
            ignored=journal.passed("ignored", limit=_NAMED),
        )


def _planned(loaded: Loaded) -> Planned:
    source = loaded.source
    return Planned(source=str(source.path), output=source.output, segments=len(loaded.segments))


def render_preview(plan: Preview) -> str:
    """Render a preview for people."""
    lines = [
        f"Would translate {plan.documents_total:,} documents into {plan.out}: "
        f"{plan.segments:,} sentences ({plan.distinct:,} different), {plan.words:,} words, "
        f"{plan.terms:,} glossary terms."
    ]
    lines += [f"  {d.source} → {d.output} ({d.segments})" for d in plan.documents[:20]]
    if plan.documents_total > 20:
        lines.append(f"  and {plan.documents_total - 20:,} more")
    lines += [f"  would skip {p.name}: {p.reason}" for p in plan.skipped[:20]]
    lines += [f"  left alone {p.name}: {p.reason}" for p in plan.ignored[:20]]
    lines.append("Nothing was written.")
    return "\n".join(map(one_line, lines))
