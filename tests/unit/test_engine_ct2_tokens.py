"""What ct2 models are fed and how their answers are read: as `transformers` and argos do."""

from __future__ import annotations

import json
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import ct2_models
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.engines.argos import ArgosEngine, ArgosPackage
from pipeline.engines.ct2.engine import Ct2Engine
from pipeline.engines.ct2.families import FAMILIES
from pipeline.engines.ct2.pieces import find_banned
from pipeline.records import Decoding, Request

ARCHIVE = Path(__file__).parents[1] / "data" / "argos" / "tiny-fr-en.argosmodel"
SENTENCES = (
    "Le ministre a annoncé une nouvelle loi hier.",
    "« Les syndicats ont refusé la réforme des retraites », a déclaré Mme Dupont.",
    "«\u202fNon\u202f», dit-il… L’été – comme l'hiver — coûte 12\u00a0345,90\u00a0€ ; “trop” !",
    "Selon Marie, OpenAI a présenté un modèle d’intelligence artificielle.",
    "  Deux   espaces, une tabulation\tet la ligature ﬁ.",
    "三 accords avec 株式会社, 100 % & <b>gras</b> #1 @nom __fort__ a_b",
    "x",
    "42",
    "?",
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("models")
    return {name: ct2_models.build(root / name, name) for name in FAMILIES}


@pytest.fixture(scope="module")
def engines(folders):
    return {name: Ct2Engine(path, threads=1, family=name) for name, path in folders.items()}


def reference(name: str, folder: Path):
    """The tokenizer of `transformers` on a family's own files."""
    import transformers as t

    model = str(folder / ct2_models.TOKENIZER.get(name, "sentencepiece.bpe.model"))
    vocab = str(folder / "vocab.json")
    if name == "marian":
        pair = (str(folder / "source.spm"), str(folder / "target.spm"))
        return t.MarianTokenizer(*pair, vocab, source_lang="fr", target_lang="en")
    if name == "nllb":
        return t.NllbTokenizer(model, src_lang="fra_Latn", tgt_lang="eng_Latn")
    if name == "m2m100":
        return t.M2M100Tokenizer(vocab, model, src_lang="fr", tgt_lang="en")
    if name == "small100":  # its own tokenizer is M2M-100's with the target's mark
        return t.M2M100Tokenizer(vocab, model, src_lang="en")
    if name == "madlad":
        return t.T5Tokenizer(model, extra_ids=0, legacy=True)
    return t.MBart50Tokenizer(model, src_lang="fr_XX", tgt_lang="en_XX")


def moses(text: str) -> str:
    from sacremoses import MosesPunctNormalizer

    wide = text.replace("\u202f", "\u00a0")
    return MosesPunctNormalizer("fr", norm_numbers=False).normalize(wide)


def fed(name: str, tokenizer, text: str) -> list[str]:
    given = moses(text) if name in ("marian", "nllb") else text
    given = f"<2en> {given}" if name == "madlad" else given
    return tokenizer.convert_ids_to_tokens(tokenizer(given).input_ids)


def known(tokens, engine) -> list[str]:
    """Tokens as CTranslate2 reads them: those that it has not are the unknown one."""
    vocabulary = engine._family.vocabulary
    return [token if token in vocabulary else "<unk>" for token in tokens]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", FAMILIES)
def test_what_a_model_is_fed_is_what_transformers_feeds_it(name, folders, engines):
    tokenizer = reference(name, folders[name])
    for text in SENTENCES:
        ours = known(engines[name]._family.encode(text), engines[name])
        assert ours == fed(name, tokenizer, text), text


# No two underscores (a language code of M2M-100), no < (a special token): `transformers` reads
# them as marks wherever they stand; in an article they are text.
letters = st.characters(
    blacklist_categories=("Cs", "Cc", "Cf", "Zl", "Zp"), blacklist_characters="<▁_"
)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", FAMILIES)
def test_that_holds_for_any_text(name, folders, engines):
    tokenizer = reference(name, folders[name])
    words = st.sampled_from(" ".join(SENTENCES[:5]).split())

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.one_of(words, st.text(letters, max_size=6)), min_size=1, max_size=8))
    def law(parts):
        text = " ".join(" ".join(parts).split())
        ours = engines[name]._family.encode(text)
        if not ours:
            assert not moses(text).strip()
            return
        assert known(ours, engines[name]) == fed(name, tokenizer, text)

    law()


