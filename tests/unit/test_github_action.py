"""The action that comments a glossary change: its own steps, run against a site on this machine."""

from __future__ import annotations

import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
HERE = ROOT / ".github" / "actions" / "glossary"
ACTION = yaml.safe_load((HERE / "action.yml").read_text(encoding="utf-8"))
MARKER = "<!-- passerelle-glossary-impact -->"

# What runs in the place of `passerelle`: the program with the engine of the tests.
PROGRAM = f"""#!{sys.executable}
import sys
sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / "tests")!r}]
from fake_engine import FakeOpener
import pipeline.cli.translate as command
from pipeline.cli import main
command._open = FakeOpener(window=50, step=200)
main()
"""


class Site:
    """The part of the site's interface that comments need; one request after the other."""

    def __init__(self):
        self.comments = []
        self.calls = []
        self.refuse = 0
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                size = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(size)) if size else None
                site.calls.append((self.command, self.path, self.headers["Authorization"]))
                found = site.answer(self.command, self.path, body)
                self.send_response(site.refuse or 200)
                self.end_headers()
                self.wfile.write(json.dumps(found).encode())

            do_GET = do_POST = do_PATCH = answer

            def log_message(self, *_):
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, method, path, body):
        if self.refuse:
            return {"message": "no"}
        if method == "GET":
            page = int(re.search(r"[?&]page=(\d+)", path)[1])
            assert path.startswith("/repos/desk/news/issues/7/comments?")
            return self.comments[(page - 1) * 100 : page * 100]
        if method == "POST":
            assert path == "/repos/desk/news/issues/7/comments"
            self.add(body["body"])
        else:
            number = int(path.rpartition("/")[2])
            assert path == f"/repos/desk/news/issues/comments/{number}"
            next(c for c in self.comments if c["id"] == number)["body"] = body["body"]
        return {}

    def add(self, body, kind="Bot"):
        self.comments.append({"id": len(self.comments) + 1, "body": body, "user": {"type": kind}})


@pytest.fixture
def site():
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


class Desk:
    """A repository with a glossary, a corpus and a pull request."""

    def __init__(self, folder, site):
        self.folder, self.site = folder / "repository", site
        self.folder.mkdir()
        bin_ = folder / "bin"
        bin_.mkdir()
        (bin_ / "passerelle").write_text(PROGRAM, encoding="utf-8")
        (bin_ / "passerelle").chmod(0o755)
        (bin_ / "python3").symlink_to(sys.executable)
        self.temp = folder / "temp"
        self.temp.mkdir()
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "GITHUB_"))}
        who = {
            f"GIT_{w}_{k}": "a@example.org"
            for w in ("AUTHOR", "COMMITTER")
            for k in ("NAME", "EMAIL")
        }
        self.env = (
            kept
            | who
            | {
                "PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}",
                "GIT_CONFIG_GLOBAL": os.devnull,
                "GIT_CONFIG_NOSYSTEM": "1",
                "GITHUB_WORKSPACE": str(self.folder),
                "GITHUB_REPOSITORY": "desk/news",
                "GITHUB_API_URL": site.url,
                "GITHUB_OUTPUT": str(self.temp / "output"),
                "GITHUB_STEP_SUMMARY": str(self.temp / "summary"),
                "RUNNER_TEMP": str(self.temp),
            }
        )
        self.git("init", "-q")
        self.write("seeds/a.fr.txt", "L'IA progresse, dit @octocat.\n\nLe chat dort.\n")
        self.base = self.commit("glossary/terms.csv", "source,target\nIA,AI\n")

    def git(self, *arguments, folder=None):
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder or self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def commit(self, name, text):
        self.write(name, text)
        self.git("add", "-A")
        self.git("commit", "-qm", "x")
        return self.git("rev-parse", "HEAD")

    def run(self, workspace=None, **inputs):
        """Run the steps of action.yml as the runner does; give the last one's outcome."""
        for name in ("output", "summary", "passerelle-base.csv"):
            (self.temp / name).unlink(missing_ok=True)
            (self.temp / name).touch() if name != "passerelle-base.csv" else None
        given = {k: v["default"] for k, v in ACTION["inputs"].items()} | {"token": "t0k"} | inputs
        done = None
        for step in ACTION["runs"]["steps"]:
            told = dict(
                line.split("=", 1)
                for line in (self.temp / "output").read_text(encoding="utf-8").splitlines()
            )
            if "if" in step:
                assert step["if"] == "steps.impact.outputs.comment != ''"
                if not told.get("comment"):
                    continue
            values = {f"inputs.{k}": v for k, v in given.items()} | {
                "github.action_path": str(HERE),
                "github.event.pull_request.base.sha": self.base,
                "github.event.pull_request.number": "7",
                "steps.impact.outputs.comment": told.get("comment", ""),
            }
            env = {
                name: re.sub(r"\$\{\{ (\S+) \}\}", lambda m, v=values: v[m[1]], text)
                for name, text in step["env"].items()
            }
            assert "${{" not in step["run"]  # what others write is never part of a script
            assert step["shell"] == "bash"
            where = {"GITHUB_WORKSPACE": str(workspace)} if workspace else {}
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                cwd=workspace or self.folder,
                env=self.env | env | where,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                return done
        return done


