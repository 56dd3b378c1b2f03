"""The hook for pre-commit: which files it gets, how it ends, what it prints."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
MANIFEST = ROOT / ".pre-commit-hooks.yaml"
(HOOK,) = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))

GOOD = "source,target,status\nréseau,network,\nOpenAI,,dnt\n"
BAD = "source,target,status\nréseau,network,prefered\n"
WARNED = "source,target,status\nréseau,network ,\n"


def call(*command, folder=None, **more):
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, **more)


def test_pre_commit_takes_the_manifest():
    told = call(sys.executable, "-m", "pre_commit", "validate-manifest", str(MANIFEST))
    assert told.returncode == 0, told.stdout


@pytest.mark.parametrize(
    "name",
    [
        *("glossary/terms.csv", "glossary/client.csv", "news/glossary/a b.csv", "terms.csv"),
        *("Glossaire.csv", "terms-client.csv", "glossary.fr-en.csv", "termes_2026.CSV"),
    ],
)
def test_a_glossary_is_known_by_its_name(name):
    assert re.search(HOOK["files"], name)


@pytest.mark.parametrize(
    "name",
    [
        *("data/results.csv", "terms.txt", "determs.csv", "terms.csv/x", "glossary/a.md"),
        *("glossary/old/a.csv", "outputs/quality.csv", "termsheet.csv"),
    ],
)
def test_another_file_is_none(name):
    assert not re.search(HOOK["files"], name)


class Repository:
    """A git repository with our hook, as it would run were it installed."""

    def __init__(self, folder):
        self.folder = folder
        none = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        who = {
            f"GIT_{w}_{k}": "a@example.org"
            for w in ("AUTHOR", "COMMITTER")
            for k in ("NAME", "EMAIL")
        }
        home = {"PRE_COMMIT_HOME": str(folder.parent / "home"), "PYTHONPATH": str(ROOT)}
        kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        self.env = kept | none | who | home | {"NO_COLOR": "1"}
        folder.mkdir()
        self.git("init", "-q")
        words = HOOK["entry"].split()
        assert words[0] == "passerelle"
        entry = " ".join([sys.executable, "-m", "pipeline", *words[1:]])
        hook = HOOK | {"language": "system", "entry": entry}
        config = {"repos": [{"repo": "local", "hooks": [hook]}]}
        self.write(".pre-commit-config.yaml", yaml.safe_dump(config))
        self.stage()

    def git(self, *arguments):
        done = call("git", *arguments, folder=self.folder, env=self.env)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def write(self, name, text, encoding="utf-8"):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(text.encode(encoding))

    def stage(self):
        self.git("add", "-A")

    def commit(self):
        self.git("commit", "-qm", "x", "--no-verify")

    def run(self):
        command = (sys.executable, "-m", "pre_commit", "run", "--color", "never")
        return call(*command, folder=self.folder, env=self.env)


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path / "repository")


def test_the_glossaries_of_a_commit_are_looked_at_and_no_other_file(repository):
    repository.write("glossary/old.csv", BAD)
    repository.stage()
    repository.commit()  # not changed now: none of the hook's business
    repository.write("glossary/terms.csv", GOOD)
    repository.write("data/results.csv", BAD)
    repository.stage()
    repository.write("glossary/terms.csv", BAD)  # not staged
    told = repository.run()
    assert told.returncode == 0, told.stdout
    assert "Passed" in told.stdout


@pytest.mark.slow
def test_an_error_stops_the_commit_and_is_named_with_its_place(repository):
    repository.write("glossary/terms.csv", GOOD)
    repository.write("glossary/client.csv", BAD.replace(",", ";"), "cp1252")
    repository.stage()
    told = repository.run()
    assert told.returncode == 1
    assert "exit code: 5" in told.stdout
    assert "glossary/client.csv:2 [status]: error: 'prefered' is no status" in told.stdout
    assert len(told.stdout.splitlines()) < 12


@pytest.mark.slow
def test_warnings_and_a_glossary_that_goes_do_not_stop_it(repository):
    repository.write("glossary/terms.csv", WARNED)
    repository.write("glossary/gone.csv", BAD)
    repository.stage()
    repository.commit()
    (repository.folder / "glossary/gone.csv").unlink()
    repository.write("glossary/terms.csv", WARNED + "IA,AI,\n")
    repository.stage()
    told = repository.run()
    assert (told.returncode, "Passed" in told.stdout) == (0, True), told.stdout


def test_a_commit_without_a_glossary_waits_for_nothing(repository):
    repository.write("article.md", "Bonjour.\n")
    repository.stage()
    told = repository.run()
    assert (told.returncode, "no files to check" in told.stdout) == (0, True)


@pytest.mark.slow
def test_a_glossary_with_a_thousand_errors_is_told_in_short(repository):
    repository.write("terms.csv", "source,target,status\n" + "réseau,network,x\n" * 1000)
    repository.stage()
    told = repository.run()
    assert told.returncode == 1
    assert "1,000 errors" in told.stdout
    assert len(told.stdout.splitlines()) < 32
