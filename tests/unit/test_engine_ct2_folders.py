"""Folders as people have them: which engine and family they are for, and what is wrong."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import ct2_models
import pytest

from pipeline.config import Settings
from pipeline.engines.ct2.engine import Ct2Engine
from pipeline.engines.ct2.families import FAMILIES, family_of
from pipeline.engines.ct2.folder import read_folder
from pipeline.errors import ModelDamaged, ModelError, ModelMissing, PasserelleError, UsageError
from pipeline.models import Store
from pipeline.translate import check_model, open_engine

if TYPE_CHECKING:
    from pathlib import Path

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
VOCABULARY = "shared_vocabulary.json"


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    root = tmp_path_factory.mktemp("models")
    return {name: ct2_models.build(root / name, name) for name in FAMILIES}


@pytest.fixture
def copy(models, tmp_path):
    """Copy a family's model, to be broken."""
    return lambda family: shutil.copytree(models[family], tmp_path / "model")


# --- what can be done to a folder ---------------------------------------------------------


def without(*names):
    return lambda folder: [(folder / name).unlink() for name in names]


def only(*names):
    return lambda folder: [p.unlink() for p in folder.iterdir() if p.name not in names]


def holding(name, content):
    return lambda folder: (folder / name).write_bytes(content)


def configured(**values):
    def change(folder):
        table = json.loads((folder / "config.json").read_text("utf-8")) | values
        table = {key: value for key, value in table.items() if value != "absent"}
        (folder / "config.json").write_text(json.dumps(table), encoding="utf-8")

    return change


def renamed(**tokens):
    """Give vocabulary entries other names, ``old=new``; the first pieces where old is a number."""

    def change(folder):
        listed = json.loads((folder / VOCABULARY).read_text("utf-8"))
        for old, new in tokens.items():
            place = -int(old[1:]) if old[0] == "n" and old[1:].isdigit() else listed.index(old)
            listed[place] = new
        (folder / VOCABULARY).write_text(json.dumps(listed, ensure_ascii=False), encoding="utf-8")

    return change


def both(*changes):
    return lambda folder: [change(folder) for change in changes]


def swapped(folder):
    (folder / "source.spm").rename(folder / "x")
    (folder / "target.spm").rename(folder / "source.spm")
    (folder / "x").rename(folder / "target.spm")


def nested(folder):
    (folder / "inner").mkdir()
    for path in list(folder.iterdir()):
        if path.is_file():
            path.rename(folder / "inner" / path.name)


def half(folder):
    path = folder / "model.bin"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def respelled(old, new):
    def change(folder):
        path = folder / "model.bin"
        path.write_bytes(path.read_bytes().replace(old, new, 1))

    return change


def strange(folder):
    """Another language's tokenizer."""
    lines = ["Ένα δύο τρία τέσσερα πέντε έξι επτά οκτώ εννέα δέκα"] * 9
    (folder / "sentencepiece.bpe.model").write_bytes(ct2_models.pieces(lines))


def named(**table):
    return holding("tokenizer_config.json", json.dumps(table).encode())


