"""Web pages, written by hand: in HTML as people write it and in XHTML as programs do."""

from __future__ import annotations

from dataclasses import replace
from html import escape

from formats.marked import marked
from formats.samples import Builder, Sample, made, mixed

LOOKS = {"b": "b", "i": "em", "u": "u", "sup": "sup", "sub": "sub", "a": "a", "k": "code"}


def inline(
    notation: str, *, names: dict[str, str] = LOOKS, href: str = "https://example.org/"
) -> str:
    """Write a text with its tags; an image is an image, a note's mark a link in <sup>."""
    text = ""
    open_tags: list[str] = []
    for stretch, looks in marked(notation).runs:
        if "n" in looks or "img" in looks:
            wanted = [tag for tag in open_tags if tag in looks]
        else:
            wanted = [tag for tag in open_tags if tag in looks]
            wanted += [tag for tag in LOOKS if tag in looks and tag not in wanted]
        while open_tags != wanted[: len(open_tags)]:
            text += f"</{names[open_tags.pop()]}>"
        for tag in wanted[len(open_tags) :]:
            more = f' href="{href}"' if tag == "a" else ""
            text += f"<{names[tag]}{more}>"
            open_tags.append(tag)
        if "n" in looks:
            text += '<sup class="note"><a href="#n1">1</a></sup>'
        elif "img" in looks:
            text += '<img src="i.png"/>'
        else:
            text += escape(stretch, quote=False).replace("\n", "<br/>")
    return text + "".join(f"</{names[tag]}>" for tag in reversed(open_tags))


class Html(Builder):
    """A page; ``strict`` gives XHTML."""

    def __init__(self, seed: str, *, strict: bool = False) -> None:
        super().__init__(seed)
        self.strict = strict
        self.head: list[str] = []
        self.body: list[str] = []
        self.title = ""
        self.encoding = "utf-8"

    def block(self, tag: str, notation: str, more: str = "") -> None:
        """Add an element with one text."""
        self.body.append(f"<{tag}{more}>{inline(self.say(notation))}</{tag}>")

    def pack(self) -> bytes:
        """Write the page."""
        title = self.title or self.say(self.prose.title())
        if self.strict:
            start = (
                '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
                '<html xmlns="http://www.w3.org/1999/xhtml" lang="fr" xml:lang="fr">\n<head>\n'
            )
        else:
            start = f'<!DOCTYPE html>\n<html lang="fr">\n<head>\n<meta charset="{self.encoding}">\n'
        page = (
            start
            + f"<title>{escape(title, quote=False)}</title>\n"
            + "".join(f"{line}\n" for line in self.head)
            + "</head>\n<body>\n"
            + "".join(f"{line}\n" for line in self.body)
            + "</body>\n</html>\n"
        )
        if not self.strict:
            page = page.replace("<br/>", "<br>").replace('"i.png"/>', '"i.png">')
        return page.encode(self.encoding)


# --- shapes --------------------------------------------------------------------------


def headings_and_paragraphs(d: Html) -> None:
    for tag in ("h1", "h2", "p", "blockquote", "address", "h6"):
        d.block(tag, d.prose.title())
    d.block("p", d.prose.sentences(3), ' class="texte" id="p1"')


def looks(d: Html) -> None:
    for look in ("b", "i", "u", "sup", "sub", "a"):
        d.block("p", d.prose.styled(look))
    d.block("p", d.prose.styled("b", "i", "a") + " " + d.prose.styled("a", "b"))


def nested_looks(d: Html) -> None:
    who, does, *rest = d.prose.parts()
    d.block("p", f"{who} <b>{does} <i>{' '.join(rest)}</i></b>.")
    who, does, *rest = d.prose.parts()
    d.block("p", f"<b>{who}</b> <a>{does} <b>{' '.join(rest)}</b></a>.")


def entities(d: Html) -> None:
    d.block("p", f"{d.prose.title()} &amp; {d.prose.title()} &lt; dix.")
    text = d.say(f"{d.prose.title()}\u00a0: élève, cœur, « été ».")
    for char, name in ("\u00a0", "nbsp"), ("é", "eacute"), ("œ", "oelig"), ("«", "laquo"):
        text = text.replace(char, f"&{name};" if not d.strict else f"&#{ord(char)};")
    d.body.append(f"<p>{text}</p>")


