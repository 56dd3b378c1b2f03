"""The site of the documentation: built without a warning, whole by itself, with its search."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
LOADS = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}


class Page(HTMLParser):
    """The ids of a page, where it leads, and what it loads."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.leads, self.loads = set(), set(), set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.ids |= {given["id"]} if given.get("id") else set()
        if tag == "a" and given.get("href"):
            self.leads.add(given["href"])
        elif given.get(LOADS.get(tag, "")) and given.get("rel") not in {"next", "prev"}:
            self.loads.add(given[LOADS[tag]])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    pytest.importorskip("furo", reason="Sphinx and its theme are not installed")
    out = tmp_path_factory.mktemp("site")
    options = ["-q", "-E", "-W", "--keep-going", "-n", "-c", "docs", "-d", out / "cache"]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *options, ".", out / "site"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "default"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return out / "site"


@pytest.fixture(scope="module")
def read(site):
    return {path: Page(path) for path in site.rglob("*.html")}


def test_the_makefile_builds_the_site_as_the_test_does():
    (told,) = [
        line for line in (ROOT / "Makefile").read_text("utf-8").splitlines() if "-m sphinx" in line
    ]
    assert "-q -E -W --keep-going -n -c docs" in told
    assert "/build/docs" not in told
    assert told.endswith("build/docs")


def test_every_page_is_there_and_leads_only_to_what_is_there(site, read):
    assert len(read) > 20
    wrong = []
    for path, page in read.items():
        for lead in page.leads | page.loads:
            parts = urlsplit(lead)
            if parts.scheme in {"http", "https", "mailto", "data"} and lead in page.leads:
                continue
            there = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if parts.scheme or not there.exists():
                wrong.append(f"{path.relative_to(site)}: {lead}")
            elif parts.fragment and unquote(parts.fragment) not in read[there].ids:
                wrong.append(f"{path.relative_to(site)}: {lead}: no such place")
    assert wrong == []


def test_the_front_page_leads_to_the_index(site):
    assert "url=docs/index.html" in (site / "index.html").read_text("utf-8")


def test_the_search_finds_words_of_the_tutorial_and_of_the_reference(site):
    index = (site / "searchindex.js").read_text("utf-8")
    pages = ("tutorial", "howto/daily", "reference/commands", "GLOSSARY")
    assert all(f'"docs/{name}"' in index for name in pages)
    assert "second_look" in index


def test_no_style_and_no_script_asks_the_network(site):
    for path in (*site.rglob("*.css"), *site.rglob("*.html")):
        assert not re.search(r"url\(['\"]?(?:https?:)?//", path.read_text("utf-8")), path


def test_the_reference_is_in_its_pages(site):
    commands = (site / "docs" / "reference" / "commands.html").read_text("utf-8")
    assert 'id="passerelle-glossary-add"' in commands
    python = (site / "docs" / "reference" / "python.html").read_text("utf-8")
    assert 'id="pipeline.Translator.translate_many"' in python
