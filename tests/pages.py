"""The pages of the documentation as tests read them: links, headings, blocks, commands.

A comment before a block says what becomes of it:

- ``<!-- run -->``: its commands are run, in order, and what is shown below them is compared;
- ``<!-- run: exit 5 -->``: likewise, and the last command ends so;
- ``<!-- run: English -->``: likewise; the output is a model's, and compared for likeness;
- ``<!-- file: NAME -->``: the reader saves it as that file;
- ``<!-- not run: REASON -->``.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
        ROOT / "benchmarks" / "RESULTS.md",
        *(
            p
            for p in (ROOT / "docs").rglob("*.md")
            if "articles" not in p.parts and p.stem != "CAST"
        ),
    ]
)
_COMMENT = re.compile(r"<!--\s*((?:not )?run|file)\s*(?::\s*(.*?))?\s*-->")
_ENDS = {"|", "||", "&&", ";", ">", ">>", "<", "&", "2>", "("}


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix() if page.is_relative_to(ROOT) else page.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block."""

    page: Path
    line: int  # of its fence, counted from 1
    language: str
    text: str
    told: str  # "run", "not run", "file"; "" where no comment is before it
    more: str  # what the comment says behind the colon

    @property
    def place(self) -> str:
        return f"{name_of(self.page)}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A command of a block, and what is shown below it."""

    command: str
    shown: str


@cache
def tokens(page: Path) -> tuple:
    return tuple(MarkdownIt("gfm-like", {"linkify": False}).parse(page.read_text("utf-8")))


def blocks(page: Path) -> list[Block]:
    found = []
    before = None
    for token in tokens(page):
        if token.type == "fence":
            comment = _COMMENT.fullmatch(before.content.strip()) if before else None
            told, more = comment.groups() if comment else ("", "")
            language = token.info.split()[0] if token.info.strip() else ""
            found.append(
                Block(
                    page=page,
                    line=token.map[0] + 1,
                    language=language,
                    text=token.content,
                    told=told,
                    more=more or "",
                )
            )
        before = token if token.type == "html_block" else None
    return found


def steps(block: Block) -> list[Step]:
    """Give the commands of a block: lines with `$` and what is below, or every line of a script."""
    text = block.text.replace("\\\n", " ")
    if block.language == "console":
        parts = re.split(r"(?m)^\$ ", text)[1:]
        cut = [part.partition("\n") for part in parts]
        return [Step(command=command.strip(), shown=shown) for command, _, shown in cut]
    lines = (line.strip() for line in text.splitlines())
    return [Step(command=line, shown="") for line in lines if line and line[0] != "#"]


def inline(page: Path, kind: str) -> list:
    """Give the inline tokens of a kind: ``code_inline``, ``link_open``, ``image``."""
    return [
        child
        for token in tokens(page)
        if token.type == "inline"
        for child in token.children
        if child.type == kind
    ]


def anchors(page: Path) -> set[str]:
    """Give the anchors of a page's headings, as a Git host makes them."""
    found: dict[str, int] = {}
    names = set()
    stream = iter(tokens(page))
    for token in stream:
        if token.type != "heading_open":
            continue
        parts = next(stream).children
        text = "".join(c.content for c in parts if c.type in {"text", "code_inline"})
        slug = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
        seen = found.get(slug, 0)
        found[slug] = seen + 1
        names.add(f"{slug}-{seen}" if seen else slug)
    return names


def passerelle_calls(line: str) -> list[list[str]]:
    """Give the arguments of each call of passerelle in a line of shell."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>()")
    lexer.whitespace_split = True
    lexer.commenters = "#"
    words = list(lexer)
    calls = []
    for at, word in enumerate(words):
        first = at == 0 or words[at - 1] in {"|", "||", "&&", ";", "(", "$"}
        first = first or all(re.match(r"\w+=", w) for w in words[:at])
        if word.rpartition("/")[2] != "passerelle" or not first:
            continue
        end = next((i for i, w in enumerate(words) if i > at and w in _ENDS), len(words))
        calls.append(words[at + 1 : end])
    return calls