def attributes(d: Html) -> None:
    end = "/>" if d.strict else ">"
    d.body.append(f'<p><img src="a.png" alt="{d.say(d.prose.title())}"{end}</p>')
    d.body.append(f'<p title="{d.say(d.prose.title())}">{d.say(d.prose.sentence())}</p>')
    d.body.append(f'<p><input placeholder="{d.say(d.prose.title())}" value="x-1"{end}</p>')
    d.body.append(
        f'<div aria-label="{d.say(d.prose.title())}"><p>{d.say(d.prose.title())}</p></div>'
    )
    d.head.append(f'<meta name="description" content="{d.say(d.prose.sentence())}"{end}')
    d.head.append(d.keep(f'<meta name="author" content="Élise Martin"{end}'))


def what_is_not_prose(d: Html) -> None:
    cdata = ("<![CDATA[\n", "\n]]>") if d.strict else ("\n", "\n")
    d.head.append(d.keep(f'<script>{cdata[0]}var t = "Le texte du script.";{cdata[1]}</script>'))
    d.head.append(d.keep("<style>p::before { content: 'Le style'; }</style>"))
    d.body.append(d.keep("<!-- Un commentaire que personne ne voit. -->"))
    d.body.append(d.keep("<pre>Le programme :\n  print(&quot;bonjour le monde&quot;)</pre>"))
    d.block("p", d.prose.sentence())
    d.body.append(d.keep('<p translate="no">La Maison du Pain Frais</p>'))
    d.body.append(d.keep('<div translate="no"><p>Le Bon Marché</p><ul><li>Un mot</li></ul></div>'))


def code_in_sentences(d: Html) -> None:
    who, does, *rest = d.prose.parts()
    d.block("p", f"{who} {does} <k>la_porte(rouge)</k> {' '.join(rest)}.")
    who, does, *rest = d.prose.parts()
    d.block("p", f"{who} {does} <k>&lt;b> &amp;&amp; c</k> {' '.join(rest)}.")
    who, does, *rest = d.prose.parts()
    d.say(f"{who} <k>Le Monde</k> {does} {' '.join(rest)}.")
    name = d.keep('<span translate="no">Le Monde</span>')
    d.body.append(f"<p>{who} {name} {does} {' '.join(rest)}.</p>")


def tables(d: Html) -> None:
    rows = ""
    for _ in range(3):
        cells = f"<td>{inline(d.say(d.prose.styled('b')))}</td><td>12,50</td>"
        rows += f"<tr>\n{cells}</tr>\n"
        d.texts.append("12,50")
    head = f"<tr><th>{d.say(d.prose.title())}</th><th>{d.say(d.prose.title())}</th></tr>"
    d.body.append(f"<table><caption>{d.say(d.prose.title())}</caption>\n{head}\n{rows}</table>")


def lists(d: Html) -> None:
    inner = f"<ul><li>{d.say(d.prose.title())}</li></ul>"
    items = (
        f"<li>{inline(d.say(d.prose.styled('a')))}\n{inner}</li><li>{d.say(d.prose.title())}</li>"
    )
    d.body.append(f"<ol>{items}</ol>")


def definitions(d: Html) -> None:
    d.body.append(
        f"<dl><dt>{d.say(d.prose.title())}</dt><dd>{inline(d.say(d.prose.styled('i')))}</dd></dl>"
    )


def breaks(d: Html) -> None:
    d.block("p", f"{d.prose.sentence()}\n{d.prose.sentence()}")
    d.block("p", f"{d.prose.styled('b')}\n{d.prose.title()}")
    d.body.append("<hr/>" if d.strict else "<hr>")


def lines_that_mean_nothing(d: Html) -> None:
    text = d.say(d.prose.styled("b"))
    d.body.append(f"<p>\n      {inline(text).replace(' ', chr(10) + '      ')}\n    </p>")
    d.body.append(f"<div>\n\t<p>{d.say(d.prose.sentence())}</p>\n\n</div>")


def text_beside_blocks(d: Html) -> None:
    first, second, third = (
        d.say(d.prose.title()),
        d.say(d.prose.styled("b")),
        d.say(d.prose.title()),
    )
    d.body.append(f"<div>{first}<p>{inline(second)}</p>{third}</div>")


def comments_in_sentences(d: Html) -> None:
    who, does, *rest = d.prose.parts()
    d.say(f"{who} {does} {' '.join(rest)}.")
    note = d.keep("<!-- une note -->")
    d.body.append(f"<p>{who} {does}{note} {' '.join(rest)}.</p>")


