"""Settings: where they are found, which wins, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.config import ARGUMENT, Settings, load_settings
from pipeline.errors import ConfigError


def test_without_a_file_every_value_is_the_default(tmp_path):
    settings = load_settings(folder=tmp_path)
    assert {item.origin for item in settings.listing()} == {"default"}
    assert (settings.out, settings.engine) == ("outputs", "auto")


def test_the_command_line_wins_over_the_file_and_the_file_over_the_default(tmp_path):
    (tmp_path / "passerelle.toml").write_text('beam = 3\nengine = "argos"\n')
    settings = load_settings({"beam": 5, "out": None}, folder=tmp_path)
    assert (settings.beam, settings.origin("beam")) == (5, "command line")
    assert (settings.engine, settings.origin("engine")) == (
        "argos",
        str(tmp_path / "passerelle.toml"),
    )
    assert settings.origin("out") == "default"


def test_the_nearest_folder_wins_and_its_own_file_before_pyproject(tmp_path):
    below = tmp_path / "desk" / "today"
    below.mkdir(parents=True)
    (tmp_path / "passerelle.toml").write_text("beam = 1\n")
    assert load_settings(folder=below).beam == 1
    (tmp_path / "desk" / "pyproject.toml").write_text("[tool.passerelle]\nbeam = 2\n")
    assert load_settings(folder=below).beam == 2
    assert load_settings(folder=below).origin("beam").endswith("pyproject.toml [tool.passerelle]")
    (tmp_path / "desk" / "passerelle.toml").write_text("beam = 4\n")
    assert load_settings(folder=below).beam == 4


@pytest.mark.parametrize("text", ["[project]\nname = 'x'\n", "tool = 3\n", "[tool.ruff]\n"])
def test_a_pyproject_that_does_not_speak_of_us_is_passed_over(tmp_path, text):
    (tmp_path / "pyproject.toml").write_text(text)
    assert load_settings(folder=tmp_path).origins == {}


def test_a_dash_in_a_key_is_as_good_as_an_underscore(tmp_path):
    (tmp_path / "passerelle.toml").write_text("front-matter = true\n")
    assert load_settings(folder=tmp_path).front_matter == ("title", "description", "summary")


@pytest.mark.parametrize(
    ("file", "given", "keys"),
    [
        ("", None, ("title", "description", "summary")),
        ("", False, ()),
        ("false", None, ()),
        ("false", True, ("title", "description", "summary")),
        ('["lead"]', None, ("lead",)),
        ('["lead"]', True, ("lead",)),
        ('["lead"]', False, ()),
    ],
)
def test_the_switch_of_front_matter_keeps_the_keys_of_the_file(tmp_path, file, given, keys):
    (tmp_path / "passerelle.toml").write_text(f"front_matter = {file}\n" if file else "")
    assert load_settings({"front_matter": given}, folder=tmp_path).front_matter == keys


@pytest.mark.parametrize(
    ("text", "problem", "step"),
    [
        ("beem = 2\n", "unknown key 'beem'", "did you mean 'beam'?"),
        ("xyz = 2\n", "unknown key 'xyz'", "known keys: out"),
        ("[section]\nbeam = 2\n", "unknown key 'section'", "known keys: out"),
        ('beam = "2"\n', "beam must be a whole number", "beam = 2"),
        ("beam = true\n", "beam must be a whole number", "beam = 2"),
        ("beam = -1\n", "beam must be a whole number", "beam = 2"),
        ("strict = 1\n", "strict must be true or false", "strict = true"),
        ("out = 1\n", "out must be a text", 'out = "outputs"'),
        ("glossary = [1]\n", "glossary must be a text or a list", 'glossary = ["one", "two"]'),
        ('engine = "deepl"\n', "one of auto, argos, bundled", "choose one"),
        ("beam =\n", "not valid TOML", "mend the line"),
    ],
)
def test_what_is_wrong_is_refused_with_place_and_next_step(tmp_path, text, problem, step):
    path = tmp_path / "passerelle.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_settings(folder=tmp_path)
    assert problem in caught.value.problem
    assert caught.value.place == str(path)
    assert step in caught.value.next_step


def test_settings_that_are_no_table_are_refused(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool]\npasserelle = 3\n")
    with pytest.raises(ConfigError, match="must be a table"):
        load_settings(folder=tmp_path)


def test_a_file_in_another_encoding_is_refused(tmp_path):
    (tmp_path / "passerelle.toml").write_bytes("out = 'été'\n".encode("latin-1"))
    with pytest.raises(ConfigError, match="not valid TOML"):
        load_settings(folder=tmp_path)


def test_a_value_on_the_command_line_is_checked_and_named_as_typed():
    with pytest.raises(ConfigError) as caught:
        load_settings({"engine": "deepl"})
    assert caught.value.place == "--engine"


# --- a Python caller's values --------------------------------------------------------


def test_settings_of_values_alone_read_no_file_and_know_their_origin(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "passerelle.toml").write_text("beam = 3\n")
    settings = Settings.of(threads=2)
    assert (settings.threads, settings.beam) == (2, 0)
    assert (settings.origin("threads"), settings.origin("beam")) == ("argument", "default")
    assert settings.named("threads")
    assert not settings.named("beam")
    assert Settings.of() == Settings()


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ({"glossary": "terms.csv"}, ("terms.csv",)),
        ({"glossary": Path("a/terms.csv")}, (str(Path("a/terms.csv")),)),
        ({"glossary": ["a.csv", Path("b.csv")]}, ("a.csv", "b.csv")),
        ({"glossary": ()}, ()),
        ({"glossary": None}, ("glossary/terms.csv",)),
        ({"domain": "sport"}, ("sport",)),
        ({"out": Path("english")}, "english"),
        ({"memory": Path("m.db")}, "m.db"),
        ({"second_look": False}, "off"),
        ({"second_look": "french"}, "french"),
        ({"front-matter": True}, ("title", "description", "summary")),
        ({"front-matter": False}, ()),
        ({"front-matter": "lead"}, ("lead",)),
        ({"beam": 1}, 1),
    ],
)
def test_texts_may_be_paths_and_several_may_be_one(given, value):
    (name,) = given
    settings = Settings.of(**given)
    assert getattr(settings, name.replace("-", "_")) == value


@pytest.mark.parametrize(
    ("given", "problem", "place", "step"),
    [
        ({"beem": 2}, "unknown option 'beem'", "beem=", "did you mean 'beam'? known options: out"),
        ({"glosary": "x"}, "unknown option 'glosary'", "glosary=", "did you mean 'glossary'?"),
        ({"xyz": 2}, "unknown option 'xyz'", "xyz=", "known options: out"),
        ({"xyz": None}, "unknown option 'xyz'", "xyz=", "known options: out"),
        ({"beam": "2"}, "beam must be a whole number", "beam=", "beam = 2"),
        ({"beam": True}, "beam must be a whole number", "beam=", "beam = 2"),
        ({"threads": -1}, "threads must be a whole number", "threads=", "threads = 2"),
        ({"strict": 1}, "strict must be true or false", "strict=", "give True or False"),
        ({"strict": "yes"}, "strict must be true or false", "strict=", "give True or False"),
        ({"out": 1}, "out must be a text", "out=", 'out = "outputs"'),
        ({"glossary": 1}, "glossary must be a text or a list", "glossary=", '["one", "two"]'),
        ({"glossary": {"a": 1}}, "glossary must be a text or a list", "glossary=", '["one"'),
        ({"glossary": [Path("a"), 1]}, "glossary must be a text or a list", "glossary=", '["one"'),
        ({"engine": "deepl"}, "one of auto, argos, bundled", "engine=", "choose one"),
        ({"engine": ["argos"]}, "engine must be a text", "engine=", 'engine = "auto"'),
        ({"engine": 1}, "engine must be a text", "engine=", 'engine = "auto"'),
        ({"origins": {}}, "unknown option 'origins'", "origins=", "known options"),
    ],
)
def test_what_a_python_caller_gets_wrong_is_refused_by_its_name(
    tmp_path, given, problem, place, step
):
    for make in (
        lambda: Settings.of(**given),
        lambda: load_settings(given, folder=tmp_path, origin=ARGUMENT),
    ):
        with pytest.raises(ConfigError) as caught:
            make()
        assert problem in caught.value.problem
        assert caught.value.place == place
        assert step in caught.value.next_step


def test_a_python_callers_values_win_over_the_file(tmp_path):
    (tmp_path / "passerelle.toml").write_text('beam = 3\nglossary = "file.csv"\n')
    given = {"glossary": Path("mine.csv"), "beam": None}
    settings = load_settings(given, folder=tmp_path, origin=ARGUMENT)
    assert (settings.glossary, settings.origin("glossary")) == (("mine.csv",), "argument")
    assert (settings.beam, settings.origin("beam")) == (3, str(tmp_path / "passerelle.toml"))


@pytest.mark.parametrize("below", ["", "deep/er"])
def test_a_files_paths_are_short_where_the_file_is_in_the_working_folder(
    tmp_path, monkeypatch, below
):
    (tmp_path / "passerelle.toml").write_text('glossary = ["g/a.csv"]\n', encoding="utf-8")
    folder = tmp_path / below
    folder.mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(folder)
    (path,) = load_settings().paths("glossary")
    assert path.is_absolute() is bool(below)
    assert path.resolve() == tmp_path / "g" / "a.csv"
    monkeypatch.chdir(tmp_path.parent)
    assert load_settings(folder=tmp_path).paths("glossary") == (tmp_path / "g" / "a.csv",)


def test_a_files_paths_lie_beside_it_and_a_callers_in_the_working_folder(tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        '[tool.passerelle]\nout = "english"\nglossary = ["a.csv", ""]\n'
    )
    settings = load_settings(folder=tmp_path)
    assert settings.path("out") == tmp_path / "english"
    assert settings.paths("glossary") == (tmp_path / "a.csv",)
    given = load_settings({"out": "english"}, folder=tmp_path)
    assert given.path("out") == Path("english")
    assert given.path("out", "~/x") == Path.home() / "x"
