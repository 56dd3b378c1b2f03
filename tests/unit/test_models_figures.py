"""How good a model is: what is published has a source, what was measured is kept or ignored."""

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.models import (
    MeasuredScore,
    Measurement,
    ModelRecord,
    forget_measured,
    keep_measurement,
    licence_of,
    measured_path,
    published_for,
    read_measured,
    stamp_of,
)
from pipeline.models.record import version_order
from pipeline.wording import at_home

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "pipeline" / "models" / "data" / "published.toml"

MEASURED = Measurement(
    model="bundled",
    engine="bundled",
    set="flores.dev",
    digest="d" * 64,
    lines=997,
    of=997,
    references=1,
    scores=(MeasuredScore(name="BLEU", value=37.8, signature="nrefs:1"),),
    lines_per_second=1.6,
    seconds=623.0,
    threads=2,
    way="beam 4, no second look, no touch-ups, no glossary",
    fingerprint="f" * 64,
    stamp="s" * 64,
    measured_at="2026-11-26T12:00:00+00:00",
    version="0.2.0",
)


def record(**changes):
    values = {"name": "bundled", "kind": "bundled", "languages": ("fr", "en"), "path": Path("x")}
    return ModelRecord(**values | {"origin": "index + fr-en-adapter-v2"} | changes)


# --- published ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "figure"),
    [
        (kind, figure)
        for kind, told in tomllib.loads(PUBLISHED.read_text(encoding="utf-8")).items()
        for figure in told["figures"]
    ],
)
def test_every_published_figure_stands_on_the_page_that_it_names(kind, figure):
    page = (ROOT / figure["source"]).read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if f"{figure['value']}" in line]
    assert rows, f"{figure['value']} is not on {figure['source']}"
    assert figure["set"].split()[0] in page
    assert figure["by"].split(",")[0] in {"Mozilla", "Passerelle"}
    assert kind in {"argos", "bundled"}


@pytest.mark.parametrize(
    ("changes", "values"),
    [
        ({}, [38.43]),
        ({"origin": "index + another-adapter"}, []),
        ({"damage": "the record is missing"}, []),
        ({"kind": "argos", "origin": "translate-fr_en.argosmodel"}, [39.5]),
        ({"kind": "argos", "origin": "x", "languages": ("es", "en")}, []),
        ({"kind": "argos", "origin": "x", "languages": ("en", "fr")}, []),
        ({"kind": "plug-in"}, []),
        ({"kind": ""}, []),
    ],
)
def test_a_published_figure_is_told_only_of_the_model_that_it_was_measured_on(changes, values):
    assert [f.value for f in published_for(record(**changes))] == values


def test_licences_are_told_where_they_are_known():
    assert licence_of(record()) == "Gemma Terms of Use"
    assert "README" in licence_of(record(kind="argos"))
    assert licence_of(record(kind="unknown")) == ""


# --- kept ---------------------------------------------------------------------------


@pytest.fixture
def path(tmp_path):
    return measured_path(tmp_path / "models", "bundled", installed=True)


def test_what_is_kept_is_read_again_newest_first(path):
    older = replace(MEASURED, digest="e" * 64, measured_at="2026-01-01T00:00:00+00:00")
    keep_measurement(path, MEASURED)
    keep_measurement(path, older)
    assert read_measured(path, model="bundled").kept == (MEASURED, older)
    assert sorted(p.name for p in path.parent.iterdir()) == ["bundled.json"], "nothing half-written"


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"measured_at": "2026-12-01T00:00:00+00:00"}, 1),
        ({"fingerprint": "0" * 64, "stamp": "1" * 64}, 1),
        ({"digest": "0" * 64}, 2),
        ({"way": "beam 1"}, 2),
        ({"threads": 1}, 2),
    ],
)
def test_the_same_set_in_the_same_way_makes_room_and_another_is_added(path, changes, kept):
    keep_measurement(path, MEASURED)
    keep_measurement(path, replace(MEASURED, **changes))
    found = read_measured(path).kept
    assert len(found) == kept
    assert replace(MEASURED, **changes) in found


