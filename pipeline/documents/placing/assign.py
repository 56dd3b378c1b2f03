"""Where in a translation each pair and each atom of the source belongs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.documents.markdown.kinds import BREAK
from pipeline.documents.placing.matching import (
    Predictor,
    best_window,
    find_verbatim,
    nearest_window,
    words_in,
)
from pipeline.documents.placing.protecting import free_spans
from pipeline.records import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.documents.placing.protecting import Placement
    from pipeline.documents.placing.tree import Node

__all__ = ["assign"]

_STOPS = ".!?…:;,"
_QUOTES = "«»“”‘’\"'()[]‹›"
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
    return _Assigner(source, root, placement, translate).run()


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
        words = len(words_in(source, 0, len(source)))
        self.ratio = len(words_in(self.target, 0, len(self.target))) / max(words, 1)

    def run(self) -> bool:
        placement = self.placement
        placement.ranges[id(self.root)] = Span(start=0, end=len(self.target))
        return self._children(self.root)

    def _children(self, node: Node) -> bool:
        pairs = [c for c in node.children if c.role == "pair"]
        # What reaches over the sentence's end comes first: it has the least choice.
        pairs.sort(key=lambda c: not any(c.open_ended))
        for rung in (self._wrapped, self._verbatim, self._aligned, self._translated, self._nearest):
            for child in pairs:
                if self.placement.of(child) is None:
                    self._try(node, child, rung)
        if any(self.placement.of(child) is None for child in pairs):
            return False
        if not all(self._children(child) for child in pairs):
            return False
        for child in node.children:
            if child.role == "atom":
                self._atom(node, child)
        return True

    # --- pairs

    def _span(self, node: Node) -> Span:
        span = self.placement.of(node)
        return span if span is not None else Span(start=0, end=len(self.target))

    def _free(self, parent: Node, child: Node) -> list[Span]:
        own = {id(n) for n in child.walk()}
        taken = [self._span(s) for s in parent.children if s is not child and self._placed(s)]
        taken += [self._span(p) for p in self.protected if id(p) not in own]
        span = self._span(parent)
        return free_spans(span.start, span.end, taken)

    def _placed(self, node: Node) -> bool:
        return self.placement.of(node) is not None

    def _try(
        self, parent: Node, child: Node, rung: Callable[[Node, Node, list[Span]], Span | None]
    ) -> None:
        free = self._free(parent, child)
        found = rung(parent, child, free)
        if found is None:
            return
        inside = [self._span(p) for p in child.walk() if p.role == "protected"]
        start = min([found.start, *(s.start for s in inside)])
        end = max([found.end, *(s.end for s in inside)])
        room = next((f for f in free if f.start <= start and end <= f.end), None)
        if room is None:
            return
        if child.open_ended[0]:
            start = room.start
        if child.open_ended[1]:
            end = room.end
        parent_span = self._span(parent)
        if (child.open_ended[0] and start != parent_span.start) or (
            child.open_ended[1] and end != parent_span.end
        ):
            return
        start, end = self._with_punctuation(child, start, end, room)
        if start < end:
            self.placement.ranges[id(child)] = Span(start=start, end=end)

    def _with_punctuation(self, child: Node, start: int, end: int, room: Span) -> tuple[int, int]:
        """Take in the punctuation that also stood inside the pair, drop white space."""
        text = self.source[child.start : child.end].strip()
        target = self.target
        for group in (_STOPS, _QUOTES):
            if text[-1:] in group and end < room.end and target[end] in group:
                end += 1
            if text[:1] in group and start > room.start and target[start - 1] in group:
                start -= 1
        end = self._with_closing_quote(text, start, end, room)
        while start < end and target[start].isspace():
            start += 1
        while end > start and target[end - 1].isspace():
            end -= 1
        return start, end

    def _with_closing_quote(self, text: str, start: int, end: int, room: Span) -> int:
        """Take in a closing quotation mark that English puts after the stop: “Maybe.”."""
        target = self.target
        at = end
        while at < min(room.end, end + 2) and target[at] in _STOPS:
            at += 1
        opened = target[start : start + 1] in _QUOTES and text[:1] in _QUOTES
        if at > end and opened and text[-1:] in _QUOTES and target[at : at + 1] in ("”", '"', "’"):
            return at + 1 if at < room.end else end
        return end

    def _wrapped(self, parent: Node, child: Node, free: list[Span]) -> Span | None:
        """The pair goes around everything but punctuation."""
        before = self.source[parent.start : child.start]
        after = self.source[child.end : parent.end]
        if any(c.isalnum() for c in before + after) or len(free) != 1:
            return None
        start, end = free[0].start, free[0].end
        strip = self._strip_set(after)
        while end > start and (self.target[end - 1].isspace() or self.target[end - 1] in strip):
            end -= 1
        strip = self._strip_set(before)
        while start < end and (self.target[start].isspace() or self.target[start] in strip):
            start += 1
        return Span(start=start, end=end) if start < end else None

    @staticmethod
    def _strip_set(outside: str) -> str:
        return "".join(g for g in (_STOPS, _QUOTES) if any(c in g for c in outside))

    def _verbatim(self, parent: Node, child: Node, free: list[Span]) -> Span | None:
        """The pair's text is the same in both languages: a name, a number, a title."""
        del parent
        text = self.source[child.start : child.end].strip()
        if not text:
            return None
        found = list(find_verbatim(text, self.target, free, fold=False))
        # A short word of lower-case letters means something else in English (on, a, but).
        if text.islower() and len(text) < 4 and text.isalpha():
            return None
        if not found and len(text) > 3:
            found = list(find_verbatim(text, self.target, free, fold=True))
        predicted = self.predict(child.start)
        return min(found, key=lambda s: abs(s.start - predicted), default=None)

    def _aligned(self, parent: Node, child: Node, free: list[Span]) -> Span | None:
        del parent, free
        pairs = [
            (s, t)
            for s, t in self.placement.alignment
            if child.start <= s.start < s.end <= child.end and t.start < t.end
        ]
        known = sum(s.end - s.start for s, _ in pairs)
        if not pairs or 5 * known < 3 * (child.end - child.start):
            return None  # too little of the text is accounted for
        spans = [t for _, t in pairs]
        start, end = min(s.start for s in spans), max(s.end for s in spans)
        if sum(s.end - s.start for s in spans) * 2 < end - start:
            return None  # scattered over the sentence
        words = words_in(self.target, start, end)
        return Span(start=words[0].start, end=words[-1].end) if words else None

    def _translated(self, parent: Node, child: Node, free: list[Span]) -> Span | None:
        del parent
        text = self._translation(self.source[child.start : child.end])
        if not text:
            return None
        predicted = self.predict(child.start)
        exact = list(find_verbatim(text, self.target, free, fold=True))
        if exact:
            return min(exact, key=lambda s: abs(s.start - predicted))
        return best_window(text, self.target, free, predicted)

    def _nearest(self, parent: Node, child: Node, free: list[Span]) -> Span | None:
        del parent
        words = len(words_in(self.source, child.start, child.end))
        found = nearest_window(
            self.target,
            free,
            self.predict(child.start),
            self.predict(child.end),
            self.source[child.start : child.end],
            max(1, round(words * self.ratio)),
        )
        if found is not None:
            words_there = self.target[found.start : found.end]
            self.placement.note(
                f"{child.name} on {self.source[child.start : child.end]!r}: put on "
                f"{words_there!r} by position; check it"
            )
        return found

    # --- translations, all at once

    def _translation(self, text: str) -> str:
        if self.translate is None:
            return ""
        if self._translations is None:
            wanted: dict[str, None] = {}
            for node in self.root.walk():
                if node.role == "pair" and not self._placed(node):
                    wanted[self._piece(self.source[node.start : node.end])] = None
                elif node.role == "atom":
                    wanted[self._context(node)] = None
            texts = [w for w in wanted if any(c.isalpha() for c in w)]
            results = self.translate(texts) if texts else ()
            self._translations = dict(zip(texts, results, strict=True))
        return self._translations.get(self._piece(text), "").strip().rstrip(_STOPS)

    @staticmethod
    def _piece(text: str) -> str:
        return " ".join(text.split())

    def _context(self, atom: Node) -> str:
        words = words_in(self.source, 0, atom.start)[-_CONTEXT:]
        return self._piece(self.source[words[0].start : atom.start]) if words else ""

    # --- atoms

    def _atom(self, parent: Node, atom: Node) -> None:
        span = self._span(parent)
        at = self._atom_position(parent, atom, span)
        taken = [
            self._span(s)
            for s in (*parent.children, *self.protected)
            if s is not atom and s.role != "atom" and self._placed(s)
        ]
        if atom.kind == BREAK and atom.end > atom.start:
            self.placement.ranges[id(atom)] = self._break_place(at, span, taken)
            return
        at = min(max(at, span.start), span.end)
        for other in taken:
            if other.start < at < other.end:
                at = other.start if at - other.start < other.end - at else other.end
        self.placement.ranges[id(atom)] = Span(start=at, end=at)

    def _break_place(self, at: int, span: Span, taken: list[Span]) -> Span:
        """Give the space at which a line is broken: the nearest that is free."""
        spaces = [
            i
            for i in range(span.start + 1, span.end - 1)
            if self.target[i].isspace() and not any(t.start <= i < t.end for t in taken)
        ]
        if not spaces:
            at = min(max(at, span.start), span.end)
            return Span(start=at, end=at)
        best = min(spaces, key=lambda i: abs(i - at))
        return Span(start=best, end=best + 1)

    def _atom_position(self, parent: Node, atom: Node, span: Span) -> int:
        before = self.source[parent.start : atom.start]
        after = self.source[atom.end : parent.end]
        if not any(c.isalnum() for c in before):
            return self._over(span.start, span.end, before)
        if not any(c.isalnum() for c in after):
            return self._back(span.end, span.start, after)
        for sibling in parent.children:
            place = self.placement.of(sibling)
            if sibling is atom or place is None or sibling.role == "atom":
                continue
            if sibling.end <= atom.start and not self._words(sibling.end, atom.start):
                return self._over(place.end, span.end, self.source[sibling.end : atom.start])
            if atom.end <= sibling.start and not self._words(atom.end, sibling.start):
                return place.start
        found = self._after_known_word(atom)
        if found is None:
            found = self._after_translation(atom, span)
        if found is None:
            found = self._after_predicted(atom, span)
            self.placement.note(f"{atom.name}: put there by position; check it", info=True)
        return self._over(found, span.end, self.source[self._last_word_end(atom) : atom.start])

    def _words(self, start: int, end: int) -> bool:
        return any(c.isalnum() for c in self.source[start:end])

    def _last_word_end(self, atom: Node) -> int:
        words = words_in(self.source, 0, atom.start)
        return words[-1].end if words else 0

    def _over(self, at: int, end: int, passed: str) -> int:
        """Step over the punctuation that also stands between in the source."""
        allowed = self._strip_set(passed)
        while at < end and self.target[at] in allowed:
            at += 1
        return at

    def _back(self, at: int, start: int, passed: str) -> int:
        allowed = self._strip_set(passed)
        while at > start and (self.target[at - 1] in allowed):
            at -= 1
        return at

    def _after_known_word(self, atom: Node) -> int | None:
        end = self._last_word_end(atom)
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

    def _after_predicted(self, atom: Node, span: Span) -> int:
        predicted = self.predict(atom.start)
        words = words_in(self.target, span.start, span.end)
        return min((w.end for w in words), key=lambda e: abs(e - predicted), default=span.end)
