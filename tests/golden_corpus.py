"""Two hundred made-up French documents, the same bytes at every call.

They hold what the pipeline has to carry over unchanged or translate: headings, lists,
tables, links, code, front matter, footnotes, glossary terms, long and repeated sentences,
old encodings, every kind of line end. The text is built from templates; nothing is read
from disk, and only ``random.Random.random`` is drawn from, whose sequence Python promises
to keep.

Usage: python tests/golden_corpus.py FOLDER
"""

from __future__ import annotations

import random
import re
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SEED = 20250822
COUNT = 200

PEOPLE = (
    "Elon Musk",
    "Mark Zuckerberg",
    "Sam Altman",
    "Satya Nadella",
    "Yann LeCun",
    "Arthur Mensch",
    "Xavier Niel",
    "Mira Murati",
    "Mme Lefèvre",
    "M. Dupont",
    "le Dr Élodie Noël",
    "Hervé Lœuillet",
)
COMPANIES = (
    "OpenAI",
    "xAI",
    "Meta",
    "Mistral AI",
    "Hugging Face",
    "Nvidia",
    "Microsoft",
    "OVHcloud",
    "Dassault Systèmes",
    "STMicroelectronics",
    "la PME lyonnaise",
    "la jeune pousse",
    "la Commission européenne",
    "la CNIL",
    "le CNRS",
)
PRODUCTS = ("ChatGPT", "GPT-4o", "Grok", "Gemini", "Llama", "DALL-E", "GitHub Copilot", "Stargate")
TERMS = (
    "l'intelligence artificielle",
    "l'IA",
    "l'agent d'IA",
    "le PDG",
    "les grands modèles de langage",
    "les réseaux de neurones",
    "l'IA générative",
    "l'apprentissage automatique",
    "l'apprentissage profond",
    "un réseau de neurones",
    "le grand modèle de langage",
    "un agent conversationnel",
    "le moteur de recherche",
    "la reconnaissance faciale",
    "la puissance de calcul",
    "le centre de données",
    "l'informatique en nuage",
    "l'ordinateur quantique",
    "la souveraineté numérique",
    "la chaîne de blocs",
    "le rançongiciel",
    "l'hameçonnage",
    "la propriété intellectuelle",
    "le règlement sur les services numériques",
    "le RGPD",
    "la levée de fonds",
    "le capital-risque",
    "l'introduction en bourse",
    "le chiffre d'affaires",
    "le conseil d'administration",
    "l'offre publique d'achat",
    "une association à but non lucratif",
    "les données d'entraînement",
    "les données personnelles",
    "les réseaux sociaux",
    "les semi-conducteurs",
    "les voitures autonomes",
    "les modèles open source",
    "les cyberattaques",
)
THINGS = (
    "la nouvelle médiathèque",
    "le marché de Noël",
    "l'école du village",
    "une vieille péniche",
    "la récolte de cerises",
    "le tramway",
    "un cœur artificiel",
    "la forêt de Brocéliande",
    "l'hôtel de ville",
    "le prix du pain",
)
VERBS = (
    "a présenté",
    "a longtemps défendu",
    "n'a jamais critiqué",
    "veut transformer",
    "ne comprend pas",
    "a financé",
    "surveille de près",
    "aurait racheté",
    "s'intéresse à nouveau à ce projet et étudie",
    "devrait bientôt abandonner",
)
PLACES = (
    "à Paris",
    "à Nantes",
    "dans l'Hérault",
    "aux États-Unis",
    "en Île-de-France",
    "au Québec",
    "à Saint-Étienne",
    "à Aix-en-Provence",
)
TIMES = (
    "lundi dernier",
    "le 22 août 2025",
    "depuis 1998",
    "à 10h30",
    "au XIXe siècle",
    "en février",
    "il y a quatre-vingts ans",
    "pendant trois semaines",
    "le 1er mai",
)
AMOUNTS = (
    "3,5 %",
    "10 000 euros",
    "1 234,56 €",
    "97,4 milliards de dollars",
    "deux millions d'euros",
    "-12 °C",
    "1.250 hectares",
    "quinze kilomètres",
)
TEMPLATES = (
    "{person} {verb} {term} {place}.",
    "{company} {verb} {thing} {time}.",
    "D'après {company}, il faudrait remplacer {term} sans attendre.",
    "Qu'est-ce que l'on sait {place} sur {term} ?",
    "Quel avenir pour {term} !",
    "L'essor de {product} inquiète {person}, qui n'y voit qu'une mode.",
    "Il s'agit de {amount} de plus que prévu, selon {company}.",
    "« Nous n'avons rien à cacher », a répondu {person} {time}.",
    "{company} et {company} se disputent {term} ; {person} s'en amuse.",
    "Aujourd'hui, {thing} coûte {amount}, c'est-à-dire presque rien.",
    "Le n° 4 de la revue, paru {time}, compare {product} à {product}.",
    "Parmi les sujets (p. ex. {term}, {term}, etc.), aucun n'est simple.",
    "On n'oublie pas {thing}.",
    "{person} l'a dit : il ne faut pas confondre {term} avec {thing}.",
    "Les chiffres sont là – {amount} {place} – mais personne n'y croit…",
    "Jusqu'alors, {thing} n'existait pas {place}.",
    "Elle habite {place} et travaille pour {company}.",
    "Faut-il craindre {term} ? {person} pense que non.",
    "« Rien n'est perdu ! » {person} le répète {place}.",
    "« {term} ? Jamais. » Voilà ce qu'on entend {place}.",
    "« C'est fini. », a soufflé {person}. (Voir p. 12.) Puis il a souri.",
    "Vers 50 av. J.-C., {thing} valait {amount} ; J. R. Martin l'a écrit au chap. 3.",
    "Quoi ?! {company} n'a rien dit... Vraiment rien (ou presque) !",
    'Le mot "{term}" n\'existait pas "en ce temps-là."',
    "1. D'abord {term}. 2. Ensuite {thing}.",
)
SEEDS = (  # from the article in seeds/
    "Petite pépite cachée pour le secteur de l'IA et ses rivalités : Elon Musk aurait sollicité "
    "Mark Zuckerberg pour l’aider à financer une offre de rachat d’OpenAI.",
    "Derrière cette démarche surprenante se cachent des enjeux colossaux.",
    "L’objectif était clair : sécuriser le financement nécessaire à une opération aussi massive "
    "qu’ambitieuse.",
    "OpenAI n’est pas une entreprise ordinaire.",
    "Son modèle d'IA GPT a bouleversé le paysage numérique.",
    "Musk et Zuckerberg ne partagent ni la même vision de l’IA, ni la même approche des affaires.",
    "D’abord, la course à l’IA se transforme en une bataille où alliances et financements "
    "conditionnent la suprématie technologique.",
    "Quelles alliances improbables verrons-nous émerger encore ?",
)
REPEATED = (
    "Tous droits réservés.",
    "Lire aussi notre dossier sur l'intelligence artificielle.",
    "La rédaction n'est pas responsable des liens externes.",
)
TITLES = (
    "Une tentative inattendue de rapprochement",
    "Le poids stratégique d'OpenAI",
    "L'IA au service de l'école",
    "Ce qu'il faut savoir",
    "Données personnelles : mode d'emploi",
    "Où va le logiciel libre ?",
    "Bilan de l'année 2024",
    "Questions fréquentes",
)
WORDS = ("Bonjour", "OpenAI", "IA", "Sommaire", "Été", "42", "…", "Merci !")
ITEMS = (
    "un clavier français",
    "la liste des données d'entraînement",
    "deux cartes graphiques",
    "le code source",
    "l'autorisation de la CNIL",
    "rien d'autre",
    "trois œufs et du beurre salé",
    "un jeu de données",
)
CODE = (
    ("python", "# Ce commentaire reste tel quel\nprint('bonjour, monde')"),
    ("bash", "cat données.txt | sort  # l'ordre alphabétique"),
    ("", "aucun langage n'est nommé ici\n    et l'espace reste"),
    ("json", '{"titre": "L\'IA", "pages": 12}'),
)