def test_a_figure_is_old_when_the_models_files_are_others(path, tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.bin").write_bytes(b"one")
    first = stamp_of(None, folder)
    keep_measurement(path, replace(MEASURED, stamp=first))
    found = read_measured(path, stamp=first)
    assert not found.is_old(found.kept[0])
    (folder / "model.bin").write_bytes(b"other")
    assert found.kept[0].stamp != stamp_of(None, folder)
    assert stamp_of(None, folder / "model.bin") not in ("", first)
    assert stamp_of(None, None) == "", "an address has no files"
    assert stamp_of(None, tmp_path / "gone") == stamp_of(None, tmp_path / "gone too")


GOOD = {"format": 1, "model": "bundled", "measured": []}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 50_000,
        b"{}",
        json.dumps(GOOD | {"format": 2}).encode(),
        json.dumps(GOOD | {"measured": 3}).encode(),
        json.dumps(GOOD | {"measured": [3]}).encode(),
        json.dumps(GOOD | {"measured": [{}]}).encode(),
        json.dumps({"format": 1, "measured": []}).encode(),
        json.dumps({"format": 1, "model": 3, "measured": []}).encode(),
    ],
)
def test_a_damaged_file_is_told_ignored_and_written_anew(path, content):
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    found = read_measured(path)
    assert (found.kept, bool(found.damage)) == ((), True)
    keep_measurement(path, MEASURED)
    assert read_measured(path).kept == (MEASURED,)


_ANY = (
    st.just([])
    | st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.just([[]])
)


@given(data=st.data())
def test_no_value_in_a_row_ends_in_anything_but_a_measurement_or_a_word_of_damage(
    data, tmp_path_factory
):
    folder = tmp_path_factory.mktemp("row")
    path = measured_path(folder, "bundled", installed=True)
    keep_measurement(path, MEASURED)
    table = json.loads(path.read_text(encoding="utf-8"))
    row = table["measured"][0]
    target = data.draw(st.sampled_from([row, row["scores"][0]]))
    key = data.draw(st.sampled_from(sorted(target)))
    if data.draw(st.booleans()):
        del target[key]
    else:
        target[key] = data.draw(_ANY)
    path.write_text(json.dumps(table), encoding="utf-8")
    found = read_measured(path)
    assert bool(found.damage) != bool(found.kept)
    for measurement in found.kept:
        assert isinstance(measurement.lines, int)
        assert isinstance(measurement.scores[0].value, float)


def test_forgetting_leaves_no_folder_behind_and_other_models_alone(path):
    assert not forget_measured(path)
    keep_measurement(path, MEASURED)
    other = path.with_name("argos-fr-en.json")
    keep_measurement(other, MEASURED)
    assert forget_measured(path)
    assert other.exists()
    assert forget_measured(other)
    assert not path.parent.exists()


def test_models_named_by_path_or_address_have_files_of_their_own(tmp_path):
    names = [
        "bundled",
        "/a/bundled",
        "http://127.0.0.1:1/a",
        "http://127.0.0.1:1/b",
        "\udc80",
        "..",
    ]
    paths = {measured_path(tmp_path, name, installed=False) for name in names}
    assert len(paths) == len(names)
    assert {p.parent for p in paths} == {tmp_path / ".measured"}
    assert measured_path(tmp_path, "bundled", installed=True) not in paths
    for each in paths:
        keep_measurement(each, replace(MEASURED, model="\udc80 ünï"))
        assert read_measured(each).kept[0].model == "\udc80 ünï"


# --- versions and paths -------------------------------------------------------------


@pytest.mark.parametrize(
    ("older", "newer"),
    [("1.9", "1.10"), ("1.0", "1.0.1"), ("0.9", "1"), ("1.9rc1", "1.9.2"), ("", "0.1")],
)
def test_versions_are_ordered_by_their_numbers(older, newer):
    assert version_order(older) < version_order(newer)
    assert version_order("1") == version_order("1.0") == version_order("1.0.0")
    assert version_order("9" * 5000)


@pytest.mark.parametrize(
    ("path", "home", "shown"),
    [
        ("/home/a/x", "/home/a", "~/x"),
        ("/home/a", "/home/a", "~"),
        ("/home/a/x", "/home/a/", "~/x"),
        ("/home/ab/x", "/home/a", "/home/ab/x"),
        ("/srv/x", "/home/a", "/srv/x"),
        ("C:\\Users\\a\\x", "C:\\Users\\a", "~\\x"),
        ("/x", "", "/x"),
        ("/x", "/", "/x"),
    ],
)
def test_the_home_folder_is_written_as_people_write_it(path, home, shown):
    assert at_home(path, home) == shown