BROKEN = [
    # family, what was done, error, what is said, what to do
    ("nllb", only(), ModelMissing, "no model of any engine", "model.bin or metadata.json"),
    ("nllb", without("model.bin"), ModelMissing, "model.bin is missing", "get the file again"),
    (
        "nllb",
        both(without("model.bin"), holding("pytorch_model.bin", b"x")),
        ModelMissing,
        "not converted for CTranslate2",
        "ct2-transformers-converter",
    ),
    (
        "marian",
        both(only(), holding("model.safetensors", b"x")),
        ModelMissing,
        "not converted for CTranslate2",
        "ct2-transformers-converter",
    ),
    ("nllb", nested, ModelMissing, "one folder further down", "inner"),
    ("nllb", holding("model.bin", LFS), ModelDamaged, "model.bin is a pointer", "git lfs pull"),
    ("nllb", holding("model.bin", b""), ModelDamaged, "model.bin is damaged", "convert the model"),
    ("nllb", holding("model.bin", b"GGUF" * 99), ModelDamaged, "model.bin is damaged", "again"),
    ("nllb", half, ModelDamaged, "cannot be loaded", "get the file again"),
    (
        "nllb",
        respelled(b"TransformerSpec", b"WhisperTestSpec"),
        ModelError,
        "WhisperTestSpec, not a translation model",
        "ENGINES.md",
    ),
    (
        "nllb",
        lambda folder: (folder / VOCABULARY).rename(folder / "vocabulary.json"),
        ModelError,
        "a language model, not a translation model",
        "ENGINES.md",
    ),
    ("nllb", without(VOCABULARY), ModelDamaged, "has no vocabulary", "convert the model again"),
    ("nllb", holding(VOCABULARY, b"["), ModelDamaged, "vocabulary cannot be read", "again"),
    ("nllb", holding(VOCABULARY, b"{}"), ModelDamaged, "vocabulary cannot be read", "again"),
    ("nllb", holding(VOCABULARY, b"\xff\xfe"), ModelDamaged, "vocabulary cannot be read", "again"),
    ("nllb", holding(VOCABULARY, b"[" * 9999), ModelDamaged, "vocabulary cannot be read", "again"),
    ("nllb", without("config.json"), ModelDamaged, "config.json is missing", "again"),
    ("nllb", holding("config.json", b"{"), ModelDamaged, "config.json cannot be read", "again"),
    ("nllb", holding("config.json", b"[]"), ModelDamaged, "holds no object", "again"),
    (
        "marian",
        configured(add_source_eos="absent"),
        ModelDamaged,
        "does not say whether the model does add_source_eos",
        'write "add_source_eos": false .* true .* ct2-marian-converter',
    ),
    ("nllb", configured(add_source_eos="yes"), ModelDamaged, "add_source_eos", "write"),
    ("nllb", configured(eos_token=3), ModelDamaged, "names no eos_token", "again"),
    (
        "nllb",
        without("sentencepiece.bpe.model"),
        ModelMissing,
        "holds no tokenizer",
        "copy sentencepiece.bpe.model into it",
    ),
    (
        "m2m100",
        both(without("sentencepiece.bpe.model"), holding("tokenizer.json", b"{}")),
        ModelMissing,
        "only as tokenizer.json",
        "copy sentencepiece.bpe.model into it",
    ),
    (
        "madlad",
        both(without("spiece.model"), holding("tokenizer.json", b"{}")),
        ModelMissing,
        "only as tokenizer.json",
        "copy spiece.model into it",
    ),
    ("marian", without("target.spm"), UsageError, "family is unknown", "--family: marian"),
    (
        "nllb",
        holding("sentencepiece.bpe.model", LFS),
        ModelDamaged,
        "sentencepiece.bpe.model is a pointer",
        "git lfs pull",
    ),
    (
        "nllb",
        holding("sentencepiece.bpe.model", b"no model"),
        ModelDamaged,
        "tokenizer sentencepiece.bpe.model cannot be read",
        "again",
    ),
    ("nllb", strange, ModelDamaged, "is another model's", "again"),
    (
        "nllb",
        holding("other.model", b"another"),
        UsageError,
        "several tokenizers: other.model, sentencepiece.bpe.model",
        "leave one",
    ),
    ("nllb", renamed(eng_Latn="x"), ModelError, "no English: eng_Latn", "into English"),
    ("nllb", renamed(fra_Latn="x"), ModelError, "no French: fra_Latn", "French into"),
    (
        "nllb",
        renamed(eng_Latn="x", fra_Latn="y"),
        ModelError,
        "NLLB-200 model has no French",
        "French into",
    ),
    ("m2m100", renamed(__en__="x"), ModelError, "no English: __en__", "into English"),
    ("mbart50", renamed(en_XX="x"), ModelError, "no English: en_XX", "into English"),
    ("madlad", renamed(**{"<2en>": "x"}), ModelError, "<2en> is not in its", "ENGINES.md"),
    (
        "madlad",
        renamed(**{"<2en>": "<extra_id_0>", "<2fr>": "<extra_id_1>", "<2de>": "<extra_id_2>"}),
        ModelError,
        "T5 model without <2en>",
        "ENGINES.md",
    ),
    (
        "mbart50",
        configured(decoder_start_token=None),
        ModelError,
        "it is mBART-25",
        "ENGINES.md",
    ),
    ("marian", swapped, ModelError, "reads English and writes French", "ENGINES.md"),
    (
        "marian",
        named(source_lang="en", target_lang="fr"),
        ModelError,
        "it writes fr, not English",
        "ENGINES.md",
    ),
    (
        "marian",
        named(source_lang="fr", target_lang="de"),
        ModelError,
        "it writes de, not English",
        "ENGINES.md",
    ),
    (
        "marian",
        named(source_lang="en", target_lang="en"),
        ModelError,
        "it reads en, not French",
        "ENGINES.md",
    ),
    (
        "marian",
        renamed(n1=">>fra<<", n2=">>ita<<"),
        ModelError,
        "it writes >>fra<<, >>ita<<, not English",
        "ENGINES.md",
    ),
    (
        "nllb",
        renamed(n1="__fr__"),
        UsageError,
        "may be of the families nllb, m2m100",
        "--family: nllb, m2m100",
    ),
    (
        "nllb",
        renamed(eng_Latn="x", fra_Latn="y", deu_Latn="z"),
        UsageError,
        "family is unknown",
        "--family: marian, nllb, m2m100, small100, madlad, mbart50",
    ),
]


