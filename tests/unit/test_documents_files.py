from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

import pipeline.documents as room
from pipeline.documents import (
    is_supported,
    output_name,
    parse_document,
    read_document,
    write_document,
)
from pipeline.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


def test_every_exported_name_exists() -> None:
    assert all(hasattr(room, name) for name in room.__all__)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("article.fr.txt", "article.en.txt"),
        ("article.txt", "article.en.txt"),
        ("article.fr.md", "article.en.md"),
        ("article_fr.txt", "article_en.txt"),
        ("article-fr.md", "article-en.md"),
        ("article.fr-CA.md", "article.en.md"),
        ("article.FR.TXT", "article.EN.TXT"),
        ("dossier.fr/article.txt", "dossier.fr/article.en.txt"),
        ("fr.md", "en.md"),
        ("surfr.txt", "surfr.en.txt"),
        ("v1.2.txt", "v1.2.en.txt"),
    ],
)
def test_output_name_carries_the_language(name: str, expected: str) -> None:
    assert output_name(name) == expected


def test_supported_suffixes_ignore_case() -> None:
    assert is_supported("a/b.MD")
    assert is_supported("b.txt")
    assert not is_supported("b.pdf")
    assert not is_supported("md")


@pytest.mark.parametrize("name", ["a.xyz", "README"])
def test_unknown_suffix_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(InputError, match="no format is known") as caught:
        parse_document(b"bonjour", doc_id="a", name=name)
    assert "markdown" in caught.value.next_step


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\n", b" \t"])
def test_file_without_prose_is_a_document_without_blocks(name: str, data: bytes) -> None:
    document = parse_document(data, doc_id="a", name=name)
    assert document.blocks == ()
    assert write_document(document, {}) == data


def test_missing_file_and_folder_are_input_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_document(tmp_path / "absent.txt", doc_id="a")
    with pytest.raises(InputError, match="folder"):
        read_document(tmp_path, doc_id="a")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads anything")
def test_unreadable_file_is_an_input_error(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("bonjour")
    path.chmod(0)
    with pytest.raises(InputError, match="permission"):
        read_document(path, doc_id="a")


def test_refused_permission_is_an_input_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("pipeline.documents.registry.read_file", refuse)
    with pytest.raises(InputError, match="permission") as caught:
        read_document(path, doc_id="a")
    assert "chmod" in caught.value.next_step


def test_replacements_stand_where_the_blocks_stood() -> None:
    data = b"\xef\xbb\xbf  Un.  \r\n\r\n\tDeux.\r\n"
    document = parse_document(data, doc_id="a", name="a.txt")
    assert write_document(document, {1: "Two."}) == b"\xef\xbb\xbf  Un.  \r\n\r\n\tTwo.\r\n"


def test_replacement_of_an_unknown_block_is_a_mistake_of_the_caller() -> None:
    document = parse_document(b"Un.", doc_id="a", name="a.txt")
    with pytest.raises(KeyError, match="no block 7"):
        write_document(document, {7: "x"})
