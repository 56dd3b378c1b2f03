"""What the documentation says exists: commands, options, files, links, settings, examples."""

from __future__ import annotations

import ast
import doctest
import importlib
import json
import re
import sys
from functools import cache
from urllib.parse import urlsplit

import pages
import pytest
from pages import PAGES, ROOT, name_of
from typer.main import get_command

from pipeline.cli.app import app
from pipeline.config import load_settings

sys.path.insert(0, str(ROOT / "docs" / "_ext"))
NAMES = [name_of(page) for page in PAGES]
RUN = [p for p in PAGES if name_of(p) == "docs/tutorial.md" or p.parent.name == "howto"]
each_page = pytest.mark.parametrize("page", PAGES, ids=NAMES)


# --- commands ----------------------------------------------------------------------


@cache
def whole_command():
    return get_command(app)


def complaint(arguments, *, whole=True):
    """Say what the real command line finds wrong with a call; nothing is run.

    ``whole``: an argument or option that is missing counts, too.
    """
    command, context, name = whole_command(), None, "passerelle"
    arguments = list(arguments)
    while True:
        try:
            context = command.make_context(name, arguments, parent=context)
            if not hasattr(command, "resolve_command"):
                return ""
            arguments = [*context._protected_args, *context.args]
            name, command, arguments = command.resolve_command(context, arguments)
        except Exception as error:
            kind = type(error).__name__
            if kind == "Exit" or kind == "NoArgsIsHelpError":  # --version, --help, a group alone
                return ""
            if not whole and kind in {"MissingParameter", "BadOptionUsage"}:
                return ""
            return f"{kind}: {getattr(error, 'message', error)}"


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("passerelle translate in --out en", ""),
        ("passerelle translate in --oot en", "No such option"),
        ("passerelle translat in", "there is no command"),
        ("passerelle glossary ad a b", "there is no command"),
        ("cat a | passerelle translate - --lines keep > b  # c", ""),
        ("passerelle glossary add", "Missing"),
        ("passerelle memory prune --days x", "valid integer"),
        ("passerelle quality checks --fail-on grave", "grave"),
        ("passerelle --version", ""),
        ("passerelle glossary", ""),
    ],
)
def test_a_call_that_the_command_line_refuses_is_seen(line, wrong):
    (call,) = pages.passerelle_calls(line)
    assert wrong in complaint(call)
    assert bool(wrong) == bool(complaint(call))


@pytest.mark.parametrize(
    ("line", "calls"),
    [
        ("PASSERELLE_HOME=x passerelle config", [["config"]]),
        (
            "cd a && .venv/bin/passerelle config; passerelle models list",
            [["config"], ["models", "list"]],
        ),
        ("pip install passerelle", []),
        ("passerelle glossary add 'a b' \"c d\"", [["glossary", "add", "a b", "c d"]]),
    ],
)
def test_calls_are_found_in_a_line_of_shell(line, calls):
    assert pages.passerelle_calls(line) == calls


@each_page
def test_every_call_in_a_block_is_one_that_the_command_line_takes(page):
    wrong = []
    for block in pages.blocks(page):
        if block.language in {"text", "python", "toml", "json", "csv"}:
            continue
        for line in block.text.replace("\\\n", " ").splitlines():
            line = line.removeprefix("$ ").strip()
            if re.search(r"(?:^|[/;&|]\s*|=\S* )passerelle ", line):
                wrong += [
                    f"{block.place}: {line}: {found}"
                    for call in pages.passerelle_calls(line)
                    if (found := complaint(call))
                ]
    assert wrong == []


@each_page
def test_every_call_in_the_prose_names_a_command_and_options_that_there_are(page):
    wrong = []
    told_of_old = page.name == "CHANGELOG.md"  # names what was, and what is mistyped
    for code in pages.inline(page, "code_inline") if not told_of_old else ():
        if code.content.startswith("passerelle "):
            for call in pages.passerelle_calls(code.content.replace("…", "")):
                call = [word for word in call if word != "COMMAND"]
                if found := complaint(call, whole=False):
                    wrong.append(f"{code.content}: {found}")
    assert wrong == []


