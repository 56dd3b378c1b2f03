"""The guard: sees loops, silence, copies and wild lengths; mends what it can."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.engines import Abilities
from pipeline.engines.failures import find_failures, is_copied, is_empty, is_length_off, is_loop
from pipeline.engines.guard import GuardedEngine, retry_decodings, split_overlong
from pipeline.records import Decoding, Hint, Hypothesis, Request

FLORES = Path(__file__).parents[3] / "shared" / "testsets" / "flores-dev"

SOURCE = (
    "Le ministre a annoncé mardi une nouvelle loi sur les retraites, que les syndicats ont"
    " aussitôt critiquée."
)
GOOD = "On Tuesday the minister announced a new law on pensions, which unions criticised at once."

LOOPS = [
    "The minister announced a new law, a new law, a new law, a new law on pensions.",
    "The the the the minister announced a law.",
    "The minister said that the minister said that the minister said that the minister said",
    "On Tuesday minminminminminminminminminminminminminmin",
    "On Tuesday " + "hahahaha" * 12,
    "The unions, the employees and the unions, the employees and the unions, the employees and the",
    "In the case of the law, the law of the case, in the case of the law, of the law in the case, "
    "in the case of the law, of the case in the law, in the case of the law, in the case of law",
]

SOUND = [
    ("Il a dit : « Non, non, non ! »", "He said: “No, no, no!”"),
    ("Bora Bora, Pago Pago et Baden-Baden.", "Bora Bora, Pago Pago and Baden-Baden."),
    ("Ha, ha, ha, ha, ha !", "Ha, ha, ha, ha, ha!"),
    ("Elle a gagné 6-1, 6-1, 6-1.", "She won 6-1, 6-1, 6-1."),
    ("OpenAI, xAI, Meta, Microsoft", "OpenAI, xAI, Meta, Microsoft"),
    ("Elon Musk, Sam Altman et Mark Zuckerberg", "Elon Musk, Sam Altman and Mark Zuckerberg"),
    ("12 345 678,90 €", "€12,345,678.90"),
    ("Paris", "Paris"),
    ("Il lit À la recherche du temps perdu.", "He is reading À la recherche du temps perdu."),
    ("…", "…"),
    ("Non !", "Absolutely not!"),
    ("Le cessez-le-feu", "The ceasefire"),
]


@pytest.mark.parametrize("target", LOOPS)
def test_loops_are_seen(target):
    assert is_loop(SOURCE, target)


@pytest.mark.parametrize(("source", "target"), [*SOUND, (SOURCE, GOOD)])
def test_sound_translations_are_left_alone(source, target):
    assert find_failures(source, target) == ()


def test_what_the_source_repeats_may_be_repeated():
    source = "Tora ! Tora ! Tora ! Tora ! Tora !"
    assert not is_loop(source, "Tora! Tora! Tora! Tora! Tora!")
    assert is_loop("Tora !", "Tora! Tora! Tora! Tora! Tora!")


@pytest.mark.parametrize(
    "target",
    [
        SOURCE,
        SOURCE.replace("nouvelle loi", "new law"),
        "The minister " + SOURCE.removeprefix("Le ministre "),
        "The minister announced, que les syndicats ont aussitôt critiquée, les retraites"
        " que les syndicats ont aussitôt critiquée sur les retraites.",
    ],
)
def test_french_left_standing_is_seen(target):
    assert is_copied(SOURCE, target) or is_loop(SOURCE, target)


def test_a_whole_short_sentence_left_in_french_is_seen():
    assert is_copied("Il ne vient pas ce soir.", "Il ne vient pas ce soir.")
    assert not is_copied("Venezuela, Colombia, Ecuador, Peru", "Venezuela, Colombia, Ecuador, Peru")


@pytest.mark.parametrize("target", ["", "  ", "…", "« »", "- —"])
def test_a_target_without_a_word_is_empty_unless_the_source_has_none(target):
    assert is_empty("Bonjour", target)
    assert find_failures("Bonjour", target) == ("empty",)
    assert not is_empty("…", target)


def test_far_too_long_and_far_too_short_are_seen():
    assert is_length_off(SOURCE, "Law.")
    assert is_length_off("Bonjour.", GOOD)
    assert not is_length_off("Bonjour.", "Good morning to you all.")


@pytest.mark.skipif(not FLORES.is_dir(), reason="the FLORES development set is not here")
@pytest.mark.parametrize("output", ["en", "bergamot-base-memory.en", "google.en", "microsoft.en"])
def test_no_failure_is_reported_in_real_translations(output):
    sources = (FLORES / "flores-dev.fr").read_text("utf-8").splitlines()
    targets = (FLORES / f"flores-dev.{output}").read_text("utf-8").splitlines()
    pairs = list(zip(sources, targets, strict=True))[::3]
    assert [pair for pair in pairs if find_failures(*pair)] == []
    assert all(is_copied(source, source) for source in sources[::9])


# --- cutting -----------------------------------------------------------------------


def characters(texts):
    return [len(text) for text in texts]


@settings(deadline=None)
@given(st.text("ab ,;.", max_size=60), st.integers(1, 12))
def test_pieces_fit_and_hold_every_character_but_white_space(text, limit):
    pieces = split_overlong(text, limit=limit, count=characters)
    assert pieces
    if len(text) > limit:
        assert all(len(piece) <= limit for piece in pieces if piece.strip())
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_cuts_come_after_strong_pauses_before_commas_before_spaces():
    text = "un deux, trois ; quatre cinq, six"
    assert split_overlong(text, limit=17, count=characters) == (
        "un deux, trois ;",
        "quatre cinq, six",
    )
    assert split_overlong("un deux, trois", limit=9, count=characters) == ("un deux,", "trois")
    assert split_overlong("un deux trois", limit=7, count=characters) == ("un deux", "trois")
    assert split_overlong("unité", limit=2, count=characters) == ("un", "i", "té")


def test_a_megabyte_in_one_sentence_is_cut_in_few_counts():
    counted = []

    def count(texts):
        counted.extend(texts)
        return [len(text.split()) for text in texts]

    pieces = split_overlong("mot " * 250_000, limit=500, count=count)
    assert len(pieces) == 500
    assert len(counted) < 500 * 25


# --- the guard -----------------------------------------------------------------------


class Scripted:
    """An engine that answers from a table of (source, decoding) and remembers its calls."""

    name = "scripted"
    fingerprint = "f"
    abilities = Abilities(hints=True)
    max_source_tokens = 40
    decoding = Decoding(beam=4, length_penalty=0.2)

    def __init__(self, answer):
        self.answer = answer
        self.calls = []

    def count_tokens(self, sources):
        return [len(source.split()) for source in sources]

    def translate(self, batch):
        self.calls.append(list(batch))
        return [
            tuple(
                Hypothesis(text=t, score=-1.0) for t in self.answer(request)[: request.hypotheses]
            )
            for request in batch
        ]


LOOP = LOOPS[0]


def test_a_sound_answer_costs_one_call_and_is_passed_on_untouched():
    engine = Scripted(lambda request: [GOOD])
    answers = GuardedEngine(engine).translate([Request(source=SOURCE)] * 2)
    assert answers == [(Hypothesis(text=GOOD, score=-1.0),)] * 2
    assert len(engine.calls) == 1


def test_only_the_failed_request_is_decoded_again_with_repetition_forbidden():
    engine = Scripted(
        lambda request: [GOOD] if request.decoding or "loi" not in request.source else [LOOP]
    )
    hint = (Hint(source="loi", target="law"),)
    bad = Request(source=SOURCE, hints=hint, banned=("bill",))
    answers = GuardedEngine(engine).translate([Request(source="Le ministre parle."), bad])
    assert [a[0].text for a in answers] == [GOOD, GOOD]
    assert [a[0].flags for a in answers] == [("length",), ()]
    firm = Decoding(beam=4, length_penalty=0.2, no_repeat_ngram=3, repetition_penalty=1.2)
    assert engine.calls[1][-1] == replace(bad, decoding=firm)


def test_the_second_retry_changes_the_search():
    engine = Scripted(lambda r: [GOOD] if r.decoding and r.decoding.beam == 1 else [LOOP])
    (answer,) = GuardedEngine(engine).translate([Request(source=SOURCE)])
    assert (answer[0].text, answer[0].flags, len(engine.calls)) == (GOOD, (), 3)


def test_retries_start_from_the_requests_own_decoding():
    own = Decoding(beam=1, length_penalty=0.7)
    engine = Scripted(lambda request: [""])
    GuardedEngine(engine).translate([Request(source=SOURCE, decoding=own)])
    assert [call[0].decoding for call in engine.calls] == [own, *retry_decodings(own)]
    assert [d.beam for d in retry_decodings(own)] == [1, 4]


def test_what_cannot_be_mended_is_kept_at_its_least_bad_and_flagged():
    engine = Scripted(lambda r: ["Law."] if r.decoding and r.decoding.beam == 4 else [LOOP])
    (answer,) = GuardedEngine(engine).translate([Request(source=SOURCE)])
    assert (answer[0].text, answer[0].flags) == ("Law.", ("length",))


def test_a_sound_hypothesis_of_the_list_goes_before_a_failed_one_without_a_retry():
    engine = Scripted(lambda request: [LOOP, "", GOOD, GOOD + " "])
    (answer,) = GuardedEngine(engine).translate([Request(source=SOURCE, hypotheses=4)])
    assert [h.text for h in answer] == [GOOD, GOOD + " ", LOOP, ""]
    assert [h.flags for h in answer] == [(), (), ("loop",), ("empty",)]
    assert len(engine.calls) == 1


def test_a_sentence_longer_than_the_model_reads_is_cut_and_says_so():
    engine = Scripted(lambda request: [request.source.upper()])
    long = "un chat ; " * 30
    (short, cut) = GuardedEngine(engine).translate(
        [Request(source="chat"), Request(source=long.strip(), hypotheses=3)]
    )
    assert short[0].flags == ()
    assert cut[0].text == long.strip().upper()
    assert "split" in cut[0].flags
    assert all(len(r.source.split()) <= 40 for call in engine.calls for r in call)


def test_the_guard_shows_its_engine_and_has_a_fingerprint_of_its_own():
    guard = GuardedEngine(Scripted(lambda request: [GOOD]))
    assert (guard.name, guard.abilities, guard.max_source_tokens) == (
        "scripted",
        Abilities(hints=True),
        40,
    )
    assert guard.decoding == Scripted.decoding
    assert guard.fingerprint != "f"
