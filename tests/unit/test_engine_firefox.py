"""Firefox's models: the files, the processes that run them, crashes, and what stays offline."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
from firefox_models import LEXICON, MODEL, VOCABULARY, build
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config import Settings
from pipeline.engines import ENGINES, Abilities, GuardedEngine, firefox
from pipeline.engines.firefox import FirefoxEngine, find_files
from pipeline.errors import EngineError, ModelDamaged, ModelError, ModelMissing, UsageError
from pipeline.models import Store
from pipeline.records import Decoding, Request
from pipeline.translate import check_model
from pipeline.translate.engine_choice import choose

REAL = os.environ.get("PASSERELLE_FIREFOX_MODEL", "")
installed = pytest.mark.skipif(
    find_spec("fxtranslate") is None, reason="fxtranslate is not installed (the extra [firefox])"
)
# A library with fxtranslate's face: says what it was told, and fails on certain words.
STAND_IN = """
import os, time
from pathlib import Path

class PanicException(BaseException):
    pass

def _never(*_args, **_more):
    raise SystemExit("a function that may use the network was called")

class discovery:
    pass

for name in ("records_url", "fetch_records_body", "add_models"):
    setattr(discovery, name, staticmethod(_never))
Cache = _never

class Translator:
    load = staticmethod(_never)

    def __init__(self, model, source, target, lexicon=None):
        if model.startswith(b"bad"):
            raise ValueError("unsupported model version")
        self.lexicon = lexicon

    def translate(self, text):
        print("chatter of the library")
        print(os.getpid(), file=open(os.environ["LOG"], "a"))
        if "panique" in text:
            raise PanicException("index out of bounds")
        if "avorte" in text:
            os.abort()
        if "une fois" in text and not os.path.exists(os.environ["LOG"] + ".once"):
            Path(os.environ["LOG"] + ".once").touch()
            os._exit(3)
        if "octets" in text:
            return "caf<0xC3><0xA9> <0xFF>"
        time.sleep(0.002)
        return text.upper()

    translate_long = staticmethod(_never)
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A folder with a model in it."""
    return build(tmp_path_factory.mktemp("firefox"))


@pytest.fixture
def log(tmp_path, monkeypatch):
    """Put the stand-in in the library's place; give the file in which it notes its calls."""
    site = tmp_path / "site"
    (site / "fxtranslate").mkdir(parents=True)
    (site / "fxtranslate" / "__init__.py").write_text(STAND_IN, encoding="utf-8")
    info = site / "fxtranslate-9.9.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: fxtranslate\nVersion: 9.9\n")
    monkeypatch.syspath_prepend(site)
    monkeypatch.setenv("PYTHONPATH", str(site))
    monkeypatch.setenv("LOG", str(tmp_path / "calls"))
    return tmp_path / "calls"


def asked(*sources):
    return [Request(source=source) for source in sources]


def texts(answers):
    return [answer[0].text for answer in answers]


