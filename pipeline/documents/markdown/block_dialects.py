"""Block syntax that CommonMark lacks: admonitions, tabs, directives, formulas, abbreviations.

Two rules. One keeps whole lines letter by letter (formulas, comments, closing marks, a
table of contents, tags on a line of their own). The other reads a line that starts with
syntax and goes on with prose (``!!! note "Titre"``, ``:::tip[Titre]``, ``*[ABC]: Sens``): the
prose is a block by itself, and what is indented below is read as Markdown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.documents.markdown.inline_dialects import is_prose
from pipeline.documents.markdown.templates import FILLER

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.ruler import RuleOptionsType
    from markdown_it.rules_block import StateBlock

_LIMIT = 400  # lines of a formula or a comment; keeps the search linear
_CODE = "mermaid|math|video|query-table|graphviz|plantuml|html|raw|code"
_TEXT = "note|tip|info|warning|important|caution|danger|attention|hint|error|seealso|admonition"
_TEXT += "|topic|sidebar|margin|epigraph|dropdown|card|tab-item|tab-set|details|exercise|solution"

_ALONE = re.compile(
    rf"""
    \[(?:TOC|toc)[^\[\]]*\] | \[\[_?(?:TOC|toc)_?\]\] | @\[toc\](?:\(.*\))?
    | :{{3,}} | /{{3,}}[ \t]*(?:end)?
    | (?:(?:</?[A-Z][A-Za-z\d-]*[ ]*/?>|</?[A-Za-z]\w*-[\w-]*[ ]*/?>|{FILLER}++)[ \t]*+)++
    """,
    re.VERBOSE,
)
_ANY_TAG = re.compile(rf"(?:(?:</?[A-Za-z][\w-]*[ ]*/?>|{FILLER}++)[ \t]*+)++")

_QUOTED = r'"(?P<title>(?:[^"\\]|\\.)*)"'
_TITLED = {
    # of MkDocs; what is indented below is Markdown
    "indented": re.compile(
        rf"(?:(?:!!!|\?\?\?\+?)[ \t]+(?:[\w-]++[ \t]*+)*+{_QUOTED}"
        + rf"|===[!+]{{0,2}}[ \t]+{_QUOTED[:2]}{_QUOTED[2:].replace('title', 'tab')}"
        + rf"|(?:!!!|\?\?\?\+?)[ \t]+[\w-]+(?:[ \t]+[\w-]+)*)"
        rf"[ \t]*{FILLER}*"
    ),
    # of Docusaurus, VitePress, Pandoc, MyST; closed by a line of colons
    "colons": re.compile(
        rf":{{2,}}[ \t]*(?:\{{?[A-Za-z][\w.:-]*\}}?|{FILLER}+)?"
        rf"(?:\[(?P<title>(?:[^\[\]]|\[[^\[\]]*\])*)\]{FILLER}*[ \t]*"
        rf"|[ \t]*{FILLER}*[ \t]+(?P<tab>[^\s=:\"{FILLER}](?:[^=:\"{FILLER}]|:(?!::))*?)[ \t]*:*"
        rf"|[^\n]*)"
    ),
    # of PyMdown
    "slashes": re.compile(r"/{3,}[ \t]*[A-Za-z][\w-]*[ \t]*(?:\|[ \t]*(?P<title>.+))?"),
    "abbreviation": re.compile(r"\*\[[^\[\]\n]+\]:[ \t]+(?P<title>\S.*)"),
    "callout": re.compile(r"\[![\w-]+(?:\|[^\[\]\n]*)?\][+-]?(?:[ \t]+(?P<title>\S.*))?"),
    "verse": re.compile(r"\|[ \t]+(?P<title>[^|\s][^|]*)"),
    # of MyST: a fence around Markdown
    "fence": re.compile(rf"(?P<fence>`{{3,}}|~{{3,}})\{{(?:{_TEXT})\}}[ \t]*(?P<title>\S.*)?"),
}
_DEFINITION = re.compile(r"[:~][ \t]+\S")
_FIRST = frozenset("!?=:/*[|`~$\\%@<{" + FILLER)


def _line(state: StateBlock, number: int) -> str:
    start = state.bMarks[number] + state.tShift[number]
    return state.src[start : state.eMarks[number]].rstrip()


def _is_ours(state: StateBlock, number: int) -> bool:
    start = state.bMarks[number] + state.tShift[number]
    return (
        start < state.eMarks[number]
        and state.src[start] in _FIRST
        and not state.is_code_block(number)
    )


# --- lines kept as they are ------------------------------------------------------------


def _kept(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    if not _is_ours(state, start_line):
        return False
    end = _end_of_kept(state, start_line, end_line)
    if not end:
        return False
    if not silent:
        token = state.push("kept_block", "", 0)
        token.map = [start_line, end]
        token.content = "\n".join(_line(state, n) for n in range(start_line, end))
        state.line = end
    return True


def _end_of_kept(state: StateBlock, start: int, end_line: int) -> int:
    """Give the line after what is kept, or 0."""
    line = _line(state, start)
    tags = _ANY_TAG if state.md.options.get("mdx") else _ALONE
    if _ALONE.fullmatch(line) or tags.fullmatch(line):
        return start + 1
    last = min(end_line, start + _LIMIT)
    if line.startswith("$$"):
        return _closed(state, start, last, "$$", rf"\$\$(?:\W|{FILLER}|\([\w.:-]*\))*\Z")
    if line.startswith("\\["):
        end = _closed(state, start, last, "\\[", r"\\\]\W{0,3}\Z", blank=False)
        inner = "\n".join(_line(state, n) for n in range(start, end))[2:]
        return 0 if is_prose(inner.rstrip("\\]")) else end
    if match := re.match(r"\\begin\{(\w+\*?)\}", line):
        pattern = rf"\\end\{{{re.escape(match[1])}\}}\W{{0,3}}\Z"
        return _closed(state, start, last, match.group(), pattern)
    if line.startswith("%%") and "%%" not in line[2:].rstrip("%"):
        return _closed(state, start, last, "%%", r"%%\Z")
    if match := re.fullmatch(rf":{{3,}}[ \t]*\{{?(?:{_CODE})\}}?.*", line):
        return _closed(state, start, last, line, r":{3,}\Z")
    return 0


def _closed(
    state: StateBlock, start: int, last: int, opening: str, closing: str, *, blank: bool = True
) -> int:
    """Give the line after the one that closes what line ``start`` opens, or 0."""
    pattern = re.compile(closing)
    if pattern.search(_line(state, start), len(opening)):
        return start + 1
    for number in range(start + 1, last):
        if state.isEmpty(number):
            if blank:
                continue
            return 0
        if state.sCount[number] < state.blkIndent:
            return 0
        if pattern.search(_line(state, number)):
            return number + 1
    return 0


# --- lines that start with syntax and go on with prose -----------------------------------


def _titled(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    if not _is_ours(state, start_line):
        return False
    line = _line(state, start_line)
    for kind, pattern in _TITLED.items():
        match = pattern.fullmatch(line)
        if match is None or (kind == "callout" and state.parentType != "blockquote"):
            continue
        end = _fence_end(state, start_line, end_line, match) if kind == "fence" else start_line + 1
        if not end:
            continue
        if not silent:
            groups = match.groupdict()
            group = next((g for g in ("title", "tab") if groups.get(g)), "")
            _push_title(state, start_line, match.span(group) if group else None)
            _body(state, start_line, end_line, kind, end)
        return True
    return False


def _term(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Read the first of several terms that one definition explains; the list has the last."""
    if silent or state.is_code_block(start_line):
        return False
    for number in range(start_line, min(start_line + 6, end_line)):
        line = _line(state, number)
        if not line or state.sCount[number] < state.blkIndent:
            return False
        if number > start_line and _DEFINITION.match(line):
            if number == start_line + 1:
                return False
            _push_title(state, start_line, (0, len(_line(state, start_line))))
            state.line = start_line + 1
            return True
        if line[-1] in ".,;:!?" or len(line) > 60:
            return False
    return False


