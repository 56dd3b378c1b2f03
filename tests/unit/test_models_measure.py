"""``passerelle models measure``: a set that somebody names, through a model, to figures."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import ct2_models
import pytest
from chat_servers import serving
from hypothesis import example, given
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipeline.cli.app import app as passerelle
from pipeline.cli.models import app
from pipeline.config import Settings
from pipeline.errors import (
    InputError,
    ModelError,
    ModelMissing,
    NothingChecked,
    PasserelleError,
    QualityError,
    UsageError,
)
from pipeline.home.measuring import measure, read_set
from pipeline.models import Store, hold
from pipeline.records import Decoding
from pipeline.run.reporting.progress import Quiet
from pipeline.translate import ChosenEngine, open_engine
from pipeline.wording import one_line

TESTS = Path(__file__).parents[1]
PACKAGE = TESTS / "data" / "argos" / "tiny-fr-en.argosmodel"
FRENCH = ["Bonjour à tous.", "Le chat dort.", "Il pleut. Le vent se lève."]
ENGLISH = ["Hello everyone.", "The cat is asleep.", "It is raining. The wind rises."]


def write(path: Path, lines, end="\n") -> Path:
    path.write_text("".join(f"{line}{end}" for line in lines), encoding="utf-8", newline="")
    return path


@pytest.fixture
def pair(tmp_path):
    return write(tmp_path / "set.dev.fr", FRENCH), write(tmp_path / "set.dev.en", ENGLISH)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PASSERELLE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ARGOS_PACKAGES_DIR", str(tmp_path / "argos"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home" / "models"


def run(*arguments):
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


# --- the set ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("flores.dev.fr", "flores.dev"),
        ("flores.fr.txt", "flores"),
        ("texte.txt", "texte"),
        ("fr", "fr"),
        (".fr", ".fr"),
    ],
)
def test_a_set_is_called_after_its_file(tmp_path, name, called):
    source = write(tmp_path / name, FRENCH)
    assert read_set(source, [write(tmp_path / "x.en", ENGLISH)]).name == called
    assert read_set(source, [tmp_path / "x.en"], name="mine").name == "mine"


@pytest.mark.parametrize("end", ["\n", "\r\n", "  \n", "\t\n"])
def test_line_ends_and_marks_do_not_make_another_set(tmp_path, pair, end):
    plain = read_set(pair[0], [pair[1]])
    other = write(tmp_path / "other.fr", ["\ufeff" + FRENCH[0], *FRENCH[1:]], end)
    assert read_set(other, [pair[1]]).digest == plain.digest
    changed = write(tmp_path / "changed.fr", [*FRENCH[:2], "Autre chose."])
    assert read_set(changed, [pair[1]]).digest != plain.digest


def test_both_columns_of_one_file_and_two_files_are_the_same_set(tmp_path, pair):
    rows = [f"{f}\t{e}" for f, e in zip(FRENCH, ENGLISH, strict=True)]
    table = write(tmp_path / "set.tsv", rows)
    assert read_set(table, []).digest == read_set(pair[0], [pair[1]]).digest


@pytest.mark.parametrize(
    ("french", "english", "error", "place", "problem"),
    [
        (FRENCH, ENGLISH[:2], QualityError, "b.en:2", "different numbers of lines"),
        (FRENCH[:1], ENGLISH, QualityError, "a.fr:1", "different numbers of lines"),
        ([*FRENCH, ""], ENGLISH, QualityError, "b.en:3", "different numbers of lines"),
        (["un", "", "trois"], ENGLISH, QualityError, "a.fr:2", "empty on one side"),
        (FRENCH, ["One", "Two", " \t"], QualityError, "b.en:3", "empty on one side"),
        ([], [], NothingChecked, "a.fr", "no line in it"),
        ([], ENGLISH, QualityError, "a.fr:0", "different numbers of lines"),
        (["", " "], ["", ""], NothingChecked, "a.fr", "only empty lines"),
        (FRENCH, FRENCH, QualityError, "b.en", "the French line itself"),
    ],
)
def test_files_that_do_not_fit_are_refused_by_file_and_line(
    tmp_path, french, english, error, place, problem
):
    source, reference = write(tmp_path / "a.fr", french), write(tmp_path / "b.en", english)
    with pytest.raises(error, match=problem) as caught:
        read_set(source, [reference])
    assert caught.value.place.split(", ")[0] == str(tmp_path / place)
    assert caught.value.next_step


@pytest.mark.parametrize("way", ["same", "dotted", "link", "hard link", "reference twice"])
def test_the_same_file_twice_is_refused(tmp_path, pair, way, monkeypatch):
    source, reference = pair
    monkeypatch.chdir(tmp_path)
    other = tmp_path / "other"
    if way == "link":
        other.symlink_to(source)
    elif way == "hard link":
        os.link(source, other)
    else:
        other = {"same": source, "dotted": Path("./set.dev.fr")}.get(way, reference)
    with pytest.raises(UsageError, match="given twice"):
        read_set(source, [reference, other])


@pytest.mark.parametrize(
    ("lines", "place", "columns"),
    [
        (["a\tb", "c"], 2, 1),
        (["a\tb\tc"], 1, 3),
        (["a\tb", "", "a\tb\t\tc"], 3, 4),
    ],
)
def test_a_table_of_other_than_two_columns_is_refused_by_line(tmp_path, lines, place, columns):
    table = write(tmp_path / "t.tsv", lines)
    with pytest.raises(QualityError, match=f"{columns} columns") as caught:
        read_set(table, [])
    assert caught.value.place == f"{table}:{place}"


@pytest.mark.parametrize("make", ["missing", "folder", "pipe", "latin-1"])
def test_a_file_that_cannot_be_read_is_named(tmp_path, pair, make):
    path = tmp_path / "bad"
    if make == "folder":
        path.mkdir()
    elif make == "pipe":
        os.mkfifo(path)
    elif make == "latin-1":
        path.write_bytes("Hé".encode("latin-1"))
    with pytest.raises(InputError, match=r"cannot be read|not valid UTF-8") as caught:
        read_set(pair[0], [path])
    assert str(path) in caught.value.place


@given(
    rows=st.lists(st.tuples(*[st.sampled_from(["", "x", "un mot", "«"])] * 2), max_size=12),
    only=st.integers(0, 14),
)
def test_a_set_is_refused_or_holds_every_line_with_text(rows, only, tmp_path_factory):
    folder = tmp_path_factory.mktemp("set")
    source = write(folder / "a.fr", [f for f, _ in rows])
    reference = write(folder / "a.en", [f"{e}!" if e else "" for _, e in rows])
    looked = rows[:only] if only else rows
    sound = [(f, f"{e}!") for f, e in looked if f and e]
    if any(bool(f) != bool(e) for f, e in looked) or not sound:
        with pytest.raises(QualityError):
            read_set(source, [reference], sentences=only)
        return
    found = read_set(source, [reference], sentences=only)
    assert list(zip(found.sources, found.references[0], strict=True)) == sound
    assert (found.of, found.blank) == (len(rows), len(looked) - len(sound))


# --- measured -----------------------------------------------------------------------


def with_fake(engine, test, store, metrics=("bleu", "chrf"), model="", **options):
    settings = {"glossary": (), "second_look": "off", "touch_ups": False} | options
    return measure(
        test,
        Settings.of(**settings),
        store,
        reporter=Quiet(sys.stderr),
        metrics=metrics,
        open_engine=lambda _settings, _say: ChosenEngine(
            engine=engine, why="", window=2, step_tokens=20, model=model
        ),
    )


def test_a_perfect_model_scores_a_hundred_and_the_order_of_lines_is_kept(
    pair, home, fake_engine_class
):
    said = dict(zip(FRENCH, ENGLISH, strict=True))
    said |= {"Il pleut.": "It is raining.", "Le vent se lève.": "The wind rises."}
    engine = fake_engine_class(say=lambda french: said.get(french, french))
    test = read_set(pair[0], [pair[1]])
    found, unanswered = with_fake(engine, test, Store(home), metrics=("bleu", "chrf", "ter"))
    assert [(s.name, round(s.value, 6)) for s in found.scores] == [
        ("BLEU", 100.0),
        ("chrF2", 100.0),
        ("TER", 0.0),
    ]
    assert all("version:" in s.signature for s in found.scores)
    assert (found.lines, found.of, found.references, unanswered) == (3, 3, 1, 0)
    assert found.lines_per_second > 0
    assert not home.exists(), "measuring keeps nothing by itself"


def test_no_memory_answers_and_none_is_written(pair, home, tmp_path, translate, fake_engine_class):
    (tmp_path / "in").mkdir()
    write(tmp_path / "in" / "a.fr.txt", FRENCH)
    translate(tmp_path / "in", out=tmp_path / "outputs")  # where a run would look for its memory
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "outputs").rglob("*")}
    engine = fake_engine_class()
    with_fake(engine, read_set(pair[0], [pair[1]]), Store(home))
    assert {*FRENCH[:2], "Il pleut."} <= set(engine.asked)
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "outputs").rglob("*")} == before
    assert not home.exists()


def test_lines_without_an_answer_are_counted(pair, home, fake_engine_class):
    from pipeline.engines import GuardedEngine

    def say(french):
        return "" if "chat" in french else "Some words."

    engine = GuardedEngine(fake_engine_class(say=say, decoding=Decoding(beam=1)))
    _, unanswered = with_fake(engine, read_set(pair[0], [pair[1]]), Store(home))
    assert unanswered == 1


def test_a_figure_is_kept_shown_and_removed_with_its_model(pair, home):
    run("install", PACKAGE)
    told = run("measure", "argos", "-s", pair[0], "-r", pair[1]).stdout
    assert "argos-fr-en: BLEU " in told
    assert "no second look, no touch-ups, no glossary" in told
    assert "BLEU|nrefs:1|case:mixed" in told
    kept = home / ".measured" / "argos-fr-en.json"
    assert kept.is_file()
    shown = run("list").stdout
    assert " on set.dev (3 lines, measured 2" in shown
    assert "old" not in shown
    assert "set.dev" in run("info", "argos-fr-en").stdout
    (listed,) = json.loads(run("list", "--json").stdout)["models"]
    (measured,) = listed["measured"]
    assert (measured["set"], measured["lines"], measured["old"]) == ("set.dev", 3, False)
    assert measured["digest"] == read_set(pair[0], [pair[1]]).digest
    assert run("verify").stdout == "argos-fr-en: 6 files, all as installed\n"
    run("remove", "argos-fr-en")
    assert not kept.exists()


def test_a_figure_of_a_model_that_was_replaced_is_shown_as_old(pair, home):
    run("install", PACKAGE)
    run("measure", "argos-fr-en", "-s", pair[0], "-r", pair[1])
    record = home / "argos-fr-en" / "model.json"
    table = json.loads(record.read_text(encoding="utf-8"))
    table["files"][0]["sha256"] = "0" * 64
    record.write_text(json.dumps(table), encoding="utf-8")
    assert "old: the model has changed since" in run("list").stdout
    run("install", PACKAGE, "--force")
    assert "old" not in run("list").stdout, "the same model again is what was measured"


def test_a_damaged_measurement_is_told_and_the_next_one_takes_its_place(pair, home):
    run("install", PACKAGE)
    kept = home / ".measured" / "argos-fr-en.json"
    kept.parent.mkdir()
    kept.write_text("{")
    assert "cannot be read and is ignored" in run("list").stdout
    assert "cannot be read and is ignored" in run("info", "argos").stdout
    run("measure", "argos", "-s", pair[0], "-r", pair[1])
    assert "ignored" not in run("list").stdout


def test_a_folder_that_is_not_installed_is_measured_named_and_forgotten(pair, home, tmp_path):
    run("install", PACKAGE)
    (home / "argos-fr-en").rename(tmp_path / "elsewhere")
    run("measure", tmp_path / "elsewhere", "-s", pair[0], "-r", pair[1], "--engine", "argos")
    shown = run("list").stdout
    assert str(tmp_path / "elsewhere") in shown
    assert " on set.dev (3 lines" in shown
    (found,) = json.loads(run("list", "--json").stdout)["elsewhere"]
    assert found["model"] == str(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "README.md").write_text("changed")
    assert "old" in run("list").stdout
    assert "forgotten" in run("remove", tmp_path / "elsewhere").stdout
    assert (tmp_path / "elsewhere" / "model" / "model.bin").is_file()
    assert "elsewhere" not in run("list").stdout


def test_a_package_of_argostranslate_is_measured_by_name_and_shown_where_it_stands(
    pair, home, tmp_path
):
    run("install", PACKAGE)
    theirs = tmp_path / "argos" / "translate-fr_en-1_0"
    theirs.parent.mkdir()
    (home / "argos-fr-en").rename(theirs)
    (theirs / "model.json").unlink()
    told = run("measure", theirs.name, "-s", pair[0], "-r", pair[1], "--quiet")
    assert told.stderr == ""
    assert told.stdout.startswith(f"{theirs}: BLEU ")
    shown = run("list").stdout
    assert "argostranslate's own, in " in shown
    assert "not installed by passerelle" not in shown
    (listed,) = json.loads(run("list", "--json").stdout)["models"]
    assert (listed["auto"], len(listed["measured"]), listed["measured"][0]["old"]) == (
        True,
        1,
        False,
    )
    assert listed["bytes"] > 1_000_000
    with pytest.raises(UsageError, match="installed by argostranslate") as caught:
        run("remove", theirs.name)
    assert "argospm remove translate-fr_en" in caught.value.next_step


def test_the_list_says_what_auto_does_where_it_takes_none_of_them(home):
    run("install", PACKAGE)
    assert "← auto takes this one" in run("list").stdout
    folder = home / "argos-fr-en"
    good = (folder / "model.json").read_text(encoding="utf-8")
    (folder / "model.json").write_text("{")
    shown = run("list").stdout
    assert "DAMAGED" in shown
    assert "--engine auto stops" in shown
    (folder / "model.json").write_text(good.replace('"fr"', '"es"'), encoding="utf-8")
    assert "auto makes the bundled model at the first run" in run("list").stdout


def test_a_ct2_folder_is_measured_as_far_as_check_knows_it(pair, home, tmp_path):
    folder = ct2_models.build(tmp_path / "opus", "marian")
    run("measure", folder, "-s", pair[0], "-r", pair[1], "--sentences", 2)
    assert f"{folder}\n    here       BLEU" in run("list").stdout
    with pytest.raises(ModelError):
        run("measure", tmp_path, "-s", pair[0], "-r", pair[1])


def test_a_server_is_measured_by_its_address_and_one_that_goes_away_keeps_nothing(pair, home):
    said = dict(zip(FRENCH, ENGLISH, strict=True))
    said |= {"Il pleut.": "It is raining.", "Le vent se lève.": "The wind rises."}

    def say(prompt, _before):
        return next((english for french, english in said.items() if french in prompt), "Fine.")

    with serving(say) as told:
        shown = run("measure", told.url, "-s", pair[0], "-r", pair[1]).stdout
        assert f"{told.url}: BLEU " in shown
        assert f"  {told.url}\n    here       BLEU " in run("list").stdout
        assert "old" not in run("list").stdout
        assert "forgotten" in run("remove", told.url).stdout
    with pytest.raises(PasserelleError) as caught:
        run("measure", told.url, "-s", pair[0], "-r", pair[1])
    assert caught.value.next_step
    assert not (home / ".measured").exists()


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        (["nothing"], ModelMissing, "no model 'nothing'"),
        (["argos-fr-em"], ModelMissing, "no model 'argos-fr-em'"),
        (["/no/such/folder"], ModelMissing, "no such folder"),
        (["argos", "--engine", "bundled"], UsageError, "is for the engine argos"),
        (["argos", "-m", "meteor"], UsageError, "unknown metric"),
        (["argos", "--tsv", "x.tsv"], UsageError, "one set"),
    ],
)
def test_what_cannot_be_measured_says_so_and_keeps_nothing(pair, home, arguments, error, match):
    run("install", PACKAGE)
    with pytest.raises(error, match=match) as caught:
        run("measure", *arguments, "-s", pair[0], "-r", pair[1])
    assert caught.value.next_step
    assert not (home / ".measured").exists()


@pytest.mark.parametrize(
    ("arguments", "match"),
    [([], "one set"), (["-r", "b.en"], "one set"), (["-s", "a.fr"], "no reference")],
)
def test_a_set_has_two_sides(home, arguments, match):
    with pytest.raises(UsageError, match=match):
        run("measure", *arguments)


@pytest.mark.parametrize("number", ["0", "-1", "few"])
def test_no_sentences_is_wrong_usage(pair, home, number):
    arguments = ["measure", "-s", str(pair[0]), "-r", str(pair[1]), "--sentences", number]
    assert CliRunner().invoke(app, arguments).exit_code == 2


def test_only_the_first_lines_are_measured_and_that_is_said(pair, home):
    run("install", PACKAGE)
    told = run("measure", "argos", "-s", pair[0], "-r", pair[1], "--sentences", "2").stdout
    assert "the first 2 lines of 3" in told


def test_figures_are_told_even_where_they_cannot_be_kept(pair, home):
    run("install", PACKAGE)
    (home / ".measured").write_text("a file in the way")
    result = CliRunner().invoke(
        app, ["measure", "argos", "-s", *map(str, (pair[0], "-r", pair[1]))]
    )
    assert "BLEU" in result.stdout
    assert result.exception is not None
    assert result.exception.exit_code == 7


def test_ctrl_c_in_the_middle_keeps_nothing(pair, home, tmp_path):
    program = tmp_path / "slow.py"
    program.write_text(
        f"import sys; sys.path.insert(0, {str(TESTS)!r})\n"
        "import pipeline.home.measuring as room\n"
        "from fake_engine import FakeOpener\n"
        "room.measure.__kwdefaults__['open_engine'] = FakeOpener(window=2, step=5, delay=0.5)\n"
        "from pipeline.cli import main\n"
        "main()\n"
    )
    long = write(tmp_path / "long.fr", [f"Voici la phrase {n}." for n in range(100)])
    english = write(tmp_path / "long.en", [f"This is sentence {n}." for n in range(100)])
    command = [sys.executable, program, "models", "measure", "-s", long, "-r", english]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert "100 lines of long" in process.stderr.readline()
        time.sleep(2.5)
        process.send_signal(signal.SIGINT)
        told = process.stderr.read()
        assert process.wait(timeout=20) == 130
    assert "nothing is kept" in told
    assert not list(home.rglob("*.json"))


# --- removing -----------------------------------------------------------------------


def test_a_model_that_a_run_uses_is_not_removed(home):
    run("install", PACKAGE)
    held = hold(home, str(home / "argos-fr-en"))
    with pytest.raises(ModelError, match=f"in use: process {os.getpid()} is translating"):
        run("remove", "argos-fr-en")
    assert (home / "argos-fr-en" / "model.json").is_file()
    del held
    run("remove", "argos-fr-en")
    assert not list((home / ".locks").glob("*.use")), "marks go with their holders"


def test_an_engine_holds_its_model_as_long_as_it_is_there(home):
    run("install", PACKAGE)
    store = Store(home)
    chosen = open_engine(Settings.of(model="argos", glossary=()), store)
    assert chosen.model == str(home / "argos-fr-en")
    with pytest.raises(ModelError, match="in use"):
        store.remove("argos-fr-en")
    del chosen
    assert store.remove("argos-fr-en").version == "1.0"


def test_the_mark_of_a_process_that_was_killed_holds_nothing_back(home):
    run("install", PACKAGE)
    code = (
        "import os, sys; from pathlib import Path; from pipeline.models import hold\n"
        "kept = hold(Path(sys.argv[1]), sys.argv[1] + '/argos-fr-en')\n"
        "assert kept; print('held', flush=True); os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(home)], check=False)
    assert list((home / ".locks").glob("*.use"))
    run("remove", "argos-fr-en")


@pytest.mark.parametrize("model", ["/elsewhere/model", "http://127.0.0.1:8080", "", "argos-fr-en"])
def test_what_is_not_in_the_store_needs_no_mark(home, model):
    assert hold(home, model) is None
    assert not home.exists()


def test_what_stands_in_the_store_and_is_no_model_is_named_and_left(home):
    run("install", PACKAGE)
    (home / "My Models").mkdir()
    (home / "notes.txt").write_text("x")
    (home / "fr-en.argosmodel").write_bytes(PACKAGE.read_bytes())
    (home / "gone").symlink_to(home / "nowhere")
    (home / "holiday").mkdir()
    (home / "holiday" / "beach.jpg").write_bytes(b"x")
    (home / "argos-pictures").mkdir()
    (home / "argos-pictures" / "beach.jpg").write_bytes(b"x")
    (home / ".argos-fr-en.0a1b2c3d.part").mkdir()
    (home / "\x1b[31mred").mkdir()
    shown = run("list").stdout
    for name in ("My Models", "notes.txt", "fr-en.argosmodel", "gone", "holiday", "argos-pictures"):
        assert name in shown
    assert "cut short" in shown
    assert "\x1b" not in shown
    assert "auto takes this one" in shown, "a folder called argos-… is no package"
    for name in ("holiday", "argos-pictures"):
        with pytest.raises(UsageError, match="nothing in it says so"):
            run("remove", name)
    with pytest.raises(UsageError):
        run("remove", "My Models")
    assert (home / "holiday" / "beach.jpg").is_file()
    assert len(json.loads(run("list", "--json").stdout)["strays"]) == 6


_NAMES = (
    "argos-fr-en",
    "bundled",
    "x",
    "X",
    "a b",
    "-",
    ".hidden",
    "été",
    "a\nb",
    "\x1b[2J",
    "\udce9",
)
_RECORD = {
    "format": 1,
    "kind": "argos",
    "version": "1",
    "languages": ["fr", "en"],
    "origin": "x",
    "recipe": "x",
    "installed_at": "",
    "files": [{"path": "model.bin", "sha256": "0", "size": 1}],
}
_VALUES = st.sampled_from(
    [None, True, 0, -1, 10**400, 1.5, "", "\x1b[2J\n", "\udce9", [], ["fr"], {}, [[]], [{}]]
    + [[{"path": p, "sha256": "0", "size": n}] for p in ("a", "", "..", "/") for n in (-1, 10**400)]
)


@given(
    st.dictionaries(
        st.sampled_from(_NAMES),
        st.sampled_from(
            ["file", "folder", "loop", "dangling", "foreign", "half", "model.json folder"]
        )
        | st.tuples(st.sampled_from([*_RECORD, "more"]), _VALUES),
        max_size=6,
    )
)
@example({"x": ("files", [{"path": "a", "sha256": "0", "size": 10**400}])})
@example({"bundled": ("files", [{"path": "a", "sha256": "0", "size": -1}]), "a\nb": "loop"})
def test_whatever_stands_in_the_store_the_list_names_it_and_never_fails(there):
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PASSERELLE_HOME", folder)
        patch.setenv("ARGOS_PACKAGES_DIR", f"{folder}/argos")
        root = Path(folder) / "models"
        root.mkdir()
        for name, what in there.items():
            make_entry(root / name, what)
        shown = run_in_console("list", "--paths")
        table = json.loads(run_in_console("list", "--json"))
    named = {record["name"] for record in table["models"]}
    named |= {Path(stray["path"]).name for stray in table.get("strays", ())}
    for name in there:
        if name != ".hidden":
            assert name in named
            assert one_line(name) in shown
    assert "\x1b" not in shown


def make_entry(path, what):
    if what == "file":
        path.write_bytes(b"x")
    elif what in ("loop", "dangling"):
        path.symlink_to(path if what == "loop" else path.with_name("nowhere"))
    else:
        path.mkdir()
    if what == "foreign":
        (path / "beach.jpg").write_bytes(b"x")
    elif what == "half":
        (path / "model.bin").write_bytes(b"x")
    elif what == "model.json folder":
        (path / "model.json").mkdir()
    elif isinstance(what, tuple):
        (path / "model.json").write_text(json.dumps(_RECORD | {what[0]: what[1]}))


def run_in_console(*arguments):
    """Run as the command does, all that it prints cleaned."""
    result = CliRunner().invoke(passerelle, ["models", *arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("left", ["model.json", "model/model.bin", ""])
def test_a_half_removed_model_is_named_and_removed(home, left):
    run("install", PACKAGE)
    folder = home / "argos-fr-en"
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file() and path.relative_to(folder).as_posix() != left:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    assert "argos-fr-en" in run("list").stdout
    run("remove", "argos-fr-en")
    assert not folder.exists()


@pytest.mark.parametrize(
    ("name", "meant"),
    [("argos-fr-em", "argos-fr-en"), ("Argos-FR-EN", "argos-fr-en"), ("argosfren", "argos-fr-en")],
)
def test_a_name_that_is_nearly_right_names_the_one_that_is_meant(home, name, meant):
    run("install", PACKAGE)
    with pytest.raises((ModelMissing, UsageError)) as caught:
        run("info", name)
    assert f"did you mean '{meant}'?" in caught.value.next_step
