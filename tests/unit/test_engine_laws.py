"""What every engine keeps, whatever is behind it: the protocol's laws, one suite for all."""

from __future__ import annotations

import math
import zipfile
import zlib
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import ct2_models
import firefox_models
import gguf_models
import pytest
from chat_servers import serving
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.engines import Abilities, GuardedEngine
from pipeline.engines.argos import ARGOS_DECODING, ArgosEngine
from pipeline.engines.bundled import BundledEngine
from pipeline.engines.chat.engine import ServerEngine
from pipeline.engines.ct2.core import TranslatorEngine
from pipeline.engines.ct2.engine import Ct2Engine
from pipeline.engines.ct2.families import FAMILIES
from pipeline.engines.ct2.pieces import find_banned
from pipeline.engines.firefox import FirefoxEngine
from pipeline.engines.llama import LlamaEngine
from pipeline.errors import EngineError
from pipeline.models import Store, default_root, ready_model
from pipeline.records import Decoding, Hint, Request

ARCHIVE = Path(__file__).parents[1] / "data" / "argos" / "tiny-fr-en.argosmodel"
ENGINES = [
    "argos",
    *(f"ct2-{name}" for name in FAMILIES),
    "ct2-nllb-float",  # not quantised
    "server",  # a fake one
    pytest.param(
        "llama",
        marks=[
            pytest.mark.slow,  # letters by chance have no end
            pytest.mark.skipif(
                find_spec("xllamacpp") is None,
                reason="xllamacpp is not installed (the extra [llama])",
            ),
        ],
    ),
    pytest.param(
        "firefox",
        marks=pytest.mark.skipif(
            find_spec("fxtranslate") is None,
            reason="fxtranslate is not installed (the extra [firefox])",
        ),
    ),
    "fake",
    pytest.param("bundled", marks=pytest.mark.slow),
]
SENTENCES = (
    "Le ministre a annoncé une nouvelle loi hier.",
    "Selon Marie, OpenAI a présenté un modèle d’intelligence artificielle.",
    "« Les syndicats ont refusé la réforme des retraites », a déclaré Mme Dupont.",
    "Les chercheurs n’ont pas encore voté le budget à Bruxelles.",
    "Le chat dort sur la table.",
    "Bonjour !",
    "42 株",
)
BEAM = Decoding(beam=3, length_penalty=1.0)
GREEDY = Decoding(beam=1, length_penalty=1.0)


def crc32(prompt):
    return zlib.crc32(prompt.encode())


@pytest.fixture(scope="module")
def stack():
    """Close what was opened at the end."""
    with ExitStack() as opened:
        yield opened


@pytest.fixture(scope="module")
def opener(tmp_path_factory, fake_engine_class, stack):
    """Open an engine by name, anew at each call: ``opener(name, decoding=None)``."""
    made: dict[str, Path] = {}
    told = stack.enter_context(serving(lambda prompt, _: f"The mayor read page {crc32(prompt)}."))

    def call(name, decoding=None):
        more = {} if decoding is None else {"decoding": decoding}
        if name == "fake":
            fingerprint = f"fake {decoding}"
            return fake_engine_class(fingerprint=fingerprint, **more)
        if name == "server":
            return ServerEngine(told.url, **more)
        if name == "llama":
            path = made.setdefault(name, tmp_path_factory.getbasetemp() / "laws.gguf")
            engine = LlamaEngine(str(path if path.is_file() else gguf_models.build(path)), **more)
            stack.callback(engine._child.stop)
            return engine
        if name == "bundled":
            path = ready_model(Store(default_root()), "bundled", progress=print).path
            return BundledEngine(path, threads=2, **more)
        if name not in made:
            root = made[name] = tmp_path_factory.mktemp(name)
            if name == "argos":
                with zipfile.ZipFile(ARCHIVE) as archive:
                    archive.extractall(root)
                made[name] = root / "translate-fr_en-1_0"
            elif name == "firefox":
                firefox_models.build(root)
            else:
                quantization = None if name.endswith("-float") else "int8"
                ct2_models.build(root, name.split("-")[1], quantization=quantization)
        if name == "argos":
            return ArgosEngine(made[name], threads=1, **more)
        if name == "firefox":
            return FirefoxEngine(str(made[name]), threads=2, **more)
        return Ct2Engine(made[name], threads=1, family=name.split("-")[1], **more)

    return call


