"""Seeing terms in French."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.glossary import Term, TermBase
from pipeline.glossary.match.french import feminines, plurals, variants
from pipeline.glossary.match.normal import compose, fold
from pipeline.records import Span


def base(*sources, **more):
    return TermBase([_term(s, **more) for s in sources])


def _term(source, **more):
    return Term(
        source=source,
        targets=("x",),
        inflect=more.pop("inflect", source == source.lower() or source == source.upper()),
        **more,
    )


def seen(termbase, text, **more):
    found = [m.occurrence for m in termbase.match(text, **more).matches]
    assert [text[o.span.start : o.span.end] for o in found] == [o.text for o in found]
    return [o.text for o in found]


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("IA", "L'IA, l’IA, d'IA et qu’IA.", ["IA", "IA", "IA", "IA"]),
        ("IA", "jusqu'IA lorsqu’IA « IA » (IA) “IA” IA…", ["IA"] * 6),
        ("IA", "Maïa, IAM, BIA, IA2, 2IA, _IA, SocIAl", []),
        ("IA", "ia Ia iA", []),
        ("Reilly", "O'Reilly et l’O’Reilly", []),
        ("Meta", "META et Meta, pas meta ni méta", ["META", "Meta"]),
        ("Meta", "Meta-analyse, Meta-Facebook", ["Meta"]),
        ("intelligence artificielle", "L’INTELLIGENCE ARTIFICIELLE", ["INTELLIGENCE ARTIFICIELLE"]),
        ("réseau neuronal", "LES RESEAUX NEURONAUX", ["RESEAUX NEURONAUX"]),
        ("réseau neuronal", "les reseaux neuronaux", []),
        (
            "intelligence artificielle",
            "Intelligence\u00a0artificielle",
            ["Intelligence\u00a0artificielle"],
        ),
        (
            "intelligence artificielle",
            "une intelligence\nartificielle",
            ["intelligence\nartificielle"],
        ),
        ("levée de fonds", "leurs levées de fonds", ["levées de fonds"]),
        ("grand modèle de langage", "Les grands modèles de langage", ["grands modèles de langage"]),
        ("grand modèle de langage", "grands modèles de langages", ["grands modèles de langages"]),
        ("travail à distance", "les travaux à distance", ["travaux à distance"]),
        ("jeu de données", "des jeux de données", ["jeux de données"]),
        ("modèle génératif", "une IA, des modèles génératifs", ["modèles génératifs"]),
        ("développeur", "La développeuse et les développeuses", ["développeuse", "développeuses"]),
        ("utilisateur", "utilisatrices", ["utilisatrices"]),
        ("calcul", "il calcule ; les calculs", ["calculs"]),
        ("soutien", "qu'il soutienne", []),
        (
            "semi-conducteur",
            "semi‑conducteurs, semi conducteur",
            ["semi‑conducteurs", "semi conducteur"],
        ),
        ("porte", "la porte-parole porte", ["porte"]),
        ("modèle", "l'ex-modèle, ce modèle-là", ["modèle", "modèle"]),
        ("Musk", "pro-Musk, Trump-Musk, anti‑Musk", ["Musk", "Musk", "Musk"]),
        ("Le Monde", "Le Monde et le Monde, Le monde, LE MONDE", ["Le Monde", "LE MONDE"]),
        ("L'Oréal", "L’Oréal, d'L'Oréal, l'Oréal", ["L’Oréal", "L'Oréal"]),
        (
            "cœur de calcul",
            "coeurs de calcul, CŒUR DE CALCUL",
            ["coeurs de calcul", "CŒUR DE CALCUL"],
        ),
        ("AT&T", "chez AT&T.", ["AT&T"]),
        ("C++", "en C++, en C", ["C++"]),
        ("Node", "Node.js et Node.", ["Node"]),
        ("AI", "Character.AI", []),
        ("IA", "la fin.IA", ["IA"]),
        ("GPT", "GPT-4, GPT4, GPTs", ["GPT", "GPTs"]),
    ],
)
def test_terms_are_seen_as_french_writes_them(term, text, found):
    assert seen(base(term), text) == found
    # NFD text holds the same terms at other offsets.
    other = unicodedata.normalize("NFD", text)
    assert [compose(t) for t in seen(base(term), other)] == [compose(t) for t in found]


@pytest.mark.parametrize(
    "text",
    [
        "Voir https://openai.com/OpenAI?q=OpenAI ici",
        "Voir www.OpenAI.com ici",
        "Écrire à presse@OpenAI.com",
        "Le compte @OpenAI",
        "Le code `OpenAI` tourne",
        '<a title="OpenAI">ici</a>',
        "Le champ {{ OpenAI }}",
        "Le site OpenAI.com/blog",
    ],
)
def test_a_term_in_an_address_or_in_code_is_no_occurrence(text):
    assert seen(base("OpenAI"), text) == []


def test_a_domain_name_may_be_a_term_itself():
    assert seen(base("Booking.com"), "Chez Booking.com, oui.") == ["Booking.com"]


def test_protected_spans_are_no_prose():
    text = "OpenAI et OpenAI"
    assert seen(base("OpenAI"), text, protected=[Span(start=0, end=6)]) == ["OpenAI"]


def test_case_policies():
    assert seen(base("TER", case="exact"), "TER ter Ter") == ["TER"]
    assert seen(base("wifi", case="ignore"), "WiFi wifi Wifi") == ["WiFi", "wifi", "Wifi"]
    assert seen(base("wifi", case="exact"), "WiFi wifis wifi") == ["wifis", "wifi"]
    assert seen(base("la French Tech"), "La French Tech, la french tech") == ["La French Tech"]


def test_the_longest_term_wins_then_the_leftmost_then_the_priority():
    termbase = base("IA", "IA générative", "modèle de langage", "grand modèle de langage")
    text = "L’IA générative et l’IA : un grand modèle de langage."
    assert seen(termbase, text) == ["IA générative", "IA", "grand modèle de langage"]
    low = Term(source="puce", targets=("chip",), priority=1)
    high = Term(source="puce", targets=("flea",), priority=5)
    for terms in ((low, high), (high, low)):
        assert TermBase(terms).match("une puce").matches[0].term is high


def test_crossing_overlaps_are_reported_and_never_counted_twice():
    termbase = base("modèle de langage", "langage naturel")
    seen_here = termbase.match("un modèle de langage naturel")
    assert [m.text for m in seen_here.matches] == ["modèle de langage"]
    assert [(k.text, g.text) for k, g in seen_here.overlaps] == [
        ("modèle de langage", "langage naturel")
    ]


def test_a_row_that_is_written_so_wins_over_an_inflected_one():
    own = Term(source="données", targets=("data",))
    other = Term(source="donnée", targets=("datum",))
    for terms in ((own, other), (other, own)):
        assert TermBase(terms).match("les données").matches[0].term is own


@pytest.mark.parametrize(
    ("text", "plural"),
    [
        ("une levée de fonds", False),
        ("deux levées de fonds", True),
        ("les IA", True),
        ("l’IA", False),
        ("plusieurs LLM", True),
        ("Nos\u202fLLM", True),
    ],
)
def test_number_is_read_from_the_form_or_the_determiner(text, plural):
    (match,) = base("levée de fonds", "IA", "LLM").match(text).matches
    assert match.plural is plural


def test_the_key_changes_only_for_sentences_that_an_edited_row_touches():
    one = TermBase([_term("IA"), _term("Meta")])
    two = TermBase([Term(source="IA", targets=("y",)), _term("Meta")])
    assert (
        one.match("Il pleut.").key
        == two.match("Il pleut.").key
        == TermBase.empty().match("L’IA").key
        == ""
    )
    assert one.match("Meta recrute.").key == two.match("Meta recrute.").key != ""
    assert one.match("L’IA de Meta.").key != two.match("L’IA de Meta.").key
    noted = TermBase([Term(source="IA", targets=("x",), note="n", place="f:9"), _term("Meta")])
    assert noted.match("L’IA.").key == one.match("L’IA.").key
    refused = TermBase([_term("IA"), Term(source="IA", targets=("brain",), status="forbidden")])
    assert refused.match("L’IA.").key != base("IA").match("L’IA.").key
    assert refused.match("Meta.").key == ""
    assert one.fingerprint != two.fingerprint
    assert one.fingerprint == TermBase(one.terms).fingerprint


# --- a naive oracle ---------------------------------------------------------------

WORDS = ["ia", "modèle", "open", "source", "été", "xai"]
TERM_WORDS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=False)
GAPS = st.sampled_from([" ", " ", "\u00a0", ", ", " « ", ". ", "  ", " l’"])


def oracle(terms: list[str], text: str) -> list[tuple[int, int]]:
    """Try every term at every position with a regular expression, longest first."""
    found = []
    at = 0
    while at < len(text):
        best = 0
        for term in terms:
            gap = r"[\s\u00a0]+"
            body = gap.join(re.escape(w) for w in term.split())
            match = re.compile(rf"{body}(?![\wéà])").match(text, at)
            if match and (at == 0 or not re.match(r"\w", text[at - 1])):
                best = max(best, match.end() - at)
        if best:
            found.append((at, at + best))
            at += best
        else:
            at += 1
    return found


@given(
    st.lists(TERM_WORDS.map(" ".join), min_size=1, max_size=6, unique=True),
    st.lists(st.tuples(st.sampled_from([*WORDS, "iapet", "texte"]), GAPS), max_size=25),
    st.booleans(),
)
def test_the_matcher_agrees_with_a_naive_search(terms, pieces, decomposed):
    text = "".join(w + g for w, g in pieces)
    termbase = base(*terms, inflect=False)
    wanted = [text[a:b] for a, b in oracle(terms, text)]
    if decomposed:
        text = unicodedata.normalize("NFD", text)
    assert [unicodedata.normalize("NFC", t) for t in seen(termbase, text)] == wanted


LETTERS = st.characters(max_codepoint=0x24F) | st.sampled_from("\u0301\u0327\u200b\u202f’‑ﬁ")


@given(st.text(alphabet=LETTERS, max_size=60))
def test_folding_maps_every_character_back_into_the_text(text):
    folded = fold(text)
    spans = [folded.span(i, i + 1) for i in range(len(folded.text))]
    assert all(0 <= a < b <= len(text) for a, b in spans)
    assert spans == sorted(spans)
    composed = unicodedata.normalize("NFC", text)
    if not any(unicodedata.combining(c) for c in composed):
        assert fold(unicodedata.normalize("NFD", text)).text == fold(composed).text


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_nfc_and_nfd_fold_alike(form):
    text = "Œuvre d’été : l’ÉCOLE, naïve\u00a0! Ça‑là"
    assert fold(unicodedata.normalize(form, text)).text == "oeuvre d'été : l'école, naïve ! ça là"


# --- French forms -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("modèle", ("modèles",)),
        ("réseau", ("réseaux",)),
        ("jeu", ("jeux",)),
        ("pneu", ("pneus",)),
        ("cheval", ("chevaux",)),
        ("festival", ("festivals",)),
        ("final", ("finaux", "finals")),
        ("travail", ("travaux",)),
        ("détail", ("détails",)),
        ("bijou", ("bijoux",)),
        ("trou", ("trous",)),
        ("prix", ()),
        ("fonds", ()),
        ("oeil", ("yeux",)),
    ],
)
def test_plurals(word, wanted):
    assert plurals(word) == wanted


REGULAR = """
algorithme modèle réseau niveau enjeu lieu cheval journal canal signal travail émail portail
bijou chou clou trou pneu bleu quantique entreprise système plan dossier résultat essai hôpital
tribunal capital vitrail bateau
"""


def test_plurals_agree_with_a_dictionary_of_french():
    import simplemma

    for word in REGULAR.split():
        for plural in plurals(word):
            assert simplemma.lemmatize(plural, lang="fr") == simplemma.lemmatize(word, lang="fr")


@pytest.mark.parametrize(
    ("word", "alone", "wanted"),
    [
        ("développeur", True, ("développeuse", "développeure")),
        ("génératif", True, ("générative",)),
        ("actif", True, ()),  # "active" is a verb
        ("soutien", True, ()),
        ("capital", True, ()),  # "capitale" is another noun
        ("capital", False, ("capitale",)),
        ("automatique", False, ()),
        ("public", False, ("publique",)),
        ("GPT", True, ()),
    ],
)
def test_feminines(word, alone, wanted):
    assert feminines(word, alone=alone) == wanted


def test_no_term_grows_more_than_a_few_dozen_forms():
    forms = variants("grand réseau neuronal artificiel profond ouvert de calcul distribué local")
    assert forms[0].own
    assert len(forms) <= 48
    assert "grands réseaux neuronaux artificiels profonds ouverts de calculs distribués locaux" in {
        f.text for f in forms
    }


@pytest.mark.parametrize(
    ("sentence", "seen"),
    [
        ("L’actionnaire du Monde se tait.", ["Monde"]),
        ("Du Monde à Libération, tous protestent.", ["Monde"]),
        ("Il l’a dit au\u00a0Monde.", ["Monde"]),
        ("Champion du Monde en 1998.", []),
        ("Le tour du monde en ballon.", []),
        ("LA VOIX DU MONDE", []),
        ("Il y a du Mondeville.", []),
        ("Il lit le Monde.", []),
        ("Au Monde diplomatique, rien ne change.", ["Monde diplomatique"]),
    ],
)
def test_a_name_is_seen_whose_article_is_melted_into_a_preposition(sentence, seen):
    names = {"targets": (), "status": "dnt", "inflect": False}
    terms = TermBase(
        [Term(source="Le Monde", **names), Term(source="Le Monde diplomatique", **names)]
    )
    assert [o.text for o in terms.match(sentence).matches] == seen
