"""The argos engine on a real, tiny package: argostranslate's own answers, in large batches."""

import importlib.util
import json
import math
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.engines.argos import ARGOS_DECODING, ArgosEngine, ArgosPackage, load_tokenizer
from pipeline.engines.ct2.core import mean_log_probability
from pipeline.engines.ct2.pieces import banned_sequences
from pipeline.engines.guard import GuardedEngine
from pipeline.errors import EngineError, ModelDamaged, ModelMissing
from pipeline.records import Decoding, Request

TESTS = Path(__file__).parents[1]
ARCHIVE = TESTS / "data" / "argos" / "tiny-fr-en.argosmodel"

# The last ones are outside the little that the package knows; they hold unknown characters,
# an underscore and white space, on which argostranslate has ways of its own.
SENTENCES = (
    "Le ministre a annoncé une nouvelle loi hier.",
    "Selon Marie, OpenAI a présenté un modèle d’intelligence artificielle.",
    "« Les syndicats ont refusé la réforme des retraites », a déclaré Mme Dupont.",
    "Hier soir, l’entreprise a critiqué la fermeture de l’usine, mais le maire a reporté deux"
    " projets au Parlement.",
    "Pourquoi Elon Musk a financé une offre de rachat ?",
    "Les chercheurs n’ont pas encore voté le budget à Bruxelles.",
    "Le chat dort sur la table.",
    "L’entreprise n’a pas signé 三 accords avec 株式会社 hier.",
    "  Meta_IA   a   signé un accord ",
    "Bonjour !",
    "42",
)


