"""``passerelle doctor``: the machine as its files tell it, and nobody's name."""

from __future__ import annotations

import re
import string

import doctor_setups as made
import pytest
from doctor_desks import doctor, laid_out
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.home.doctor import System, system
from pipeline.home.doctor.discreet import _NOBODY, Discreet
from pipeline.home.doctor.disk import in_words


@pytest.fixture
def desk(monkeypatch):
    with laid_out(monkeypatch) as ready:
        yield ready


# --- nobody's name ---------------------------------------------------------------------------

LETTERS = string.ascii_letters + string.digits + "éèôüñß._-' "
NAMES = (
    st.text(LETTERS, min_size=2, max_size=16)
    .map(str.strip)
    .filter(
        lambda name: len(name) > 1 and name.casefold() not in _NOBODY and re.search(r"\w\w", name)
    )
)


@given(user=NAMES, host=NAMES, rest=st.text(string.ascii_lowercase + "/ .", max_size=20))
@example(user="jo", host="jo-pc", rest="joe/jo")
@example(user="mgarnier", host="mgarn", rest="MGarnier")
def test_no_name_and_no_home_is_ever_shown(user, host, rest):
    home = f"/home/{user}"
    discreet = Discreet(homes=[home], users=[user], hosts=[host], folder="/srv/work")
    shown = discreet.text(f"[Errno 2] '{home}/{rest}' and {home}: {user}@{host.upper()} ({user})")
    assert home.casefold() not in shown.casefold()
    left = shown.replace("<user>", "").replace("<host>", "")
    for name in (user, host):
        bound = "" if len(name) > 4 else r"(?<![^\W_])"
        end = "" if len(name) > 4 else r"(?![^\W_])"
        assert not re.search(bound + re.escape(name) + end, left, re.IGNORECASE), shown


@given(text=st.text(string.ascii_letters + " ./`-", max_size=60), name=st.sampled_from([*_NOBODY]))
def test_names_that_are_nobodys_hide_nothing(text, name):
    assert Discreet(users=[name], hosts=[name]).text(text) == text


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/home/jo/news/outputs/a.txt", "outputs/a.txt"),
        ("/home/jo/news", "."),
        ("/home/jo/passerelle.toml", "../passerelle.toml"),
        ("/home/jo/models/x", "~/models/x"),
        ("/home/joe/x", "/home/joe/x"),
        ("/home/jo", "~"),
        ("/srv/jo-files/x", "/srv/<user>-files/x"),
        ("glossary/terms.csv", "glossary/terms.csv"),
        ("/srv/a\nb\u202e", "/srv/a\\u000ab\\u202e"),
        ("http://jo:secret@desk7:8080/v1", "http://<host>:8080/v1"),
    ],
)
def test_a_path_is_shown_from_where_a_person_stands(path, shown):
    discreet = Discreet(homes=["/home/jo"], users=["jo"], hosts=["desk7"], folder="/home/jo/news")
    assert discreet.path(path) == shown


@pytest.mark.parametrize(
    ("shown", "typed"),
    [
        ("a.csv", "a.csv"),
        ("~/a b.csv", "~/'a b.csv'"),
        ("~/a", "~/a"),
        ("a b", "'a b'"),
        ("~", "'~'"),
    ],
)
def test_a_path_in_a_command_is_one_word_of_a_shell(shown, typed):
    assert system.in_shell(shown) == typed


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "0 kB"), (57_344, "57 kB"), (387_691_714, "388 MB"), (62_345_678_901, "62.3 GB")],
)
def test_a_size_is_said_as_people_say_it(size, said):
    assert in_words(size) == said


def test_a_home_that_is_the_root_hides_nothing():
    assert Discreet(homes=["/", ""], folder="").path("/srv/x") == "/srv/x"


# --- the machine -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("machine", "cpuinfo", "has", "known"),
    [
        ("x86_64", "flags : sse2 avx avx2\n", ("AVX2", "AVX"), True),
        ("AMD64", "flags : avx avx2 avx512f\n", ("AVX2", "AVX"), True),
        (
            "x86_64",
            f"flags : avx avx2 {' '.join(sorted(system.ISAS[0][1]))}\n",
            ("AVX512", "AVX2", "AVX"),
            True,
        ),
        ("x86_64", "flags : sse2\n", (), True),
        ("x86_64", "", (), False),
        ("riscv64", "processor : 0\nisa : rv64imafdc\n", (), False),
        ("aarch64", "Features : fp asimd\n", ("NEON",), True),
        ("arm64", "", ("NEON",), True),
    ],
)
def test_instructions_are_read(tmp_path, monkeypatch, machine, cpuinfo, has, known):
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr("sys.platform", "linux")
    if cpuinfo:
        (tmp_path / "proc").mkdir()
        (tmp_path / "proc" / "cpuinfo").write_text(cpuinfo)
    seen = System(root=tmp_path).processor()
    assert (seen.instructions, seen.known) == (has, known)


