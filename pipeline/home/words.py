"""A line of bash as far as it is typed: its words without their quotes, and the way back.

Grammar: the Bash Reference Manual, "Quoting" and "Programmable Completion". Bash gives a completion
the line as it stands, and puts what it answers in the place of what follows the last of
``COMP_WORDBREAKS`` outside quotes, or the quote that is open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_BARE = re.compile(r"[^\w@%+:,./=-]")  # what is written with a backslash outside quotes


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What was typed up to the cursor."""

    words: tuple[str, ...]  # without quotes; the last is the one at the cursor, perhaps empty
    before: str  # what of the last word stays when bash puts an answer in its place
    quote: str  # the quote that is open at the cursor, or ""
    redirected: bool  # the last word is a file behind < or >

    @property
    def value(self) -> str:
        """The last word."""
        return self.words[-1]

    @classmethod
    def of(cls, text: str, breaks: str = " \t\n\"'><=;|&(:") -> Line:
        """Read a line.

        Args:
            text: the line up to the cursor.
            breaks: characters at which bash begins a new answer, its ``COMP_WORDBREAKS``.
        """
        words: list[str] = []
        word: str | None = None
        before, quote, redirected = "", "", False
        letters = iter(text)
        for letter in letters:
            if quote:
                if letter == quote:
                    quote, before = "", (word or "")
                elif letter == "\\" and quote == '"':
                    follows = next(letters, "")
                    word = (word or "") + (follows if follows in '"\\$`' else letter + follows)
                else:
                    word = (word or "") + letter
            elif letter in " \t\n<>":
                if word is not None and not redirected:
                    words.append(word)
                if word is not None or letter in "<>":
                    redirected = letter in "<>" or (redirected and word is None)
                word, before = None, ""
            elif letter in "\"'":
                quote, word = letter, word or ""
                before = word
            elif letter == "\\":
                word = (word or "") + next(letters, "")
            else:
                word = (word or "") + letter
                if letter in breaks:
                    before = word
        return cls(words=(*words, word or ""), before=before, quote=quote, redirected=redirected)


def quoted(text: str, quote: str) -> str:
    """Write a text so that bash reads it back as it is, inside a quote that is open already.

    Args:
        text: a text on one line.
        quote: ``"``, ``'`` or nothing.
    """
    if not quote:
        return _BARE.sub(r"\\\g<0>", text)
    if quote == "'":
        inside = text.replace("'", "'\\''")
    else:  # `!` would call the history even behind a backslash
        inside = re.sub(r'[\\"$`]', r"\\\g<0>", text).replace("!", '"\\!"')
    # bash closes the quote for us, unless the last letter is one already.
    return inside + quote if inside.endswith(quote) else inside
