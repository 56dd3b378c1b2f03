"""What a change of the glossary does, as a comment on a pull request.

Sentences come from anywhere. Here they are words and nothing else: they call nobody, link to
nothing, hold no HTML, and stay in the cell of their table.
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING

from pipeline.wording import counted, excerpt, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.run.impact import Impact, Kept

MARKER = "<!-- passerelle-glossary-impact -->"
"""The first line: by it the comment is found again, and replaced."""

LONGEST = 65_536
"""Characters that a comment may have."""

_ROOM = LONGEST - 8_000  # for tables; the rest says what was left out, or not read
_CELL = 400  # characters of a sentence
_NAME = 100  # of a term or a place
_NAMED = 12  # terms
_BREAK = "&#8203;"  # a space of no width: the site's own marks are no marks around it
_MARKS = re.compile(r"([\\`*_{}\[\]()|~$!^=+])")
# Calls, links and references that a site makes of plain words.
_CALLS = re.compile(r"[@#]|://|(?i:www)(?=\.)|(?i:GH)(?=-\d)|[0-9a-f]{6}(?=[0-9a-f])|:(?=\w+:)")


def escaped(text: str) -> str:
    """Give a text that Markdown shows as it is, in a table's cell too."""
    text = one_line(" ".join(text.split()))
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _CALLS.sub(lambda m: m.group() + _BREAK, _MARKS.sub(r"\\\1", text))


def comment(impact: Impact, *, name: str) -> str:
    """Write an impact as Markdown, short enough for a comment.

    Args:
        impact: what the change does.
        name: of the glossary.
    """
    lines = [MARKER, f"### What the change of {_short(name)} does", "", _summary(impact), ""]
    room = _ROOM - sum(len(line) + 1 for line in lines)
    broken = (
        (_short(b.place), _short(b.term), _or(b.expected), _sentence(b.after))
        for b in impact.broken
    )
    changed = (
        (_short(c.place), _sentence(c.source), *_pair(c.before, c.after)) for c in impact.changed
    )
    heads = ("Sentence", "Term", "Expected", "English"), ("Sentence", "French", "Before", "After")
    tables = (
        ("New violations", heads[0], broken, len(impact.broken), room // 3),
        ("Sentences", heads[1], changed, len(impact.changed), room),
    )
    for title, names, rows, count, most in tables:
        table = "\n".join(_table(title, names, rows, count, min(most, room)))
        room -= len(table) + 1
        lines += [table] if table else []
    lines += [f"Not read: {_short(text)}  " for text in impact.skipped[:5]]
    return "\n".join(lines).rstrip() + "\n"


def _summary(impact: Impact) -> str:
    rows = [
        f"{what}: {', '.join(map(_short, names[:_NAMED]))}"
        + (f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else "")
        for what, names in (
            ("Added", impact.added),
            ("Changed", impact.edited),
            ("Removed", impact.removed),
        )
        if names
    ]
    told = [". ".join(rows) + "."] if rows else ["No row says anything else."]
    told.append(
        f"Of {counted(impact.sentences, 'sentence')} in {counted(impact.documents, 'document')}, "
        f"{impact.touched:,} hold such a term; {len(impact.changed):,} read differently."
    )
    if impact.touched:
        told.append(
            f"Terms as the glossary says in those: {_share(impact.before)} before, "
            f"{_share(impact.after)} after; {counted(len(impact.broken), 'new violation')}."
        )
    return "\n\n".join(told)


def _share(kept: Kept) -> str:
    return f"{kept.satisfied:,} of {kept.occurrences:,}"


def _or(forms: Sequence[str]) -> str:
    return _short(" or ".join(forms)) or "not this form"


def _short(text: str) -> str:
    return escaped(excerpt(text, _NAME))


def _sentence(text: str) -> str:
    return escaped(excerpt(text, _CELL))


def _pair(before: str, after: str) -> tuple[str, str]:
    """Give two versions, what differs in bold."""
    first, second = excerpt(before, _CELL).split(), excerpt(after, _CELL).split()
    start = _alike(first, second)
    end = _alike(first[start:][::-1], second[start:][::-1])
    return _bold(first, start, end), _bold(second, start, end)


def _alike(first: Sequence[str], second: Sequence[str]) -> int:
    pairs = zip(first, second, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _bold(words: Sequence[str], start: int, end: int) -> str:
    stop = len(words) - end
    parts = (words[:start], words[start:stop], words[stop:])
    texts = [escaped(" ".join(part)) for part in parts]
    return " ".join(t if n != 1 else f"<b>{t}</b>" for n, t in enumerate(texts) if t)


def _table(
    title: str, heads: Sequence[str], rows: Iterable[Sequence[str]], count: int, room: int
) -> Iterator[str]:
    """Write a table of as many rows as there is room for, and say how many more there are."""
    if not count:
        return
    yield f"#### {title}\n"
    yield f"| {' | '.join(heads)} |"
    yield "|---" * len(heads) + "|"
    for number, row in enumerate(rows):
        line = f"| {' | '.join(row)} |"
        room -= len(line) + 1
        if room < 0:
            yield f"\nand {count - number:,} more"
            break
        yield line
    yield ""
