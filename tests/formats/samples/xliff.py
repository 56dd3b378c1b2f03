"""XLIFF of both versions, with the inline codes, states and alternatives that tools write."""

from __future__ import annotations

from xml.sax.saxutils import escape

from formats.marked import marked
from formats.samples import Builder, Sample, made, mixed


class Xliff(Builder):
    """A file of version 1.2. Looks are codes: ``b`` is <g>, ``a`` <bpt>…<ept>, ``img`` <x/>."""

    version = "1.2"

    def __init__(self, seed: str) -> None:
        super().__init__(seed)
        self.units: list[str] = []
        self.language = ' target-language="en"'
        self.header = ""
        self._number = 0

    def number(self) -> int:
        """Give a number that nothing else has."""
        self._number += 1
        return self._number

    def codes(self, notation: str) -> str:
        """Write a text with its codes."""
        text = ""
        for stretch, looks in marked(notation).runs:
            number = self.number()
            if "img" in looks:
                text += self.alone(number)
                continue
            piece = escape(stretch)
            for look in ("b", "a"):
                piece = self.paired(look, number, piece) if look in looks else piece
            text += piece
        return text

    def alone(self, number: int) -> str:
        """Give a code that stands alone."""
        return f'<x id="{number}" ctype="lb"/>'

    def paired(self, look: str, number: int, inner: str) -> str:
        """Give text in a pair of codes."""
        if look == "b":
            return f'<g id="{number}" ctype="bold">{inner}</g>'
        tag = '&lt;a href="/x?a=1&amp;amp;b=2"&gt;'
        return f'<bpt id="{number}">{tag}</bpt>{inner}<ept id="{number}">&lt;/a&gt;</ept>'

    def unit(self, notation: str, *, more: str = "", after: str = "", target: str = "") -> None:
        """Add a unit to translate."""
        self.say(notation)
        source = f"<source>{self.codes(notation)}</source>"
        self.units.append(
            f'<trans-unit id="u{self.number()}"{more}>\n{source}{target}{after}\n</trans-unit>\n'
        )

    def raw(self, unit: str) -> None:
        """Add a unit that stays as it is."""
        self.units.append(self.keep(unit.replace("ID", f"u{self.number()}")) + "\n")

    def pack(self) -> bytes:
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">\n'
            f'<file original="accueil.html" source-language="fr"{self.language} datatype="html">\n'
            f"{self.header}<body>\n{''.join(self.units)}</body>\n</file>\n</xliff>\n"
        ).encode()


def sentences(d: Xliff) -> None:
    for _ in range(3):
        d.unit(d.prose.sentences(2))


def pairs_of_codes(d: Xliff) -> None:
    d.unit(d.prose.styled("b"))
    d.unit(d.prose.styled("a", "b"))


def codes_alone(d: Xliff) -> None:
    d.unit(d.prose.styled("img"))
    d.unit(f"{d.prose.sentence()}<img/>{d.prose.sentence()}")


def nested_codes(d: Xliff) -> None:
    who, does, *rest = d.prose.parts()
    d.unit(f"{who} <a>{does} <b>{' '.join(rest)}</b></a>.")


def characters_to_escape(d: Xliff) -> None:
    d.unit(f"{d.prose.title()} &amp; {d.prose.title()} &lt; dix.")


def notes(d: Xliff) -> None:
    d.unit(d.prose.sentence(), after=d.keep("\n<note>Le titre de la page</note>"))


def alternatives(d: Xliff) -> None:
    other = "<source>Le chat dort.</source><target>The cat sleeps.</target>"
    d.unit(d.prose.styled("b"), after=d.keep(f'<alt-trans match-quality="80">{other}</alt-trans>'))


def empty_targets(d: Xliff) -> None:
    d.unit(d.prose.sentence(), target='\n<target state="needs-translation"></target>')
    d.unit(d.prose.styled("b"), target='\n<target state="new"/>')
    d.unit(d.prose.sentence(), target="<target/>")


def approved(d: Xliff) -> None:
    d.raw(
        '<trans-unit id="ID" approved="yes"><source>Il pleut.</source>'
        '<target state="final">It is pouring.</target></trans-unit>'
    )
    d.unit(d.prose.sentence())


def not_to_translate(d: Xliff) -> None:
    d.raw('<trans-unit id="ID" translate="no"><source>Le chat noir</source></trans-unit>')
    d.unit(d.prose.sentence())


