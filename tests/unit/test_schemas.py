"""Schemas are what the code says: all that is written is valid, what is changed is not.

The committed files are made anew by ``python -m pipeline.home.schemas``.
"""

from __future__ import annotations

import copy
import io
import json
import math
import tomllib
from dataclasses import asdict, fields, is_dataclass, replace
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin

import golden_corpus
import polars as pl
import pyarrow.parquet as pq
import pytest
from fake_engine import FakeEngine
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator, Draft202012Validator
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.config import FIELDS, load_settings
from pipeline.engines import ENGINES
from pipeline.errors import ConfigError
from pipeline.home import schemas
from pipeline.home.schemas import SCHEMAS, make_schema, render, schema_named
from pipeline.quality import plain_report
from pipeline.quality.report.model import QualityReport
from pipeline.records import Translation
from pipeline.run.reporting.progress import Event, JsonReporter, Snapshot
from pipeline.run.reporting.quality import with_quality
from pipeline.table import segment_frame, segment_schema

JSON_SCHEMAS = [s.name for s in SCHEMAS if s.name != "glossary"]


def validator(name):
    return Draft202012Validator(json.loads(schema_named(name).path.read_text(encoding="utf-8")))


VALID = {name: validator(name) for name in JSON_SCHEMAS}


def faults(name, document):
    return [f"{e.json_path}: {e.message[:200]}" for e in VALID[name].iter_errors(document)]


# --- the files ---------------------------------------------------------------------


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda s: s.name)
def test_a_committed_schema_is_what_the_code_says(schema):
    again = "the code says something else: run `python -m pipeline.home.schemas`"
    assert schema.path.read_text(encoding="utf-8") == render(make_schema(schema.name)), again


def test_no_other_schema_lies_there():
    lie = {path.name for path in schema_named("log").path.parent.iterdir()}
    assert lie == {schema.path.name for schema in SCHEMAS}


@pytest.mark.parametrize("name", JSON_SCHEMAS)
def test_a_schema_is_one(name):
    made = make_schema(name)
    Draft202012Validator.check_schema(made)
    assert made["$id"] == f"urn:passerelle:schema:{name}"


def test_editors_that_know_draft_4_alone_read_that_of_the_settings():
    made = {k: v for k, v in make_schema("settings").items() if k not in {"$schema", "$id"}}
    Draft4Validator.check_schema(made)
    assert not {"$defs", "const", "prefixItems"} & set(json.dumps(made).split('"'))


