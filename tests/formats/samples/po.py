"""PO files, as xgettext and translators write them."""

from __future__ import annotations

from dataclasses import replace

from formats.marked import marked
from formats.samples import Builder, Sample, made, mixed

DONE = "déjà traduit"
"""The translator's comment of entries that have a translation: ours and the oracle's sign."""


def quoted(text: str) -> str:
    """Write a string as PO files have it."""
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return '"' + text.replace("\n", "\\n") + '"'


class Po(Builder):
    """A catalogue."""

    def __init__(self, seed: str) -> None:
        super().__init__(seed)
        self.entries: list[str] = []
        self.header = [
            "Project-Id-Version: exemple 1.0\n",
            "Content-Type: text/plain; charset=UTF-8\n",
            "Content-Transfer-Encoding: 8bit\n",
            "Plural-Forms: nplurals=2; plural=(n != 1);\n",
        ]

    def entry(self, notation: str, *, before: str = "", context: str = "") -> None:
        """Add an entry to translate."""
        text = marked(self.say(notation)).text
        said = f"msgctxt {quoted(context)}\n" if context else ""
        self.entries.append(f'{before}{said}msgid {quoted(text)}\nmsgstr ""\n')

    def raw(self, entry: str) -> None:
        """Add an entry that stays as it is."""
        self.entries.append(self.keep(entry))

    def pack(self) -> bytes:
        header = "\n".join(quoted(line) for line in self.header)
        return (
            f'# Un catalogue.\nmsgid ""\nmsgstr ""\n{header}\n\n' + "\n".join(self.entries)
        ).encode()


def sentences(d: Po) -> None:
    for _ in range(3):
        d.entry(d.prose.sentence())
    d.entry(d.prose.sentences(2))


def comments(d: Po) -> None:
    d.entry(d.prose.sentence(), before="# À voir.\n#. Le titre\n#: src/a.c:12 src/b.c:4\n")


def contexts(d: Po) -> None:
    d.entry(d.prose.title(), context="Le menu")
    d.entry(d.prose.title(), context="Le bouton")


def plurals(d: Po) -> None:
    one, many = d.prose.title(), d.prose.title()
    d.texts += [f"{one} <k>%d</k>", f"{many} <k>%d</k>"]
    d.entries.append(
        f"#, c-format\nmsgid {quoted(one + ' %d')}\nmsgid_plural {quoted(many + ' %d')}\n"
        'msgstr[0] ""\nmsgstr[1] ""\n'
    )


def formats_of_c(d: Po) -> None:
    who, does, *rest = d.prose.parts()
    d.entry(f"{who} {does} <k>%s</k> {' '.join(rest)} <k>%1$s</k>.", before="#, c-format\n")
    d.entry(f"{d.prose.title()} à <k>%d</k> <k>%%</k>", before="#, c-format\n")


def formats_of_python(d: Po) -> None:
    d.entry(f"{d.prose.title()} avec <k>{{nom}}</k>.", before="#, python-brace-format\n")
    d.entry(f"{d.prose.title()} avec <k>%(nom)s</k>.", before="#, python-format\n")


def line_ends(d: Po) -> None:
    d.entry(d.prose.sentence() + "\n")
    d.entry(f"{d.prose.sentence()}\n{d.prose.sentence()}\n")


def several_lines(d: Po) -> None:
    first, second = d.prose.sentence(), d.prose.sentence()
    d.say(f"{first} {second}")
    d.entries.append(f'msgid ""\n{quoted(first + " ")}\n{quoted(second)}\nmsgstr ""\n')


def obsolete(d: Po) -> None:
    d.entry(d.prose.sentence())
    d.raw('#~ msgid "Le vieux texte"\n#~ msgstr "The old text"\n')


def existing(d: Po) -> None:
    d.raw(f'# {DONE}\nmsgid "Il pleut {d.random.random()}"\nmsgstr "It is pouring"\n')
    d.entry(d.prose.sentence())


def existing_plurals(d: Po) -> None:
    name = f"Le chat {d.random.random()}"
    d.raw(f'# {DONE}\nmsgid "{name}"\nmsgid_plural "{name} !"\nmsgstr[0] "Cat"\nmsgstr[1] "Cats"\n')
    d.entry(d.prose.sentence())


def quotes(d: Po) -> None:
    d.entry(f'{d.prose.title()} "{d.prose.title()}".')
    d.entry(f"«\u00a0{d.prose.title()}\u00a0»")
    d.entry(f"{d.prose.title()}\t{d.prose.title()}")


def html_in_texts(d: Po) -> None:
    who, does, *rest = d.prose.parts()
    d.entry(f"{who} <k>&lt;b></k>{does}<k>&lt;/b></k> {' '.join(rest)}.")


def flags(d: Po) -> None:
    d.entry(d.prose.sentence(), before="#, no-wrap\n")


def previous(d: Po) -> None:
    d.entry(d.prose.sentence(), before='#| msgid "Ancien texte"\n')


def titles(d: Po) -> None:
    for _ in range(4):
        d.entry(d.prose.title())


_SHAPES = (
    sentences,
    comments,
    contexts,
    plurals,
    formats_of_c,
    formats_of_python,
    line_ends,
    several_lines,
    obsolete,
    existing,
    existing_plurals,
    quotes,
    html_in_texts,
    flags,
    previous,
    titles,
)


MIXED = {"po": (Po, tuple(s for s in _SHAPES if s is not obsolete))}


def samples() -> tuple[Sample, ...]:
    """Give the samples."""
    found = made("po", Po, (*_SHAPES, *mixed(4, MIXED["po"][1])))
    first = next(s for s in found if s.name == "comments")
    crlf = replace(first, name="comments-crlf", data=first.data.replace(b"\n", b"\r\n"))
    bare = replace(
        next(s for s in found if s.name == "titles"),
        name="titles-unended",
        data=next(s for s in found if s.name == "titles").data.rstrip(b"\n"),
    )
    return (*found, crlf, bare)
