"""What a report takes over: from the run's manifest, from earlier stages, around a term."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_AROUND = 40  # characters shown to either side of a term
# What earlier stages report by themselves: check → title and explanation.
STAGES = {
    "term": ("Glossary", "A term is not rendered as the glossary says."),
    "term-overlap": ("Overlapping terms", "Two glossary terms claim the same words."),
    "loop": ("Loop", "The model repeated itself and could not be brought to stop."),
    "copied": ("French given back", "The model gave the French back."),
    "truncated": ("Broken off", "The translation breaks off."),
    "split": ("Translated in parts", "The sentence is longer than the model reads."),
    "long-sentence": ("Long sentence", "The sentence was cut before translation."),
}


def from_run(manifest: Mapping[str, Any], documents: int) -> Iterator[str]:
    """Say what the run left out, so that nobody takes the figures for those of all files."""
    total = manifest.get("documents")
    if isinstance(total, int) and total > documents:
        yield (
            f"{total - documents} of {total} documents hold no text that was translated, "
            "and were not checked"
        )
    for item in _list(manifest, "skipped"):
        if isinstance(item, dict):
            yield f"skipped by the run: {item.get('name')}: {item.get('reason')}"
    yield from (str(note) for note in _list(manifest, "notes"))


def _list(manifest: Mapping[str, Any], name: str) -> list[Any]:
    value = manifest.get(name)
    return value if isinstance(value, list) else []


def words_before(text: str, start: int) -> str:
    """Give the words before a place, whole ones, with a sign where text is left out."""
    cut = start - _AROUND
    if cut <= 0:
        return text[:start]
    space = text.find(" ", cut, start)
    return "… " + text[(space + 1 if space >= 0 else cut) : start]


def words_after(text: str, end: int) -> str:
    """Give the words after a place, whole ones, with a sign where text is left out."""
    cut = end + _AROUND
    if cut >= len(text):
        return text[end:]
    space = text.rfind(" ", end, cut)
    return text[end : space if space >= 0 else cut] + " …"
