"""What a change of the glossary does to the corpus, and the comment that says so."""

from __future__ import annotations

import html
import json
import re

import pytest
from fake_engine import FakeEngine, FakeOpener
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from typer.testing import CliRunner

from pipeline.cli import translate as command
from pipeline.cli.app import app
from pipeline.config import Settings
from pipeline.run import ChosenEngine
from pipeline.run.impact import Broken, Changed, Impact, Kept, impact_of
from pipeline.run.reporting.comment import LONGEST, MARKER, comment, escaped
from pipeline.table import read_rows

ARTICLES = {
    "a.fr.txt": "L'IA progresse. Le ministre est venu.\n\nLe chat dort. OpenAI et l'IA, encore.\n",
    "sub/b.md": "# Le ministre\n\nLe **chat** du ministre [dort](https://example.org).\n\n`IA`\n",
    "c.txt": "Rien du tout. Rien de plus.\n",
}
BASE = "IA,AI,\nchat,cat,\n"
ENGLISH = {"IA": "AI", "ministre": "minister", "chat": "cat", "dort": "sleeps"}


def say(source):
    return re.sub(r"\w+", lambda m: ENGLISH.get(m.group(), m.group()), source)


@pytest.fixture
def desk(tmp_path):
    """A corpus; ``desk(base, head)`` gives the impact, the engine and how often it was opened."""
    for name, text in ARTICLES.items():
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def call(base, head, **options):
        files = [
            glossary(tmp_path / f"{n}.csv", rows) for n, rows in (("base", base), ("head", head))
        ]
        engine, opened = FakeEngine(say=say), []

        def open_engine(*_):
            opened.append(1)
            return ChosenEngine(engine=engine, why="a test", step_tokens=200, window=50)

        given = {"out": str(tmp_path / "out"), "second_look": "off"} | options
        chosen = Settings(**given, origins=dict.fromkeys(given, "command line"))
        found = impact_of(
            [str(tmp_path / "in")], chosen, base=files[0], head=files[1], open_engine=open_engine
        )
        return found, engine, opened

    call.folder = tmp_path
    return call


def glossary(path, rows):
    if rows is None:
        return None
    path.write_text(f"source,target,status\n{rows}", encoding="utf-8")
    return path


CHANGES = [
    (BASE, BASE.replace("IA,AI,", "IA,A.I.,")),
    (BASE, BASE + "ministre,Minister,\n"),
    (BASE + "ministre,Minister,\n", BASE),
    (BASE, "chat,cat,\n"),
    (BASE, "IA,,dnt\nchat,tomcat|cat,\n"),
    (BASE, BASE + "*,sleeps,forbidden\n"),
    (None, BASE),
    (BASE, None),
    (BASE, "chat,kitten,\nIA,AI,\n"),
]


@pytest.mark.parametrize(("base", "head"), CHANGES)
def test_what_it_says_is_what_two_runs_would_give(desk, translate, base, head):
    """The law: the sentences, before and after, are those of a run with each glossary."""
    found, _, _ = desk(base, head)
    runs = []
    for name, rows in (("base", base), ("head", head)):
        file = glossary(desk.folder / f"{name}.csv", rows)
        out = desk.folder / f"run-{name}"
        engine = FakeEngine(say=say)
        translate(desk.folder / "in", out=out, glossary=(str(file),) if file else (), engine=engine)
        runs.append(list(read_rows(out / "segments.parquet")))
    wanted = {
        (a.place, a.source, a.target, b.target)
        for a, b in zip(*runs, strict=True)
        if a.target != b.target
    }
    assert {(c.place, c.source, c.before, c.after) for c in found.changed} == wanted
    lost = [
        {(r.place, t.occurrence.term) for r in rows for t in r.terms if not t.satisfied}
        for rows in runs
    ]
    assert {(b.place, b.term) for b in found.broken} == lost[1] - lost[0]
    assert (found.documents, found.sentences) == (3, len(runs[0]))