@pytest.fixture(scope="module")
def engines(opener):
    """Open each engine once."""
    return cache(opener)


@pytest.fixture
def engine(request, engines):
    return engines(request.param)


every = pytest.mark.parametrize("engine", ENGINES, indirect=True)


def some(engine):
    """As many sentences as an engine is quick."""
    return SENTENCES[:2] if engine.name in ("bundled", "llama") else SENTENCES


def quick(engine):
    """As many examples as an engine is quick."""
    number = 1 if engine.name in ("bundled", "llama") else 12
    return settings(max_examples=number, deadline=None, suppress_health_check=list(HealthCheck))


requests = st.builds(
    Request,
    source=st.sampled_from(SENTENCES),
    hypotheses=st.sampled_from([1, 1, 3]),
    decoding=st.sampled_from([None, GREEDY, BEAM]),
)


@every
def test_it_says_what_it_is(engine):
    assert engine.name
    assert isinstance(engine.fingerprint, str)
    assert len(engine.fingerprint) > 3
    assert isinstance(engine.abilities, Abilities)
    if isinstance(engine, TranslatorEngine):
        assert engine.abilities.exact == ("int8" in engine._translator.compute_type)
    assert engine.max_source_tokens > 0
    assert engine.decoding.beam >= 1


@every
def test_as_many_answers_as_requests_in_order_and_alike_each_time(engine):
    @quick(engine)
    @given(st.lists(requests, max_size=7))
    def law(batch):
        answers = list(engine.translate(batch))
        assert len(answers) == len(batch)
        for request, answer in zip(batch, answers, strict=True):
            assert isinstance(answer, tuple)
            assert 1 <= len(answer) <= request.hypotheses
        assert list(engine.translate(batch)) == answers
        by_request = dict(zip(batch, answers, strict=True))
        assert [by_request[r] for r in batch] == answers, "equal requests, equal answers"
        if engine.abilities.exact:
            again = list(engine.translate(batch[::-1]))
            assert again[::-1] == answers, "to the last bit, whatever the order"

    law()


@every
def test_where_it_is_exact_company_makes_no_difference(engine):
    if not engine.abilities.exact:
        pytest.skip("this engine does not say that it is exact")

    @quick(engine)
    @given(st.lists(requests, min_size=1, max_size=9))
    def law(batch):
        assert [engine.translate([r])[0] for r in batch] == list(engine.translate(batch))

    law()


@every
def test_texts_are_one_line_and_hold_no_token(engine):
    for answer in engine.translate([Request(source=s, hypotheses=3) for s in some(engine)]):
        for hypothesis in answer:
            assert "\n" not in hypothesis.text
            assert not any(sign in hypothesis.text for sign in ("▁", "⁇", "<unk>", "</s>"))


@every
def test_more_hypotheses_come_where_it_says_so_best_first(engine):
    asked = [Request(source=s, hypotheses=4, decoding=BEAM) for s in some(engine)]
    answers = engine.translate(asked)
    if engine.abilities.nbest:
        assert all(len(answer) == 4 for answer in answers)
        assert max(len({h.text for h in answer}) for answer in answers) > 1
    else:
        assert all(len(answer) == 1 for answer in answers)
    for answer in answers:
        scores = [h.score for h in answer]
        if engine.abilities.scores:
            assert all(s is not None and math.isfinite(s) and s <= 0 for s in scores)
            assert scores == sorted(scores, reverse=True)
    # Asking for more never makes the first worse; a wider search may find a better one.
    assert len(engine.translate([Request(source=SENTENCES[0], hypotheses=1)])[0]) == 1


