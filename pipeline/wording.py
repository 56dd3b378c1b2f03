"""How things are put for people: numbers with their nouns, columns, excerpts, rungs in words.

Pure functions of text; imports nothing of ours, so that every room may use them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

Style = Callable[[str, str], str]
"""Colours a text; takes the text and ``good``, ``bad``, ``strong`` or ``faint``."""

RUNGS = {
    "draft": "right in the draft",
    "hypothesis": "another translation chosen",
    "repair": "mended in place",
    "retranslate": "translated again",
    "ban": "translated again",
    "masked": "translated again",
    "second-look": "translated again",
    "markup": "put back as it stood",
    "flag": "not settled",
}
"""Every rung by which a term or an edit can have come about, in words for a table."""

TOUCH_UP = "touch-up:"
"""What the rung of a touch-up's edit begins with; its kind follows."""

WAYS = {
    **RUNGS,
    "draft": "by the model",
    "second-look": "by the model",
    "hypothesis": "by choosing another translation",
}
"""The same in words that follow a number: ``52 by the model``."""


# What steers a terminal or hides in a line: C0 (but tab and line ends), DEL and C1; zero-width and
# direction marks; line and paragraph separators; tags; halves of pairs, as file names may have.
_HIDDEN = re.compile(
    r"\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e"
    r"\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ufdd0-\ufdef\ud800-\udfff\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    r"""Write what is invisible or steers a terminal as its number: ``\u001b``, ``\u202e``.

    Everything that a person is shown, and that anybody but us may have written, goes through
    here; documents keep what they had. The form is also that of JSON: a JSON text stays the same
    value. What is visible already stays as it is.
    """
    return _HIDDEN.sub(_number_of, text)


def spelt(text: str, encoding: str | None) -> str:
    """Write what an encoding has no letters for as its number, as `visible` does."""

    def lacks(letter: str) -> bool:
        try:
            letter.encode(encoding or "utf-8")
        except UnicodeEncodeError:
            return True
        except LookupError:  # no encoding that we know
            pass
        return False

    lacking = "".join(letter for letter in sorted(set(text)) if lacks(letter))
    return re.sub(f"[{re.escape(lacking)}]", _number_of, text) if lacking else text


def one_line(text: str) -> str:
    """Give a name as `visible` does, line ends as their numbers too."""
    return re.sub(r"[\r\n]", _number_of, visible(text))


def _number_of(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def plain(text: str, _style: str) -> str:
    """Give a text without colour: the `Style` of a file or a pipe."""
    return text


def counted(number: int, one: str, many: str = "") -> str:
    """Give a number with its noun: ``1 row``, ``2,000 rows``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def unkept(term: str, expected: Sequence[str], found: str) -> str:
    """Say how a term is not as the glossary says.

    Args:
        term: the French.
        expected: accepted English forms; none where what was found is forbidden.
        found: the English that stands for it.
    """
    if not expected:
        return f"“{found}” is forbidden"
    if list(expected) == [term]:
        return f"“{term}” is missing"
    return f"“{term}” should be {' or '.join(f'“{form}”' for form in expected)}"


def excerpt(text: str, width: int) -> str:
    """Give a text's beginning on one line of at most ``width`` characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= width else f"{flat[: width - 1]}…"


def fold(line: str, width: int) -> str:
    """Break a line between words where it is longer than ``width`` characters.

    What is broken stands indented below its line. Paths, addresses and signatures stay
    whole, so that they can be copied.
    """
    if len(line) <= width or "\n" in line:
        return line
    import textwrap

    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.fill(
        line,
        max(width, 40),
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def at_home(path: str, home: str) -> str:
    """Give a path with ``~`` for the home folder, as people write it."""
    rest = path.removeprefix(home.rstrip("/\\"))
    return f"~{rest}" if home and rest != path and rest[:1] in ("", "/", "\\") else path


def columns(
    rows: Sequence[Sequence[str]], *, right: Sequence[int] = (), least: Sequence[int] = ()
) -> Iterator[str]:
    """Lay rows out in columns, two spaces between them, no blanks at the end.

    Args:
        rows: of equally many cells.
        right: numbers of the columns, from 0, whose cells stand at the right.
        least: characters that the first columns have at least.
    """
    widest = (max(map(len, cells)) for cells in zip(*rows, strict=True))
    widths = [max(width, *least[n : n + 1], 0) for n, width in enumerate(widest)]
    for row in rows:
        cells = (
            cell.rjust(width) if number in right else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()
