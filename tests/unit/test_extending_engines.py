"""Engines from other distributions: the one in docs/EXTENDING.md, and broken ones."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from pipeline.config import Settings, load_settings
from pipeline.engines import ENGINES
from pipeline.errors import ConfigError, ModelMissing, UsageError
from pipeline.models import Store
from pipeline.run import open_engine

PROJECT = Path(__file__).parents[2]
GUIDE = PROJECT / "docs" / "EXTENDING.md"

PROGRAM = """\
#!/bin/sh
exec sed -e 's/Le chat dort/The cat is sleeping/' -e 's/Le chien aboie/The dog is barking/'
"""

TINY = """
from pipeline.engines import ModelEngine
from pipeline.records import Hypothesis

class Tiny(ModelEngine):
    name = "tiny"
    max_source_tokens = 100
    fingerprint = "tiny 1"
    def __init__(self, model, *, decoding, threads):
        self.model, self.decoding, self.threads = model, decoding, threads
    def count_tokens(self, sources):
        return [len(source.split()) for source in sources]
    def translate(self, batch):
        return [(Hypothesis(text=request.source.upper(), score=-0.1),) for request in batch]
"""


def example(language: str) -> str:
    """The first block in a language that stands in the guide."""
    section = GUIDE.read_text("utf-8").split("\n## An engine\n")[1].split("\n## ")[0]
    found = re.search(rf"^```{language}\n(.*?)^```", section, re.M | re.S)
    assert found is not None
    return found[1]


def distribute(site: Path, name: str, modules: dict[str, str], engines: dict[str, str]) -> Path:
    """Lay a distribution down as an installer does: modules and a ``.dist-info``."""
    site.mkdir(exist_ok=True)
    for module, code in modules.items():
        (site / f"{module}.py").write_text(code, encoding="utf-8")
    info = site / f"{name.replace('-', '_')}-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1.0\n")
    lines = ["[passerelle.engines]", *(f"{key} = {value}" for key, value in engines.items())]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return site


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder of installed distributions that Python looks through."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    for name in {path.stem for path in folder.glob("*.py")} & sys.modules.keys():
        del sys.modules[name]


@pytest.fixture
def desk(tmp_path):
    """A folder to work in, with the guide's distribution installed and its program."""
    project = tomllib.loads(example("toml"))["project"]
    engines = project["entry-points"]["passerelle.engines"]
    distribute(
        tmp_path / "site", project["name"], {"passerelle_program": example("python")}, engines
    )
    program = tmp_path / "french-to-english"
    program.write_text(PROGRAM, encoding="utf-8")
    program.chmod(0o755)

    def call(*arguments, text="Le chat dort. Le chien aboie.\n"):
        return subprocess.run(
            [sys.executable, "-m", "pipeline", *arguments],
            input=text,
            cwd=tmp_path,
            env=os.environ
            | {
                "PYTHONPATH": os.pathsep.join([str(tmp_path / "site"), str(PROJECT)]),
                "PASSERELLE_HOME": str(tmp_path / "home"),
                "ARGOS_PACKAGES_DIR": str(tmp_path / "argos"),
            },
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    call.folder = tmp_path
    return call


@pytest.mark.skipif(os.name == "nt", reason="the program is a shell script")
def test_the_engine_of_the_guide_translates_from_the_command_line(desk):
    done = desk("translate", "-", "--engine", "program", "--model", "./french-to-english")
    assert done.stdout == "The cat is sleeping. The dog is barking.\n", done.stderr
    assert done.returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="the program is a shell script")
def test_the_engine_of_the_guide_can_be_set_in_the_configuration(desk):
    (desk.folder / "passerelle.toml").write_text(
        'engine = "program"\nmodel = "./french-to-english"\n', encoding="utf-8"
    )
    (desk.folder / "a.txt").write_text("Le chat dort.\n", encoding="utf-8")
    done = desk("translate", "a.txt", "--no-report")
    assert done.returncode == 0, done.stderr
    assert (desk.folder / "outputs" / "a.en.txt").read_text("utf-8") == "The cat is sleeping.\n"
    assert "the program model in ./french-to-english, as asked" in done.stdout + done.stderr


@pytest.mark.skipif(os.name == "nt", reason="the program is a shell script")
def test_a_program_that_fails_ends_the_run_in_the_engines_words(desk):
    (desk.folder / "french-to-english").write_text("#!/bin/sh\necho no such word >&2; exit 3\n")
    done = desk("translate", "-", "--engine", "program", "--model", "./french-to-english")
    assert done.returncode == 8
    assert "the program failed: no such word" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_engine_that_does_not_exist_is_refused_with_all_that_do(desk):
    done = desk("translate", "-", "--engine", "prgram")
    assert done.returncode == 2
    assert (
        "engine must be one of auto, argos, bundled, firefox, ct2, llama, server, program,"
        " not 'prgram'" in done.stderr
    )