@every
def test_bans_are_kept_where_it_says_so_and_touch_nothing_else(engine):
    asked = [Request(source=s, hypotheses=2) for s in some(engine)]
    free = list(engine.translate(asked))
    words = [max(answer[0].text.split() or ["x"], key=len).strip("[].,!?“”") for answer in free]
    banned = [replace(r, banned=(w,)) for r, w in zip(asked, words, strict=True)]
    mixed = list(engine.translate([*banned, *asked]))
    if engine.abilities.exact:
        assert mixed[len(asked) :] == free
    if not engine.abilities.bans or engine.name == "fake":  # which knows but one way to say it
        return
    kept = [not find_banned(a[0].text, (w,)) for a, w in zip(mixed, words, strict=False)]
    assert sum(kept) >= len(kept) - 1, [a[0].text for a in mixed[: len(words)]]


@every
def test_hints_are_taken_or_make_no_difference(engine):
    plain = [Request(source=s) for s in some(engine)]
    told = [replace(r, hints=(Hint(source="loi", target="statute"),)) for r in plain]
    answers = list(engine.translate(told))
    assert len(answers) == len(told)
    if not engine.abilities.hints:
        assert answers == list(engine.translate(plain))


@every
def test_nothing_and_next_to_nothing_can_be_asked(engine):
    assert list(engine.translate([])) == []
    assert engine.count_tokens([]) == []
    strange = [
        "",
        " ",
        "\u00a0",
        "…",
        "?!",
        "a" * 99,
        "é" * 60,
        "🙂",
        "\u202e",
        "\ufeffx",
        "<2en>",
    ]
    strange = strange if some(engine) == SENTENCES else strange[:5]
    answers = engine.translate([Request(source=s) for s in strange])
    assert len(answers) == len(strange)
    assert len(engine.count_tokens(strange)) == len(strange)
    assert all(count >= 0 for count in engine.count_tokens(strange))
    assert engine.count_tokens(SENTENCES[:1])[0] > 3


@every
def test_a_sentence_beyond_the_limit_is_named_and_the_guard_cuts_it(engine):
    long = "Le ministre a signé un accord ; " * 3
    while engine.count_tokens([long])[0] <= engine.max_source_tokens:
        long += long
    if isinstance(engine, TranslatorEngine):
        with pytest.raises(EngineError, match=f"reads {engine.max_source_tokens}") as caught:
            engine.translate([Request(source=SENTENCES[0]), Request(source=long)])
        assert caught.value.place.startswith("Le ministre a signé")
        assert caught.value.next_step
    short, cut = GuardedEngine(engine).translate(
        [Request(source=SENTENCES[0], decoding=GREEDY), Request(source=long, decoding=GREEDY)]
    )
    assert "split" in cut[0].flags
    assert "split" not in short[0].flags


@pytest.mark.parametrize("name", ENGINES)
def test_equal_fingerprint_equal_answers_and_other_options_another(name, engines, opener):
    first, again = engines(name), opener(name)
    asked = [Request(source=s, hypotheses=2) for s in some(first)]
    assert again.fingerprint == first.fingerprint
    assert list(again.translate(asked)) == list(first.translate(asked))
    if name in ("server", "llama", "firefox"):  # other options mean another way of asking
        return
    options = [GREEDY, BEAM, replace(BEAM, length_penalty=0.5), replace(BEAM, no_repeat_ngram=3)]
    prints = [opener(name, decoding).fingerprint for decoding in options]
    assert len({first.fingerprint, *prints}) == 1 + len(options)


@every
def test_a_requests_own_decoding_is_taken(engine):
    asked = [Request(source=s) for s in some(engine)]
    own = [replace(r, decoding=engine.decoding) for r in asked]
    assert list(engine.translate(own)) == list(engine.translate(asked))


def test_the_suite_knows_every_engine_of_ours():
    from pipeline.engines import ENGINES as registered

    told = {p if isinstance(p, str) else p.values[0] for p in ENGINES}
    assert {name.partition("-")[0] for name in told} == {*registered.built_in, "fake"}
    assert ARGOS_DECODING.length_penalty == 0.2