class _Dice:
    """Draws from lists, by nothing but ``random()``."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed).random

    def below(self, count: int) -> int:
        return int(self._random() * count)

    def pick(self, items: Sequence) -> object:
        return items[self.below(len(items))]

    def chance(self, share: float) -> bool:
        return self._random() < share

    def some(self, items: Sequence, count: int) -> list:
        rest = list(items)
        return [rest.pop(self.below(len(rest))) for _ in range(min(count, len(rest)))]


def _plain(text: str) -> str:
    return text


class _Writer:
    """Writes sentences, with the apostrophes and spaces of one document."""

    def __init__(self, dice: _Dice) -> None:
        self.dice = dice
        self._apostrophe = dice.pick(("'", "’"))
        self._space = dice.pick((" ", "\u00a0", "\u202f", "\u00a0"))

    def typeset(self, text: str) -> str:
        """Put in this document's apostrophes and the space before its high punctuation."""
        text = re.sub(r"\b([Qq])ue (?=[AEIOUaeiouÉé])", r"\1u'", text)
        text = text.replace("'", self._apostrophe)
        text = re.sub(r" (?=[:;!?»](?:\s|$))", self._space, text)
        text = re.sub(r"(?<=«) ", self._space, text)
        return re.sub(r"(?<=\d) (?=\d{3}\b|[%€])", self._space, text)

    def sentence(self, mark: Callable[[str], str] = _plain) -> str:
        """Write one sentence; ``mark`` may put markup around its names and terms."""
        dice = self.dice
        if dice.chance(0.12):
            return dice.pick(SEEDS)
        slots = {
            "person": PEOPLE,
            "company": COMPANIES,
            "product": PRODUCTS,
            "term": TERMS,
            "thing": THINGS,
            "verb": VERBS,
            "place": PLACES,
            "time": TIMES,
            "amount": AMOUNTS,
        }

        def fill(match: re.Match[str]) -> str:
            name = match.group(1)
            text = dice.pick(slots[name])
            if match.start() == 0 and text != "xAI":
                text = text[0].upper() + text[1:]
            return mark(text) if name in ("person", "product", "term", "thing") else text

        return self.typeset(re.sub(r"\{(\w+)\}", fill, dice.pick(TEMPLATES)))

    def paragraph(self, least: int, most: int, mark: Callable[[str], str] = _plain) -> str:
        """Write some sentences in a row."""
        count = least + self.dice.below(most - least + 1)
        return " ".join(self.sentence(mark) for _ in range(count))

    def title(self) -> str:
        return self.typeset(self.dice.pick(TITLES))

    def item(self) -> str:
        return self.typeset(self.dice.pick(ITEMS))

    def long(self, clauses: int) -> str:
        """Write one sentence that goes on and on."""
        dice = self.dice
        parts = [
            f"que {dice.pick(PEOPLE)} {dice.pick(VERBS)} {dice.pick(TERMS)} {dice.pick(PLACES)}"
            for _ in range(clauses)
        ]
        return self.typeset(f"Les observateurs racontent {', '.join(parts)}, sans rien conclure.")


