"""Fixtures that several test modules share."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no defect of what is tested.
# The same examples each time, so that a change is judged by itself; PASSERELLE_HYPOTHESIS=search
# looks for new ones.
_PROFILE = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("same", derandomize=True, **_PROFILE)
settings.register_profile("search", **_PROFILE)
settings.load_profile(os.environ.get("PASSERELLE_HYPOTHESIS", "same"))

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def fake_engine_class():
    """The class in ``tests/fake_engine.py``; test modules cannot import each other."""
    name = "passerelle_fake_engine"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, HERE / "fake_engine.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name].FakeEngine


class SilentReporter:
    """Keeps what a run says."""

    def __init__(self):
        self.events = []
        self.snapshots = []
        self.closed = 0

    def event(self, event):
        self.events.append(event)

    def progress(self, snapshot):
        self.snapshots.append(snapshot)

    def close(self):
        self.closed += 1

    @property
    def warnings(self):
        return [event.text for event in self.events if event.level == "warning"]


@pytest.fixture
def translate(fake_engine_class, tmp_path):
    """Run passerelle's batch run with the fake engine: ``translate(*paths, **options)``.

    ``engine=`` takes an engine; ``window`` and ``step_tokens`` cut the run into small
    pieces; ``force`` and ``rows`` as on the command line; all others are settings. The
    outputs land in ``tmp_path / "out"`` unless ``out`` says otherwise. There is no glossary
    unless asked for.
    """
    from pipeline.config import Settings
    from pipeline.run import ChosenEngine, Job, run

    def call(
        *paths,
        engine=None,
        window=4,
        step_tokens=30,
        force=False,
        rows="",
        reporter=None,
        quick=None,
        **settings,
    ):
        engine = engine if engine is not None else fake_engine_class()
        settings.setdefault("out", str(tmp_path / "out"))
        settings.setdefault("glossary", ())
        # The fake engine leaves all of the French over, and its tests count what it is asked.
        settings.setdefault("second_look", "off")
        settings["out"] = str(settings["out"])
        origins = dict.fromkeys(settings, "command line")
        reporter = reporter if reporter is not None else SilentReporter()
        report = run(
            Job(
                paths=tuple(map(str, paths)),
                settings=Settings(**settings, origins=origins),
                force=force,
                rows=rows,
            ),
            open_engine=lambda _settings, _say: ChosenEngine(
                engine=engine,
                why="the fake engine",
                step_tokens=step_tokens,
                window=window,
                quick=quick,
            ),
            reporter=reporter,
        )
        call.reporter = reporter
        return report

    return call
