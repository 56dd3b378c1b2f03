"""A cluster's parts without Ray: what is sent, what workers do, how the bridge is spoken to."""

from __future__ import annotations

import importlib.util
import json
import os
import pickle
import sys
import textwrap
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from making import segment
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.config import Settings
from pipeline.errors import ClusterError, EngineError, ModelError, ModelMissing
from pipeline.run import Job, run
from pipeline.run import cluster as cluster_room
from pipeline.run.cluster import Cluster, driver
from pipeline.run.cluster.driver import Bridge
from pipeline.run.cluster.worker import Orders, Parcel, Worker
from pipeline.translate.stopping import Stop, Stopped

ARTICLES = {
    "a.fr.txt": "Bonjour à tous. L’IA progresse.\n\nLe vent se lève. Lire aussi.\n",
    "b.fr.md": "# Un titre\n\nIl **fait** [beau](https://example.org). L’IA\nprogresse.\n\n"
    "- Lire aussi.\n- `code`\n",
    "deep/c.fr.txt": "Lire aussi. Le vent se lève. La puce chauffe. 42\n",
    "deep/d.fr.txt": "Lire\naussi. L’IA\nprogresse. Une fin. La puce\nchauffe.\n",
}


class Workers:
    """A link to workers in this process. The last parcel is answered first."""

    def __init__(self, orders, stop, *, workers=2, change=lambda reply: reply):
        self.workers = self.room = workers
        self.parcels = []
        self.closed = False
        self.most = 0  # parcels that waited at the same time
        self._stop = stop
        self._pool = [Worker(pickle.dumps(orders)) for _ in range(workers)]
        self._change = change
        self._waiting = []

    def close(self):
        self.closed = True

    def send(self, parcel):
        self.parcels.append(parcel)
        self._waiting.append(pickle.dumps(parcel))
        self.most = max(self.most, len(self._waiting))

    def receive(self):
        self._stop.check()
        parcel = pickle.loads(self._waiting.pop())
        reply = self._pool[parcel.number % self.workers](parcel)
        return self._change(pickle.loads(pickle.dumps(reply)))


class Reporter:
    def __init__(self):
        self.events = []

    def event(self, event):
        self.events.append(event.text)

    def progress(self, snapshot):
        pass

    def close(self):
        pass


class Place:
    """A corpus, a glossary, and runs over them with workers in this process or without."""

    def __init__(self, folder, opener, monkeypatch):
        self.folder = folder
        self.opener = opener
        self.links = []
        self.change = lambda reply: reply
        self.reporter = Reporter()
        for name, text in ARTICLES.items():
            path = folder / "in" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.write_glossary("IA,AI", "puce,chip")
        monkeypatch.setattr(cluster_room, "need_ray", lambda: None)
        monkeypatch.setattr(driver, "Bridge", self._connect)

    def write_glossary(self, *rows):
        text = "\n".join(["source,target", *rows]) + "\n"
        (self.folder / "terms.csv").write_text(text, encoding="utf-8")

    def _connect(self, _cluster, orders, *, stop):
        orders = replace(orders, open_engine=self.opener(**self._worker))
        self.links.append(Workers(orders, stop, change=self.change))
        return self.links[-1]

    def run(self, out, *, cluster=True, force=False, worker=None, **options):
        """Run; give the report and the engine's sentences, here and at the workers."""
        here, there = self.folder / f"{out}.here", self.folder / f"{out}.there"
        here.unlink(missing_ok=True)
        there.unlink(missing_ok=True)
        self.links.clear()
        options = {"window": 3, "step": 12} | options
        self._worker = options | {"log": there} | (worker or {})
        settings = {"out": str(self.folder / out), "glossary": (str(self.folder / "terms.csv"),)}
        report = run(
            Job(
                paths=(str(self.folder / "in"),),
                settings=Settings(**settings, origins=dict.fromkeys(settings, "command line")),
                force=force,
                cluster=Cluster() if cluster else None,
            ),
            open_engine=self.opener(**options | {"log": here}),
            reporter=self.reporter,
        )
        return report, _asked(here), _asked(there)

    def outputs(self, out):
        """Everything that a run left for people, its times aside."""
        found = {}
        for path in sorted((self.folder / out).rglob("*")):
            name = path.relative_to(self.folder / out).as_posix()
            if path.is_dir() or name.startswith(".passerelle"):
                continue
            if name == "segments.parquet":
                # As text: a score that is not known (NaN) differs from itself.
                found[name] = list(map(repr, pl.read_parquet(path).drop("seconds").to_dicts()))
            elif name == "manifest.json":
                found[name] = json.loads(path.read_text(encoding="utf-8"))
                del found[name]["time"], found[name]["out"], found[name]["settings"]["out"]
            else:
                found[name] = path.read_bytes()
        return found