# --- plain text --------------------------------------------------------------------


def _text_paragraphs(w: _Writer) -> str:
    return "\n\n".join(w.paragraph(1, 3) for _ in range(2)) + "\n"


def _text_article(w: _Writer) -> str:
    return f"{w.title()}\nPar {w.dice.pick(PEOPLE)}\n\n{w.paragraph(2, 4)}\n"


def _text_wrapped(w: _Writer) -> str:
    return textwrap.fill(w.paragraph(4, 5), 60 + w.dice.below(20), break_on_hyphens=False) + "\n"


def _text_list(w: _Writer) -> str:
    mark = w.dice.pick(("- ", "* ", "• ", "1. ", "a) ", "— "))
    items = "\n".join(mark + w.item() for _ in range(3))
    return f"{w.typeset('Il vous faut :')}\n{items}\n\n{w.paragraph(1, 2)}\n"


def _text_dialogue(w: _Writer) -> str:
    return "".join(f"— {w.sentence()}\n" for _ in range(3))


def _text_repeated(w: _Writer) -> str:
    again = w.dice.pick(REPEATED)
    return f"{again}\n\n{w.paragraph(1, 2)}\n\n{again} {again}\n"


def _text_fields(w: _Writer) -> str:
    lines = ("Nom : ", "Adresse : ", "Prix : ")
    fillers = (w.dice.pick(PEOPLE), f"12, rue de la Paix, {w.dice.pick(PLACES)}", "12,50 €")
    return "\n".join(w.typeset(a + b) for a, b in zip(lines, fillers, strict=True)) + "\n"


