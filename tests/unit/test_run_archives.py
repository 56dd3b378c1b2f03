"""Archives as inputs: JSONL and Parquet always, distant paths where fsspec is installed."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.errors import ClusterError, InputError, OutputError, UsageError
from pipeline.keeping import Keeper
from pipeline.run.archives.archive import archives_of
from pipeline.run.archives.rows import RowWriter, count_rows, is_archive, read_rows

needs_fsspec = pytest.mark.skipif(
    importlib.util.find_spec("fsspec") is None, reason="fsspec is not installed"
)

ARTICLES = {
    "a": "Bonjour à tous. L’IA progresse.\n\nLe vent se lève.\n",
    "b": "Le vent se lève. La puce chauffe.",
    "c": "",
    "d": "42\n",
}


def write_jsonl(path, rows):
    path.write_bytes(
        b"".join(
            (row if isinstance(row, bytes) else json.dumps(row, ensure_ascii=False).encode())
            + b"\n"
            for row in rows
        )
    )
    return path


@pytest.fixture
def articles(tmp_path):
    rows = [{"id": name, "text": text, "title": "x"} for name, text in ARTICLES.items()]
    return write_jsonl(tmp_path / "articles.fr.jsonl", rows)


@pytest.fixture
def glossary(tmp_path):
    (tmp_path / "terms.csv").write_text("source,target\nIA,AI\npuce,chip\n", encoding="utf-8")
    return (str(tmp_path / "terms.csv"),)


def rows_of(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.jsonl", True),
        ("s3://bucket/a.PARQUET", True),
        ("in/*.ndjson", True),
        ("a.json", False),
        ("parquet", False),
    ],
)
def test_archives_are_known_by_their_names(path, expected):
    assert is_archive(path) is expected


@pytest.mark.parametrize("window", [1, 2, 100])
def test_articles_are_translated_as_files_of_the_same_text_would_be(
    articles, glossary, tmp_path, translate, window
):
    report = translate(articles, glossary=glossary, window=window)
    files = tmp_path / "files"
    files.mkdir()
    for name, text in ARTICLES.items():
        (files / f"{name}.txt").write_text(text, encoding="utf-8")
    translate(files, glossary=glossary, out=tmp_path / "other")
    out = tmp_path / "out"
    rows = rows_of(out / "articles.en.jsonl")
    assert [row["id"] for row in rows] == list(ARTICLES)
    for row in rows:
        alone = (tmp_path / "other" / f"{row['id']}.en.txt").read_text(encoding="utf-8")
        assert row["text"] == alone
    assert [row["segments"] for row in rows] == [3, 2, 0, 1]
    assert [row["terms"] for row in rows] == [1, 1, 0, 0]
    assert sum(row["violations"] for row in rows) == report.terms.violated
    table = pl.read_parquet(out / "segments.parquet")
    assert table["doc_id"].to_list() == ["a", "a", "a", "b", "b", "d"]
    assert (report.documents, report.skipped_total) == (4, 0)
    assert report.first_outputs == ("articles.en.jsonl",)


def test_a_second_run_asks_nothing_and_writes_the_same(
    articles, tmp_path, translate, fake_engine_class
):
    translate(articles)
    before = (tmp_path / "out" / "articles.en.jsonl").read_bytes()
    engine = fake_engine_class()
    translate(articles, engine=engine)
    assert engine.asked == []
    assert (tmp_path / "out" / "articles.en.jsonl").read_bytes() == before


def test_a_run_never_calls_its_own_archive_left_from_earlier_runs(articles, tmp_path, translate):
    other = tmp_path / "other.fr.jsonl"
    other.write_bytes(articles.read_bytes())
    assert translate(articles).left == ()
    assert translate(articles).left == ()
    assert translate(other).left == ("articles.en.jsonl",)
    mine = str(tmp_path / "out" / "x" / "mine.jsonl")
    assert translate(articles, rows=mine).left == ("articles.en.jsonl", "other.en.jsonl")
    assert translate(articles, other).left == ("x/mine.jsonl",)


BAD = [
    (b"{no json}", "this is not JSON"),
    (b"[1]", "not a JSON object"),
    ({"id": "n", "text": None}, "text is null"),
    ({"id": None, "text": "x"}, "id is null"),
    ({"text": "x"}, "no id"),
    ({"id": "n"}, "no text"),
    ({"id": "n", "text": 3}, "text must be a text, not 3"),
    ({"id": 1.5, "text": "x"}, "not 1.5"),
    ({"id": True, "text": "x"}, "not True"),
    (b'{"id": "n", "text": "\\ud800 x"}', "half a character"),
    ({"id": "n", "text": "a\0b"}, "NUL"),
    ({"id": "good", "text": "Encore."}, "the id 'good' stands in"),
]


def test_every_bad_row_is_named_and_the_good_ones_are_translated(tmp_path, translate):
    path = write_jsonl(
        tmp_path / "a.jsonl",
        [
            {"id": "good", "text": "Bonjour."},
            b"",
            *(row for row, _ in BAD),
            {"id": 7, "text": "Sept."},
        ],
    )
    report = translate(path)
    assert report.skipped_total == len(BAD)
    assert report.exit_code() == 3
    named = {
        row["row"].removeprefix(f"{path}:").split()[0]: row["reason"]
        for row in rows_of(tmp_path / "out" / "skipped.jsonl")
    }
    for number, (_, reason) in enumerate(BAD, start=3):
        assert reason in named[str(number)]
    rows = rows_of(tmp_path / "out" / "a.en.jsonl")
    assert [(row["id"], row["text"]) for row in rows] == [("good", "[Bonjour.]"), ("7", "[Sept.]")]


def test_an_id_names_one_article_in_all_archives_of_a_run(tmp_path, translate):
    for name in ("a", "b"):
        write_jsonl(tmp_path / f"{name}.jsonl", [{"id": "x", "text": f"Le {name}."}])
    report = translate(tmp_path / "*.jsonl")
    assert [p.reason for p in report.skipped] == [
        f"the id 'x' stands in {tmp_path / 'a.jsonl'}:1 already"
    ]
    assert rows_of(tmp_path / "out" / "a.en.jsonl")[0]["text"] == "[Le a.]"
    assert (tmp_path / "out" / "b.en.jsonl").read_bytes() == b""


def test_an_article_on_which_the_engine_fails_is_named_by_its_row(
    articles, tmp_path, translate, fake_engine_class
):
    report = translate(articles, engine=fake_engine_class(poison="puce"))
    assert [p.name for p in report.skipped] == [f"{articles}:2"]
    assert [row["id"] for row in rows_of(tmp_path / "out" / "articles.en.jsonl")] == ["a", "c", "d"]


def test_parquet_in_and_parquet_out_keep_order_across_groups(tmp_path, translate, monkeypatch):
    monkeypatch.setattr("pipeline.run.archives.rows._PART", 35)
    monkeypatch.setattr("pipeline.run.archives.rows._GROUP", 70)
    monkeypatch.setattr("pipeline.run.archives.rows._SLICE", 30)
    numbers = range(500)
    source = pl.DataFrame(
        {"id": list(numbers), "text": [f"Le jour {n % 50}." for n in numbers], "x": 0}
    )
    source.write_parquet(tmp_path / "all.fr.parquet", row_group_size=100)
    report = translate(tmp_path / "all.fr.parquet", window=64, step_tokens=500)
    table = pl.read_parquet(tmp_path / "out" / "all.en.parquet")
    assert table["id"].to_list() == [str(n) for n in numbers]
    assert table["text"].to_list() == [f"[Le jour {n % 50}.]" for n in numbers]
    assert report.documents == 500


LOCAL = """
import re, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from fake_engine import FakeOpener
from pipeline.config import Settings
from pipeline.run import Job, run
from pipeline.run.reporting.progress import Quiet