def _asked(log):
    if not log.exists():
        return []
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def place(tmp_path, fake_engine_class, monkeypatch):
    return Place(tmp_path, sys.modules[fake_engine_class.__module__].FakeOpener, monkeypatch)


# --- the whole run, workers in this process ----------------------------------------


@pytest.mark.parametrize(("window", "step"), [(1, 1), (3, 12), (100, 1000)])
def test_everything_that_a_run_leaves_is_what_a_local_run_leaves(place, window, step):
    local, asked, _ = place.run("local", cluster=False, window=window, step=step)
    shared, here, there = place.run("shared", window=window, step=step)
    assert place.outputs("shared") == place.outputs("local")
    assert not Counter(asked) - Counter(there)
    # Parts of sentences, for markup without a place, may be asked of both workers; so may
    # second looks at the same words with other white space.
    again = Counter(there) - Counter(asked)
    table = pl.read_parquet(place.folder / "shared" / "segments.parquet")
    once = Counter(" ".join(source.split()) for source in table["source"].unique())
    assert not [text for text in again if once[text] == 1]
    assert max(again.values(), default=0) <= 1
    assert here == []
    assert replace(shared, out="", seconds=0) == replace(local, out="", seconds=0)
    assert place.links[0].closed


def test_windows_are_sent_ahead_but_no_more_than_twice_the_workers(place):
    place.run("out", window=1)
    assert len(place.links[0].parcels) >= 8
    assert 2 <= place.links[0].most <= 5


def test_a_sentence_that_is_on_its_way_is_not_sent_again(place):
    place.run("out", window=1)
    sent = [segment.source for p in place.links[0].parcels for segment in p.segments]
    assert sent.count("Lire aussi.") == 1
    # The same words on two lines are another segment, but the same request.
    assert "L’IA\nprogresse." in sent


def test_a_second_run_starts_no_workers(place):
    place.run("out")
    report, here, there = place.run("out")
    assert (here, there, place.links) == ([], [], [])
    assert report.segments.translated == 0


def test_force_has_everything_translated_anew_once(place):
    _, _, first = place.run("out")
    report, here, there = place.run("out", force=True)
    assert sorted(there) == sorted(first)
    assert here == []
    assert report.segments.translated == len(set(first))


def test_an_edited_glossary_costs_the_same_as_without_a_cluster(place):
    place.run("local", cluster=False)
    place.run("shared")
    place.write_glossary("IA,A. I.", "puce,chip")
    _, asked, _ = place.run("local", cluster=False)
    _, here, there = place.run("shared")
    assert sorted(there) == sorted(asked)
    assert "Bonjour à tous." not in there
    assert here == []
    assert place.outputs("shared") == place.outputs("local")


def test_what_a_worker_cannot_do_is_done_here_and_said(place):
    place.run("local", cluster=False)
    report, here, _ = place.run("shared", worker={"poison": "vent"})
    assert "Le vent se lève." in here
    assert report.skipped_total == 0
    assert place.outputs("shared") == place.outputs("local")
    assert any("this machine takes over" in text for text in place.reporter.events)


def test_a_document_that_no_engine_takes_is_skipped_as_in_a_local_run(place):
    place.run("local", cluster=False, poison="puce")
    report, _, _ = place.run("shared", poison="puce")
    assert report.skipped_total == 2
    assert {Path(p.name).name for p in report.skipped} == {"c.fr.txt", "d.fr.txt"}
    local, shared = place.outputs("local"), place.outputs("shared")
    assert {n: local[n] for n in local if n.endswith((".txt", ".md"))} == {
        n: shared[n] for n in shared if n.endswith((".txt", ".md"))
    }


@pytest.mark.parametrize(
    ("worker", "error", "text"),
    [
        ({"fingerprint": "another"}, ModelError, "not the one of this machine"),
        ({"nonsense": 1}, EngineError, "cannot be opened: TypeError"),
    ],
)
def test_a_worker_with_another_engine_ends_the_run_and_says_which(place, worker, error, text):
    with pytest.raises(error, match=text) as caught:
        place.run("out", worker=worker)
    assert os.uname().nodename in str(caught.value)
    assert place.links[0].closed


def test_a_worker_with_another_version_ends_the_run(place):
    place.change = lambda reply: replace(reply, version="0.0.1")
    with pytest.raises(ClusterError, match=r"has Passerelle 0\.0\.1"):
        place.run("out")


# --- a worker ----------------------------------------------------------------------


def parcel(number, *sources):
    segments = tuple(segment(source, doc_id="d") for source in sources)
    return Parcel(number=number, segments=segments, formats={"d": "text"}, known={})


def without_a_model_error():
    return ModelMissing("no model is installed", place="here", next_step="install it")