def _text_addresses(w: _Writer) -> str:
    name = w.dice.pick(("https://exemple.fr/a_b?c=d", "www.exemple.fr", "contact@exemple.fr"))
    return f"{w.sentence()} Voir {name} pour la suite. {w.sentence()}\n"


def _text_spaces(w: _Writer) -> str:
    return f"\n\n   {w.sentence()}  {w.sentence()}\t{w.sentence()}   \n\n\n{w.sentence()}\n\n"


def _text_rule(w: _Writer) -> str:
    return f"{w.title().upper()}\n{'=' * 20}\n\n{w.sentence()}\n\n* * *\n\n{w.sentence()}"


def _text_odd(w: _Writer) -> str:
    name = w.dice.pick(("{nom}", "%(nom)s", "%d", "<nom>", "@mairie_lyon", "#IA"))
    return (
        f"Bonjour {name}, {w.typeset('voici l’info 🙂 :')} {w.sentence()} The end of the story.\n"
    )


def _text_long(w: _Writer) -> str:
    return w.long(3) + "\n"


TEXTS = (
    _text_paragraphs,
    _text_article,
    _text_wrapped,
    _text_list,
    _text_dialogue,
    _text_repeated,
    _text_fields,
    _text_addresses,
    _text_spaces,
    _text_rule,
    _text_odd,
    _text_long,
)


# --- Markdown ----------------------------------------------------------------------


def _marker(dice: _Dice) -> Callable[[str], str]:
    """Put markup around a name or term now and then."""

    def mark(text: str) -> str:
        if not dice.chance(0.45):
            return text
        return dice.pick(
            (
                f"**{text}**",
                f"*{text}*",
                f"_{text}_",
                f"***{text}***",
                f"~~{text}~~",
                f"[{text}](https://exemple.fr/p_{dice.below(90)})",
                f'[{text}](/page.md "Un titre")',
                f"[**{text}**](#ancre)",
                f"<em>{text}</em>",
                f"{text} `code_{dice.below(90)}`",
                f"{text}[^1]",
            )
        )

    return mark


def _notes(text: str, w: _Writer) -> str:
    return f"{text}\n[^1]: {w.sentence()}\n" if "[^1]" in text else text


def _md_article(w: _Writer) -> str:
    mark = _marker(w.dice)
    level = "#" * (1 + w.dice.below(3))
    return f"{level} {w.title()}\n\n{w.paragraph(1, 3, mark)}\n\n{w.paragraph(1, 2, mark)}\n"


def _md_setext(w: _Writer) -> str:
    return f"{w.title()}\n=====\n\n{w.paragraph(1, 2, _marker(w.dice))}\n\n{w.title()}\n---\n"


def _md_list(w: _Writer) -> str:
    mark = _marker(w.dice)
    bullet = w.dice.pick(("-", "*", "+"))
    lines = [f"{bullet} {w.item()}", f"{bullet} {w.sentence(mark)}", f"  1. {w.item()}"]
    lines += [f"  2. {w.item()}", f"{bullet} [ ] {w.item()}", f"{bullet} [x] {w.item()}"]
    return f"{w.sentence(mark)}\n\n" + "\n".join(lines) + "\n"


def _md_table(w: _Writer) -> str:
    rows = [f"| {w.item()} | {w.dice.pick(AMOUNTS)} |" for _ in range(2)]
    rows.append(f"| **{w.dice.pick(PRODUCTS)}** et `a\\|b` | [ici](https://exemple.fr) |")
    head = "| Nom de l'objet | Valeur |\n|:---|---:|\n"
    return f"{w.title()}\n\n{head}" + "\n".join(rows) + f"\n\n{w.sentence(_marker(w.dice))}\n"