@pytest.fixture(scope="module")
def package(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("packages")
    with zipfile.ZipFile(ARCHIVE) as archive:
        archive.extractall(folder)
    return folder / "translate-fr_en-1_0"


@pytest.fixture(scope="module")
def engine(package) -> ArgosEngine:
    return ArgosEngine(package, threads=2)


@pytest.fixture(scope="module")
def builder():
    spec = importlib.util.spec_from_file_location("build", TESTS / "build_argos_package.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ask(engine, sources, **options):
    return engine.translate([Request(source=source, **options) for source in sources])


def first(answers) -> list[str]:
    return [answer[0].text for answer in answers]


# --- equal to argostranslate ---------------------------------------------------------

# Runs in a process of its own: importing argostranslate creates folders. Its sentence
# splitter would download a model, so it gets one that splits nothing; the translator is
# watched, not changed, to learn how many tokens each hypothesis has.
REFERENCE = """
import json, sys
from argostranslate import translate

class Whole:
    def split_sentences(self, text):
        return [text]

class Watched:
    def __init__(self, inner):
        self.inner = inner
    def translate_batch(self, *arguments, **options):
        self.results = self.inner.translate_batch(*arguments, **options)
        return self.results

sentences, wanted = json.load(sys.stdin)
translation = translate.get_translation_from_codes("fr", "en").underlying
translation.sentencizer = Whole()
translation.hypotheses("a", 1)
translation.translator = Watched(translation.translator)
rows = []
for sentence in sentences:
    found = translation.hypotheses(sentence, wanted)
    lengths = [len(tokens) for tokens in translation.translator.results[0].hypotheses]
    rows.append([[h.value, h.score, n] for h, n in zip(found, lengths, strict=True)])
print(json.dumps(rows))
"""


def argostranslate_says(package, sentences, *, wanted, beam, home):
    environment = os.environ | {
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "ARGOS_PACKAGES_DIR": str(package.parent),
        "ARGOS_BEAM_SIZE": str(beam),
    }
    answer = subprocess.run(
        [sys.executable, "-c", REFERENCE],
        input=json.dumps([sentences, wanted]),
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    return json.loads(answer.stdout)


def assert_equal_to_argostranslate(package, sentences, *, wanted, beam, home, forced=0):
    reference = argostranslate_says(package, sentences, wanted=wanted, beam=beam, home=home)
    ours = ask(
        ArgosEngine(package, decoding=replace(ARGOS_DECODING, beam=beam)),
        sentences,
        hypotheses=wanted,
    )
    for sentence, theirs, answer in zip(sentences, reference, ours, strict=True):
        assert [h.text for h in answer] == [text for text, _, _ in theirs], sentence
        for hypothesis, (_, score, tokens) in zip(answer, theirs, strict=True):
            ended = tokens < 256
            expected = mean_log_probability(score, tokens + ended, 0.2, forced=forced)
            assert hypothesis.score == expected, "to the last bit"


@pytest.mark.slow
@pytest.mark.parametrize(("wanted", "beam"), [(1, 4), (1, 1), (4, 4), (6, 2)])
def test_texts_and_scores_are_argostranslates_own(package, tmp_path, wanted, beam):
    assert_equal_to_argostranslate(
        package, list(SENTENCES), wanted=wanted, beam=beam, home=tmp_path
    )


BPE_CODES = "#version: 0.2\nl e</w>\nm i\nmi n\nu n\nun e</w>\no u\na n\nn o\n"


def build_bpe_package(folder: Path, builder, prefix: str = "") -> Path:
    """A package with BPE and random weights: its English is noise, but it is a package."""
    letters = "abcdefghijklmnopqrstuvwxyzLÀéèàôç.,'_"
    merged = ["le", "mi@@", "min@@", "une", "un@@", "ou@@", "an@@", "no@@", prefix]
    tokens = [*letters, *(f"{c}@@" for c in letters), *merged]
    vocabulary = [*builder.SPECIALS, *dict.fromkeys(t for t in tokens if t)]
    weights = builder.random_weights(len(vocabulary), layers=1, width=32, seed=5, output_tokens=12)
    package = folder / "translate-fr_en-1_0"
    builder.save_model(package / "model", weights, vocabulary, layers=1, heads=2)
    (package / "bpe.model").write_text(BPE_CODES, encoding="utf-8")
    table = {
        "package_version": "1.0",
        "argos_version": "1.9",
        "from_code": "fr",
        "from_name": "French",
        "to_code": "en",
        "to_name": "English",
        "target_prefix": prefix,
    }
    (package / "metadata.json").write_text(json.dumps(table), encoding="utf-8")
    return package


@pytest.mark.slow
@pytest.mark.parametrize("prefix", ["", "zz", "__en__"])
def test_bpe_packages_and_target_prefixes_are_treated_as_argostranslate_does(
    tmp_path, builder, prefix
):
    package = build_bpe_package(tmp_path / "packages", builder, prefix)
    sentences = ["Le ministre l'a annoncé, une loi.", "À nous « le » minou", "x"]
    assert_equal_to_argostranslate(
        package, sentences, wanted=3, beam=4, home=tmp_path / "home", forced=1 if prefix else 0
    )


# --- requests --------------------------------------------------------------------------


def test_known_sentences_come_out_in_english(engine):
    texts = first(ask(engine, SENTENCES[:3]))
    assert "a new law yesterday." in texts[0]
    assert texts[1].startswith("According to Marie, OpenAI ")
    assert texts[2].endswith("the pension reform,” said Ms Dupont.")


def test_hypotheses_are_as_many_as_asked_and_differ(engine):
    (answer,) = ask(engine, SENTENCES[:1], hypotheses=4)
    assert len({h.text for h in answer}) == 4
    assert all(h.score < 0 and h.flags == () for h in answer)


def test_a_sentence_is_translated_to_the_last_bit_alike_whatever_its_company(package, engine):
    alone = [ask(engine, [sentence], hypotheses=2)[0] for sentence in SENTENCES]
    many = [i * 7 % len(SENTENCES) for i in range(50)]
    assert ask(engine, [SENTENCES[i] for i in many], hypotheses=2) == [alone[i] for i in many]
    other = ArgosEngine(package, threads=1, batch_tokens=200)
    # Words left out one by one: many sentences of equal length, in batches of several.
    words = SENTENCES[3].split()
    alike = [" ".join(words[:i] + words[i + 1 :]) for i in range(len(words))]
    assert ask(other, alike) == [ask(engine, [sentence])[0] for sentence in alike]


def test_padded_batches_give_the_same_texts_and_nearly_the_same_scores(package, engine):
    wanted = ask(engine, SENTENCES, hypotheses=2)
    for batch_tokens in (32, 200, 10_000):
        other = ArgosEngine(package, batch_tokens=batch_tokens, exact=False)
        answers = ask(other, SENTENCES, hypotheses=2)
        assert [[h.text for h in a] for a in answers] == [[h.text for h in a] for a in wanted]
        assert [h.score for a in answers for h in a] == pytest.approx(
            [h.score for a in wanted for h in a], abs=1e-3
        )
    assert other.fingerprint != engine.fingerprint


def test_a_request_may_bring_its_own_decoding(package, engine):
    greedy = Decoding(beam=1, length_penalty=0.2)
    mixed = engine.translate(
        [Request(source=s, decoding=d) for s in SENTENCES for d in (None, greedy)]
    )
    assert first(mixed[0::2]) == first(ask(engine, SENTENCES))
    assert first(mixed[1::2]) == first(ask(ArgosEngine(package, decoding=greedy), SENTENCES))


def test_forbidden_repetition_reaches_the_model(engine):
    source = " ".join(["Le ministre a signé un accord,"] * 6)
    free = first(ask(engine, [source]))[0]
    firm = first(ask(engine, [source], decoding=Decoding(beam=4, no_repeat_ngram=3)))[0]
    assert free != firm
    words = firm.split()
    triples = list(zip(words, words[1:], words[2:], strict=False))
    assert len(set(triples)) == len(triples)


def test_an_empty_or_blank_source_gives_an_empty_text(engine):
    assert first(ask(engine, ["", "   ", SENTENCES[0]]))[:2] == ["", ""]


def test_no_requests_give_no_answers(engine):
    assert list(engine.translate([])) == []


def test_a_sentence_longer_than_the_model_reads_is_refused_and_the_guard_cuts_it(engine):
    long = "Le ministre a signé un accord ; " * 100
    assert engine.count_tokens([long])[0] > engine.max_source_tokens
    with pytest.raises(EngineError, match="the model reads 512") as caught:
        ask(engine, [SENTENCES[0], long])
    assert caught.value.place.startswith("Le ministre a signé")
    (answer,) = ask(GuardedEngine(engine), [long])
    assert "split" in answer[0].flags
    assert answer[0].text.count("signed") >= 8, "every piece of 120 tokens is there"


def test_token_counts_are_those_of_the_model(engine, package):
    tokenizer = load_tokenizer(package, source="fr", target="en")
    assert engine.count_tokens(SENTENCES) == [len(tokenizer.encode(s)) for s in SENTENCES]


@pytest.mark.disable_socket
def test_translating_opens_no_socket(package):
    assert first(ask(ArgosEngine(package), SENTENCES[:1]))[0]


# --- banned strings ----------------------------------------------------------------------


@pytest.mark.parametrize("banned", ["law", "LAW", "a new law", "minister", "announced"])
def test_a_banned_string_is_in_no_hypothesis_in_any_casing(engine, banned):
    assert banned.lower() in first(ask(engine, SENTENCES[:1]))[0].lower()
    (answer,) = ask(engine, SENTENCES[:1], banned=(banned,), hypotheses=3)
    assert answer
    for hypothesis in answer:
        assert banned.lower() not in hypothesis.text.lower()


def test_a_string_that_begins_no_token_can_be_banned_too(engine):
    # After the opening quotation mark "The" stands inside a word.
    free = first(ask(engine, SENTENCES[2:3]))[0]
    assert free.startswith("“The ")
    (answer,) = ask(engine, SENTENCES[2:3], banned=("the",))
    assert not {"the", "“the"} & set(answer[0].text.lower().split())


def test_a_ban_touches_only_its_own_request(engine):
    free = first(ask(engine, SENTENCES[:3]))
    mixed = engine.translate(
        [
            Request(source=SENTENCES[0]),
            Request(source=SENTENCES[0], banned=("minister",)),
            Request(source=SENTENCES[1], banned=("nowhere",)),
            Request(source=SENTENCES[2]),
        ]
    )
    assert first(mixed)[0] == free[0]
    assert "minister" not in first(mixed)[1]
    assert first(mixed)[2:] == free[1:]


def test_banned_sequences_hold_every_casing_and_only_the_models_own_tokens(package):
    family = ArgosPackage(package)
    vocabulary = family.vocabulary
    sequences = banned_sequences(["minister", "株式会社", " "], family.cut, vocabulary)
    spelled = {family.decode(list(s)) for s in sequences}
    assert {"minister", "Minister", "MINISTER"} >= spelled >= {"minister"}
    assert len(sequences) > 1, "more than one way of cutting the word"
    assert all(vocabulary.issuperset(sequence) for sequence in sequences)


# --- identity and damage -------------------------------------------------------------------


def test_the_fingerprint_follows_weights_and_options_and_nothing_else(package, engine, tmp_path):
    copy = shutil.copytree(package, tmp_path / "copy")
    assert ArgosEngine(copy, threads=1).fingerprint == engine.fingerprint
    other = ArgosEngine(package, decoding=replace(ARGOS_DECODING, beam=5))
    assert other.fingerprint != engine.fingerprint
    metadata = json.loads((copy / "metadata.json").read_text("utf-8"))
    (copy / "metadata.json").write_text(json.dumps(metadata | {"target_prefix": "▁The"}))
    assert ArgosEngine(copy).fingerprint != engine.fingerprint


def test_what_the_engine_says_of_itself(engine):
    assert (engine.name, list(engine.abilities)) == ("argos", ["scores", "nbest", "bans", "exact"])
    assert engine.decoding == Decoding(beam=4, length_penalty=0.2)


@pytest.mark.parametrize(
    ("member", "content", "error"),
    [
        ("metadata.json", None, ModelMissing),
        ("metadata.json", b"{", ModelDamaged),
        ("sentencepiece.model", None, ModelDamaged),
        ("sentencepiece.model", b"not a model", ModelDamaged),
        ("model/model.bin", None, ModelDamaged),
        ("model/model.bin", b"", ModelDamaged),
        ("model/model.bin", "half", ModelDamaged),
        ("model/shared_vocabulary.json", None, ModelDamaged),
        ("model/shared_vocabulary.json", b"[", ModelDamaged),
        ("model/config.json", b"{", ModelDamaged),
    ],
)
def test_a_damaged_package_is_named_with_a_next_step(package, tmp_path, member, content, error):
    copy = shutil.copytree(package, tmp_path / "copy")
    path = copy / member
    if content is None:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:500_000] if content == "half" else content)
    with pytest.raises(error) as caught:
        ArgosEngine(copy)
    assert str(copy) in caught.value.place
    assert "install" in caught.value.next_step


def test_the_mean_log_probability_undoes_the_length_penalty():
    # 10 tokens and the end token, together -5.5: CTranslate2 reports the sum over 11^0.2.
    assert mean_log_probability(-5.5 / 11**0.2, 11, 0.2) == pytest.approx(-0.5)
    assert mean_log_probability(-5.5, 11, 0.0) == pytest.approx(-0.5)
    assert mean_log_probability(-0.5, 11, 1.0) == pytest.approx(-0.5)
    assert mean_log_probability(-5.0 / 11**0.2, 11, 0.2, forced=1) == pytest.approx(-0.5)
    assert math.isfinite(mean_log_probability(0.0, 0, 0.2))