def notes_and_images(d: Html) -> None:
    d.block("p", d.prose.styled("n"))
    d.block("p", d.prose.styled("img", "b"))


def forms(d: Html) -> None:
    end = "/>" if d.strict else ">"
    d.body.append(
        f'<form action="/envoi"><label for="c">{d.say(d.prose.title())}</label>'
        f'<input id="c" name="champ" type="text"{end}'
        f'<select name="s"><option value="une-valeur">{d.say(d.prose.title())}</option></select>'
        f"<button>{d.say(d.prose.title())}</button></form>"
    )


def sections(d: Html) -> None:
    link = d.say(f"<a>{d.prose.title()}</a>").replace("<a>", "<a href='/a?x=1&amp;y=2'>")
    d.body.append(
        f"<header><nav>{link}</nav></header>"
        f"<main><article><section><h2>{d.say(d.prose.title())}</h2>"
        f"<figure><figcaption>{inline(d.say(d.prose.styled('i')))}</figcaption></figure>"
        f"</section></article></main><footer><p>{d.say(d.prose.title())}</p></footer>"
    )


def spans_without_a_look(d: Html) -> None:
    who, does, *rest = d.prose.parts()
    d.say(f"{who} {does} {' '.join(rest)}.")
    d.body.append(
        f'<p><span class="x">{who}</span> <span lang="fr">{does}</span> {" ".join(rest)}.</p>'
    )


def numbers_alone(d: Html) -> None:
    d.body.append("<p>2026</p><p>—</p><p>12,50 €</p>")
    d.texts += ["2026", "—", "12,50 €"]
    d.block("p", d.prose.sentence())


_SHAPES = (
    headings_and_paragraphs,
    looks,
    nested_looks,
    entities,
    attributes,
    what_is_not_prose,
    code_in_sentences,
    tables,
    lists,
    definitions,
    breaks,
    lines_that_mean_nothing,
    text_beside_blocks,
    comments_in_sentences,
    notes_and_images,
    forms,
    sections,
    spans_without_a_look,
    numbers_alone,
)


# --- pages that are not well kept ------------------------------------------------------


def upper_case_tags_and_ends_left_out(d: Html) -> None:
    first, second, third = (d.say(d.prose.sentence()) for _ in range(3))
    d.body.append(f"<P>{first}<P CLASS=x>{second}<UL><LI>{d.say(d.prose.title())}<LI>{third}</UL>")


def windows_1252(d: Html) -> None:
    d.encoding = "windows-1252"
    d.block("p", d.prose.styled("b") + " L’été, c’est 12 € – « cœur »…")


def iso_8859_15(d: Html) -> None:
    d.encoding = "iso-8859-15"
    d.block("p", d.prose.styled("b") + " Un cœur, 12 €.")


def attributes_without_quotes(d: Html) -> None:
    d.body.append(f"<p id=un class='deux'>{d.say(d.prose.sentence())}</p>")
    d.body.append(f"<img src=a.png alt='{d.say(d.prose.title())}'><br>")
    d.body.append(f"<p><a href=/a?x=1&y=2>{d.say(d.prose.title())}</a></p>")
    d.texts[-1] = f"<a>{d.texts[-1]}</a>"


def tables_without_ends(d: Html) -> None:
    d.body.append(f"<table><tr><td>{d.say(d.prose.title())}<td>{d.say(d.prose.title())}</table>")


_LOOSE = (
    upper_case_tags_and_ends_left_out,
    windows_1252,
    iso_8859_15,
    attributes_without_quotes,
    tables_without_ends,
)


def _xhtml(seed: str) -> Html:
    return Html(seed, strict=True)


MIXED = {"html": (Html, _SHAPES), "xhtml": (_xhtml, _SHAPES)}


def samples() -> tuple[Sample, ...]:
    """Give the samples of HTML and of XHTML."""
    shapes = (*_SHAPES, *mixed(6, _SHAPES))
    loose = made("html", Html, (*shapes, *_LOOSE))
    ends = next(s for s in loose if s.name == "lists")
    mac = replace(ends, name="lists-crlf", data=ends.data.replace(b"\n", b"\r\n"))
    mark = replace(ends, name="lists-bom", data=b"\xef\xbb\xbf" + ends.data)
    return (*loose, mac, mark, *made("xhtml", _xhtml, shapes))