@pytest.fixture
def desk(tmp_path, site):
    return Desk(tmp_path, site)


def test_a_comment_says_what_reads_differently_and_calls_nobody(desk, site):
    desk.commit("glossary/terms.csv", "source,target\nIA,A.I.\n")
    done = desk.run()
    assert done.returncode == 0, done.stderr
    (comment,) = site.comments
    assert comment["body"].startswith(f"{MARKER}\n### What the change of glossary/terms.csv does")
    assert "1 hold such a term; 1 read differently" in comment["body"]
    assert "octocat" in comment["body"]
    assert "@octocat" not in comment["body"]
    assert (desk.temp / "summary").read_text(encoding="utf-8") == comment["body"]
    assert {call[2] for call in site.calls} == {"Bearer t0k"}


@pytest.mark.slow
def test_the_next_comment_takes_its_place(desk, site):
    for number in range(130):  # two pages of talk
        site.add(f"talk {number}", kind="User")
    site.add(f"{MARKER}\nby somebody who is no bot", kind="User")
    desk.commit("glossary/terms.csv", "source,target\nIA,A.I.\n")
    assert desk.run().returncode == 0
    desk.commit("glossary/terms.csv", "source,target\nIA,AI\nchat,cat\n")
    assert desk.run().returncode == 0
    assert len(site.comments) == 132
    assert "chat" in site.comments[-1]["body"]
    assert "A.I." not in site.comments[-1]["body"]
    assert [call[0] for call in site.calls if call[0] != "GET"] == ["POST", "PATCH"]


@pytest.mark.slow
def test_a_glossary_that_is_as_it_was_says_nothing(desk, site):
    desk.commit("seeds/b.fr.txt", "Un autre article.\n")
    assert desk.run().returncode == 0
    assert site.calls == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["glossary/new.csv", "glossary/with space $(touch x);.csv"])
def test_a_new_glossary_and_one_that_goes_are_told(desk, site, name):
    desk.base = desk.commit("seeds/b.fr.txt", "Rien.\n")
    desk.commit(name, "source,target\nchat,cat\n")
    assert desk.run(glossary=name).returncode == 0
    assert "Added: chat" in site.comments[0]["body"]
    desk.base = desk.git("rev-parse", "HEAD")
    (desk.folder / name).unlink()
    desk.commit("seeds/c.fr.txt", "Rien.\n")
    assert desk.run(glossary=name).returncode == 0
    assert "Removed: chat" in site.comments[0]["body"]
    assert not (desk.folder / "x").exists()


@pytest.mark.slow
def test_a_shallow_checkout_fetches_what_it_lacks(desk, site, tmp_path):
    desk.commit("glossary/terms.csv", "source,target\nIA,A.I.\n")
    desk.git("config", "uploadpack.allowAnySHA1InWant", "true")
    shallow = tmp_path / "shallow"
    desk.git("clone", "-q", "--depth=1", f"file://{desk.folder}", str(shallow), folder=tmp_path)
    done = desk.run(workspace=shallow)
    assert done.returncode == 0, done.stderr
    assert "A.I." in site.comments[0]["body"]


@pytest.mark.slow
def test_options_and_several_places_of_documents_are_words(desk, site):
    desk.write("more docs/b.fr.txt", "Le chat rit.\n")
    desk.commit("glossary/terms.csv", "source,target\nchat,cat\nIA,AI\n")
    done = desk.run(corpus="seeds\nmore docs\n", options="--second-look\noff\n")
    assert done.returncode == 0, done.stderr
    assert "2 hold such a term" in site.comments[0]["body"]


@pytest.mark.slow
def test_a_glossary_with_errors_fails_and_says_where(desk, site):
    desk.commit("glossary/terms.csv", "source,target,status\nIA,A.I.,x\n")
    done = desk.run()
    assert done.returncode == 5
    assert "glossary/terms.csv:2 [status]" in done.stderr
    assert site.comments == []


@pytest.mark.slow
def test_a_site_that_says_no_is_told_with_what_to_do(desk, site):
    site.refuse = 403
    desk.commit("glossary/terms.csv", "source,target\nIA,A.I.\n")
    done = desk.run()
    assert done.returncode == 1
    assert "permissions: pull-requests: write" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_action_is_one_and_its_script_is_clean():
    checked = subprocess.run(
        [
            *(sys.executable, "-m", "check_jsonschema"),
            *("--builtin-schema", "vendor.github-actions", str(HERE / "action.yml")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
    assert (HERE / "impact.sh").read_text(encoding="utf-8").splitlines()[4] == "set -euo pipefail"
    if not shutil.which("shellcheck"):
        pytest.skip("shellcheck is not installed")
    told = subprocess.run(
        ["shellcheck", str(HERE / "impact.sh")], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stdout
