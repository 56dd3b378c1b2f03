"""Lists in XML: TBX of all editions, TMX, MultiTerm.

TBX is read as ISO 30042 has it (2008: core, basic; 2019; and TBX-Min), TMX as 1.4 (LISA OSCAR).
Neither entities nor the network are followed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from pipeline.errors import InputError
from pipeline.lists.cells import RowProblem
from pipeline.lists.languages import language_of, rank
from pipeline.lists.listing import Listing, is_forbidden, on_one_line, pairs, wrong_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.lists.listing import Entry

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_ROOTS = {"martif": "tbx", "tbx": "tbx", "tmx": "tmx", "mtf": "multiterm"}
_OTHERS = {
    "xliff": "an XLIFF file",
    "html": "a web page",
    "ts": "a Qt translation file",
    "workbook": "an Excel workbook in XML",
    "resources": "a resource file",
}


def _tags(names: str) -> tuple[str, ...]:
    return tuple(f"{{*}}{name}" for name in names.split())


_UNITS = _tags("termEntry conceptEntry entry conceptGrp tu")
_SIDES = _tags("langSet langSec langGroup languageGrp tuv")
_GROUPS = _tags("tig ntig termSec termGroup termGrp")
_STATUS = ("administrativestatus", "termstatus", "normativeauthorization", "status")
# All text but the markup of the format that a TMX segment is from.
_PROSE = etree.XPath(
    "descendant::text()[not(ancestor::*"
    "[contains(' bpt ept it ph ut ', concat(' ', local-name(), ' '))])]"
)
_DECLARED = re.compile(r"\s*<\?xml[^>]*\?>")
_WHOLE = "check that the file is whole; most tools can export it again"
_AGAIN = "in the program that made it, export the list as TBX, TMX or CSV"


def is_markup(text: str) -> bool:
    """Say whether a text is XML or HTML."""
    return re.match(r"\s*<(?:\?xml|!DOCTYPE|!--|[A-Za-z][\w:.-]*[\s/>])", text) is not None


def read_markup(data: bytes, text: str, place: str, *, kind: str = "") -> Listing:
    """Read a list in XML.

    Args:
        data: the file.
        text: the same, decoded.
        place: how to call the file in messages.
        kind: ``tbx`` or ``tmx`` where it must be that.

    Raises:
        InputError: the file is damaged, another kind of XML, or uses entities.
    """
    root = _root(data, text, place, kind)
    name = etree.QName(root).localname.casefold()
    if name not in _ROOTS or (kind and _ROOTS[name] != kind):
        what = _OTHERS.get(name, f"an XML file whose first element is {name}")
        problem = f"not valid {kind.upper()}: its first element is another format's ({name})"
        raise InputError(
            problem if kind else f"{what}, which is not read as a list",
            place=place,
            next_step=_AGAIN,
        )
    for entity in root.iter(etree.Entity):
        raise InputError(
            f"the file uses the entity {entity.text}, which is not read",
            place=f"{place}:{entity.getparent().sourceline}",
            next_step="export it again without a document type",
        )
    reader = _Reader(place)
    entries = [entry for unit in root.iter(*_UNITS) for entry in reader.unit(unit)]
    return Listing(entries=tuple(entries), faults=tuple(reader.faults), passed=reader.passed)


def _root(data: bytes, text: str, place: str, kind: str) -> etree._Element:
    """Parse a file that may be hostile: nothing outside it is read, nothing in it expands."""
    safe = {
        "resolve_entities": False,
        "no_network": True,
        "load_dtd": False,
        "huge_tree": False,
    }
    try:
        return etree.fromstring(data, etree.XMLParser(**safe))
    except etree.XMLSyntaxError as error:
        # The declared encoding may be wrong, or missing.
        bare = _DECLARED.sub("", text, count=1).encode("utf-8", "replace")
        try:
            return etree.fromstring(bare, etree.XMLParser(encoding="utf-8", **safe))
        except etree.XMLSyntaxError:
            line, column = error.position
            what = kind.upper() or "XML"
            problem = f"not valid {what}: {str(error.msg).partition(', line ')[0]}"
            at = f"{place}:{line}:{column}"
            raise InputError(problem, place=at, next_step=_WHOLE) from error


def _text(node: etree._Element) -> str:
    """Give an element's prose on one line."""
    return on_one_line("".join(_PROSE(node)))


def _tag(side: etree._Element) -> str:
    """Give the name of a part's language."""
    named = side.find("{*}language")
    own = side.get(_LANG) or side.get("lang")
    if own or named is None:
        return own or ""
    return named.get("lang") or named.get("type") or ""


def _status(term: etree._Element) -> str:
    """Give what an entry says about the use of a term."""
    group = next(term.iterancestors(*_GROUPS), None)
    for node in group.iter() if group is not None else ():
        if isinstance(node.tag, str):
            name = etree.QName(node).localname.casefold()
            if name in _STATUS or (node.get("type") or "").casefold() in _STATUS:
                return _text(node)
    return ""


class _Reader:
    """Reads the units of one file, and gathers what is wrong with them."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.faults: list[RowProblem] = []
        self.passed = 0

    def sides(self, unit: etree._Element) -> dict[str, list[etree._Element]]:
        """Give the parts in French and in English, if need be those of a region."""
        found: dict[str, dict[str, list[etree._Element]]] = {"fr": {}, "en": {}}
        for side in unit.iterchildren(*_SIDES):
            code = language_of(_tag(side))
            if code in found:
                found[code].setdefault(_tag(side).replace("_", "-").casefold(), []).append(side)
        return {code: sides[min(sides, key=rank)] if sides else [] for code, sides in found.items()}

    def terms(self, sides: list[etree._Element], line: int) -> Iterator[tuple[str, str]]:
        """Give (term, status) of parts in one language."""
        for side in sides:
            for node in side.iter("{*}term", "{*}seg"):
                text = _text(node)
                problem, step = wrong_with(text)
                if problem:
                    fault = RowProblem(line=line, column=1, problem=problem, next_step=step)
                    self.faults.append(fault)
                elif text:
                    yield text, "forbidden" if is_forbidden(_status(node)) else ""

    def unit(self, unit: etree._Element) -> Iterator[Entry]:
        """Give the pairs of one entry."""
        line = unit.sourceline or 0
        sides = self.sides(unit)
        french = [text for text, _ in self.terms(sides["fr"], line)]
        english = list(self.terms(sides["en"], line))
        note = " ".join(dict.fromkeys(_text(n) for n in unit.iter("{*}note"))).strip()
        needed = [d for d in unit.iter("{*}descrip") if d.get("type") == "Translation needed"]
        if needed and _text(needed[0]).casefold() != "yes":
            english = [("", "dnt"), *(pair for pair in english if pair[1])]
        if not french or not english:
            self.passed += 1
        # A memory may give one sentence in several units: alternatives, too.
        one = etree.QName(unit).localname == "tu" and french
        values = {"note": note} if note else {}
        whole = french[0] if one else f"#{line}.{id(unit)}"
        yield from pairs(french, english, values, (self.place, line, whole))
