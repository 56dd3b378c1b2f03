"""Front matter: what is prose is rewritten and reads as it should; the rest stays."""

from __future__ import annotations

import re
import tomllib

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.documents import Reading, cut_block, join_block, parse_document, write_document
from pipeline.segmentation import split

KEYS = ("title", "description", "summary")
WORDS = (
    "Un été|L'eau : 1 # 2|« Non »|C:\\dossier|dit \"oui\"|- point|[A]|{b}|'ha'|# rien|à 50 %|x: y"
)
TEXT = st.lists(st.sampled_from(WORDS.split("|")), min_size=1, max_size=4).map(" ".join)
ANY = st.text(alphabet="aéB :#\"'\\-[]{}&*!|>%@`,?=\t\u00a0\u2028\x85\x07😀", max_size=24)


def parse(text, keys=KEYS):
    return parse_document(
        text.encode(), doc_id="a", name="a.md", reading=Reading(front_matter=keys)
    )


def load(data):
    """Read front matter as other programs do."""
    text = data.decode() if isinstance(data, bytes) else data
    mark = text[:3]
    body = re.split(rf"^{re.escape(mark)}\s*$", text, flags=re.MULTILINE)[1]
    return yaml.safe_load(body) if mark == "---" else tomllib.loads(body.replace("\r\n", "\n"))


def quoted(value, mark, style):
    """Write a one-line value in a style that can hold it."""
    double = value.replace("\\", "\\\\").replace('"', '\\"')
    if mark == "---":
        single = value.replace("'", "''")
        return {
            "double": f'"{double}"',
            "single": f"'{single}'",
            "literal": f"|\n  {value}",
            "folded": f">-\n  {value}",
            "kept": f"|2+\n  {value}\n",
        }[style]
    return {
        "double": f'"{double}"',
        "single": f'"{double}"' if "'" in value else f"'{value}'",
        "literal": f"'''\n{value} '''",
        "folded": f'"""{double}"""',
        "kept": f'"""\n{double}\n"""',
    }[style]


STYLES = st.sampled_from(["double", "single", "literal", "folded", "kept"])
MARKS = st.sampled_from(["---", "+++"])


def matter(mark, values, newline, style, comment):
    """Write a document with other keys between the values."""
    sign = ": " if mark == "---" else " = "
    lines = [mark, f'slug{sign}"titre-à-garder"', f"date{sign}2024-05-01", f'tags{sign}["a", "b"]']
    for key, value in zip(KEYS, values, strict=False):
        raw = quoted(value, mark, style)
        after = comment if mark == "+++" or not raw.startswith(("|", ">")) else ""
        lines += [f"{key}{sign}{raw}{after}", f"n_{key}{sign}1"]
    return newline.join("\n".join([*lines, mark, "", "Il pleut.", ""]).split("\n"))


@given(MARKS, st.lists(TEXT, max_size=3), st.sampled_from(["\n", "\r\n"]), STYLES, st.booleans())
@example("---", ["Un"], "\r\n", "kept", True)
def test_sentences_that_say_the_same_leave_every_byte(mark, values, newline, style, comment):
    text = matter(mark, values, newline, style, "  # une note" if comment else "")
    document = parse(text)
    assert document.findings == ()
    assert [b.text.strip() for b in document.blocks] == [*values, "Il pleut."]
    raws = {}
    for block in document.blocks:
        segments = cut_block(document, block, list(split(block.text)))
        raws[block.block_id] = join_block(document, block, segments, [s.source for s in segments])
    assert write_document(document, raws) == text.encode()