@pytest.mark.parametrize("name", FAMILIES)
def test_marks_in_an_article_are_text(name, engines):
    family = engines[name]._family
    marks = {"</s>", "<s>", "<unk>", "<pad>", *ct2_models.CODES[name]} - {"<2fr>", "<2en>", "<2de>"}
    plain = family.encode("Bonjour")
    for mark in sorted(marks):
        tokens = family.encode(f"Bonjour {mark} {mark}")
        assert sum(t in marks for t in tokens) == sum(t in marks for t in plain), mark


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", FAMILIES)
def test_an_answer_is_read_as_transformers_reads_it(name, folders, engines):
    tokenizer, engine = reference(name, folders[name]), engines[name]
    for text in SENTENCES:
        (raw,) = engine._translator.translate_batch(
            [engine._family.encode(text)],
            target_prefix=[list(engine._family.prefix)],
            disable_unk=True,
        )
        ids = tokenizer.convert_tokens_to_ids(raw.hypotheses[0])
        theirs = tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        for code in ct2_models.CODES[name]:  # not all of them are special to `transformers`
            theirs = theirs.replace(code, "")
        assert engine._family.text(raw.hypotheses[0]) == theirs.strip()


@pytest.mark.parametrize("name", FAMILIES)
def test_the_language_written_is_asked_for_and_dropped(name, engines):
    family = engines[name]._family
    prefixes = {"nllb": ("eng_Latn",), "m2m100": ("__en__",), "mbart50": ("en_XX",)}
    assert family.prefix == prefixes.get(name, ())
    for answer in engines[name].translate([Request(source=s, hypotheses=3) for s in SENTENCES]):
        for hypothesis in answer:
            assert not any(code in hypothesis.text for code in ct2_models.CODES[name])
            assert "⁇" not in hypothesis.text
            assert "▁" not in hypothesis.text


@pytest.mark.parametrize("name", FAMILIES)
def test_a_score_is_the_mean_log_probability_of_what_was_chosen(name, engines):
    """Against the model's own probabilities, token by token."""
    engine = engines[name]
    family = engine._family
    for penalty in (0.0, 0.6, 1.0):
        decoding = Decoding(beam=3, length_penalty=penalty)
        # Without a prefix the first token may not be the end: the others have a little more.
        room = 1e-3 if family.prefix else 0.1
        for text in SENTENCES[:4]:
            (answer,) = engine.translate([Request(source=text, decoding=decoding)])
            source = family.encode(text)
            (raw,) = engine._translator.translate_batch(
                [source],
                target_prefix=[list(family.prefix)],
                beam_size=3,
                length_penalty=penalty,
                disable_unk=True,
            )
            (scored,) = engine._translator.score_batch([source], [raw.hypotheses[0]])
            own = scored.log_probs[len(family.prefix) :]
            assert answer[0].score == pytest.approx(sum(own) / len(own), abs=room), text


# --- the tests' package as a Marian model ------------------------------------------------


def with_eos(model: Path, value: bool) -> None:
    table = json.loads((model / "config.json").read_text("utf-8"))
    table["add_source_eos"] = value
    (model / "config.json").write_text(json.dumps(table), encoding="utf-8")


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The tests' package, told to add ``</s>`` to the source, as Marian models need it."""
    folder = tmp_path_factory.mktemp("packages")
    with zipfile.ZipFile(ARCHIVE) as archive:
        archive.extractall(folder)
    package = folder / "translate-fr_en-1_0"
    with_eos(package / "model", True)
    return package