def without_a_model(_settings, _say):
    raise without_a_model_error()


def test_a_worker_tells_an_error_of_opening_with_every_parcel():
    worker = Worker(
        pickle.dumps(Orders(open_engine=without_a_model, settings=Settings(), terms=()))
    )
    for number in (0, 7):
        reply = pickle.loads(pickle.dumps(worker(parcel(number, "Bonjour."))))
        assert (reply.number, reply.made, reply.fatal) == (number, (), True)
        assert type(reply.error) is ModelMissing
        assert str(reply.error) == str(without_a_model_error())


def test_a_worker_survives_orders_that_it_cannot_read():
    reply = Worker(b"not a pickle")(parcel(1))
    assert reply.fatal
    assert "UnpicklingError" in reply.error.problem


def test_a_worker_gives_what_it_made_before_it_failed(fake_engine_class):
    opener = sys.modules[fake_engine_class.__module__].FakeOpener(window=1, step=1, poison="nuit")
    worker = Worker(pickle.dumps(Orders(open_engine=opener, settings=Settings(), terms=())))
    reply = worker(parcel(0, "Bonjour à tous mes amis.", "La nuit."))
    assert [made.source for made in reply.made] == ["Bonjour à tous mes amis."]
    assert reply.error.problem == "the fake engine was poisoned"
    assert not reply.fatal


# --- the bridge ----------------------------------------------------------------------

BRIDGE = """
import os, pickle, sys
pickle.load(sys.stdin.buffer)  # where, and with which orders
def tell(kind, value):
    pickle.dump((kind, value), sys.stdout.buffer)
    sys.stdout.buffer.flush()
def parcels():
    try:
        while True:
            yield pickle.loads(pickle.load(sys.stdin.buffer))
    except EOFError:
        pass
"""
ORDERS = Orders(open_engine=without_a_model, settings=Settings(), terms=())


def link(script, *, stop=None):
    command = (sys.executable, "-c", BRIDGE + textwrap.dedent(script))
    return closing(Bridge(Cluster(), ORDERS, stop=stop or Stop(), command=command))


def test_parcels_go_through_the_bridge_and_replies_come_back():
    with link(
        """
        tell("ready", (3, 2))
        for parcel in parcels():
            tell("reply", pickle.dumps(("done", parcel.number)))
        """
    ) as bridge:
        assert (bridge.workers, bridge.room) == (3, 2)
        bridge.send(parcel(5))
        assert bridge.receive() == ("done", 5)
        bridge.send(parcel(6))
        assert bridge.receive() == ("done", 6)


def test_a_bridge_that_dies_is_an_error_with_the_last_lines_of_its_log():
    with pytest.raises(ClusterError, match="has ended\n    no memory left") as caught:
        link("print('no memory left', file=sys.stderr); sys.exit(1)")
    assert "what is finished is kept" in caught.value.next_step


def test_a_failure_that_the_bridge_tells_is_an_error():
    with (
        link(
            "tell('ready', (1, 1)); tell('failed', 'all nodes are gone'); sys.stdin.read()"
        ) as bridge,
        pytest.raises(ClusterError, match="the cluster has failed: all nodes are gone"),
    ):
        bridge.receive()


def test_a_stop_ends_waiting_for_the_bridge_and_the_bridge_itself():
    stop = Stop()
    threading.Timer(0.3, stop.ask).start()
    began = time.monotonic()
    with pytest.raises(Stopped):
        link("next(parcels(), None)", stop=stop)  # never ready; ends at the end of input
    assert time.monotonic() - began < 5


def test_a_bridge_that_will_not_end_is_ended(monkeypatch):
    monkeypatch.setattr(driver, "_PATIENCE", 0.2)
    with link(
        "tell('ready', (1, 1)); tell('reply', pickle.dumps(os.getpid()))\n"
        "import time; time.sleep(60)"
    ) as bridge:
        pid = bridge.receive()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


# --- the command line ----------------------------------------------------------------


def test_without_the_extra_the_error_says_what_to_install(tmp_path, monkeypatch):
    (tmp_path / "a.fr.txt").write_text("Bonjour.", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "ray" else find(name)
    )
    result = CliRunner().invoke(app, ["translate", "a.fr.txt", "--cluster"])
    assert result.exit_code == 15
    assert 'pip install "passerelle[cluster]"' in result.stderr
    assert not (tmp_path / "outputs").exists()


@pytest.mark.parametrize(
    "options",
    [["--workers", "2"], ["--address", "auto"], ["--cluster", "--watch"]],
)
def test_options_that_do_not_go_together_are_refused(tmp_path, monkeypatch, options):
    (tmp_path / "a.fr.txt").write_text("Bonjour.", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["translate", "a.fr.txt", *options])
    assert result.exit_code == 2
    assert "--cluster" in result.stderr
