"""References are found by convention and aligned without losing a word."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.quality.metrics.alignment import align_blocks, gale_church
from pipeline.quality.metrics.references import find_reference, paragraphs, read_text

lengths = st.lists(st.integers(1, 400), max_size=12)


def ends(ranges):
    return [0, *(stop for _, stop in ranges)]


@settings(deadline=None, max_examples=50)
@given(lengths, lengths)
def test_beads_cover_both_texts_once_and_in_order(left, right):
    beads = gale_church(left, right)
    for side, size in (("left", len(left)), ("right", len(right))):
        ranges = [getattr(bead, side) for bead in beads]
        assert [start for start, _ in ranges] == ends(ranges)[:-1]
        assert ends(ranges)[-1] == size


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(20, 400), min_size=1, max_size=12))
def test_a_text_aligned_with_itself_is_paired_one_to_one(left):
    assert [bead.left for bead in gale_church(left, left)] == [(i, i + 1) for i in range(len(left))]


def test_a_split_paragraph_is_paired_with_its_two_halves():
    beads = gale_church([120, 300, 80], [118, 140, 165, 82])
    assert [(bead.left, bead.right) for bead in beads] == [
        ((0, 1), (0, 1)),
        ((1, 2), (1, 3)),
        ((2, 3), (3, 4)),
    ]


def test_a_dropped_paragraph_is_joined_to_a_neighbour_and_no_other_pair_moves():
    blocks = ["x" * 190, "y" * 30, "z" * 90, "w" * 210]
    aligned = align_blocks("a.md", blocks, [[blocks[0], blocks[2], blocks[3]]])
    assert aligned.method == "length"
    assert aligned.groups == ((0, 2), (2, 3), (3, 4))
    assert aligned.blocks == (f"{blocks[0]} {blocks[1]}", *blocks[2:])
    assert aligned.references == ((blocks[0], blocks[2], blocks[3]),)
    assert "4 blocks, reference 3" in aligned.note


def test_equal_block_counts_are_paired_in_order():
    aligned = align_blocks("a", ["one", "two"], [["eins", "zwei"]])
    assert (aligned.method, aligned.note) == ("block", "")
    assert aligned.references == (("eins", "zwei"),)


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.lists(st.text("ab", min_size=1, max_size=9), min_size=1, max_size=6),
        min_size=2,
        max_size=4,
    )
)
def test_several_references_keep_every_block_and_agree_in_length(texts):
    blocks, *references = texts
    aligned = align_blocks("a", blocks, references)
    assert " ".join(aligned.blocks).split() == " ".join(blocks).split()
    for got, given_blocks in zip(aligned.references, references, strict=True):
        assert len(got) == len(aligned.blocks)
        assert " ".join(got).split() == " ".join(given_blocks).split()


def test_a_long_document_is_aligned_within_its_band():
    left = [100 + (i * 37) % 200 for i in range(600)]
    right = left[:300] + [150] * 5 + left[300:]
    beads = gale_church(left, right)
    assert beads[0].left == (0, 1)
    assert beads[-1].left == (599, 600)
    assert beads[-1].right == (604, 605)


def test_paragraphs_are_cut_at_blank_lines_only():
    assert paragraphs("\nOne\nline. \n \t\n\nTwo.\n") == ("One line.", "Two.")
    assert paragraphs(" \n\n") == ()


@pytest.mark.parametrize(
    ("source", "reference"),
    [
        ("news/a.fr.txt", "news/a.en.txt"),
        ("news/a.txt", "news/a.en.txt"),
        ("blog/fr/2020/a.md", "blog/en/2020/a.md"),
        ("blog/fr/a.fr.md", "blog/en/a.en.md"),
    ],
)
def test_a_reference_is_found_by_convention(tmp_path, source, reference):
    for name in (source, reference):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    assert find_reference(tmp_path / source) == tmp_path / reference


def test_no_reference_is_no_reference(tmp_path):
    source = tmp_path / "a.txt"
    source.write_text("x", encoding="utf-8")
    assert find_reference(source) is None


def test_bytes_that_are_not_utf8_are_named_with_their_line(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"Bonjour.\nCaf" + b"\xe9\n")
    with pytest.raises(InputError, match="0xe9 at offset 12") as caught:
        read_text(path)
    assert caught.value.place == f"{path}:2"


def test_byte_order_mark_and_line_ends_do_not_count(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbfOne.\r\n\r\nTwo.\rThree.")
    assert read_text(path) == "One.\n\nTwo.\nThree."