# --- what the registry refuses -------------------------------------------------------


def opened(tmp_path, **settings):
    store = Store(tmp_path / "models", argos_folders=())
    return open_engine(Settings(glossary=(), **settings), store)


def test_a_model_that_is_needed_is_asked_for_and_options_reach_the_engine(site, tmp_path):
    distribute(site, "tiny-engine", {"tiny_a": TINY}, {"tiny": "tiny_a:Tiny"})
    assert list(ENGINES) == ["argos", "bundled", "firefox", "ct2", "llama", "server", "tiny"]
    with pytest.raises(ModelMissing, match="no model for the engine tiny") as caught:
        opened(tmp_path, engine="tiny")
    assert "--model" in caught.value.next_step


def test_an_engine_that_needs_no_model_is_opened_with_its_own_sizes(site, tmp_path):
    more = "\n    needs_model = False\n    step_tokens = 7\n    window = 3\n"
    distribute(site, "tiny-engine", {"tiny_b": TINY + more}, {"tiny": "tiny_b:Tiny"})
    chosen = opened(tmp_path, engine="tiny", beam=2, threads=3)
    assert chosen.why == "the engine tiny, as asked"
    assert (chosen.step_tokens, chosen.window) == (7, 3)
    inner = chosen.engine._engine
    assert (inner.model, inner.decoding.beam, inner.threads) == ("", 2, 3)


def test_a_model_for_another_engine_is_refused(site, tmp_path):
    distribute(site, "tiny-engine", {"tiny_c": TINY}, {"tiny": "tiny_c:Tiny"})
    (tmp_path / "model.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match="is for the engine bundled, not tiny"):
        opened(tmp_path, engine="tiny", model=str(tmp_path))


def test_a_plug_in_cannot_take_a_name_of_ours(site, tmp_path):
    distribute(site, "impostor", {"impostor": TINY}, {"argos": "impostor:Tiny"})
    assert list(ENGINES) == ["argos", "bundled", "firefox", "ct2", "llama", "server"]
    assert ENGINES.load("argos").__module__ == "pipeline.engines.argos"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import a_module_that_nobody_has", "No module named 'a_module_that_nobody_has'"),
        ("1 / 0", "ZeroDivisionError"),
        ("class Other: pass", "has no attribute 'Tiny'"),
        ("class Tiny: pass", "no class that inherits from pipeline.engines.ModelEngine"),
        ("Tiny = 3", "no class that inherits from"),
        (TINY.replace("def translate", "def translates"), "it has no translate"),
    ],
)
def test_a_broken_plug_in_is_named_with_its_distribution(site, tmp_path, code, reason):
    (site / "broken.py").unlink(missing_ok=True)
    distribute(site, "broken-engine", {"broken": code}, {"tiny": "broken:Tiny"})
    assert load_settings({"engine": "tiny"}, folder=tmp_path).engine == "tiny"
    with pytest.raises(UsageError, match="the engine 'tiny' cannot be loaded") as caught:
        opened(tmp_path, engine="tiny")
    assert reason in caught.value.problem
    assert caught.value.place == "broken-engine 0.1.0, broken:Tiny"
    assert "uninstall broken-engine 0.1.0" in caught.value.next_step


def test_a_broken_plug_in_is_not_met_by_those_who_do_not_use_it(site, tmp_path):
    distribute(site, "broken-engine", {"broken": "1 / 0"}, {"tiny": "broken:Tiny"})
    with pytest.raises(ModelMissing):
        opened(tmp_path, engine="argos")
    with pytest.raises(
        ConfigError, match="argos, bundled, firefox, ct2, llama, server, tiny, not 'x'"
    ):
        load_settings({"engine": "x"}, folder=tmp_path)


def test_two_plug_ins_of_one_name_are_both_named(site, tmp_path):
    distribute(site, "first", {"tiny_d": TINY}, {"tiny": "tiny_d:Tiny"})
    distribute(site, "second", {}, {"tiny": "tiny_d:Tiny"})
    with pytest.raises(UsageError, match=r"first 0\.1\.0 and second 0\.1\.0 both add"):
        opened(tmp_path, engine="tiny")


@pytest.mark.parametrize("engine", ["argos", "ct2"])
def test_no_metadata_is_read_for_an_engine_of_ours(engine):
    code = (
        "import sys; from pipeline.config import load_settings; import pipeline.cli;"
        f"load_settings({{'engine': '{engine}'}});"
        "heavy = {'importlib.metadata', 'ctranslate2', 'numpy', 'sentencepiece', 'polars',"
        "'sacremoses',"
        "'pipeline.engines.ct2', 'pipeline.engines.argos', 'pipeline.translate'};"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