def spaces_kept(d: Xliff) -> None:
    d.unit(f"  {d.prose.styled('b')}  ", more=' xml:space="preserve"')


def groups(d: Xliff) -> None:
    start = len(d.units)
    d.unit(d.prose.sentence())
    d.unit(d.prose.title())
    d.units[start:] = [f'<group id="g{d.number()}">{"".join(d.units[start:])}</group>\n']


def whole_text_in_a_code(d: Xliff) -> None:
    d.unit(f"<b>{d.prose.sentence()}</b>")


def no_language(d: Xliff) -> None:
    d.language = ""
    d.unit(d.prose.sentence())


def tools(d: Xliff) -> None:
    d.header = d.keep('<header><tool tool-id="t1" tool-name="Atelier"/></header>') + "\n"
    d.unit(d.prose.sentence())


_BOTH = (
    sentences,
    pairs_of_codes,
    codes_alone,
    nested_codes,
    characters_to_escape,
    groups,
    whole_text_in_a_code,
)
_OLD = (*_BOTH, notes, alternatives, empty_targets, approved, not_to_translate, spaces_kept)


class Xliff2(Xliff):
    """A file of version 2.0: ``b`` is <pc>, ``a`` <sc/>…<ec/>, ``img`` <ph/>."""

    version = "2.0"

    def alone(self, number: int) -> str:
        return f'<ph id="{number}" dataRef="d1"/>'

    def paired(self, look: str, number: int, inner: str) -> str:
        if look == "b":
            return f'<pc id="{number}" type="fmt" subType="xlf:b">{inner}</pc>'
        return f'<sc id="{number}"/>{inner}<ec startRef="{number}"/>'

    def unit(self, notation: str, *, more: str = "", after: str = "", target: str = "") -> None:
        self.say(notation)
        source = f"<source{more}>{self.codes(notation)}</source>"
        data = '<originalData><data id="d1">&lt;br/&gt;</data></originalData>'
        inner = f"<segment>{source}{target}</segment>"
        self.units.append(f'<unit id="u{self.number()}">{after}{data}{inner}</unit>\n')

    def pack(self) -> bytes:
        language = self.language.replace("target-language", "trgLang")
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" '
            f'srcLang="fr"{language}>\n<file id="f1">\n{"".join(self.units)}</file>\n</xliff>\n'
        ).encode()


def several_segments(d: Xliff2) -> None:
    first, second = d.say(d.prose.sentence()), d.say(d.prose.sentence())
    segments = (
        f"<segment id='s1'><source>{first}</source></segment><ignorable><source> </source>"
        f"</ignorable><segment id='s2'><source>{second}</source></segment>"
    )
    d.units.append(f'<unit id="u{d.number()}">{segments}</unit>\n')


def final_segments(d: Xliff2) -> None:
    d.raw(
        '<unit id="ID"><segment state="final"><source>Il pleut.</source>'
        "<target>It is pouring.</target></segment></unit>"
    )
    d.unit(d.prose.sentence())


def units_not_to_translate(d: Xliff2) -> None:
    d.raw('<unit id="ID" translate="no"><segment><source>Le chat</source></segment></unit>')
    d.unit(d.prose.sentence())


def notes_of_a_unit(d: Xliff2) -> None:
    d.unit(d.prose.sentence(), after=d.keep("<notes><note>Le titre de la page</note></notes>"))


def segments_to_fill(d: Xliff2) -> None:
    d.unit(d.prose.styled("b"), target="<target></target>")
    d.units[-1] = d.units[-1].replace("<segment>", '<segment state="initial">')


def source_with_spaces_kept(d: Xliff2) -> None:
    d.unit(f"  {d.prose.sentence()} ", more=' xml:space="preserve"')


_NEW = (
    *_BOTH,
    several_segments,
    final_segments,
    units_not_to_translate,
    notes_of_a_unit,
    segments_to_fill,
    source_with_spaces_kept,
)


MIXED = {"xlf": (Xliff, _OLD)}


def samples() -> tuple[Sample, ...]:
    """Give the samples of both versions."""
    old = made("xlf", Xliff, (*_OLD, no_language, tools, *mixed(4, _OLD)))
    new = made("xlf", _second, (*_NEW, no_language, *mixed(3, _NEW)), prefix="v2-")
    return (*old, *new)


def _second(seed: str) -> Xliff2:
    return Xliff2(seed + "2")