def _md_code(w: _Writer) -> str:
    name, code = w.dice.pick(CODE)
    fence = w.dice.pick(("```", "~~~", "````"))
    indented = f"\n    du code indenté, l'espace compte\n\n{w.sentence()}\n"
    return f"{w.sentence(_marker(w.dice))}\n\n{fence}{name}\n{code}\n{fence}\n{indented}"


def _md_front_matter(w: _Writer) -> str:
    head = w.dice.pick(
        (
            '---\ntitle: "L\'IA : un « pari » à 10 €"\ndescription: >-\n  Une description\n'
            "  sur deux lignes.\ndate: 2025-08-22\ntags: [ia, grok]\n---\n",
            "---\ntitle: 'L''essor d''OpenAI'\nsubtitle: Un résumé sans guillemets\n---\n",
            '+++\ntitle = "Le retour de la pluie"\n+++\n',
        )
    )
    return f"{head}\n# {w.title()}\n\n{w.paragraph(1, 3, _marker(w.dice))}\n"


def _md_quote(w: _Writer) -> str:
    mark = _marker(w.dice)
    kind = w.dice.pick(("", "> [!NOTE]\n", "> [!warning]- Attention à la marche\n"))
    return (
        f"{kind}> {w.sentence(mark)}\n> {w.sentence(mark)}\n>\n> > {w.item()}\n\n{w.sentence()}\n"
    )


def _md_footnote(w: _Writer) -> str:
    first = f"{w.sentence()[:-1]}[^note]. {w.sentence(_marker(w.dice))}\n"
    return f"{first}\n[^note]: {w.sentence()}\n\n    Son deuxième paragraphe.\n"


def _md_breaks(w: _Writer) -> str:
    address = "Une adresse\\\n12 rue de la Paix  \n75002 Paris<br>\nFrance"
    return f"{address}\n\n{w.sentence()}\n{w.item()}\n"


def _md_reference(w: _Writer) -> str:
    term = w.dice.pick(TERMS)
    return (
        f"Voir [{term}][réf], [raccourci] et <https://exemple.fr/auto>. {w.sentence()}\n\n"
        '[réf]: https://exemple.fr/ref "Titre"\n[raccourci]: <https://exemple.fr/r>\n'
    )


def _md_html(w: _Writer) -> str:
    return (
        f'<div class="note">\n<p>{w.item()}</p>\n</div>\n\n'
        "L&rsquo;&eacute;t&eacute;&nbsp;: <kbd>Ctrl</kbd> et "
        f"<b>{w.item()}</b>. 2 \\* 3 \\_nu\\_.\n"
        f"\n<!-- {w.item()} -->\n\n![{w.item()}](/img/chat.png) {w.sentence()}\n"
    )


def _md_wrapped(w: _Writer) -> str:
    text = w.paragraph(3, 4, _marker(w.dice))
    return textwrap.fill(text, 50 + w.dice.below(30), break_on_hyphens=False) + "\n"


def _md_extras(w: _Writer) -> str:
    extra = w.dice.pick(
        (
            "Si $x_{n+1} = x_n + \\alpha$ alors la suite converge.\n\n$$\nk_2 = a\n$$",
            '!!! note "Attention au gel"\n    Les plantes craignent le gel. Couvrez-les.',
            "Pomme\n: Fruit du pommier.\n: Marque d'ordinateurs.",
            "{% include encadre.html %}\n\nLe prix est {{ prix }} pour l'IA.",
            "## Titre avec ancre {#ancre}\n\n* * *",
        )
    )
    return f"{extra}\n\n{w.paragraph(1, 2, _marker(w.dice))}\n"


def _md_repeated(w: _Writer) -> str:
    again = w.dice.pick(REPEATED)
    return f"## {again}\n\n{again} {w.sentence(_marker(w.dice))} {again}\n\n- {again}\n- {again}\n"


MARKDOWNS = (
    _md_article,
    _md_setext,
    _md_list,
    _md_table,
    _md_code,
    _md_front_matter,
    _md_quote,
    _md_footnote,
    _md_breaks,
    _md_reference,
    _md_html,
    _md_wrapped,
    _md_extras,
    _md_repeated,
)


# --- bytes -------------------------------------------------------------------------


