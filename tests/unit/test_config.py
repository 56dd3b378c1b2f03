"""Settings: where they are found, which wins, and what is refused."""

from __future__ import annotations

import pytest

from pipeline.config import load_settings
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
    assert load_settings(folder=tmp_path).front_matter is True


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
