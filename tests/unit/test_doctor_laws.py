"""``passerelle doctor``, whatever stands in the files: none of it is shown, none is changed."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import random
import shutil

import pytest
from doctor_desks import laid_out
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import MemoryStoreError
from pipeline.home.doctor import EXAMINATIONS, Visit, examine, render
from pipeline.memory import Approved, TranslationMemory, look


@pytest.fixture(scope="module")
def desk():
    with pytest.MonkeyPatch.context() as patch, laid_out(patch) as ready:
        yield ready


def told(*names):
    """Give all that some examinations say, in both forms, and whether one has a bug."""
    health = examine(Visit.here(), {name: EXAMINATIONS[name] for name in names})
    text = "\n".join(render(health)) + json.dumps(health.to_json(), ensure_ascii=False)
    assert "bug of Passerelle" not in text, text
    return text.casefold()


# Words that nothing of ours holds: what is found of them was shown.
HIDDEN = st.text("qxzj", min_size=4, max_size=9)
CELLS = st.one_of(HIDDEN, st.sampled_from(["", "=1", "#REF!", "|", '"', "dnt", "ï»¿", "\x07"]))
HEADERS = st.lists(
    st.one_of(HIDDEN, st.sampled_from(["source", "target", "status", "case", "fr", "anglais", ""])),
    min_size=1,
    max_size=6,
)


@settings(max_examples=120)
@given(
    header=HEADERS,
    rows=st.lists(st.lists(CELLS, max_size=7), max_size=5),
    delimiter=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "cp1252", "utf-16", "utf-8-sig"]),
)
def test_no_cell_of_a_glossary_is_shown(desk, header, rows, delimiter, encoding):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([header, *rows])
    desk.write("glossary/terms.csv", text.getvalue().encode(encoding, "replace"))
    shown = told("glossary")
    for cell in [*header, *(cell for row in rows for cell in row)]:
        if cell and set(cell) <= {*"qxzj"}:
            assert cell not in shown


@settings(max_examples=150)
@given(
    words=st.lists(HIDDEN, min_size=2, max_size=2),
    form=st.sampled_from(
        [
            *('{0} = "{1}"', 'profile = "{0} {1}"', 'beam = "{0}"', 'engine = "{0}"', "[{0}"),
            *('glossary = ["{0}.csv"', 'domain = ["{0}", "{1}"]', 'allow_host = "{0}"', "{0}"),
            *('model = "http://{0}:{1}@127.0.0.1:9/x"', 'second_look = "{0}"', "beam = {0}"),
            *('columns = "{0}"', 'clock = "{0}"', 'format = "{0}"', "beam = 1\nbeam = 2 # {0}"),
            '# {0}\nbeam = 3\n"{1}" = 1',
        ]
    ),
)
def test_no_word_of_the_settings_is_shown(desk, words, form):
    try:
        desk.write("passerelle.toml", form.replace("{0}", words[0]).replace("{1}", words[1]))
        shown = told("settings", "engine", "model")
        assert not any(word in shown for word in words), shown
    finally:
        (desk.folder / "passerelle.toml").unlink()


@pytest.fixture(scope="module")
def memory(tmp_path_factory):
    path = tmp_path_factory.mktemp("memory") / "m.sqlite"
    with TranslationMemory(path) as store:
        store.approve(Approved(source=f"Un {n}.", target=f"One {n}.") for n in range(300))
    return path


@pytest.mark.parametrize("seed", range(120))
def test_a_look_at_any_damage_changes_nothing_and_calls_no_damaged_memory_sound(
    memory, tmp_path, seed
):
    path = tmp_path / memory.name
    shutil.copytree(memory.parent, tmp_path, dirs_exist_ok=True)
    choose = random.Random(seed)
    data = bytearray(path.read_bytes())
    match choose.randrange(4):
        case 0:
            data[choose.randrange(100)] ^= 1 << choose.randrange(8)
        case 1:
            data[choose.randrange(len(data))] ^= 1 << choose.randrange(8)
        case 2:
            start = choose.randrange(len(data))
            data[start : start + 512] = choose.randbytes(len(data[start : start + 512]))
        case _:
            del data[choose.randrange(len(data)) :]
    path.write_bytes(data)
    before = {each: each.read_bytes() for each in tmp_path.iterdir()}
    seen = None
    with contextlib.suppress(MemoryStoreError):
        seen = look(path, own=True, seconds=5)
    assert {each: each.read_bytes() for each in tmp_path.iterdir()} == before
    if seen is not None and seen.format:
        said = []
        TranslationMemory(path, own=True, warn=said.append).close()
        assert said == []
        assert seen.approved == 300
