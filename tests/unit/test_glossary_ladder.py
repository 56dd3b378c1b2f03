"""The ladder, rung by rung, with a handwritten engine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from making import draft

from pipeline.glossary import MaskShape, Term, TermBase, enforce, replay
from pipeline.records import Draft, Hint, Hypothesis, Request, Span


class Engine:
    """Answers from a table of sources; keeps what it was asked."""

    def __init__(self, answers: dict[str, str | list[str]] | None = None) -> None:
        self.answers = answers or {}
        self.asked: list[list[Request]] = []

    def __call__(self, batch):
        self.asked.append(list(batch))
        return [
            tuple(
                Hypothesis(text=t, score=-1.0)
                for t in _listed(self.answers.get(r.source, "Nothing."))
            )
            for r in batch
        ]


def _listed(value):
    return [value] if isinstance(value, str) else value


def base(*terms):
    return TermBase([Term(place=f"terms.csv:{i}", **t) for i, t in enumerate(terms, 2)])


OPENAI = {"source": "OpenAI", "targets": (), "status": "dnt", "inflect": False}
META = {"source": "Meta", "targets": (), "status": "dnt", "inflect": False}
XAI = {"source": "xAI", "targets": (), "status": "dnt", "inflect": False, "wrong": ("XIA",)}
IA = {"source": "IA", "targets": ("AI", "artificial intelligence")}
LLM = {
    "source": "grand modèle de langage",
    "targets": ("large language model",),
    "wrong": ("great language model",),
}
FUNDING = {"source": "levée de fonds", "targets": ("funding round",)}
MONDE = {
    "source": "Le Monde",
    "targets": (),
    "status": "dnt",
    "inflect": False,
    "wrong": ("The World",),
}

MORE = [
    {"source": "OMS", "targets": ("WHO",)},
    {"source": "exposé", "targets": ("exposé",)},
    {"source": "panne", "targets": ("breakdown",)},
    {"source": "Grok", "targets": (), "status": "dnt", "inflect": False},
]


def one(source, *texts, terms, engine=None, **more):
    engine = engine or Engine()
    (done,) = enforce([draft(source, *texts)], base(*terms), engine, **more)
    assert replay(done.draft, done.edits) == done.target
    return done


def test_a_draft_without_terms_is_not_touched():
    engine = Engine()
    done = one("Il fait beau.", "The iA and openai are fine.", terms=[IA, OPENAI], engine=engine)
    assert done.target == "The iA and openai are fine."
    assert (done.terms, done.edits, done.findings, engine.asked) == ((), (), (), [])


def test_a_draft_that_holds_every_term_asks_the_engine_nothing():
    engine = Engine()
    done = one("L’IA d’OpenAI.", "OpenAI's AI.", terms=[IA, OPENAI], engine=engine)
    assert engine.asked == []
    assert [(t.found, t.rung, t.status) for t in done.terms] == [
        ("AI", "draft", "satisfied"),
        ("OpenAI", "draft", "satisfied"),
    ]
    assert [done.target[t.target.start : t.target.end] for t in done.terms] == ["AI", "OpenAI"]


def test_another_hypothesis_is_chosen_when_it_holds_the_terms():
    done = one("Une levée de fonds.", "A fundraiser.", "A funding round.", terms=[FUNDING])
    assert done.target == "A funding round."
    assert done.draft == "A fundraiser."
    assert [t.rung for t in done.terms] == ["hypothesis"]
    assert [(e.before, e.after) for e in done.edits] == [("fundraiser.", "funding round.")]


def test_another_hypothesis_is_not_chosen_when_its_score_is_far_lower():
    engine = Engine()
    (done,) = enforce(
        [draft("Une levée de fonds.", "A fundraiser.", "A funding round.", scores=(-0.4, -1.4))],
        base(FUNDING),
        engine,
    )
    assert done.target == "A fundraiser."
    assert [t.status for t in done.terms] == ["violated"]


@pytest.mark.parametrize(
    ("source", "text", "wanted"),
    [
        ("OpenAI grandit.", "Openai grows.", "OpenAI grows."),
        ("OpenAI grandit.", "Open AI grows.", "OpenAI grows."),
        ("OpenAI grandit.", "Open Ai grows.", "OpenAI grows."),
        ("OpenAI grandit.", "open-AI grows.", "OpenAI grows."),
        ("Une IA est née.", "A IA was born.", "An AI was born."),
        ("Une IA est née.", "A.I. was born.", "AI was born."),
        ("xAI recrute.", "XAI recruits.", "xAI recruits."),
        ("xAI recrute.", "XIA recruits.", "xAI recruits."),
        ("Meta recrute.", "Méta recruits.", "Meta recruits."),
        ("Selon Meta, oui.", "According to meta, yes.", "According to Meta, yes."),
        ("Il lit Le Monde.", "He reads The World.", "He reads Le Monde."),
        ("Il lit Le Monde.", "He reads the Le monde.", "He reads Le Monde."),
        (
            "Les grands modèles de langage arrivent.",
            "Great language models arrive.",
            "Large language models arrive.",
        ),
        (
            "Un grand modèle de langage.",
            "A great language model's cost.",
            "A large language model's cost.",
        ),
        (
            "L’essor des grands modèles de langage",
            "The Rise of Great Language Models",
            "The Rise of Large Language Models",
        ),
        (
            "Un « grand modèle de langage ».",
            "A 'great language model'.",
            "A 'large language model'.",
        ),
    ],
)
def test_a_mistaken_rendering_is_mended_in_place(source, text, wanted):
    engine = Engine()
    done = one(source, text, terms=[OPENAI, IA, XAI, META, MONDE, LLM], engine=engine)
    assert done.target == wanted
    assert [t.status for t in done.terms if t.status != "satisfied"] == []
    assert engine.asked == []


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Selon Meta, oui.", "According to the meta-analysis, yes."),
        ("Selon Meta, oui.", "According to a meta, yes."),
        ("Il lit Le Monde.", "He reads the world."),
        ("L’IA avance.", "It said so in Maia and Thai."),
        ("OpenAI grandit.", "See https://openai.com/Openai now."),
        ("xAI recrute.", "The maxAI tool recruits."),
        ("L’OMS recrute.", "It recruits those who wait."),
        ("L’OMS recrute.", "Who recruits?"),
        ("L’IA recrute.", "Ai Weiwei recruits."),
        ("Un exposé clair.", "They expose it clearly."),
        ("La panne dure.", "They break down and last."),
        ("Grok recrute.", "People grok it."),
    ],
)
def test_a_correct_ordinary_word_is_never_turned_into_a_term(source, text):
    done = one(source, text, terms=[OPENAI, IA, XAI, META, MONDE, *MORE])
    assert done.target == text
    assert [t.status for t in done.terms] == ["violated"]
    assert [(f.check, f.severity) for f in done.findings] == [("term", "error")]


def test_the_target_form_is_written_into_the_source_and_all_rewrites_share_one_call():
    engine = Engine(
        {
            "Les startups ont réussi leurs funding rounds.": "Startups did their funding rounds.",
            "Une funding round.": "A funding round.",
        }
    )
    done = enforce(
        [
            draft("Les startups ont réussi leurs levées de fonds.", "Startups did their lifts."),
            draft("Une IA.", "An AI."),
            draft("Une levée de fonds.", "A lift."),
        ],
        base(FUNDING, IA),
        engine,
    )
    assert [t.target for t in done] == [
        "Startups did their funding rounds.",
        "An AI.",
        "A funding round.",
    ]
    assert [len(batch) for batch in engine.asked] == [2]
    assert [t.terms[0].rung for t in done] == ["retranslate", "draft", "retranslate"]


def test_an_elision_is_undone_before_a_consonant():
    engine = Engine({"Elle parle de machine learning.": "She speaks of machine learning."})
    term = {"source": "apprentissage automatique", "targets": ("machine learning",)}
    done = one(
        "Elle parle d’apprentissage automatique.", "She speaks.", terms=[term], engine=engine
    )
    assert done.target == "She speaks of machine learning."


def test_an_answer_that_is_too_long_or_still_french_is_refused():
    source = "Une levée de fonds."
    switched = "Une funding round."
    for bad in (
        "funding round " * 20,
        "Une funding round dans le pays, et pour les autres avec qui est là.",
    ):
        done = one(source, "A lift.", terms=[FUNDING], engine=Engine({switched: bad}))
        assert done.target == "A lift."
        assert done.terms[0].status == "violated"


def test_what_the_draft_was_told_is_told_again_of_words_that_still_stand_in_the_source():
    hints = (
        Hint(source="levée de fonds", target="funding round"),
        Hint(source="IA", target="AI"),
    )
    engine = Engine()
    told = replace(draft("Une levée de fonds pour l’IA.", "A lift for AI."), hints=hints)
    enforce([told], base(FUNDING, IA), engine)
    switched = [r for batch in engine.asked for r in batch if "funding round" in r.source]
    assert next(r.hints for r in switched if "IA" in r.source) == hints[1:]
    assert not [r for r in switched if hints[0] in r.hints]
    engine = Engine()
    one("Une levée de fonds.", "A lift.", terms=[FUNDING], engine=engine)
    assert not [r for batch in engine.asked for r in batch if r.hints]


def test_a_forbidden_form_is_banned_and_reported_when_it_stays():
    terms = [
        IA,
        {"source": "*", "targets": ("artificial brain",), "status": "forbidden"},
    ]
    engine = Engine({"L’IA avance.": "AI advances."})
    done = one("L’IA avance.", "The AI, an artificial brain, advances.", terms=terms, engine=engine)
    assert done.target == "AI advances."
    assert [r.banned for batch in engine.asked for r in batch] == [("artificial brain",)]
    stubborn = Engine({"Rien.": "An artificial brain."})
    done = one("Rien.", "An artificial brain.", terms=terms, engine=stubborn)
    assert [(t.found, t.status) for t in done.terms] == [("artificial brain", "violated")]
    assert "forbidden" in done.findings[0].message


def test_a_masked_pass_is_accepted_only_when_each_placeholder_comes_back_once():
    shape = MaskShape(template="ZX{n}")
    source = "Une levée de fonds."
    good = Engine({"Une ZX1.": "A ZX1."})
    done = one(source, "A lift.", terms=[FUNDING], engine=good, masks=shape)
    assert (done.target, done.terms[0].rung) == ("A funding round.", "masked")
    for answer in ("A ZX1 ZX1.", "A lift.", "A ZX12."):
        done = one(
            source, "A lift.", terms=[FUNDING], engine=Engine({"Une ZX1.": answer}), masks=shape
        )
        assert (done.target, done.terms[0].status) == ("A lift.", "violated")


def test_twice_in_the_source_needs_twice_in_the_target():
    done = one("L’IA aide l’IA.", "AI helps.", terms=[IA])
    assert [t.status for t in done.terms] == ["satisfied", "violated"]
    done = one("L’IA aide l’IA.", "AI helps artificial intelligence.", terms=[IA])
    assert [t.found for t in done.terms] == ["AI", "artificial intelligence"]


def test_a_term_in_protected_markup_is_no_occurrence():
    code = (Span(start=5, end=11),)
    (done,) = enforce(
        [draft("Voir OpenAI ici.", "See openai here.", protected=code)], base(OPENAI), Engine()
    )
    assert (done.target, done.terms) == ("See openai here.", ())


def test_the_starter_glossary_finds_its_terms_in_the_reference_translation():
    from pipeline.glossary import load_termbase
    from pipeline.glossary.enforce.assess import assess

    root = Path(__file__).parents[2]
    termbase = load_termbase([root / "glossary" / "terms.csv"])
    french = (root / "seeds" / "musk-zuckerberg-openai.fr.txt").read_text(encoding="utf-8")
    english = (root / "seeds" / "musk-zuckerberg-openai.en.txt").read_text(encoding="utf-8")
    seen = 0
    for source, target in zip(french.split("\n\n"), english.split("\n\n"), strict=True):
        matches = termbase.match(source)
        measured = assess(target, matches)
        assert [matches.matches[i].text for i in measured.missing] == []
        seen += len(matches.matches)
    assert seen >= 60


def test_a_remembered_translation_is_told_where_its_rows_stand_now():
    done = one("L’IA d’OpenAI.", "OpenAI's it.", terms=[IA, OPENAI])
    assert [t.occurrence.row for t in done.terms] == ["terms.csv:2", "terms.csv:3"]
    moved = base(META, IA, OPENAI).match("L’IA d’OpenAI.")
    assert [t.occurrence.row for t in moved.located(done).terms] == ["terms.csv:3", "terms.csv:4"]
    assert moved.key == base(IA, OPENAI).match("L’IA d’OpenAI.").key
    assert base(META).match("L’IA d’OpenAI.").located(done) == done


def test_a_forbidden_form_of_a_remembered_translation_is_told_where_its_row_stands_now():
    refused = {"source": "*", "targets": ("whatever",), "status": "forbidden"}
    stubborn = Engine({"Il dort.": "Whatever, he sleeps."})
    done = one("Il dort.", "Whatever, he sleeps.", terms=[refused], engine=stubborn)
    assert [t.occurrence.row for t in done.terms] == ["terms.csv:2"]
    seen = base(META, refused).match("Il dort.")
    assert [t.occurrence.row for t in seen.located(done).terms] == ["terms.csv:3"]


def test_a_sentence_that_was_matched_already_is_not_matched_again():
    termbase = base(IA, OPENAI)
    drafts = [draft("L’IA.", "The IA."), draft("Il pleut.", "It rains."), draft("OpenAI.", "It.")]
    seen = [termbase.match(d.segment.source) for d in drafts]
    assert [bool(s) for s in seen] == [True, False, True]
    assert [bool(s.key) for s in seen] == [True, False, True]
    blind = TermBase.empty()
    assert enforce(drafts, blind, Engine(), matches=seen) == enforce(drafts, termbase, Engine())


def test_a_missing_name_goes_through_the_model_in_quotation_marks_and_comes_out_without():
    engine = Engine({"Il lit « Le Monde » ici.": 'He reads "Le Monde" here.'})
    done = one("Il lit Le Monde ici.", "He reads the Mondon here.", terms=[MONDE], engine=engine)
    assert done.target == "He reads Le Monde here."
    assert [r.source for batch in engine.asked for r in batch] == ["Il lit « Le Monde » ici."]
    # Quotation marks that the source has itself stay.
    engine = Engine({"Il dit « « Le Monde » ».": 'He says "Le Monde".'})
    done = one("Il dit « Le Monde ».", "He says Mondon.", terms=[MONDE], engine=engine)
    assert done.target == 'He says "Le Monde".'


def test_what_an_alignment_shows_in_the_terms_place_is_banned():
    source = "Une levée de fonds."
    segment = draft(source, "A lift.").segment
    hypothesis = Hypothesis(
        text="A lift.",
        score=-0.5,
        alignment=((Span(start=4, end=18), Span(start=2, end=6)),),
    )
    engine = Engine()
    enforce(
        [Draft(segment=segment, hypotheses=(hypothesis,), engine="fake", fingerprint="f")],
        base(FUNDING),
        engine,
    )
    assert ("lift",) in [r.banned for batch in engine.asked for r in batch]


def test_an_answer_that_the_guard_marked_is_never_chosen():
    looped = Hypothesis(text="A funding round.", score=-0.5, flags=("loop",))
    first = Hypothesis(text="A lift.", score=-0.5)
    segment = draft("Une levée de fonds.", "A lift.").segment
    (done,) = enforce(
        [Draft(segment=segment, hypotheses=(first, looped), engine="fake", fingerprint="f")],
        base(FUNDING),
        lambda batch: [(looped,) for _ in batch],
    )
    assert (done.target, done.terms[0].status) == ("A lift.", "violated")


def test_line_breaks_in_a_segment_do_not_reach_the_engine():
    engine = Engine({"Une funding round ici.": "A funding round here."})
    done = one("Une levée\nde fonds\nici.", "A lift here.", terms=[FUNDING], engine=engine)
    assert done.target == "A funding round here."
    assert all("\n" not in r.source for batch in engine.asked for r in batch)


TURBINE = {"source": "éolienne", "targets": ("wind turbine",)}
SENTENCE = "Une éolienne s’est effondrée mardi."


def test_a_hypothesis_that_drops_a_name_gives_way_to_a_second_translation():
    engine = Engine({"Une wind turbine s’est effondrée mardi.": "A wind turbine fell on Tuesday."})
    hypotheses = ("A turbine collapsed on Tuesday.", "A wind turbine collapsed.")
    done = one(SENTENCE, *hypotheses, terms=[TURBINE], engine=engine)
    assert done.target == "A wind turbine fell on Tuesday."
    assert [t.rung for t in done.terms] == ["retranslate"]


def test_a_hypothesis_that_drops_a_name_is_still_better_than_a_lost_term():
    hypotheses = ("A turbine collapsed on Tuesday.", "A wind turbine collapsed.")
    done = one(SENTENCE, *hypotheses, terms=[TURBINE])
    assert done.target == "A wind turbine collapsed."
    assert [t.rung for t in done.terms] == ["hypothesis"]


@pytest.mark.parametrize(
    ("answer", "taken"),
    [
        ("The funding round of 3.5 million failed.", True),
        ("The funding round of 35 million failed.", False),
        ("The funding round failed.", False),
    ],
)
def test_a_second_translation_that_loses_a_number_is_refused(answer, taken):
    engine = Engine({"La funding round de 3,5 millions a échoué.": answer})
    done = one(
        "La levée de fonds de 3,5 millions a échoué.",
        "The raise of 3.5 million failed.",
        terms=[FUNDING],
        engine=engine,
    )
    assert (done.target == answer) is taken
    assert [t.status for t in done.terms] == ["satisfied" if taken else "violated"]


def test_a_melted_article_is_written_out_before_the_name_that_brings_its_own():
    asked = Engine()
    one("L’article du Monde est lu au Monde.", "It is read there.", terms=[MONDE], engine=asked)
    assert "L’article de Le Monde est lu à Le Monde." in [
        r.source for batch in asked.asked for r in batch
    ]


RACE = {"source": "course à l'IA", "targets": ("AI race",)}
AI = {"source": "IA", "targets": ("AI",), "inflect": False}


def test_a_term_that_the_model_takes_for_a_verb_is_asked_for_in_quotation_marks():
    source = "La course à l’IA change le marché."
    engine = Engine(
        {
            "La AI race change le marché.": "The AI races into the market.",
            "La « AI race » change le marché.": 'The "AI race" changes the market.',
        }
    )
    done = one(source, "The run for IA changes the market.", terms=[RACE, AI], engine=engine)
    assert done.target == "The AI race changes the market."
    assert [t.status for t in done.terms] == ["satisfied"]


def test_an_odd_number_is_better_than_a_violation():
    source = "La course à l’IA change le marché."
    engine = Engine({"La AI race change le marché.": "The AI races change the market."})
    done = one(source, "The run for IA changes the market.", terms=[RACE, AI], engine=engine)
    assert done.target == "The AI races change the market."
    assert [t.status for t in done.terms] == ["satisfied"]


def test_a_plural_that_the_french_has_is_not_odd():
    source = "Les courses à l’IA changent le marché."
    engine = Engine({"Les AI races changent le marché.": "The AI races change the market."})
    done = one(source, "The runs for IA change the market.", terms=[RACE, AI], engine=engine)
    assert done.target == "The AI races change the market."
    assert len(engine.asked) == 1