PLAIN = (  # Moses leaves them as they are
    "Le ministre a annoncé une nouvelle loi hier.",
    "Hier soir, l'entreprise a critiqué la fermeture de l'usine, mais le maire a reporté deux"
    " projets au Parlement.",
    "Les chercheurs n'ont pas encore voté le budget à Bruxelles.",
    "Le chat dort sur la table.",
    "Bonjour !",
    "42",
    "",
)


@pytest.mark.parametrize("eos", [True, False])
@pytest.mark.parametrize("form", ["json", "txt", "two"])
def test_a_package_repacked_as_marian_answers_as_argos_does(
    package, tmp_path, monkeypatch, eos, form
):
    # Marian models are never asked for the unknown token.
    monkeypatch.setattr(ArgosPackage, "options", {"disable_unk": True})
    folder = shutil.copytree(package / "model", tmp_path / "opus-mt-fr-en")
    for side in ("source", "target"):
        shutil.copy(package / "sentencepiece.model", folder / f"{side}.spm")
    with_eos(folder, eos)
    vocabulary = folder / "shared_vocabulary.json"
    tokens = json.loads(vocabulary.read_text("utf-8"))
    if form == "txt":
        (folder / "shared_vocabulary.txt").write_text("\n".join(tokens) + "\n", encoding="utf-8")
    elif form == "two":
        for side in ("source", "target"):
            shutil.copy(vocabulary, folder / f"{side}_vocabulary.json")
    if form != "json":
        vocabulary.unlink()
    theirs = ArgosEngine(package, threads=1)
    ours = Ct2Engine(folder, threads=1, decoding=theirs.decoding)
    for options in (
        {},
        {"hypotheses": 4},
        {"decoding": Decoding(beam=1)},
        {"banned": ("law", "the"), "hypotheses": 2},
    ):
        asked = [Request(source=source, **options) for source in PLAIN]
        assert ours.translate(asked) == theirs.translate(asked), options
    lengths = [n + (not eos) for n in theirs.count_tokens(PLAIN[:-1])]
    assert ours.count_tokens(PLAIN[:-1]) == lengths


def test_the_end_of_the_source_matters(package, tmp_path):
    """Were it doubled or lost, the tests above would see it."""
    without = shutil.copytree(package, tmp_path / "without")
    with_eos(without / "model", False)
    asked = [Request(source=source) for source in PLAIN]
    assert ArgosEngine(without).translate(asked) != ArgosEngine(package).translate(asked)


def test_marian_models_that_write_many_languages_are_told_english(tmp_path):
    folder = ct2_models.build(tmp_path / "model", "marian")
    for codes, wanted in (
        ((), ()),
        ((">>eng<<",), (">>eng<<",)),
        ((">>fra<<", ">>eng<<"), (">>eng<<",)),
        ((">>en<<", ">>fr<<"), (">>en<<",)),
    ):
        path = folder / "shared_vocabulary.json"
        tokens = [t for t in json.loads(path.read_text("utf-8")) if not t.startswith(">>")]
        ids = [*tokens[: len(tokens) - len(codes)], *codes]
        path.write_text(json.dumps(ids), encoding="utf-8")
        family = Ct2Engine(folder, threads=1)._family
        assert family.encode("Bonjour")[: len(wanted)] == list(wanted)
        assert family.encode("Bonjour")[len(wanted)].startswith("▁")


@pytest.mark.parametrize("name", FAMILIES)
def test_bans_are_kept(name, engines):
    engine = engines[name]
    asked = [Request(source=s, hypotheses=2) for s in SENTENCES]
    free = engine.translate(asked)
    bans = [tuple(answer[0].text.split()[:1]) for answer in free]
    kept = engine.translate([replace(r, banned=b) for r, b in zip(asked, bans, strict=True)])
    broken = [a for a, b in zip(kept, bans, strict=True) if find_banned(a[0].text, b)]
    assert len(broken) <= 1
    assert kept != free