@given(MARKS, TEXT, ANY, st.sampled_from(["\n", "\r\n"]), STYLES)
@example("---", "Un été", "- no", "\n", "literal")
@example("+++", "Un été", '"""', "\n", "kept")
@example("+++", "Un été", "'''\\", "\r\n", "literal")
def test_a_value_reads_as_what_was_written_and_the_rest_is_the_same(
    mark, value, new, newline, style
):
    text = matter(mark, [value, "Autre"], newline, style, "")
    document = parse(text)
    written = write_document(document, {0: new}).decode()
    before, after = load(text), load(written)
    got, want = after.pop("title"), new
    if mark == "---" and style in ("literal", "folded", "kept"):  # they hold no controls
        got, want = " ".join(got.split()), " ".join(re.sub("[\x07\x85\u2028]", " ", new).split())
    assert got == want
    before.pop("title")
    assert after == before
    assert written.startswith(text[: document.blocks[0].start])
    assert written.endswith(text[document.blocks[0].end :])


@pytest.mark.parametrize(
    ("raw", "new", "written"),
    [
        ('"Un été"', 'A "b" \\ é', '"A \\"b\\" \\\\ é"'),
        ("'Un été'", "It's", "'It''s'"),
        ("Un été  # note", "A summer", "A summer  # note"),
        ("Un été  # note", "A: b", '"A: b"  # note'),
        ("Un\n  été", "A summer", "A summer"),
        ("|  # note 2\n    Un été\n    long", "A\n\nB", "|  # note 2\n    A\n\n    B"),
        (">-\n  Un\n\n  Deux", "A\nB", ">-\n  A\n\n  B"),
        (">2-\n  Un", "A", ">2-\n  A"),
        (">\n\n  Un\n\n\n  Deux", "\nA\n\nB", ">\n\n  A\n\n\n  B"),
    ],
)
def test_yaml_keeps_style_indentation_and_comment(raw, new, written):
    document = parse(f"---\ntitle: {raw}\nb: 1\n---\n")
    assert write_document(document, {0: new}).decode() == f"---\ntitle: {written}\nb: 1\n---\n"


@pytest.mark.parametrize(
    ("raw", "new", "written"),
    [
        ('"Un été" # n', 'A "b" \\ é', '"A \\"b\\" \\\\ é" # n'),
        ("'Un été'", "A b", "'A b'"),
        ("'Un été'", "It's", '"It\'s"'),
        ('"""\nUn\nété."""', 'A "b"\nc.', '"""\nA "b"\nc."""'),
        ("'''\nUn été.\n'''", "It's.\n", "'''\nIt's.\n'''"),
        ('"""Un \\\n   été."""', 'A "b"', '"""A "b\\""""'),
    ],
)
def test_toml_keeps_style_and_comment(raw, new, written):
    text = f"+++\nx = [\n  'title = \"non\"', # ]\n]\ntitle = {raw}\n[t]\ntitle = 'a'\n+++\n"
    document = parse(text)
    (block,) = document.blocks
    assert write_document(document, {block.block_id: new}).decode() == text.replace(raw, written)


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: >-\n  Un\n  deux\n---\n",
        "---\ntitle: Un\n  deux  # n\n---\n",
        '---\ntitle: "\\u00c9t\\xe9 \\\n  long"\n---\n',
        "---\ntitle: |\n  Un  \n\n   deux\n\n---\n",
        '+++\ntitle = "\\u00c9t\u00e9"\n+++\n',
        '+++\ntitle = """\\u00c9t\u00e9 \\\n  long"""\n+++\n',
    ],
)
def test_a_value_that_stays_the_same_is_not_written_anew(text):
    document = parse(text)
    (block,) = document.blocks
    assert write_document(document, {0: block.text}) == text.encode()


@pytest.mark.parametrize(
    ("body", "sentences"),
    [
        (
            "description: |\n  Un deux\n  trois. Et là.\n\n  Fin",
            ["Un deux\ntrois.", "Et là.", "Fin"],
        ),
        ("description: >\n  Un deux\n  trois.\n\n  Fin", ["Un deux trois.", "Fin"]),
        ("description: >\n  Un titre\n\n  Fin", ["Un titre", "Fin"]),
        ("description: |\n  - Un\n  - Deux", ["- Un", "- Deux"]),
        ('description: "Un titre\n\n  Fin"', ["Un titre", "Fin"]),
    ],
)
def test_each_paragraph_of_a_value_is_a_run_of_sentences(body, sentences, tmp_path):
    from pipeline.translate.reading import Limits, Source, load_bytes

    path = tmp_path / "a.md"
    source = Source(doc_id="a", path=path, output="a.en.md", size=1)
    limits = Limits(tokens=10_000, measure=lambda texts: [len(t) for t in texts], file_bytes=0)
    loaded = load_bytes(
        f"---\n{body}\n---\n".encode(), source, limits, reading=Reading(front_matter=KEYS)
    )
    assert [s.source for s in loaded.segments] == sentences


