"""How runs of Word look, by what their properties say."""

from __future__ import annotations

import re

from pipeline.documents.office.pieces import Look

_CHANGE = re.compile(r"<((?:\w+:)?rPrChange)\b.*?</\1>|<(?:\w+:)?rPrChange\b[^>]*/>", re.DOTALL)
_TAGS = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)([^>]*?)/?>")
_VALUE = re.compile(r""":val\s*=\s*["']([^"']*)["']""")
_LANGUAGE = re.compile(r"""(<(?:[\w.-]+:)?lang\b[^>]*?:val\s*=\s*["'])(?!en\b)[^"']*""")
_HINT = re.compile(r"""\s[\w.-]+:hint\s*=\s*["'][^"']*["']""")
_NO_LOOK = frozenset(
    [
        "rPr",
        "lang",
        "noProof",
        "webHidden",
        "bCs",
        "iCs",
        "szCs",
        "kern",
        "spacing",
        "w",
        "snapToGrid",
        "fitText",
        "rsid",
    ]
)
_ON = ("1", "true", "on", "")
_SEEN = {"b": "bold", "i": "italic", "u": "underline", "strike": "strike", "highlight": "highlight"}
_RAISED = {"superscript": "super", "subscript": "sub"}


def look_of(raw: str) -> tuple[Look, str]:
    """Read ``w:rPr``: the look, and the properties of English text that has it."""
    if not raw:
        return Look(), ""
    raw = _CHANGE.sub("", raw)
    tags, name, raised = [], "", ""
    for match in _TAGS.finditer(raw):
        local, rest = match.groups()
        if local in _NO_LOOK:
            continue
        said = _VALUE.search(rest)
        value = said[1] if said else ""
        if said and value in _ON:
            rest = ""
        tags.append(f"{local}{_HINT.sub('', rest).strip()}")
        if local in _SEEN and value not in ("0", "false", "off", "none"):
            name = name or _SEEN[local]
        if local == "vertAlign":
            raised = _RAISED.get(value, "")
            name = f"{raised}script" if raised else name
    look = Look(" ".join(sorted(tags)), name or "look", raised)
    return look, _LANGUAGE.sub(r"\g<1>en-US", raw)