folder = Path(sys.argv[2])
job = Job(
    paths=(str(folder / "*.jsonl"), str(folder / "a.parquet")),
    settings=Settings(out=str(folder / "out"), glossary=("",), report=False),
)
run(job, open_engine=FakeOpener(window=4, step=100), reporter=Quiet(sys.stderr))
print(sorted({"pyarrow", "fsspec"} & set(sys.modules)))
"""


def test_on_this_machine_polars_is_enough(tmp_path):
    row = {"id": "p", "text": "Bonjour."}
    pl.DataFrame([row]).write_parquet(tmp_path / "a.parquet")
    write_jsonl(tmp_path / "b.jsonl", [row | {"id": "j"}])
    done = subprocess.run(
        [sys.executable, "-c", LOCAL, str(Path(__file__).parents[1]), str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"
    out = tmp_path / "out"
    assert pl.read_parquet(out / "a.en.parquet")["text"].to_list() == ["[Bonjour.]"]
    assert rows_of(out / "b.en.jsonl")[0]["text"] == "[Bonjour.]"


GROWTH = """
import re, sys
from pathlib import Path
from pipeline.keeping import Keeper
from pipeline.run.archives.rows import RowWriter, count_rows, read_rows

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

source, folder = sys.argv[1], Path(sys.argv[2])
count_rows(source)
next(read_rows(source))
before = peak()
columns, keeper = {"id": str, "text": str}, Keeper()
writer = RowWriter(str(folder / "out.parquet"), columns, folder / "parts", keeper)
for row in read_rows(source):
    writer.write({"id": row.doc_id, "text": row.text})