@each_page
def test_every_make_target_and_every_file_of_ours_that_a_page_names_is_there(page):
    targets = set(re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text("utf-8")))
    wrong = []
    codes = [code.content for code in pages.inline(page, "code_inline")]
    codes += [s.command for b in pages.blocks(page) if b.language == "sh" for s in pages.steps(b)]
    for code in codes:
        if made := re.match(r"(?:\w+=\S+ )?make ([a-z]+)\b", code):
            wrong += [] if made[1] in targets else [code]
        file = re.match(
            r"(?:python )?((?:pipeline|tests|benchmarks|docs|glossary|seeds)/[\w./-]+)", code
        )
        if file and page.name != "CHANGELOG.md" and not re.search(r"[*…]", code):
            there = ROOT / file[1].rstrip(".")
            examples = {"glossary/terms.csv"}  # of the reader's own folder, too
            wrong += [] if there.exists() or file[1] in examples else [code]
    assert wrong == []


# --- links -------------------------------------------------------------------------


def links(page):
    return [
        str(token.attrs.get("href", token.attrs.get("src")))
        for kind in ("link_open", "image")
        for token in pages.inline(page, kind)
    ]


@each_page
def test_every_relative_link_and_anchor_leads_somewhere_on_a_git_host(page):
    wrong = []
    for link in links(page):
        target, _, anchor = link.partition("#")
        if urlsplit(link).scheme:
            continue
        there = (page.parent / target).resolve() if target else page
        if not there.is_relative_to(ROOT) or not there.exists():
            wrong.append(f"{link}: there is no such file")
        elif anchor and there.suffix == ".md" and anchor not in pages.anchors(there):
            wrong.append(
                f"{link}: no such heading; there are {', '.join(sorted(pages.anchors(there)))}"
            )
    assert wrong == []


@each_page
def test_every_link_to_elsewhere_is_an_address(page):
    for link in links(page):
        parts = urlsplit(link)
        if parts.scheme:
            assert parts.scheme in {"https", "http", "mailto"}, link
            assert "." in (parts.hostname or parts.path), link
            assert not re.search(r"\s", link), link


def test_headings_are_named_as_a_git_host_names_them(tmp_path):
    page = tmp_path / "a.md"
    page.write_text("# Firefox’s *own* `--x` (a)\n\n## Same\n\n## Same\n\n## É, là\n", "utf-8")
    assert pages.anchors(page) == {"firefoxs-own---x-a", "same", "same-1", "é-là"}


# --- settings and the site's contents ------------------------------------------------


@each_page
def test_every_passerelle_toml_in_a_page_is_read(page, tmp_path):
    for block in pages.blocks(page):
        if block.language == "toml" and "[project" not in block.text:
            (tmp_path / "passerelle.toml").write_text(block.text, encoding="utf-8")
            assert load_settings(folder=tmp_path).listing(), block.place


def test_the_index_names_every_page_once():
    index = ROOT / "docs" / "index.md"
    named = [(index.parent / link).resolve() for link in links(index) if link.endswith(".md")]
    listed = [page for page in named[1:] if page != index]  # the first is in the introduction
    assert sorted(listed) == sorted(set(PAGES) - {index})


@pytest.mark.parametrize("page", RUN, ids=map(name_of, RUN))
def test_every_command_of_a_page_that_is_followed_is_run_or_says_why_not(page):
    for block in pages.blocks(page):
        if block.language in {"console", "sh", "csv", "toml"}:
            assert block.told, (
                f"{block.place}: say <!-- run -->, <!-- file: … --> or <!-- not run: … -->"
            )
        if block.told == "not run":
            assert len(block.more) > 8, f"{block.place}: give a reason"


# --- files, examples and the environment -------------------------------------------------