def _push_title(state: StateBlock, line: int, span: tuple[int, int] | None) -> None:
    opening = state.push("title_open", "", 1)
    opening.map = [line, line + 1]
    if span is not None:
        base = state.bMarks[line] + state.tShift[line]
        text = state.src[base + span[0] : base + span[1]]
        start = base + span[0] + len(text) - len(text.lstrip())
        token = state.push("inline", "", 0)
        token.map = [line, line + 1]
        token.content = text.strip()
        token.children = []
        token.meta["lines"] = ((line, start, start + len(token.content)),)
    state.push("title_close", "", -1)


def _body(state: StateBlock, start: int, end_line: int, kind: str, end: int) -> None:
    """Read what belongs to a title: what is indented below it, or what a fence encloses."""
    first = start + 1
    indent = state.blkIndent
    if kind == "indented":
        indent = state.sCount[start] + 4
        end = first
        while end < end_line and (state.isEmpty(end) or state.sCount[end] >= indent):
            end += 1
        while end > first and state.isEmpty(end - 1):
            end -= 1
    elif kind in ("fence", "colons", "slashes"):  # options: their own lines, kept
        option = r":[\w-]+:.*" if kind != "slashes" else r"[\w-]+:.*"
        last = end - 1 if kind == "fence" else end_line
        while (
            first < last and not state.isEmpty(first) and re.fullmatch(option, _line(state, first))
        ):
            first += 1
        end = end if kind == "fence" else first
    if kind in ("indented", "fence"):
        old = state.blkIndent, state.lineMax, state.parentType
        state.blkIndent, state.parentType = indent, "root"
        state.lineMax = end - 1 if kind == "fence" else end
        state.md.block.tokenize(state, first, state.lineMax)
        state.blkIndent, state.lineMax, state.parentType = old
    state.line = end


def _fence_end(state: StateBlock, start: int, end_line: int, match: re.Match[str]) -> int:
    """Give the line after the one that closes a fence, or 0."""
    fence = match["fence"]
    closing = re.compile(rf"{re.escape(fence[0])}{{{len(fence)},}}")
    for number in range(start + 1, min(end_line, start + 10 * _LIMIT)):
        if closing.fullmatch(_line(state, number)):
            return number + 1
    return 0


def block_dialects(md: MarkdownIt) -> None:
    """Teach a parser these rules; each but that of terms may end a paragraph."""
    ends: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    md.block.ruler.before("fence", "titled", _titled, ends)
    md.block.ruler.before("titled", "kept", _kept, ends)
    md.block.ruler.before("paragraph", "term", _term)
