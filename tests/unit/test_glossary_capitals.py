"""A term with a capital inside is inflected like any other; the name in it keeps its form."""

from __future__ import annotations

import pytest

from pipeline.glossary import Term, TermBase
from pipeline.glossary.file import default_inflect
from pipeline.glossary.match import common_head, pluralise
from pipeline.glossary.match.french import variants

# (term, as it stands in a sentence, whether that is plural, English, its plural)
SEEN = [
    ("cheval de Troie", "Deux chevaux de Troie dorment.", "Trojan horse", "Trojan horses"),
    ("accord de Paris", "Les accords de Paris sont signés.", "Paris Agreement", "Paris Agreements"),
    ("prix Nobel", "Les prix Nobel arrivent.", "Nobel Prize", "Nobel Prizes"),
    ("œuvre d'Émile Zola", "Les œuvres d’Émile Zola", "work by Émile Zola", "works by Émile Zola"),
    ("journal de Bord", "Ses journaux de Bord", "Log Book", "Log Books"),
    ("travail d'Hercule", "Les travaux d’Hercule", "labour of Hercules", "labours of Hercules"),
    ("loi Macron", "Ces lois Macron", "Macron law", "Macron laws"),
    ("bijou de la Couronne", "Les bijoux de la Couronne", "Crown jewel", "Crown jewels"),
    ("jeu de Société", "Plusieurs jeux de Société", "Company game", "Company games"),
    ("cour d'Appel", "Les cours d’Appel", "Court of Appeal", "Courts of Appeal"),
    ("œil de Horus", "Les yeux de Horus", "Eye of Horus", "Eyes of Horus"),
    ("feu de Bengale", "Des feux de Bengale", "Bengal fire", "Bengal fires"),
    ("ministre d'État", "Les ministres d’État", "Minister of State", "Ministers of State"),
    ("l'accord de Schengen", "L’accord de Schengen", "Schengen Agreement", "Schengen Agreements"),
    ("boîte de Pandore", "Des boîtes de Pandore", "Pandora's box", "Pandora's boxes"),
    ("château de la Loire", "Les châteaux de la Loire", "Loire chateau", "Loire chateaus"),
    (
        "comité d'Éthique national",
        "Les comités d’Éthique nationaux",
        "ethics body",
        "ethics bodies",
    ),
]


@pytest.mark.parametrize(("source", "sentence", "english", "plural"), SEEN)
def test_the_plural_of_a_common_noun_with_a_name_is_seen(source, sentence, english, plural):
    assert default_inflect(source)
    term = Term(source=source, targets=(english,), inflect=default_inflect(source))
    (match,) = TermBase([term]).match(sentence).matches
    assert match.plural is not sentence.startswith("L’accord")
    assert pluralise(english) == plural


@pytest.mark.parametrize(
    "source",
    [
        *("OpenAI", "Le Monde", "L'Oréal", "D’Artagnan", "d'Artagnan", "de Gaulle", "la Poste"),
        *(
            "van Gogh",
            "von der Leyen",
            "al-Assad",
            "ben Laden",
            "eBay",
            "iPhone",
            "xAI",
            "les Échos",
        ),
        *("les Échos", "Tour Eiffel", "Banque de France", "el-Sissi", "da Vinci"),
    ],
)
def test_a_name_is_not_inflected(source):
    assert not default_inflect(source)
    assert not common_head(source)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("cheval de Troie", "Un cheval de troie"),
        ("loi Pascal", "La loi Pascale"),
        ("affaire Daniel", "L’affaire Danielle"),
        ("marché de Noël", "Les marchés de Noëls"),
        ("prix Nobel", "Le prix noble"),
    ],
)
def test_the_name_itself_keeps_its_form(source, sentence):
    term = Term(source=source, targets=("x",), inflect=True)
    assert not TermBase([term]).match(sentence).matches


def test_a_name_that_is_told_to_inflect_does_so():
    assert "rafales" in [v.text for v in variants("Rafale")]