def _single_byte(encoding: str) -> Callable[[str], bytes]:
    def encode(text: str) -> bytes:
        for new, old in (("\u202f", "\u00a0"), ("’", "'"), ("…", "..."), ("–", "-"), ("—", "-")):
            if old.encode(encoding, "ignore") and not new.encode(encoding, "ignore"):
                text = text.replace(new, old)
        return text.encode(encoding, "ignore")

    return encode


def _line_ends(end: str) -> Callable[[str], bytes]:
    return lambda text: text.replace("\n", end).encode()


BYTES: tuple[tuple[str, Callable[[str], bytes]], ...] = (
    ("crlf", _line_ends("\r\n")),
    ("bom", lambda text: b"\xef\xbb\xbf" + text.encode()),
    ("cp1252", _single_byte("cp1252")),
    ("utf16", lambda text: b"\xff\xfe" + text.encode("utf-16-le")),
    ("latin9", _single_byte("iso-8859-15")),
    ("bom-crlf", lambda text: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()),
    ("utf16be", lambda text: b"\xfe\xff" + text.encode("utf-16-be")),
    ("cr", _line_ends("\r")),
    ("macroman", _single_byte("mac-roman")),
    ("utf16-unmarked", lambda text: text.encode("utf-16-le")),
    ("no-end", lambda text: text.rstrip().encode()),
    ("mixed-ends", lambda text: text.replace("\n", "\r\n", 1).encode()),
)


def _special(dice: _Dice) -> dict[str, bytes]:
    """Give the documents that are hardly documents."""
    words = dice.some(WORDS, 6)
    w = _Writer(dice)
    made = {
        "empty.txt": b"",
        "empty.md": b"",
        "blank.txt": b" \n\n\t\n",
        "blank.md": b"\r\n\r\n",
        "bom-only.txt": b"\xef\xbb\xbf",
        "overlong.txt": f"{w.sentence()} {w.long(11)} {w.sentence()}\n".encode(),
        "overlong.md": f"- {w.long(10)}\n\n{w.sentence(_marker(dice))}\n".encode(),
        "cut-off.txt": "Une phrase en UTF-8, très abîmée à la fin de l'été".encode()[:-1],
        "binary.txt": b"Bonjour\x00\x01\x02 le monde\x00",
        "code-only.md": b"```\nrien\n```\n",
        "dup/encore.fr.md": f"# {w.title()}\n\n{w.sentence()}\n".encode(),
        "dup/deep/LETTRE_FR.txt": f"{w.typeset(SEEDS[0])}\n\n{w.sentence()}\n".encode(),
    }
    for i, word in enumerate(words):
        made[f"word-{i}.{'md' if i % 2 else 'txt'}"] = word.encode() + b"\n" * (i % 3)
    return made


def make(seed: int = SEED) -> dict[str, bytes]:
    """Give every document: its path below the folder, with ``/``, and its bytes."""
    dice = _Dice(seed)
    documents = {f"special/{name}": data for name, data in _special(dice).items()}
    kinds: tuple[tuple[str, str, Sequence[Callable[[_Writer], str]]], ...] = (
        ("text", ".txt", TEXTS),
        ("markdown", ".md", MARKDOWNS),
    )
    number = 0
    while len(documents) < COUNT:
        folder, ending, shapes = kinds[number % 2]
        turn = number // 2
        shape = shapes[turn % len(shapes)]
        text = shape(_Writer(dice))
        if ending == ".md":
            text = _notes(text, _Writer(dice))
        name, data = shape.__name__.split("_", 2)[2], text.encode()
        if turn % 3 == 2:  # 3 shares no factor with what would tie a shape to an encoding
            way, encode = BYTES[turn // 3 % len(BYTES)]
            name, data = f"{name}-{way}", encode(text)
        language = dice.pick(("", "", ".fr", "-fr"))
        documents[f"{folder}/{number:03}-{name}{language}{ending}"] = data
        number += 1
    return documents


def write(folder: Path, seed: int = SEED) -> list[Path]:
    """Write every document below ``folder``, and give their paths."""
    paths = []
    for name, data in make(seed).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        paths.append(path)
    return paths


if __name__ == "__main__":
    print(f"{len(write(Path(sys.argv[1])))} documents")