@pytest.mark.parametrize(("family", "change", "error", "problem", "step"), BROKEN)
def test_a_folder_that_will_not_do_says_why_and_what_to_do(
    copy, tmp_path, family, change, error, problem, step
):
    folder = copy(family)
    change(folder)
    with pytest.raises(PasserelleError, match=problem) as caught:
        check_model(Settings.of(model=str(folder)), Store(tmp_path / "store", argos_folders=()))
    assert type(caught.value) is error
    assert caught.value.place.startswith(str(folder))
    assert re.search(step, caught.value.next_step), caught.value.next_step


SOUND = [
    ("nllb", holding("README.md", b"x"), "nllb"),
    ("nllb", holding("tokenizer.json", b"{"), "nllb"),
    ("nllb", holding("tokenizer_config.json", b"{"), "nllb"),
    ("marian", named(source_lang="fr", target_lang="en"), "marian"),
    ("marian", named(source_lang="roa", target_lang="eng"), "marian"),
    ("marian", named(source_lang="fra", target_lang=None), "marian"),
    ("marian", holding("tokenizer_config.json", b"["), "marian"),
    ("marian", configured(add_source_eos=True), "marian"),
    ("marian", renamed(n1=">>fra<<", n2=">>eng<<"), "marian"),
    ("small100", holding("README.md", b"x"), "m2m100"),
    ("madlad", renamed(**{"<2fr>": "x"}), "madlad"),
    (
        "nllb",
        lambda folder: (folder / "sentencepiece.bpe.model").rename(
            folder / "flores200_sacrebleu_tokenizer_spm.model"
        ),
        "nllb",
    ),
    (
        "m2m100",
        lambda folder: (folder / "sentencepiece.bpe.model").rename(folder / "spm.128k.model"),
        "m2m100",
    ),
    (
        "nllb",
        lambda folder: shutil.copy(folder / "sentencepiece.bpe.model", folder / "spm.model"),
        "nllb",
    ),
]


