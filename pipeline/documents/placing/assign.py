"""Where in a translation each pair and each atom of the source belongs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.documents.base import BREAK, GAP
from pipeline.documents.placing.linked import linked_window
from pipeline.documents.placing.matching import (
    Predictor,
    best_window,
    find_verbatim,
    free_spans,
    nearest_window,
    words_in,
)
from pipeline.lexicon import link
from pipeline.records import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.documents.placing.tree import Node, Placement
    from pipeline.lexicon import Links

    Rung = Callable[[Node, Node, Sequence[Span]], Span | None]

_SPACES = "".join(c for c in map(chr, range(0x3001)) if c.isspace())
_STOPS = ".!?…:;,"
_QUOTES = "«»“”‘’\"'()[]‹›"
_ORDINAL = re.compile("er|re|ère|e|ème|nd|nde")  # raised after a number
_ORDINAL_TARGET = re.compile(r"(?<=\d)(st|nd|rd|th)\b", re.IGNORECASE)
_CONTEXT = 4  # words before an atom that are translated to find its place


def assign(
    source: str,
    root: Node,
    placement: Placement,
    translate: Callable[[Sequence[str]], Sequence[str]] | None,
) -> bool:
    """Find a place for every pair and atom; protected text has its place already.

    Args:
        source: the segment's plain text.
        root: its markup.
        placement: target and places of protected text; completed here.
        translate: translates stretches of the source, if need be.

    Returns:
        Whether all have a place.
    """
    placement.put(root, 0, len(placement.target))
    return _Assigner(source, root, placement, translate).children(root)


def _trimmed(
    text: str, start: int, end: int, left: str = _SPACES, right: str = _SPACES
) -> tuple[int, int]:
    """Leave out what a stretch starts and ends with: any of these characters."""
    end = start + len(text[start:end].rstrip(right))
    return end - len(text[start:end].lstrip(left)), end


def _marks(text: str) -> str:
    """Give the groups of punctuation of which a text has some."""
    return "".join(group for group in (_STOPS, _QUOTES) if any(c in group for c in text))


class _Assigner:
    def __init__(
        self,
        source: str,
        root: Node,
        placement: Placement,
        translate: Callable[[Sequence[str]], Sequence[str]] | None,
    ) -> None:
        self.source = source
        self.root = root
        self.placement = placement
        self.target = placement.target
        self.translate = translate
        self.predict = Predictor(source, placement.target)
        self.protected = [n for n in root.walk() if n.role == "protected"]
        self._translations: dict[str, str] | None = None
        self._links: Links | None = None
        words = len(words_in(source, 0, len(source)))
        self.ratio = len(words_in(self.target, 0, len(self.target))) / max(words, 1)

    def children(self, node: Node) -> bool:
        """Find a place for everything inside a node; say whether all have one."""
        pairs = [c for c in node.children if c.role == "pair"]
        # What reaches over the sentence's end comes first: it has the least choice.
        pairs.sort(key=lambda c: not any(c.open_ended))
        for rung in (
            self._wrapped,
            self._verbatim,
            self._aligned,
            self._linked,
            self._translated,
            self._nearest,
        ):
            for child in pairs:
                if not self._placed(child):
                    self._try(node, child, rung)
        if not (all(map(self._placed, pairs)) and all(map(self.children, pairs))):
            return False
        for child in node.children:
            if child.role == "atom":
                self._atom(node, child)
        return True

    def _placed(self, node: Node) -> bool:
        return self.placement.of(node) is not None

    def _span(self, node: Node) -> Span:
        return self.placement.ranges[id(node)]

    def _taken(self, parent: Node, child: Node) -> list[Span]:
        """Give what is not free for a child: its siblings, and protected text around it."""
        own = {id(n) for n in (child, *child.walk())}
        others = [*parent.children, *self.protected]
        return [self._span(n) for n in others if id(n) not in own and self._placed(n)]

    @property
    def links(self) -> Links:
        """Which words answer to each other, found once and only if asked."""
        if self._links is None:
            self._links = link(self.source, self.target)
        return self._links

    # --- pairs

    def _try(self, parent: Node, child: Node, rung: Rung) -> None:
        around = self._span(parent)
        free = free_spans(around.start, around.end, self._taken(parent, child))
        found = rung(parent, child, free)
        if found is None:
            return
        inside = [found, *(self._span(n) for n in child.walk() if n.role == "protected")]
        start, end = min(s.start for s in inside), max(s.end for s in inside)
        room = next((f for f in free if f.start <= start and end <= f.end), None)
        if room is None:
            return
        if child.open_ended[0]:
            start = room.start
        if child.open_ended[1]:
            end = room.end
        if (child.open_ended[0] and start != around.start) or (
            child.open_ended[1] and end != around.end
        ):
            return
        start, end = self._with_punctuation(child, start, end, room)
        if start < end:
            self.placement.put(child, start, end)

    def _with_punctuation(self, child: Node, start: int, end: int, room: Span) -> tuple[int, int]:
        """Take in the punctuation that also stood inside the pair, drop white space."""
        text = self.source[child.start : child.end].strip()
        target = self.target
        if text[-1:] in {*"€$£¥"} and start > room.start and target[start - 1] == text[-1]:
            start -= 1  # 12 € became €12
        for group in (_STOPS, _QUOTES):
            marks = len(text) - len(text.rstrip(group))
            while marks and end < room.end and target[end] in group:
                end, marks = end + 1, marks - 1
            marks = len(text) - len(text.lstrip(group))
            while marks and start > room.start and target[start - 1] in group:
                start, marks = start - 1, marks - 1
        # English puts a closing quotation mark after the stop: “Maybe.”.
        at = end
        while at < min(room.end, end + 2) and target[at] in _STOPS:
            at += 1
        quoted = all(edge in _QUOTES for edge in (target[start : start + 1], text[:1], text[-1:]))
        if end < at < room.end and quoted and target[at] in '”"’':
            end = at + 1
        return _trimmed(target, start, end)

    def _wrapped(self, parent: Node, child: Node, free: Sequence[Span]) -> Span | None:
        """The pair goes around everything but punctuation."""
        before = self.source[parent.start : child.start]
        after = self.source[child.end : parent.end]
        if any(c.isalnum() for c in before + after) or len(free) != 1:
            return None
        left, right = _SPACES + _marks(before), _SPACES + _marks(after)
        start, end = _trimmed(self.target, free[0].start, free[0].end, left, right)
        return Span(start=start, end=end) if start < end else None

    def _verbatim(self, _parent: Node, child: Node, free: Sequence[Span]) -> Span | None:
        """The pair's text is the same in both languages: a name, a number, a title."""
        text = self.source[child.start : child.end].strip()
        if text and (inside := self._inside_word(child, free)) is not None:
            return inside
        # A short word of lower-case letters means something else in English (on, a, but).
        if not text or (text.islower() and len(text) < 4 and text.isalpha()):
            return None
        found = list(find_verbatim(text, self.target, free, fold=False))
        if not found and len(text) > 3:
            found = list(find_verbatim(text, self.target, free, fold=True))
        predicted = self.predict(child.start)
        return min(found, key=lambda s: abs(s.start - predicted), default=None)

    def _inside_word(self, child: Node, free: Sequence[Span]) -> Span | None:
        """The pair is on a part of a word: of H₂O, or of 1ᵉʳ, which is 1ˢᵗ."""
        start, end, source = child.start, child.end, self.source
        while start and source[start - 1].isalnum() and source[start].isalnum():
            start -= 1
        while end < len(source) and source[end - 1].isalnum() and source[end].isalnum():
            end += 1
        if (start, end) == (child.start, child.end):
            return None
        first, after = child.start - start, child.end - start
        found = [
            Span(start=s.start + first, end=s.start + after)
            for s in find_verbatim(source[start:end], self.target, free, fold=True)
        ]
        if not found and _ORDINAL.fullmatch(source[child.start : child.end]):
            found = [
                Span(start=m.start(1), end=m.end(1))
                for f in free
                for m in _ORDINAL_TARGET.finditer(self.target, f.start, f.end)
            ]
        predicted = self.predict(child.start)
        return min(found, key=lambda s: abs(s.start - predicted), default=None)

    def _aligned(self, _parent: Node, child: Node, _free: Sequence[Span]) -> Span | None:
        pairs = [
            (s, t)
            for s, t in self.placement.alignment
            if child.start <= s.start < s.end <= child.end and t.start < t.end
        ]
        known = sum(s.end - s.start for s, _ in pairs)
        if not pairs or 5 * known < 3 * (child.end - child.start):
            return None  # too little of the text is accounted for
        start, end = min(t.start for _, t in pairs), max(t.end for _, t in pairs)
        if sum(t.end - t.start for _, t in pairs) * 2 < end - start:
            return None  # scattered over the sentence
        words = words_in(self.target, start, end)
        return Span(start=words[0].start, end=words[-1].end) if words else None

    def _linked(self, _parent: Node, child: Node, free: Sequence[Span]) -> Span | None:
        return linked_window(self.links, child.start, child.end, free, self.target)

    def _translated(self, _parent: Node, child: Node, free: Sequence[Span]) -> Span | None:
        text = self._translation(self.source[child.start : child.end])
        if not text:
            return None
        predicted = self.predict(child.start)
        exact = find_verbatim(text, self.target, free, fold=True)
        found = min(exact, key=lambda s: abs(s.start - predicted), default=None)
        return found or best_window(text, self.target, free, predicted)

    def _nearest(self, _parent: Node, child: Node, free: Sequence[Span]) -> Span | None:
        text = self.source[child.start : child.end]
        count = max(1, round(len(words_in(text, 0, len(text))) * self.ratio))
        place = self.predict(child.start), self.predict(child.end)
        found = nearest_window(self.target, free, *place, text, count)
        if found is not None:
            there = self.target[found.start : found.end]
            self.placement.note(f"{child.name} on {text!r}: put on {there!r} by position; check it")
        return found

    # --- translations, all at once

    def _translation(self, text: str) -> str:
        if self.translate is None:
            return ""
        if self._translations is None:
            wanted = dict.fromkeys(
                self._context(n) if n.role == "atom" else _piece(self.source[n.start : n.end])
                for n in self.root.walk()
                if n.role == "atom" or (n.role == "pair" and not self._placed(n))
            )
            texts = [w for w in wanted if any(c.isalpha() for c in w)]
            results = self.translate(texts) if texts else ()
            self._translations = dict(zip(texts, results, strict=True))
        return self._translations.get(_piece(text), "").strip().rstrip(_STOPS)

    def _context(self, atom: Node) -> str:
        words = words_in(self.source, 0, atom.start)[-_CONTEXT:]
        return _piece(self.source[words[0].start : atom.start]) if words else ""

    # --- atoms

    def _atom(self, parent: Node, atom: Node) -> None:
        span = self._span(parent)
        at = self._atom_position(parent, atom, span)
        taken = [
            self._span(n)
            for n in (*parent.children, *self.protected)
            if n.role != "atom" and self._placed(n)
        ]
        blank = self.source[atom.start : atom.end].isspace()  # a look on a space alone, too
        if (atom.kind in (BREAK, GAP) or blank) and atom.end > atom.start:  # the nearest free space
            spaces = [
                i
                for i in range(span.start + 1, span.end - 1)
                if self.target[i].isspace() and not any(t.start <= i < t.end for t in taken)
            ]
            if spaces:
                at = min(spaces, key=lambda i: abs(i - at))
                self.placement.put(atom, at, at + 1)
                return
            taken = []
        at = min(max(at, span.start), span.end)
        for other in taken:
            if other.start < at < other.end:
                at = other.start if at - other.start < other.end - at else other.end
        if atom.end == atom.start and len(gap := self.target[at : at + 2]) == 2 and gap.isspace():
            at += 1  # between the two spaces that it stood between
        self.placement.put(atom, at, at)

    def _between_marks(self, atom: Node) -> int | None:
        """Give the place between the same two marks as in the source: ``(|)``."""
        pair = self.source[max(atom.start - 1, 0) : atom.start + 1]
        if atom.end > atom.start or len(pair) < 2 or any(c.isalnum() or c.isspace() for c in pair):
            return None
        here, there = (
            [m.start() + 1 for m in re.finditer(f"(?={re.escape(pair)})", text)]
            for text in (self.source, self.target)
        )
        return there[here.index(atom.start)] if len(here) == len(there) else None

    def _atom_position(self, parent: Node, atom: Node, span: Span) -> int:
        between = self._between_marks(atom)
        if between is not None:
            return between
        if not self._words(parent.start, atom.start):
            return self._over(span.start, span.end, self.source[parent.start : atom.start])
        if not self._words(atom.end, parent.end):
            marks = _marks(self.source[atom.end : parent.end])
            return _trimmed(self.target, span.start, span.end, "", marks)[1]
        for sibling in parent.children:
            place = self.placement.of(sibling)
            if place is None or sibling.role == "atom":
                continue
            if sibling.end <= atom.start and not self._words(sibling.end, atom.start):
                at = self._over(place.end, span.end, self.source[sibling.end : atom.start])
                return self._leaning(atom, at, span.end)
            glued = atom.start and not self.source[atom.start - 1].isspace()
            leans = glued and self.source[atom.end : atom.end + 1].isspace()  # on the word before
            if atom.end <= sibling.start and not self._words(atom.end, sibling.start) and not leans:
                passed = self.source[atom.end : sibling.start]
                known = self.target.endswith(passed, span.start, place.start)
                return self._leaning(atom, place.start - len(passed) * known, span.end)
        words = words_in(self.source, 0, atom.start)
        last = words[-1].end if words else 0
        found = self._after_known_word(last)
        if found is None:
            found = self._after_translation(atom, span)
        if found is None:
            predicted = self.predict(atom.start)
            ends = (w.end for w in words_in(self.target, span.start, span.end))
            found = min(ends, key=lambda e: abs(e - predicted), default=span.end)
            self.placement.note(f"{atom.name}: put there by position; check it", info=True)
        at = self._over(found, span.end, self.source[last : atom.start])
        return self._leaning(atom, at, span.end)

    def _leaning(self, atom: Node, at: int, end: int) -> int:
        """Step over blanks to the word that the atom leans on: before it or after it."""
        around = self.source[max(atom.start - 1, 0) : atom.start + 1]
        if atom.end > atom.start or len(around) < 2 or around[0].isspace() == around[1].isspace():
            return at
        before, after = self.target[:at], self.target[at:end]
        if around[0].isspace():
            inside = not before[-1:].isspace() and not after[:1].isspace()
            after = re.sub(r"^\S+", "", after) if before and inside else after
            return end - len(after.lstrip(_SPACES))
        at = len(before.rstrip(_SPACES))
        mark = re.match(r"[^\w\s.,;:!?…)”’»]\S*", self.target[at:end])
        return at + len(mark[0]) if mark else at

    def _words(self, start: int, end: int) -> bool:
        return any(c.isalnum() for c in self.source[start:end])

    def _over(self, at: int, end: int, passed: str) -> int:
        """Step over the punctuation that also stands between in the source."""
        if self.target.startswith(passed, at, end):
            return at + len(passed)
        return at + len(self.target[at:end]) - len(self.target[at:end].lstrip(_marks(passed)))

    def _after_known_word(self, end: int) -> int | None:
        """Give the place after the target's word for the source's word that ends there."""
        for (_, source_end), (_, target_end) in self.predict.shared.items():
            if source_end == end:
                return target_end
        ends = [t.end for s, t in self.placement.alignment if s.start < end <= s.end]
        return max(ends, default=None)

    def _after_translation(self, atom: Node, span: Span) -> int | None:
        text = self._translation(self._context(atom))
        if not text:
            return None
        found = best_window(text, self.target, [span], self.predict(atom.start) - len(text))
        return found.end if found else None


def _piece(text: str) -> str:
    return " ".join(text.split())
