"""Fetching a package by its code, from an index on the loopback interface."""

import contextlib
import http.server
import io
import json
import socket
import threading
from pathlib import Path

import pytest

from pipeline.errors import ModelMissing, NetworkError, PackageRefused, UsageError
from pipeline.models import Store, install_model
from pipeline.models.install import fetch_package, index_address, read_index

PACKAGE = Path(__file__).parents[1] / "data" / "argos" / "tiny-fr-en.argosmodel"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        answer = self.server.answers.get(self.path, (404, b"nothing here", None))
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        status, body, declared = answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if declared is None else declared))
        self.end_headers()
        with contextlib.suppress(OSError):  # a client that has seen enough hangs up
            self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.answers, running.asked = {}, []
        running.address = f"http://127.0.0.1:{running.server_port}/"
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def store(tmp_path, server, monkeypatch):
    monkeypatch.setenv("ARGOS_PACKAGE_INDEX", server.address)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return Store(tmp_path / "models", argos_folders=())


def entry(server, version="1.0", path="package", **changes):
    return {
        "package_version": version,
        "from_code": "fr",
        "to_code": "en",
        "links": [server.address + path],
    } | changes


def serve_index(server, *rows):
    server.answers["/index.json"] = (200, json.dumps(rows).encode(), None)


def test_a_code_installs_the_newest_package_of_the_index(server, store):
    serve_index(
        server,
        {"type": "sbd", "package_version": "9"},
        "nonsense",
        entry(server, from_code="es"),
        entry(server, "1.9", "old"),
        entry(server, "1.10", "new"),
    )
    server.answers["/new"] = (200, PACKAGE.read_bytes(), None)
    told = []
    record = install_model(store, "fr-en", progress=told.append)
    assert record.origin == "Argos package index"
    assert store.verify("argos").ok
    assert server.asked == ["/index.json", "/new"]
    assert any("MB" in line for line in told)


@pytest.mark.parametrize("code", ["fr-en", "fr_en", "translate-fr_en"])
def test_codes_are_read_in_all_the_spellings_that_argos_uses(server, store, code):
    serve_index(server)
    with pytest.raises(ModelMissing, match="the Argos package index has no fr→en package"):
        install_model(store, code)


def test_without_a_network_the_message_says_what_is_missing_and_what_to_do_instead(
    store, monkeypatch
):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("ARGOS_PACKAGE_INDEX", f"http://127.0.0.1:{port}/")
    with pytest.raises(NetworkError, match="the Argos package index cannot be reached") as caught:
        install_model(store, "fr-en")
    assert "passerelle models install FILE" in caught.value.next_step
    assert "--engine bundled" in caught.value.next_step
    assert not store.root.exists()


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ((404, b"", None), "answered 404"),
        ((503, b"", None), "answered 503"),
        ((200, b"<html>Log in to the Wi-Fi</html>", None), "not an index"),
        ((200, b"{}", None), "not an index"),
        ((200, b"[]", 50), "cut the download off: 2 of 50 bytes"),
    ],
)
def test_an_index_that_does_not_answer_as_one_is_a_network_error(server, store, answer, problem):
    server.answers["/index.json"] = answer
    with pytest.raises(NetworkError, match=problem):
        install_model(store, "fr-en")


@pytest.mark.parametrize(
    ("answer", "error", "problem"),
    [
        ((404, b"", None), NetworkError, "answered 404"),
        ((200, b"PK half", 9_000_000), NetworkError, "cut the download off: 7 of 9,000,000"),
        ((200, b"not a package", None), PackageRefused, "is not a zip archive"),
    ],
)
def test_a_package_that_does_not_arrive_whole_leaves_nothing(server, store, answer, error, problem):
    serve_index(server, entry(server))
    server.answers["/package"] = answer
    with pytest.raises(error, match=problem):
        install_model(store, "fr-en")
    assert store.list() == ()


def test_a_package_with_a_changed_byte_is_refused(server, store):
    content = bytearray(PACKAGE.read_bytes())
    content[len(content) // 2] ^= 0xFF
    serve_index(server, entry(server))
    server.answers["/package"] = (200, bytes(content), None)
    with pytest.raises(PackageRefused, match="is damaged"):
        install_model(store, "fr-en")
    assert store.list() == ()


def test_a_download_that_is_cut_off_is_tried_again_and_other_links_are_used(server, store):
    whole = PACKAGE.read_bytes()
    serve_index(server, entry(server, links=[server.address + "gone", server.address + "flaky"]))
    server.answers["/flaky"] = [(200, whole[:1000], len(whole)), (200, whole, None)]
    assert install_model(store, "fr-en").kind == "argos"
    assert server.asked == ["/index.json", "/gone", "/gone", "/flaky", "/flaky"]


def test_an_index_larger_than_any_index_is_not_read_to_its_end(server, monkeypatch):
    monkeypatch.setattr("pipeline.models.install._INDEX_LIMIT", 1000)
    server.answers["/index.json"] = (200, b" " * 1_000_000, None)
    with pytest.raises(NetworkError, match="sent more than"):
        read_index(server.address + "index.json")


def test_only_http_addresses_are_asked():
    with pytest.raises(NetworkError, match="not http or https"):
        read_index("file:///etc/passwd")


def test_the_fetched_file_is_complete_and_at_its_beginning(server, store):
    serve_index(server, entry(server))
    server.answers["/package"] = (200, b"x" * 1_000_000, None)
    with fetch_package(("fr", "en")) as (found, handle):
        assert found.version == "1.0"
        assert handle.read() == b"x" * 1_000_000


def test_the_default_address_is_argostranslates_own(monkeypatch, tmp_path):
    import argostranslate

    source = Path(argostranslate.__path__[0], "settings.py").read_text("utf-8")
    address = index_address({"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)})
    assert address.startswith("https://")
    assert address.endswith("/index.json")
    assert f'"{address.removesuffix("index.json")}"' in source
    assert index_address({"ARGOS_PACKAGE_INDEX": "http://i/"}) == "http://i/index.json"


def test_a_local_file_is_installed_without_asking_anybody(server, store):
    record = install_model(store, str(PACKAGE))
    assert record.origin == PACKAGE.name
    assert server.asked == []


@pytest.mark.parametrize(
    ("what", "error", "problem"),
    [
        ("de-en", UsageError, "does not translate French to English"),
        ("nonsense!", UsageError, "not a model that can be installed"),
        ("missing.argosmodel", PackageRefused, "No such file"),
        (".", UsageError, "a folder is not installed"),
    ],
)
def test_what_cannot_be_installed_is_named(store, what, error, problem):
    with pytest.raises(error, match=problem):
        install_model(store, what)


def test_a_file_that_is_not_a_package_is_refused_under_its_own_name(store, tmp_path):
    (tmp_path / "x.argosmodel").write_text("hello")
    with pytest.raises(PackageRefused, match="not a zip archive") as caught:
        install_model(store, str(tmp_path / "x.argosmodel"))
    assert caught.value.place.endswith("x.argosmodel")
    (tmp_path / "folder.argosmodel").mkdir()
    with pytest.raises(UsageError, match="a folder is not installed"):
        install_model(store, str(tmp_path / "folder.argosmodel"))


def test_nothing_is_kept_in_memory_twice(server, store):
    # The archive is written to a temporary file, whatever its size.
    serve_index(server, entry(server))
    server.answers["/package"] = (200, b"x" * 10, None)
    with fetch_package(("fr", "en")) as (_, handle):
        assert isinstance(handle, io.IOBase)
        assert handle.fileno() > 0