@pytest.mark.parametrize(
    "line",
    [
        "title: &a Un été",
        "title: !!str Un été",
        "title: [Un, été]",
        "title: {fr: Un été}",
        "title:\n  fr: Un été",
        "title: !fr Un été",
        "x: &a Un été\ntitle: *a",
        "{title: Un été}",
        "title: [Un été",
    ],
)
def test_what_cannot_be_rewritten_is_named_and_left(line):
    text = f"---\n{line}\n---\nTexte.\n"
    document = parse(text)
    assert [b.text for b in document.blocks] == ["Texte."]
    (finding,) = document.findings
    assert finding.check == "front-matter"
    assert "title" in finding.message or "not valid YAML" in finding.message
    assert parse(text, ()).findings == ()


@pytest.mark.parametrize("line", ['title = ["Un été"]', "title = {fr = 'Un été'}", "title = Un"])
def test_what_cannot_be_rewritten_in_toml_is_named_and_left(line):
    document = parse(f"+++\n{line}\n+++\nTexte.\n")
    assert [b.text for b in document.blocks] == ["Texte."]
    (finding,) = document.findings
    assert "title" in finding.message or "not valid TOML" in finding.message


@pytest.mark.parametrize(
    "text",
    [
        "---\nIl pleut.\n---\nTexte.\n",
        "---\n\nIl pleut.\n\nNote : oui.\n\n---\n\nTexte.\n",
        "---\nIl pleut : oui.\nIl neige\n\n---\nTexte.\n",
        "---\n- un\n- deux\n---\nTexte.\n",
        "---\ntitle: Un été\n\nTexte.\n",
        "+++\nIl pleut.\n+++\nTexte.\n",
        "+++\ntitle = 'Un été'\n",
    ],
)
def test_a_thematic_break_at_the_top_is_text(text):
    document = parse(text)
    assert not any(b.kind == "front-matter" for b in document.blocks)
    assert document.findings == ()
    read = " ".join(b.text for b in document.blocks)
    assert all(word in read for word in re.findall(r"\w{3,}", text))


@pytest.mark.parametrize("keys", [(), ("lead",), ("Title",)])
def test_the_keys_are_those_that_were_asked_for(keys):
    text = "---\ntitle: Un été\nlead: Une pluie\ndate: 2024-01-01\nslug: un-ete\n---\n"
    expected = {(): [], ("lead",): ["Une pluie"], ("Title",): ["Un été"]}[keys]
    assert [b.text for b in parse(text, keys).blocks] == expected


@pytest.mark.parametrize("value", ["2020", "yes", "null", "2020-01-01", "'12'", '""', "3.5", ""])
def test_a_value_without_prose_is_left(value):
    document = parse(f"---\ntitle: {value}\n---\n")
    assert (document.blocks, document.findings) == ((), ())


def test_other_keys_are_translated_at_the_next_run(tmp_path, translate):
    (tmp_path / "a.md").write_text("---\ntitle: Un été\nlead: Une pluie\n---\n\nIl pleut.\n")
    out = tmp_path / "o"
    for keys, titles in [
        ((), ("Un été", "Une pluie")),
        (("title",), ("[Un été]", "Une pluie")),
        (("lead",), ("Un été", "[Une pluie]")),
    ]:
        translate(tmp_path / "a.md", out=out, glossary=(), front_matter=keys)
        assert tuple(load((out / "a.en.md").read_text()).values()) == titles