writer.finish()
print(peak() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
def test_memory_does_not_grow_with_an_archive_of_one_group(tmp_path):
    rows = 40_000  # 210 MB
    texts = (pl.int_range(rows, eager=True).cast(pl.String) + " le vent se lève" * 330).alias
    frame = pl.DataFrame({"id": range(rows)}).with_columns(texts("text"))
    frame.write_parquet(tmp_path / "all.parquet", row_group_size=rows)
    done = subprocess.run(
        [sys.executable, "-c", GROWTH, str(tmp_path / "all.parquet"), str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(done.stdout) < 150
    assert pl.read_parquet(tmp_path / "out.parquet")["text"].equals(frame["text"])


@needs_fsspec
def test_archives_come_from_and_go_to_distant_paths(tmp_path, translate):
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.pipe("/in/a.jsonl", b'{"id": "1", "text": "Bonjour."}\n')
    settings = {"out": tmp_path / "out"}
    archives = archives_of(["memory://in/*.jsonl"], out=tmp_path, to="memory://out/a.parquet")
    assert archives.totals() == (1, 32)
    translate("memory://in/a.jsonl", rows="memory://out/a.parquet", **settings)
    table = pl.read_parquet(memory.cat("/out/a.parquet"))
    assert table["text"].to_list() == ["[Bonjour.]"]
    assert not (tmp_path / "out" / "a.en.jsonl").exists()
    assert [row.text for row in read_rows("memory://out/a.parquet")] == ["[Bonjour.]"]


def test_distant_parquet_is_read_by_polars_slice_by_slice(monkeypatch):
    asked = []
    frame = pl.DataFrame({"id": range(120_000), "text": "x"}).lazy()
    monkeypatch.setattr(pl, "scan_parquet", lambda path, **_: asked.append(path) or frame)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)  # no fsspec
    assert count_rows("s3://bucket/a.parquet") == (120_000, 120_000)
    assert [row.number for row in read_rows("s3://bucket/a.parquet")] == list(range(1, 120_001))
    assert set(asked) == {"s3://bucket/a.parquet"}


@pytest.mark.parametrize("suffix", ["jsonl", "parquet"])
def test_a_target_that_cannot_be_written_is_told_at_the_beginning(tmp_path, suffix):
    (tmp_path / "file").write_bytes(b"")
    target = str(tmp_path / "file" / f"a.{suffix}")
    with pytest.raises(OutputError) as caught:
        RowWriter(target, {"id": str}, tmp_path / "parts", Keeper())
    assert caught.value.place == target


def test_brackets_in_names_are_no_patterns(articles, tmp_path, translate):
    place = tmp_path / "in[1]"
    place.mkdir()
    pl.DataFrame([{"id": "x", "text": "Bonjour."}]).write_parquet(place / "a[1].parquet")
    translate(place / "a[1].parquet", out=tmp_path / "out[1]")
    table = pl.read_parquet(tmp_path / "out[1]" / "a[1].en.parquet", glob=False)
    assert table["text"].to_list() == ["[Bonjour.]"]


@needs_fsspec
def test_a_file_that_is_given_up_leaves_the_old_one(tmp_path, tmp_path_factory):
    import fsspec

    old = b'{"id": "old"}\n'
    memory = fsspec.filesystem("memory")
    memory.pipe("/kept.jsonl", old)
    parts = tmp_path_factory.mktemp("parts")
    (tmp_path / "kept.jsonl").write_bytes(old)
    for path in ("memory://kept.jsonl", str(tmp_path / "kept.jsonl")):
        writer = RowWriter(path, {"id": str}, parts, Keeper())
        writer.write({"id": "new"})
        del writer
    assert memory.cat("/kept.jsonl") == old
    assert [p.name for p in tmp_path.iterdir()] == ["kept.jsonl"]
    assert (tmp_path / "kept.jsonl").read_bytes() == old


@needs_fsspec
@pytest.mark.parametrize("suffix", ["jsonl", "parquet"])
def test_at_a_distance_what_is_somebodys_is_refused_and_left_alone(
    articles, tmp_path, translate, suffix
):
    import fsspec

    memory, to = fsspec.filesystem("memory"), f"memory://theirs.{suffix}"
    frame = pl.DataFrame({"mine": [1]})
    for theirs in (b"my diary", b'{"id": 1}\n', b"[1]\n", frame.write_ipc(None).getvalue()):
        memory.pipe(f"/theirs.{suffix}", theirs)
        with pytest.raises(OutputError, match="nothing says that passerelle wrote it"):
            translate(articles, out=tmp_path / "out", rows=to)
        assert memory.cat(f"/theirs.{suffix}") == theirs
    memory.rm(f"/theirs.{suffix}")
    for _ in range(2):  # our own is written again
        translate(articles, out=tmp_path / "out", rows=to)


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("a.parquet", b"hello", "no Parquet file"),
        ("none.jsonl", None, "no such file"),
        ("*.jsonl", None, "no such file"),
    ],
)
def test_an_archive_that_cannot_be_read_is_named(tmp_path, name, content, text):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=text) as caught:
        archives_of([str(tmp_path / name)], out=tmp_path / "out")
    assert caught.value.place.endswith(name)


