"""Languages and columns by the names that other tools give them."""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from importlib import resources
from typing import Any


@functools.cache
def _tables() -> dict[str, Any]:
    data = resources.files(__package__).joinpath("data/names.toml").read_text(encoding="utf-8")
    return tomllib.loads(data)


@functools.cache
def _languages() -> dict[str, str]:
    table = _tables()["languages"]
    known = {name: name for name in table["other"].split()}
    return known | {name: code for code in ("fr", "en") for name in table[code]}


@functools.cache
def _columns() -> dict[str, str]:
    return {name: role for role, names in _tables()["columns"].items() for name in names}


def _words(name: str) -> list[str]:
    plain = unicodedata.normalize("NFD", name.casefold())
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    return re.findall(r"[^\W_]+", bare)


def language_of(tag: str) -> str:
    """Give the language that a tag or a name means.

    Args:
        tag: ``fr``, ``FR-fr``, ``fra``, ``French (France)``, ``anglais`` …

    Returns:
        "fr" or "en"; another known language's name; "" where it is none.
    """
    words = _words(tag)
    return _languages().get(words[0], "") if words else ""


def is_language(cell: str) -> bool:
    """Say whether a cell holds a language's code or name and nothing else."""
    words = _words(cell)
    beside = _tables()["languages"]["beside"].split()
    return bool(words) and words[0] in _languages() and all(w in beside for w in words[1:])


def rank(tag: str) -> int:
    """Say how well a language's tag serves: 0 without a region, 1 with its own, 2 another's."""
    words = _words(tag)
    regions = {"fr": {"fr", "france"}, "en": {"us", "united", "usa"}}.get(language_of(tag), set())
    own = {"term", "terme", "source", "target"}
    rest = [w for w in words[1:] if w not in own]
    return 0 if not rest else 1 if rest[0] in regions else 2


def role_of(name: str) -> tuple[str, str]:
    """Give what a column of a header holds.

    Returns:
        (role, tag): ("term", "French France") for terms of a language, else a role of
        ``data/names.toml`` and ""; ("", "") for an unknown name.
    """
    words = _words(name)
    role = _columns().get(" ".join(words), "")
    if role:
        return role, ""
    beside = _tables()["languages"]["beside"].split()
    named = [w for w in words if w in _languages()]
    # "fr-FR" names a region that is spelt like the language; "en-IN" one that is not.
    if named and all(w in beside or w in named for w in words):
        first = named[0]
        rest = words[words.index(first) + 1 :] + words[: words.index(first)]
        return "terms", " ".join([first, *rest])
    return "", ""
