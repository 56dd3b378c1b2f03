"""A first letter in a frame: it stands in a paragraph of its own before the rest of its word."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.documents.office.pieces import Codec, Piece
    from pipeline.documents.office.reading import Paragraph

_LETTER = re.compile(r"[^\w\s]?\s?[^\W\d_]['’]?")
_FIRST = re.compile(r"((?:</?\w+/?>)*)((?:&\w+;|[^\w<&\s])?\w)")


@dataclass(frozen=True, slots=True)
class Capital:
    """A paragraph that is the first letter of the next one.

    Args:
        paragraph: the letter's, at its end.
        letter: its only text.
        room: what it stands in; the next paragraph must stand there too.
    """

    paragraph: Paragraph
    letter: Piece
    room: object

    @classmethod
    def of(cls, paragraph: Paragraph, room: object) -> Capital | None:
        """Take a framed paragraph; ``None`` if it is more than a letter."""
        texts = [p for p in paragraph.pieces if p.kind == "text"]
        if len(texts) == 1 and _LETTER.fullmatch(texts[0].text):
            return cls(paragraph, texts[0], room)
        return None

    def joined(self, pieces: Sequence[Piece]) -> list[Piece]:
        """Give the next paragraph's pieces with the letter, in the look of its first text."""
        like = next((p for p in pieces if p.kind == "text"), self.letter)
        letter = replace(self.letter, look=like.look, properties=like.properties)
        return [letter, *pieces]

    def write(self, codec: Codec, between: str) -> Callable[[str], str]:
        """Let a text's first letter stand in this paragraph, the rest in the next one.

        Args:
            codec: of the next paragraph.
            between: what stands between the contents of the two, raw.
        """
        pieces = self.paragraph.pieces
        at = next(i for i, p in enumerate(pieces) if p is self.letter)
        before, after = ("".join(p.raw for p in some) for some in (pieces[:at], pieces[at + 1 :]))

        def written(text: str) -> str:
            match = _FIRST.match(text)
            first = codec.house.run(self.letter.properties, match[2]) if match else ""
            rest = match[1] + text[match.end() :] if match else text
            return before + first + after + between + codec(rest)

        return written