def test_missing_columns_are_named_with_those_that_are_there(tmp_path):
    pl.DataFrame({"id": [1], "texte": ["x"]}).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(InputError, match="no column text; there are: id, texte"):
        count_rows(str(tmp_path / "a.parquet"))


def test_a_line_too_long_for_an_article_is_passed_over(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.run.archives.rows._LONG", 64)
    path = write_jsonl(
        tmp_path / "a.jsonl",
        [{"id": "long", "text": "x" * 500}, {"id": "b", "text": "Bonjour."}],
    )
    rows = list(read_rows(str(path)))
    assert [row.number for row in rows] == [1, 2]
    assert rows[0].fault.startswith("a line of more than")
    assert rows[1].text == "Bonjour."


@pytest.mark.parametrize(
    ("paths", "to", "text"),
    [
        (["a.jsonl", "in"], "", "do not go together"),
        (["a.jsonl", "b/a.jsonl"], "", "same path"),
        (["a.jsonl", "b.jsonl"], "c.jsonl", "one archive"),
        (["a.jsonl"], "c.txt", "one .jsonl or .parquet"),
        (["a.jsonl"], "a.jsonl", "over one of themselves"),
        (["in"], "c.jsonl", "only archives"),
        (["s3://bucket/in"], "", "only archives"),
    ],
)
def test_arguments_that_do_not_go_together_are_refused(tmp_path, paths, to, text):
    with pytest.raises(UsageError, match=text):
        archives_of(paths, out=tmp_path, to=to)


@pytest.mark.parametrize(
    ("paths", "to"),
    [
        (["s3://bucket/a.jsonl"], ""),
        (["s3://bucket/*.parquet"], ""),
        (["hdfs://host/a.parquet"], ""),
    ],
)
def test_without_fsspec_a_distant_path_says_what_to_install(tmp_path, monkeypatch, paths, to):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "fsspec" else find(name)
    )
    with pytest.raises(ClusterError, match="needs fsspec, not installed here") as caught:
        archives_of(paths, out=tmp_path, to=to)
    assert caught.value.place == paths[0]
    assert "pip install fsspec" in caught.value.next_step


@pytest.mark.parametrize("option", ["--dry-run", "--watch"])
def test_options_that_archives_do_not_know_are_refused(articles, tmp_path, monkeypatch, option):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["translate", str(articles), option])
    assert result.exit_code == 2
    assert "archives" in result.stderr