@pytest.mark.parametrize(("family", "change", "wanted"), SOUND)
def test_a_folder_that_will_do_is_recognised(copy, family, change, wanted):
    folder = copy(family)
    change(folder)
    assert family_of(read_folder(folder)).name == wanted
    assert Ct2Engine(folder, threads=1).family == FAMILIES[wanted].title


@pytest.mark.parametrize("name", FAMILIES)
def test_a_given_model_decides_the_kind(models, tmp_path, name):
    store = Store(tmp_path / "store", argos_folders=())
    settings = Settings.of(model=str(models[name]), glossary=())
    chosen = open_engine(settings, store)
    assert chosen.engine.name == "ct2"
    assert chosen.why == f"the ct2 model in {models[name]}, as asked"
    inner = chosen.engine._engine
    wanted = "m2m100" if name == "small100" else name
    assert inner.family == FAMILIES[wanted].title
    assert inner.decoding == FAMILIES[wanted].decoding
    beam = open_engine(Settings.of(model=str(models[name]), glossary=(), beam=2), store)
    assert beam.engine.decoding.beam == 2
    assert beam.engine.decoding.length_penalty == FAMILIES[wanted].decoding.length_penalty
    assert beam.engine.fingerprint != chosen.engine.fingerprint


def test_a_family_may_be_said(models, tmp_path):
    store = Store(tmp_path / "store", argos_folders=())

    def opened(**more):
        return open_engine(Settings.of(glossary=(), **more), store).engine

    model = str(models["small100"])
    small, plain = opened(model=model, family="small100"), opened(model=model)
    assert small._engine._family.encode("Bonjour")[0] == "__en__"
    assert plain._engine._family.encode("Bonjour")[0] == "__fr__"
    assert small.fingerprint != plain.fingerprint
    with pytest.raises(UsageError, match="no family 'small'") as caught:
        opened(model=model, family="small")
    assert "small100" in caught.value.next_step
    with pytest.raises(ModelError, match="no French: fra_Latn"):
        opened(model=model, family="nllb")
    with pytest.raises(UsageError, match="for the engine ct2, not argos"):
        opened(model=model, engine="argos")
    with pytest.raises(ModelMissing, match="no model for the engine ct2"):
        opened(engine="ct2")
    with pytest.raises(UsageError, match="have no family"):
        opened(engine="bundled", model=str(bundled(tmp_path)), family="nllb")


def bundled(tmp_path: Path) -> Path:
    folder = tmp_path / "bundled"
    folder.mkdir()
    (folder / "model.json").write_text("{}", encoding="utf-8")
    return folder


def test_the_family_may_stand_in_the_configuration(models, tmp_path, monkeypatch):
    from pipeline.config import load_settings

    (tmp_path / "passerelle.toml").write_text(
        f'model = "{models["small100"].as_posix()}"\nfamily = "small100"\n', encoding="utf-8"
    )
    settings = load_settings({"glossary": []}, folder=tmp_path)
    engine = open_engine(settings, Store(tmp_path / "store", argos_folders=())).engine
    assert engine._engine.family == "SMaLL-100"


def test_the_fingerprint_follows_what_decides_the_answer(copy):
    folder = copy("nllb")
    first = Ct2Engine(folder, threads=1).fingerprint
    for name in ("README.md", "tokenizer_config.json", "vocab.json"):
        (folder / name).write_text("{}", encoding="utf-8")
    assert Ct2Engine(folder, threads=2).fingerprint == first
    seen = {first, Ct2Engine(folder, exact=False).fingerprint}
    assert len(seen) == 2
    configured(layer_norm_epsilon=1e-6)(folder)
    seen.add(Ct2Engine(folder).fingerprint)
    renamed(deu_Latn="nld_Latn")(folder)
    seen.add(Ct2Engine(folder).fingerprint)
    ct2_models.save(folder, "nllb", json.loads((folder / VOCABULARY).read_text("utf-8")), seed=2)
    seen.add(Ct2Engine(folder).fingerprint)
    assert len(seen) == 5