def test_only_touched_sentences_are_asked_for_and_each_once(desk):
    found, engine, opened = desk(BASE, BASE + "ministre,Minister,\n")
    assert found.touched == 3
    wanted = ["Le ministre est venu.", "Le ministre", "Le chat du ministre dort."]
    assert sorted(engine.asked) == sorted(wanted)
    assert len(opened) == 1


@pytest.mark.parametrize("head", [BASE, BASE + "tortue,turtle,\n", "chat,cat,\nIA,AI,\n"])
def test_no_engine_is_opened_where_nothing_is_touched(desk, head):
    found, _, opened = desk(BASE, head)
    assert (found.touched, found.changed, opened) == (0, (), [])


def test_a_memory_that_is_there_is_used_and_none_is_begun(desk, translate):
    desk(BASE, BASE.replace("AI", "A.I."))
    assert not (desk.folder / "out").exists()
    file = glossary(desk.folder / "base.csv", BASE)
    translate(desk.folder / "in", glossary=(str(file),), engine=FakeEngine(say=say))
    _, engine, _ = desk(BASE, BASE + "ministre,minister,\n")
    assert engine.asked == []  # drafts are in the memory, and keep the term


def test_rows_are_counted_by_what_they_say(desk):
    found, _, _ = desk("IA,AI,\nchat,cat,\nx,y,\n", "IA,A.I.,\nchat,cat,\nz,y,\n")
    assert (found.added, found.removed, found.edited) == (("z",), ("x",), ("IA",))


def test_a_document_that_cannot_be_read_is_named(desk):
    (desk.folder / "in" / "broken.docx").write_bytes(b"no zip")
    found, _, _ = desk(BASE, "chat,cat,\n")
    assert [text.partition(":")[0] for text in found.skipped] == ["broken.docx"]


# --- the comment -------------------------------------------------------------------

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
HOSTILE = (
    "@octocat",
    "@team/all",
    "<script>alert(1)</script>",
    "<img src=x onerror=y>",
    "<!-- x -->",
    "| a | b |",
    "\\|",
    "``` `x` ```",
    "[a](https://evil.example)",
    "![a](b)",
    "https://evil.example/x",
    "www.evil.example",
    "a@evil.example",
    "#12",
    "owner/repo#12",
    "GH-12",
    "0123456789abcdef0123456789abcdef01234567",
    "*a* _b_ **c** ~~d~~",
    "$x$ $$y$$",
    "&lt;b&gt; &#64;octocat &commat;octocat",
    "\u202egnp.exe",
    "\x1b[31m",
    "a\nb\r\nc\u2028d",
    "# head",
    "- list",
    "> quote",
    ":tada:",
    "</td></tr></table>",
    MARKER,
    "\\",
    "[^1]: x",
)


def impact(*changed, broken=()):
    return Impact(
        added=("<b>@octocat",),
        removed=(),
        edited=("IA|x",),
        documents=1,
        sentences=len(changed),
        touched=len(changed),
        before=Kept(occurrences=3, satisfied=1),
        after=Kept(occurrences=3, satisfied=3),
        changed=changed,
        broken=tuple(broken),
        skipped=(),
    )


def changed(source, before, after, place="a.txt ¶1.1"):
    return Changed(place=place, source=source, before=before, after=after, terms=("IA",))


def shown(text):
    """Give a comment's texts and the kinds of its tokens, as a site that knows GFM reads them."""
    tokens = [t for token in PARSER.parse(text) for t in (token, *(token.children or ()))]
    texts = "\n".join(t.content for t in tokens if t.type == "text")
    tags = [t.content for t in tokens if t.type in {"html_inline", "html_block"}]
    return texts, [t.type for t in tokens], tags


TEXTS = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=6), min_size=1, max_size=4).map(
    " ".join
)


