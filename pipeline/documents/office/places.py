"""Where a paragraph stands, as a person says it: "¶ 12", "table 2, row 3, column 1"."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class _Room:
    """What paragraphs stand in: the body, a cell, a note."""

    label: str  # "" for the body
    element: str = ""
    paragraphs: int = 0
    tables: int = 0
    row: int = 0
    column: int = 0


@dataclass(slots=True)
class Places:
    """Follows a reader through a member.

    Args:
        label: where the member's text stands: "header 1"; "" for the body.
        count: numbers given so far in the whole document: "text box" → 2.
    """

    label: str
    count: dict[str, int] = field(default_factory=dict)
    rooms: list[_Room] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rooms.append(_Room(self.label))

    @property
    def room(self) -> _Room:
        """What is around."""
        return self.rooms[-1]

    def enter(self, element: str, label: str, *, alone: bool = False) -> None:
        """Go into a room; ``alone`` if its label says all."""
        around = "" if alone else self.room.label
        self.rooms.append(_Room(f"{around}, {label}" if around else label, element))

    def leave(self, element: str) -> None:
        """Go out of the innermost room if this element made it."""
        if len(self.rooms) > 1 and element == self.room.element:
            self.rooms.pop()

    def table(self, element: str) -> None:
        """Go into a table."""
        self.room.tables += 1
        self.enter(element, f"table {self.room.tables}")

    def row(self) -> None:
        """Go to the next row."""
        self.room.row += 1
        self.room.column = 0

    def cell(self, element: str) -> None:
        """Go into the next cell."""
        self.room.column += 1
        self.enter(element, f"row {self.room.row}, column {self.room.column}")

    def number(self, what: str, *, again: bool = False) -> str:
        """Count one more of a kind in the whole document, or name the last one again."""
        if not again:
            self.count[what] = self.count.get(what, 0) + 1
        return f"{what} {self.count.get(what, 0)}"

    def paragraph(self, *, spoken: bool) -> str:
        """Count paragraphs that say something, as a reader would."""
        room = self.room
        room.paragraphs += spoken
        number = f"¶ {room.paragraphs}"
        if not room.label:
            return number
        return f"{room.label}, {number}" if room.paragraphs > 1 else room.label