def objects(schema):
    """Give every object of a schema that has properties."""
    if isinstance(schema, dict):
        if "properties" in schema and isinstance(schema["properties"], dict):
            yield schema
        for value in schema.values():
            yield from objects(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from objects(value)


@pytest.mark.parametrize("name", JSON_SCHEMAS)
def test_no_object_takes_what_the_code_does_not_write(name):
    for found in objects(make_schema(name)):
        assert found["additionalProperties"] is False
        if name != "settings":
            assert found["required"] == list(found["properties"])


# --- what runs write ---------------------------------------------------------------

GLOSSARY = """source,target,status,case,inflect,wrong,domain,priority,note
intelligence artificielle,artificial intelligence|AI,,,,artificial intellect,ai,,
réseau de neurones,neural network,,,,,ai,5,
OpenAI,,dnt,,,OpenIA,,,
Elon Musk,,dnt,,,,,,
IA,AI,,,,,,,
*,Commission,forbidden,,,,,,
"""


class Sloppy(FakeEngine):
    """Gives all that can be found fault with: numbers lost, French left, loops, nothing."""

    def __init__(self):
        super().__init__(say=self.make, fingerprint="sloppy")

    def make(self, source):
        kind = sum(map(ord, source)) % 7
        if "intelligence artificielle" in source:
            source = source.replace("intelligence artificielle", "artificial intellect")
        texts = (
            source,
            source.replace("IA", "AI").replace("(", "").replace("»", '"'),
            f"{source} 42 %",
            " ".join(word for word in source.split() if not any(map(str.isdigit, word))),
            "the the the the the the the the the the",
            source.lower(),
            f"He said on 3 May at 10h30 that {source}",
        )
        return texts[kind]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Give every document that some runs write, by the name of its schema."""
    found = {name: [] for name in JSON_SCHEMAS}
    folder = tmp_path_factory.mktemp("schemas")
    corpus = folder / "in"
    for number, (name, data) in enumerate(golden_corpus.make().items()):
        if number % 16 == 0:
            path = corpus / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    (corpus / "un.fr.txt").write_text(
        "L'intelligence artificielle coûte 3 millions.\n\nElon Musk et OpenAI (25 %)."
        " La Commission européenne a dit « non » à l'IA et au réseau de neurones.\n",
        encoding="utf-8",
    )
    (corpus / "un.en.txt").write_text(
        "Artificial intelligence costs 3 million.\n\nElon Musk and OpenAI (25%).\n",
        encoding="utf-8",
    )
    (corpus / "broken.fr.docx").write_bytes(b"no zip")
    (corpus / "x.exe").write_bytes(b"MZ")
    (folder / "rows.jsonl").write_text(
        '{"id": "a", "text": "Bonjour à tous."}\n{"id": 3}\nno json\n', encoding="utf-8"
    )
    terms = folder / "terms.csv"
    terms.write_text(GLOSSARY, encoding="utf-8")

    def run(*paths, out, engine, **more):
        stream = io.StringIO()
        reporter = JsonReporter(stream, every=0.0)
        from pipeline.config import Settings
        from pipeline.run import ChosenEngine, Job
        from pipeline.run import run as start

        given = {"second_look": "full", "out": str(folder / out), "glossary": (str(terms),)} | more
        origins = dict.fromkeys(given, "command line")
        report = start(
            Job(paths=tuple(map(str, paths)), settings=Settings(**given, origins=origins)),
            open_engine=lambda *_: ChosenEngine(
                engine=engine, why="a test", step_tokens=200, window=50
            ),
            reporter=reporter,
        )
        reporter.close()
        with_quality(report)
        for name in ("report", "manifest"):
            found[name].append(json.loads((folder / out / f"{name}.json").read_bytes()))
        found["log"] += map(json.loads, stream.getvalue().splitlines())
        table = pl.read_parquet(folder / out / "segments.parquet")
        found["segments"] += json.loads(json.dumps(list(table.iter_rows(named=True))))

    run(corpus, out="one", engine=Sloppy())
    terms.write_text(GLOSSARY + "Meta,,dnt,,,,,,\n", encoding="utf-8")
    run(corpus, out="one", engine=FakeEngine(), variant="uk", columns=("titre",))
    run(folder / "rows.jsonl", out="rows", engine=Sloppy(), glossary=())
    found["settings"] = [tomllib.loads('engine = "ct2"\nbeam = 2\nfront-matter = false\n')]
    return found


@pytest.mark.parametrize("name", JSON_SCHEMAS)
def test_what_a_run_writes_is_valid(written, name):
    assert written[name]
    for document in written[name]:
        assert not faults(name, document)


def test_those_runs_met_every_kind_of_thing(written):
    """Else the test above would say little."""
    rows = written["segments"]
    assert {t["status"] for r in rows for t in r["terms"]} == {"satisfied", "violated"}
    assert {f["severity"] for r in rows for f in r["findings"]} >= {"warning", "error"}
    assert len({e["rung"] for r in rows for e in r["edits"]}) > 4
    assert len({f["check"] for r in rows for f in r["findings"]}) > 6
    assert {True, False} == {r["memory"] for r in rows}
    first, second, archive = written["report"]
    assert first["scores"]
    assert first["term_reference"]
    assert second["deltas"]
    assert archive["segments"]
    assert written["manifest"][0]["skipped"]
    assert {line["event"] for line in written["log"]} == {"info", "warning", "progress"}


def test_the_table_has_the_types_that_its_schema_names(tmp_path):
    segment_frame([]).write_parquet(tmp_path / "t.parquet")
    arrow = pq.read_schema(tmp_path / "t.parquet")
    told = make_schema("segments")["properties"]
    assert {name: str(arrow.field(name).type) for name in arrow.names} == {
        name: one["x-arrow"].replace("large_list<item:", "large_list<element:")
        if "<element:" in str(arrow.field(name).type)
        else one["x-arrow"]
        for name, one in told.items()
    }
    assert {n: str(t) for n, t in segment_schema().items()} == {
        n: one["x-polars"] for n, one in told.items()
    }


# --- records that no run has made yet ----------------------------------------------


def values(kind):
    """Give a strategy for anything that a record's annotation allows."""
    if is_dataclass(kind):
        hints = schemas._hints(kind)
        names = [f.name for f in fields(kind)]
        return st.builds(
            kind, **{name: st.deferred(lambda n=name: values(hints[n])) for name in names}
        )
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple and arguments[1:] == (...,):
        return st.lists(values(arguments[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*map(values, arguments))
    if origin is UnionType:
        return st.none() | values(next(a for a in arguments if a is not NoneType))
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is not None:  # a mapping
        inner = st.integers() if arguments[1] is Any else values(arguments[1])
        return st.dictionaries(st.text(max_size=5), inner, max_size=2)
    whole = st.integers(min_value=-(2**31), max_value=2**31)
    floats = st.floats(allow_nan=False, allow_infinity=False)
    return {str: st.text(max_size=8), int: whole, float: floats, bool: st.booleans()}[kind]


@given(values(Translation))
@settings(max_examples=15)
def test_any_row_of_the_table_is_valid(row):
    frame = segment_frame([replace(row, score=math.nan)])
    for got in segment_frame([row]).iter_rows(named=True):
        assert not faults("segments", json.loads(json.dumps(got)))
    assert frame.height == 1


@given(values(QualityReport))
@settings(max_examples=10)
def test_any_quality_report_is_valid(report):
    assert not faults("report", json.loads(json.dumps(plain_report(report))))


@given(values(Snapshot), values(Event))
@settings(max_examples=10)
def test_any_line_of_the_log_is_valid(snapshot, event):
    stream = io.StringIO()
    reporter = JsonReporter(stream)
    reporter.event(event)
    reporter.progress(snapshot)
    reporter.progress(replace(snapshot, seconds=snapshot.seconds + 2))
    reporter.close()
    for line in stream.getvalue().splitlines():
        assert not faults("log", json.loads(line))


# --- what is changed is noticed ----------------------------------------------------

_OTHER = {str: 7, int: "seven", float: "7.0", bool: "yes", NoneType: {"no": 1}, list: "x", dict: []}


def changed(document, spared=()):
    """Give, once for each place, copies with one thing wrong: what, and the copy."""

    def places(value, path):
        yield path, value
        if isinstance(value, dict):
            for key, inner in value.items():
                if (*path, key) not in spared:
                    yield from places(inner, (*path, key))
        elif isinstance(value, list) and value:
            yield from places(value[0], (*path, 0))

    def with_change(path, change):
        made = copy.deepcopy(document)
        holder = made
        for key in path[:-1]:
            holder = holder[key]
        change(holder, path[-1])
        return made

    for path, value in places(document, ()):
        if isinstance(value, dict):
            yield (
                "unknown key",
                path,
                with_change((*path, "unheard-of"), lambda h, k: h.update({k: 1})),
            )
        if not path:
            continue
        wrong = _OTHER[type(value)]
        yield "type", path, with_change(path, lambda h, k, w=wrong: h.__setitem__(k, w))
        if isinstance(path[-1], str):
            yield "removed", path, with_change(path, lambda h, k: h.pop(k))
        if path[-1] in {"severity", "status", "event", "generator"}:
            yield "enum", path, with_change(path, lambda h, k: h.__setitem__(k, "neither"))


def shortened(value):
    """Give a document whose lists of records hold one: a long one says nothing more."""
    if isinstance(value, dict):
        return {key: shortened(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shortened(v) for v in (value[:1] if isinstance(value[:1], dict) else value[:3])]
    return value


SPARED = {
    "report": [("manifest",)],  # passed on as it was found, of any version
    "manifest": [("versions",)],  # libraries by name: any may be there
}


@pytest.mark.parametrize("name", [n for n in JSON_SCHEMAS if n != "settings"])
def test_a_changed_document_is_invalid(written, name, record_property):
    tried, missed = 0, []
    # The log by kind of line, and the rows that hold most.
    documents = sorted(written[name], key=lambda d: -len(json.dumps(d)))
    for document in map(shortened, [documents[0], documents[-1]]):
        for what, path, made in changed(document, SPARED.get(name, ())):
            tried += 1
            if VALID[name].is_valid(made):
                missed.append((what, path))
    record_property("noticed", f"{tried - len(missed)} of {tried}")
    print(f"{name}: {tried - len(missed)} of {tried} changes noticed; not: {missed[:9]}")
    assert tried > 4
    assert len(missed) <= 0.05 * tried, missed[:9]


# --- settings: the schema says valid where the program accepts -----------------------

WORDS = st.sampled_from(
    ["", "auto", "AUTO", "us", "UK", "uK", "u\u212a", "12", "24", "full", "off", "french", "none",
     "fuzzy", "keep", "argos", "bundled", "argo", "text", "csv", "docx", "yes", "us\n", "title"]
)  # fmt: skip
SCALARS = st.one_of(
    WORDS,
    WORDS,
    st.text(max_size=6),
    st.booleans(),
    st.integers(-3, 30),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(-3, 3).filter(lambda f: not f.is_integer()),
    st.just(math.inf),
)
VALUES = st.one_of(
    SCALARS,
    st.lists(SCALARS, max_size=3),
    st.lists(WORDS, max_size=3),
    st.dictionaries(st.sampled_from("ab"), SCALARS, max_size=2),
)
KEYS = st.one_of(
    st.sampled_from([*FIELDS]),
    st.sampled_from([*FIELDS]).map(lambda n: n.replace("_", "-")),
    st.sampled_from(["origins", "Beam", "beams", "max-file_mb", "second look", "$schema", "tool"]),
)


def as_toml(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list):
        return f"[{', '.join(map(as_toml, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{k} = {as_toml(v)}' for k, v in value.items())}}}"
    return repr(value)


def accepted(folder):
    try:
        load_settings(folder=folder)
    except ConfigError:
        return False
    return True


@pytest.fixture(scope="module")
def toml_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("toml")


@given(st.dictionaries(KEYS, VALUES, max_size=2))
@example({"second_look": True})
@example({"second-look": 1})
@example({"front_matter": False})
@example({"clock": 24})
@example({"clock": True})
@example({"variant": ["uk"]})
@example({"touch_ups": 1})
@example({"temperature": 2})
@example({"temperature": 2.01})
@example({"temperature": True})
@example({"columns": ["a", 1]})
@example({"engine": "firefox"})
@settings(max_examples=150)
def test_settings_are_valid_where_the_program_accepts_them(toml_folder, table):
    text = "".join(f"{json.dumps(key)} = {as_toml(value)}\n" for key, value in table.items())
    (toml_folder / "passerelle.toml").write_text(text, encoding="utf-8")
    found = faults("settings", tomllib.loads(text))
    assert accepted(toml_folder) == (not found), (text, found)


@pytest.mark.parametrize("name", FIELDS)
def test_each_default_is_valid(name):
    default = FIELDS[name].default
    assert not faults("settings", {name: list(default) if isinstance(default, tuple) else default})


@pytest.mark.parametrize("text", ["beam = 2.0", "clock = 24.0", "temperature = nan"])
def test_a_schema_cannot_tell_2_from_2_0_and_knows_no_nan(toml_folder, text):
    """The exceptions, by name: JSON has neither."""
    (toml_folder / "passerelle.toml").write_text(text, encoding="utf-8")
    assert not faults("settings", tomllib.loads(text))
    assert not accepted(toml_folder)


def test_engines_of_other_distributions_are_in_the_schema_that_is_printed(monkeypatch):
    """The committed file knows ours alone: an exception, and what to do about it."""

    class Plug:
        name = "papyrus"

    monkeypatch.setattr(type(ENGINES), "_plugins", lambda _self: (Plug(),))
    assert faults("settings", {"engine": "papyrus"})
    printed = CliRunner().invoke(app, ["schema", "settings"])
    assert Draft202012Validator(json.loads(printed.stdout)).is_valid({"engine": "papyrus"})


# --- the command -------------------------------------------------------------------


def test_schema_lists_and_prints():
    listed = CliRunner().invoke(app, ["schema"]).stdout
    for one in SCHEMAS:
        assert str(one.path) in listed
        printed = CliRunner().invoke(app, ["schema", one.name]).stdout
        assert json.loads(printed) == make_schema(one.name)
    assert f"#:schema {schema_named('settings').path}" in listed
    told = json.loads(CliRunner().invoke(app, ["schema", "--json"]).stdout)
    assert [Path(one["path"]).is_file() for one in told] == [True] * len(SCHEMAS)


def test_a_name_that_is_none_is_told():
    result = CliRunner().invoke(app, ["schema", "setings"])
    assert result.exit_code == 2
    assert "choose one of settings, glossary" in result.stderr


def test_asdict_of_a_run_report_is_what_the_manifest_holds():
    from pipeline.run.reporting.report import Made, RunReport

    told = make_schema("manifest")["properties"]
    assert [*told] == [
        f.name for kind in (Made, RunReport) for f in fields(kind) if f.name != "seconds"
    ]
    assert asdict(Event(level="info", text="x"))