def test_a_mac_is_asked_by_sysctl(tmp_path, monkeypatch):
    said = {
        "machdep.cpu.brand_string": "Intel(R) Core(TM) i7",
        "machdep.cpu.features": "FPU SSE4.2 AVX1.0",
        "machdep.cpu.leaf7_features": "BMI1 AVX2",
    }
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.setattr(system, "_sysctl", said.__getitem__)
    seen = System(root=tmp_path).processor()
    assert (seen.name, seen.instructions) == ("Intel(R) Core(TM) i7", ("AVX2", "AVX"))


@pytest.mark.parametrize(
    ("files", "quota"),
    [
        ({}, None),
        ({"sys/fs/cgroup/cpu.max": "max 100000"}, None),
        ({"sys/fs/cgroup/cpu.max": "150000 100000"}, 1.5),
        ({"proc/self/cgroup": "0::/a/b", "sys/fs/cgroup/a/cpu.max": "200000 100000"}, 2.0),
        (
            {
                "proc/self/cgroup": "0::/a/b",
                "sys/fs/cgroup/a/cpu.max": "200000 100000",
                "sys/fs/cgroup/a/b/cpu.max": "400000 100000",
            },
            2.0,
        ),
        ({"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1"}, None),
        ({"sys/fs/cgroup/cpu.max": "nonsense"}, None),
        ({"proc/self/cgroup": "0::/../../x\n\nnonsense"}, None),
    ],
)
def test_the_narrowest_limit_of_a_container_counts(tmp_path, files, quota):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"{text}\n")
    assert System(root=tmp_path).cores().quota == quota


@pytest.mark.parametrize(
    ("mounts", "kind", "remote"),
    [
        ("", "", False),
        ("1 0 0:1 / / rw - ext4 x rw", "ext4", False),
        ("1 0 0:1 / / rw - ext4 x rw\n2 1 0:2 / {here} rw - nfs4 x rw", "nfs4", True),
        ("2 1 0:2 / {here} rw shared:1 master:2 - fuse.sshfs x rw\n1 0 0:1 / / rw - ext4 x rw",
         "fuse.sshfs", True),
        ("1 0 0:1 / / rw - ext4 x rw\n2 1 0:2 / {here}x rw - nfs4 x rw", "ext4", False),
        ("1 0 0:1 / / rw - 9p x rw\n2 1 0:2 / {here} rw - tmpfs x rw", "tmpfs", False),
        ("nonsense\n1 2 3 - \n", "", False),
    ],
)  # fmt: skip
def test_a_file_system_of_another_machine_is_seen(tmp_path, mounts, kind, remote):
    here = tmp_path / "a folder"
    here.mkdir()
    told = tmp_path / "proc" / "self" / "mountinfo"
    told.parent.mkdir(parents=True)
    told.write_text(mounts.replace("{here}", str(here).replace(" ", "\\040")))
    assert System(root=tmp_path).file_system(here / "memory.sqlite") == (kind, remote)


# --- speed -------------------------------------------------------------------------------------

SLOW = """
import time
from pipeline.engines import ModelEngine
from pipeline.records import Hypothesis

class Acme(ModelEngine):
    name, needs_model, max_source_tokens, fingerprint = "acme", False, 100, "acme 1"
    def __init__(self, model, *, decoding, threads):
        self.decoding = decoding
    def count_tokens(self, sources):
        return [len(source.split()) for source in sources]
    def translate(self, batch):
        time.sleep(0.1 * len(batch))
        return [(Hypothesis(text="The minister announced a law.", score=-0.1),) for _ in batch]
"""


def test_speed_is_measured_only_where_it_is_asked_for_and_is_no_better_than_it_is(desk):
    made.plug_in(desk, code=SLOW)
    desk.write("passerelle.toml", 'engine = "acme"\n')
    assert facts(doctor(), "speed") == {"measured": False}
    told = facts(doctor(measure=True), "speed")
    assert len(told.get("seconds", told)) == 3, told
    assert min(told["seconds"]) >= 0.1
    assert 1 < told["sentences_per_second"] <= 10


def test_an_engine_that_fails_is_told_when_it_is_measured(desk):
    made.plug_in(desk, code=SLOW.replace("self.decoding = decoding", "self.nothing"))
    desk.write("passerelle.toml", 'engine = "acme"\n')
    (found,) = (e for e in doctor(measure=True).examined if e.name == "speed")
    assert found.level == "error"


def facts(health, name):
    (found,) = (each.found for each in health.examined if each.name == name)
    return found.facts


def test_a_large_glossary_is_read_only_where_there_is_time(desk):
    rows = "".join(f"terme {n},term {n},wanted,,\n" for n in range(2500))
    desk.write("glossary/terms.csv", f"source,target,status,case,note\n{rows}")
    assert facts(doctor(), "glossary")["errors"] == 0
    (found,) = (e.found for e in doctor().examined if e.name == "glossary")
    assert "2,500 terms, rows not checked" in found.summary
    assert facts(doctor(thorough=True), "glossary")["errors"] == 2500
