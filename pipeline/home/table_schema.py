"""The glossary's columns as a Frictionless Table Schema, which spreadsheet tools read.

Patterns are XML Schema regular expressions, as the specification wants them: a character that no
cell may hold, an alternative that is empty or has neither letter nor digit can be said so. What
concerns two cells, two rows, or what the French means, only ``passerelle glossary lint`` says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.glossary.file import ABOUT, CASES, STATUSES, YES_NO

if TYPE_CHECKING:
    from collections.abc import Iterable

# Control characters and what stands for a character that was lost, as characters: regular
# expressions of XML Schema know no numbers. NUL is none in XML, and left out.
_BARRED = "\x01-\x1f\x7f-\x9f\u2028\u2029\ufffd"
_NOTE = "\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffd"  # lines and tabs are welcome there
_SPACE = f"[^\\S{_BARRED}]*"  # white space that is no control character
_FORM = f"[^|{_BARRED}]*[^\\W_|][^|{_BARRED}]*"  # a letter or digit among what may stand there
_FORMS = f"({_SPACE}|{_FORM}(\\|{_FORM})*)"


def glossary_schema() -> dict[str, Any]:
    """Give the table schema of a glossary; columns may be fewer, more, and in any order."""
    rules: dict[str, dict[str, Any]] = {
        "source": _text(f"({_SPACE}\\*{_SPACE}|[^{_BARRED}]*[^\\W_][^{_BARRED}]*)", required=True),
        "target": _text(_FORMS),
        "status": {"type": "string", "constraints": {"enum": _spelt(STATUSES)}},
        "case": {"type": "string", "constraints": {"enum": _spelt(CASES)}},
        "inflect": {
            "type": "boolean",
            "trueValues": _spelt(word for word, meant in YES_NO.items() if meant),
            "falseValues": _spelt(word for word, meant in YES_NO.items() if not meant),
        },
        "wrong": _text(_FORMS),
        "domain": _text(f"[^{_BARRED}]*"),
        "priority": {"type": "integer"},
        "note": _text(f"[^{_NOTE}]*"),
    }
    return {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "title": "glossary/terms.csv",
        "fields": [{"name": name, "description": ABOUT[name]} | rules[name] for name in ABOUT],
        "fieldsMatch": "partial",
        "missingValues": [""],
    }


def _text(pattern: str, **more: object) -> dict[str, Any]:
    return {"type": "string", "constraints": {**more, "pattern": pattern}}


def _spelt(words: Iterable[str]) -> list[str]:
    """Give words as people and spreadsheets write them: AUTO, auto and Auto."""
    return list(dict.fromkeys(f(w) for w in words for f in (str, str.capitalize, str.upper)))