@pytest.mark.parametrize("page", RUN, ids=map(name_of, RUN))
def test_the_text_before_a_file_names_it(page):
    lines = page.read_text("utf-8").splitlines()
    for block in pages.blocks(page):
        if block.told == "file":
            before = "\n".join(lines[: block.line - 2])
            assert f"`{block.more}`" in before, (
                f"{block.place}: the reader cannot know the file's name"
            )


@each_page
def test_python_in_a_page_is_python_and_takes_only_what_there_is(page):
    for block in pages.blocks(page):
        if block.language != "python":
            continue
        examples = doctest.DocTestParser().get_examples(block.text)
        code = "".join(e.source for e in examples) if examples else block.text
        for node in ast.walk(ast.parse(code, block.place)):
            if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "pipeline":
                module = importlib.import_module(node.module)
                assert all(hasattr(module, alias.name) for alias in node.names), block.place


@each_page
def test_json_in_a_page_is_json(page):
    for block in pages.blocks(page):
        if block.language == "json":
            whole = block.text.lstrip().startswith("{\n")
            for part in [block.text] if whole else block.text.splitlines():
                assert json.loads(part), block.place


def test_the_environment_that_the_code_looks_at_is_in_the_reference():
    looked_at = re.compile(r"""(?:environ(?:\.get)?[(\[]|argos_setting\(\w+, )["']([A-Z_]+)["']""")
    told = (ROOT / "docs" / "reference" / "settings.md").read_text("utf-8")
    of_the_system = {"HOME", "ZDOTDIR", "PYTHONPATH", "SNAP", "SNAP_USER_DATA"}
    of_the_system |= {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"}  # set, not read
    names = {
        name
        for path in (ROOT / "pipeline").rglob("*.py")
        for name in looked_at.findall(path.read_text("utf-8"))
    }
    assert len(names) > 8
    missing = sorted(name for name in names - of_the_system if f"`{name}`" not in told)
    assert missing == []


# --- what is generated -----------------------------------------------------------------


def test_the_reference_names_everything_that_there_is():
    import generated

    from pipeline.cli.app import _COMMANDS
    from pipeline.config import FIELDS
    from pipeline.documents import formats
    from pipeline.engines import ENGINES
    from pipeline.quality.checks.registry import CHECKS
    from pipeline.table import segment_schema

    made = {name: maker() for name, maker in generated.MAKERS.items()}
    for name in _COMMANDS:
        assert f"## passerelle {name}\n" in made["commands"]
    assert "`-o, --out <str>`" in made["commands"]
    assert all(f"| `{name}` |" in made["settings"] for name in FIELDS)
    assert all(f"| `{name}` |" in made["columns"] for name in segment_schema())
    assert all(f"| `{check.name}` |" in made["checks"] for check in CHECKS)
    assert all(f"| `{form.name}` |" in made["formats"] for form in formats())
    assert all(f"| `{name}` |" in made["engines"] for name in ENGINES.built_in)
    assert (
        "| 5 | `GlossaryError` | A glossary cannot be read, or has errors. |" in made["exit-codes"]
    )
    assert "| `start` | `Int64` | raw code points into Document.text |" in made["columns"]


def test_every_part_that_is_generated_stands_in_one_page():
    import generated

    asked = re.findall(
        r"<!-- generated: ([\w-]+) -->", "\n".join(p.read_text("utf-8") for p in PAGES)
    )
    assert sorted(asked) == sorted(generated.MAKERS)


def test_a_link_to_what_the_site_does_not_hold_is_its_words_there(tmp_path):
    from generated import only_what_the_site_has

    (tmp_path / "texts").mkdir()
    page = tmp_path / "a.md"
    kept = "[a](a.md), ![b](b.png), [b](b.csv), [c](https://example.org/x.md), [d](a.md#e)"
    lost = "[the texts](texts), [a list](list.md)"
    assert only_what_the_site_has(kept, tmp_path, {page}) == kept
    assert only_what_the_site_has(lost, tmp_path, {page}) == "the texts, a list"