def is_running(pid):
    """Say whether a process is there and no corpse."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# --- processes ---------------------------------------------------------------------------


@pytest.mark.parametrize("threads", [1, 3])
def test_answers_come_in_order_equal_sentences_are_asked_for_once(model, log, threads):
    engine = FirefoxEngine(str(model), threads=threads)
    batch = asked(*(f"phrase {n % 20}" for n in range(60)))
    assert texts(engine.translate(batch)) == [r.source.upper() for r in batch]
    calls = log.read_text().split()
    assert len(calls) == 1 + 20  # the first is the trial in opening it
    assert 1 <= len(set(calls)) <= threads


@pytest.mark.parametrize("word", ["panique", "avorte"])
@pytest.mark.parametrize("threads", [1, 2])
def test_a_sentence_that_crashes_twice_is_flagged_and_the_others_go_on(model, log, word, threads):
    engine = FirefoxEngine(str(model), threads=threads)
    batch = asked("un", f"il {word}", "deux", f"elle {word}", "trois")
    answers = GuardedEngine(engine).translate(batch)
    assert texts(answers) == ["UN", "", "DEUX", "", "TROIS"]
    assert ["unanswered" in a[0].flags for a in answers] == [False, True, False, True, False]
    assert len(log.read_text().split()) == 1 + 3 + 2 * 2  # each of the two was asked twice
    assert texts(engine.translate(asked("quatre"))) == ["QUATRE"]


def test_a_sentence_that_crashes_once_is_asked_for_again(model, log):
    engine = FirefoxEngine(str(model), threads=1)
    assert texts(engine.translate(asked("une fois"))) == ["UNE FOIS"]
    assert len(set(log.read_text().split())) == 2


def test_a_model_that_crashes_on_everything_is_an_error_with_the_next_step(model, log):
    engine = FirefoxEngine(str(model), threads=2)
    with pytest.raises(EngineError, match="index out of bounds") as caught:
        engine.translate(asked(*(f"panique {n}" for n in range(5))))
    assert "panique 0" in caught.value.place
    assert "run again" in caught.value.next_step


def test_a_killed_process_is_replaced(model, log):
    engine = FirefoxEngine(str(model), threads=1)
    os.kill(engine._idle[0]._process.pid, signal.SIGKILL)
    assert texts(engine.translate(asked("un", "deux"))) == ["UN", "DEUX"]


def test_bytes_are_joined_unless_the_source_speaks_of_them(model, log):
    engine = FirefoxEngine(str(model), threads=1)
    answers = texts(engine.translate(asked("des octets", "des octets <0xC3>", " ", "")))
    assert answers == ["café \ufffd", "caf<0xC3><0xA9> <0xFF>", "", ""]


def test_another_version_of_the_library_is_another_engine(model, log, monkeypatch):
    first = FirefoxEngine(str(model), threads=1).fingerprint
    assert FirefoxEngine(str(model), threads=2).fingerprint == first
    monkeypatch.setattr(firefox, "version", lambda _name: "9.10")
    assert FirefoxEngine(str(model), threads=1).fingerprint != first


@pytest.mark.parametrize("how", ["killed", "done"])
def test_processes_end_with_us_however_we_end(model, log, how):
    code = """
    import os, sys
    from pipeline.engines.firefox import FirefoxEngine
    engine = FirefoxEngine(sys.argv[1], threads=1)
    print(engine._idle[0]._process.pid, flush=True)
    os.kill(os.getpid(), 9) if sys.argv[2] == "killed" else None
    """
    path = os.pathsep.join([os.environ["PYTHONPATH"], str(Path(firefox.__file__).parents[2])])
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), str(model), how],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
    )
    assert done.stdout.strip().isdigit(), done.stderr
    end = time.monotonic() + 10
    while is_running(int(done.stdout)) and time.monotonic() < end:
        time.sleep(0.02)
    assert not is_running(int(done.stdout))


# --- no network --------------------------------------------------------------------------


def test_nothing_of_the_library_that_may_use_the_network_is_called(model, log):
    """The stand-in ends its process where anything but `Translator(…).translate` is used."""
    engine = FirefoxEngine(str(model), threads=1)
    assert texts(engine.translate(asked("un", "deux"))) == ["UN", "DEUX"]
    assert len(set(log.read_text().split())) == 1


@installed
def test_the_library_works_where_there_is_no_network(model, monkeypatch):
    can = ["unshare", "--user", "--map-root-user", "--net"]
    if (
        not shutil.which("unshare")
        or subprocess.run([*can, "true"], capture_output=True).returncode
    ):
        pytest.skip("this machine cannot take the network away from a process")
    free = texts(FirefoxEngine(str(model), threads=1).translate(asked("Le chat dort.")))
    popen = subprocess.Popen
    monkeypatch.setattr(firefox.subprocess, "Popen", lambda a, **m: popen([*can, *a], **m))
    assert texts(FirefoxEngine(str(model), threads=1).translate(asked("Le chat dort."))) == free


@installed
def test_the_library_knocks_at_no_door(model, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(0.1)
        address = f"http://127.0.0.1:{door.getsockname()[1]}"
        for name in ("FXTRANSLATE_RECORDS_URL", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, address)
        FirefoxEngine(str(model), threads=1).translate(asked("Le chat dort."))
        with pytest.raises(TimeoutError):
            door.accept()


# --- the real library --------------------------------------------------------------------


@installed
def test_the_file_decides_and_not_where_it_is(model, tmp_path):
    engine = FirefoxEngine(str(model), threads=1)
    again = FirefoxEngine(str(shutil.copytree(model, tmp_path / "copy") / MODEL), threads=2)
    other = FirefoxEngine(str(build(tmp_path / "other", seed=1)), threads=1)
    shutil.copytree(model, tmp_path / "less")
    (tmp_path / "less" / LEXICON).unlink()
    less = FirefoxEngine(str(tmp_path / "less"), threads=1)
    assert again.fingerprint == engine.fingerprint
    assert len({engine.fingerprint, other.fingerprint, less.fingerprint}) == 3
    batch = asked("Le ministre a annoncé une loi.", "Bonjour !")
    assert engine.translate(batch) == again.translate(batch) != other.translate(batch)
    assert engine.abilities == Abilities()


@installed
@settings(max_examples=40, deadline=None)
@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60))
def test_whatever_is_written_is_counted_and_answered(text):
    engine = _shared()
    (count,) = engine.count_tokens([text])
    assert 0 <= count <= 4 * len(text) + 1
    (answer,) = engine.translate(asked(text))
    assert "unanswered" not in answer[0].flags


_opened: list[FirefoxEngine] = []


def _shared():
    if not _opened:
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            _opened.append(FirefoxEngine(str(build(Path(folder))), threads=1))
    return _opened[0]


@installed
@pytest.mark.parametrize(("tokens", "read"), [(126, True), (127, True), (128, False)])
def test_what_the_model_does_not_read_whole_is_seen_before(model, tokens, read):
    engine = FirefoxEngine(str(model), threads=1)
    source, more = "le", " le"
    while engine.count_tokens([source])[0] < tokens:
        source += more
    assert engine.count_tokens([source]) == [tokens]
    if read:
        assert "split" not in GuardedEngine(engine).translate(asked(source))[0][0].flags
        return
    with pytest.raises(EngineError, match="128 tokens; the model reads 127"):
        engine.translate(asked(source))
    assert "split" in GuardedEngine(engine).translate(asked(source))[0][0].flags


@installed
@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda f: build(f, without="decoder_l1_ffn_ffn_ln"), "missing decoder_l1_ffn_ffn_ln"),
        (lambda f: build(f, without="Wemb"), "Wemb"),
        (lambda f: (f / MODEL).write_bytes((f / MODEL).read_bytes()[:9000]), "truncated"),
        (lambda f: (f / MODEL).write_bytes(b""), "truncated"),
        (lambda f: (f / MODEL).write_bytes(b"<!DOCTYPE html><p>Not found"), "version"),
        (lambda f: (f / LEXICON).write_bytes(b"\xff" * 100), ""),
        (lambda f: (f / LEXICON).write_bytes(b""), ""),
    ],
)
def test_a_model_that_cannot_be_run_is_told(tmp_path, damage, told):
    build(tmp_path)
    damage(tmp_path)
    with pytest.raises(ModelDamaged, match="fxtranslate cannot run this model") as caught:
        FirefoxEngine(str(tmp_path), threads=1)
    assert told in caught.value.problem
    assert caught.value.place.endswith(MODEL)
    assert caught.value.next_step


@installed
def test_models_check_knows_it(model, tmp_path):
    store = Store(tmp_path / "models", argos_folders=())
    done = check_model(Settings(glossary=(), model=str(model)), store)
    assert (done.engine, done.licence, done.abilities) == ("firefox", "MPL-2.0", ())
    assert done.max_source_tokens == 127


@installed
@pytest.mark.slow
@pytest.mark.skipif(not REAL, reason="PASSERELLE_FIREFOX_MODEL names no folder with a real model")
def test_a_real_model_translates_french():
    engine = GuardedEngine(FirefoxEngine(REAL))
    ((answer,),) = engine.translate(asked("Le chat dort sur la table."))
    assert "cat" in answer.text
    assert "table" in answer.text
    assert answer.flags == ()


# --- the folder --------------------------------------------------------------------------

SPLIT = ("srcvocab.fren.spm", "trgvocab.fren.spm")
OF_ONE = {MODEL, VOCABULARY, LEXICON}


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (OF_ONE, (MODEL, VOCABULARY, VOCABULARY, LEXICON)),
        (OF_ONE - {LEXICON}, (MODEL, VOCABULARY, VOCABULARY)),
        ({MODEL, *SPLIT}, (MODEL, *SPLIT)),
        ({"model.intgemm8.bin", "vocab.spm"}, ("model.intgemm8.bin", "vocab.spm", "vocab.spm")),
        (
            OF_ONE | {"model.enfr.intgemm.alphas.bin", "vocab.enfr.spm", "lex.50.50.enfr.s2t.bin"},
            (MODEL, VOCABULARY, VOCABULARY, LEXICON),
        ),
        (OF_ONE | {f"{name}.gz" for name in OF_ONE}, (MODEL, VOCABULARY, VOCABULARY, LEXICON)),
    ],
)
def test_a_models_files_are_found(tmp_path, names, found):
    for name in names:
        (tmp_path / name).write_bytes(b"x")
    assert FirefoxEngine.accepts(str(tmp_path))
    assert tuple(path.name for path in find_files(tmp_path).all()) == found


@pytest.mark.parametrize(
    ("names", "error", "told"),
    [
        (set(), ModelMissing, "no Firefox model is there"),
        ({VOCABULARY}, ModelMissing, "no Firefox model is there"),
        ({MODEL}, ModelDamaged, "vocabulary is not beside it"),
        ({MODEL, LEXICON}, ModelDamaged, "vocabulary is not beside it"),
        ({MODEL, SPLIT[0]}, ModelDamaged, "vocabulary is not beside it"),
        ({MODEL, "vocab.enfr.spm"}, ModelDamaged, "vocabulary is not beside it"),
        ({f"{MODEL}.gz", f"{VOCABULARY}.gz"}, ModelDamaged, "still packed"),
        ({f"{MODEL}.zst", VOCABULARY}, ModelDamaged, "still packed"),
        ({MODEL, f"{VOCABULARY}.zst"}, ModelDamaged, "still packed"),
        ({MODEL, VOCABULARY, f"{LEXICON}.gz"}, ModelDamaged, "still packed"),
        ({"model.enfr.intgemm.alphas.bin", "vocab.enfr.spm"}, ModelError, "en to fr, not fr to en"),
        ({"model.deen.intgemm.alphas.bin", VOCABULARY}, ModelError, "de to en, not fr to en"),
        ({"a.intgemm8.bin", "b.intgemm8.bin", "vocab.spm"}, ModelDamaged, "a.intgemm8.bin, b."),
        ({MODEL, "vocab.fren.spm", "vocab.old.fren.spm"}, ModelDamaged, "more than one file"),
    ],
)
def test_what_is_wrong_with_a_folder_is_told(tmp_path, names, error, told):
    for name in names:
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(error, match=told) as caught:
        find_files(tmp_path)
    assert type(caught.value) is error
    assert str(tmp_path) in caught.value.place
    assert caught.value.next_step


@pytest.mark.parametrize("content", [b"", b"version https://git-lfs", b"\xff" * 500])
def test_a_vocabulary_that_is_none_is_told(model, tmp_path, log, content):
    shutil.copytree(model, tmp_path / "m")
    (tmp_path / "m" / VOCABULARY).write_bytes(content)
    with pytest.raises(ModelDamaged, match="vocabulary cannot be read") as caught:
        FirefoxEngine(str(tmp_path / "m"), threads=1)
    assert caught.value.place.endswith(VOCABULARY)


def test_a_given_folder_or_file_decides_the_engine(model, tmp_path):
    store = Store(tmp_path / "models", argos_folders=())
    for given_ in (model, model / MODEL):
        kind, _, _ = choose(Settings(glossary=(), model=str(given_)), store, lambda _: None)
        assert kind.name == "firefox"
    for other in (tmp_path, tmp_path / "none.bin", "http://127.0.0.1:1", "a\0b", "fr-en", ""):
        assert not FirefoxEngine.accepts(str(other))
    assert ENGINES.load("firefox") is FirefoxEngine


def test_without_the_extra_the_line_to_install_it_is_said(model, monkeypatch):
    monkeypatch.setattr(firefox, "find_spec", lambda _name: None)
    with pytest.raises(UsageError) as caught:
        FirefoxEngine(str(model))
    assert caught.value.next_step == "pip install 'passerelle[firefox]'"


def test_it_searches_in_its_own_way_whatever_it_is_told(model, log):
    engine = FirefoxEngine(str(model), decoding=Decoding(beam=4), threads=1)
    assert engine.decoding.beam == 1