@given(TEXTS, TEXTS, TEXTS)
@example("@a", "@b", "@c")
@settings(max_examples=40)
def test_a_sentence_is_words_and_nothing_else(source, before, after):
    broken = [Broken(place=source, term=before, expected=(after,), after=before)]
    text = comment(impact(changed(source, before, after), broken=broken), name=source[:20] or "x")
    texts, kinds, tags = shown(text)
    assert text.startswith(MARKER + "\n")
    assert {t for t in tags if not t.startswith(MARKER)} <= {"<b>", "</b>"}
    assert sum(t.startswith(MARKER) for t in tags) == 1
    assert not {
        "link_open",
        "image",
        "code_inline",
        "fence",
        "em_open",
        "strong_open",
        "s_open",
    } & {*kinds}
    assert kinds.count("td_open") == 8  # one row in each of two tables
    assert not re.search(r"@\w|#\d|://\w|www\.\w|GH-\d|[0-9a-f]{7}", texts, re.ASCII)
    assert not re.search(r"(?<!\\)\$", text)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_escaped_reads_as_it_was(text):
    rendered = PARSER.renderInline(escaped(text))
    words = html.unescape(re.sub(r"</?b>", "", rendered)).replace("\u200b", "")
    wanted = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in " ".join(text.split()))
    assert words == wanted


def test_a_comment_is_short_enough_and_says_what_it_leaves_out():
    long = "<@octocat|" * 200
    rows = [changed(long, long, f"{long} {n}", place=f"{n}.txt") for n in range(3000)]
    broken = [Broken(place=str(n), term=long, expected=(long,) * 9, after=long) for n in range(900)]
    text = comment(impact(*rows, broken=broken), name="x" * 90_000)
    assert len(text) <= LONGEST
    text = comment(impact(*rows, broken=broken), name="terms.csv")
    assert 30_000 < len(text) <= LONGEST
    told = [int(n.replace(",", "")) for n in re.findall(r"^and ([\d,]+) more$", text, re.MULTILINE)]
    assert len(told) == 2
    assert sum(told) + text.count("\n| ") - 2 == 3900


def test_nothing_changed_is_said():
    text = comment(impact(), name="terms.csv")
    assert "0 hold such a term; 0 read differently" in text
    assert "| Sentence |" not in text


# --- the command -------------------------------------------------------------------


@pytest.fixture
def call(desk, monkeypatch):
    monkeypatch.chdir(desk.folder)
    monkeypatch.setattr(command, "_open", FakeOpener(window=50, step=200, say=say))
    glossary(desk.folder / "old.csv", BASE)
    glossary(desk.folder / "new.csv", BASE.replace("IA,AI", "IA,A.I."))
    glossary(desk.folder / "worse.csv", BASE + "*,sleeps,forbidden\n")
    return lambda *more: CliRunner().invoke(app, ["glossary", "impact", "in", *more])


def test_the_command_shows_before_and_after(call):
    result = call("--base", "old.csv", "--head", "new.csv")
    assert result.exit_code == 0, result.output
    assert "changed: IA" in result.stdout
    assert "  - L'AI progresse.\n  + L'A.I. progresse.\n" in result.stdout


def test_the_command_gives_json_and_a_comment(call):
    told = json.loads(call("--base", "old.csv", "--head", "new.csv", "--json").stdout)
    assert told["edited"] == ["IA"]
    result = call("--head", "new.csv", "--markdown", "--name", "glossary/terms.csv")
    assert result.stdout.startswith(f"{MARKER}\n### What the change of glossary/terms.csv does")


def test_strict_stops_where_a_term_is_newly_violated(call):
    result = call("--base", "old.csv", "--head", "worse.csv", "--strict", "--second-look", "off")
    assert result.exit_code == 14
    assert "now violated" in result.stdout
    assert call("--base", "worse.csv", "--head", "worse.csv", "--strict").exit_code == 0


def test_what_cannot_be_done_is_told(call):
    assert call().exit_code == 2
    assert "--base OLD.csv" in call().stderr
    assert call("--head", "none.csv").exit_code == 5
