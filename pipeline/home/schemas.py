"""What our files hold, as schemas that editors and programs read: made from the code.

A JSON Schema (draft 2020-12) is what a record's annotations say, with the comments of its
fields as descriptions; that of ``passerelle.toml`` is what the fields of `Settings` say. That of
the glossary is a table schema (`pipeline.home.table_schema`). What is made is committed as
``data/schemas/NAME.schema.json``; a test holds the two against each other, and
``python -m pipeline.home.schemas`` writes the files anew.
"""

from __future__ import annotations

import ast
import inspect
import io
import json
import tokenize
import types
from collections.abc import Mapping
from dataclasses import dataclass, is_dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

from pipeline.config import FIELDS
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable


_FOLDER = Path(__file__).parent / "data" / "schemas"
_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean"}
_Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """A schema by its name."""

    name: str
    of: str  # the file that it describes
    told: str  # for people

    @property
    def path(self) -> Path:
        """Where it lies in this installation."""
        return _FOLDER / f"{self.name}.schema.json"


SCHEMAS = (
    Schema(name="settings", of="passerelle.toml", told="what can be set"),
    Schema(name="glossary", of="glossary/terms.csv", told="columns and their values"),
    Schema(name="report", of="report.json", told="the quality report"),
    Schema(name="manifest", of="manifest.json", told="what made the outputs"),
    Schema(name="log", of="--json-log", told="one line of it"),
    Schema(name="segments", of="segments.parquet", told="one row of it, and the columns' types"),
)
"""Every schema."""


def schema_named(name: str) -> Schema:
    """Give a schema by its name.

    Raises:
        UsageError: there is none of this name.
    """
    for schema in SCHEMAS:
        if schema.name == name:
            return schema
    raise UsageError(
        f"there is no schema {name!r}",
        next_step=f"choose one of {', '.join(s.name for s in SCHEMAS)}",
    )


def make_schema(name: str, *, plug_ins: bool = False) -> _Json:
    """Make a schema from the code.

    Args:
        name: of one of `SCHEMAS`.
        plug_ins: whether engines and formats that installed distributions add are values that
            settings may have; the committed files know ours alone.

    Raises:
        UsageError: there is no schema of this name, or a plug-in is broken.
    """
    of = schema_named(name).of
    if name == "glossary":
        from pipeline.home.table_schema import glossary_schema

        return glossary_schema()
    walk = _Walk(left_out=frozenset())
    if name == "settings":
        made = _settings(plug_ins=plug_ins)
    elif name == "report":
        made = _report(walk)
    elif name == "manifest":
        made = _manifest(walk)
    elif name == "log":
        made = _log(walk)
    else:
        walk, made = _segments()
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:passerelle:schema:{name}",
        "title": of,
    }
    return head | made | ({"$defs": walk.defs} if walk.defs else {})


def render(schema: _Json) -> str:
    """Give a schema as the text of its file, characters that nobody sees as numbers."""
    text = json.dumps(schema, ensure_ascii=False, indent=2)
    seen = (c if c.isprintable() or c == "\n" else f"\\u{ord(c):04x}" for c in text)
    return f"{''.join(seen)}\n"


# --- records -----------------------------------------------------------------------


class _Walk:
    """Turns annotations into schemas; each record becomes one definition.

    Args:
        left_out: fields that are not written.
    """

    def __init__(self, *, left_out: frozenset[str]) -> None:
        self.defs: _Json = {}
        self._left_out = left_out

    def of(self, kind: Any) -> _Json:  # noqa: ANN401 - any annotation
        """Give the schema of a value with this annotation."""
        if is_dataclass(kind):
            record: Any = kind
            if record.__name__ not in self.defs:
                self.defs[record.__name__] = {}  # it may hold itself
                self.defs[record.__name__] = self.record(record)
            return {"$ref": f"#/$defs/{record.__name__}"}
        origin, arguments = get_origin(kind), get_args(kind)
        if origin is tuple and arguments[1:] == (...,):
            return {"type": "array", "items": self.of(arguments[0])}
        if origin is tuple:
            items = [self.of(argument) for argument in arguments]
            size = len(items)
            fixed = {"prefixItems": items, "items": False, "minItems": size, "maxItems": size}
            return {"type": "array"} | fixed
        if origin is types.UnionType:
            return self._or_null(next(a for a in arguments if a is not types.NoneType))
        if origin is Literal:
            return {"enum": list(arguments)}
        if origin in {dict, Mapping}:
            values = {} if arguments[1] is Any else {"additionalProperties": self.of(arguments[1])}
            return {"type": "object"} | values
        return {"type": _PLAIN[kind]}

    def _or_null(self, kind: Any) -> _Json:  # noqa: ANN401 - any annotation
        some = self.of(kind)
        if list(some) == ["type"]:
            return {"type": [some["type"], "null"]}
        return {"anyOf": [some, {"type": "null"}]}

    def record(self, *kinds: Any, **instead: _Json) -> _Json:  # noqa: ANN401 - dataclasses
        """Give the schema of an object that holds the fields of some records, and no others.

        Args:
            kinds: records.
            instead: by field, a schema other than what its annotation says.
        """
        properties: _Json = {}
        for kind in kinds:
            comments = _comments(kind)
            for name, annotation in _hints(kind).items():
                if name not in self._left_out:
                    told = {"description": comments[name]} if name in comments else {}
                    properties[name] = (instead.get(name) or self.of(annotation)) | told
        about = (inspect.getdoc(kinds[0]) or "").partition("\n")[0]
        return {"description": about} | closed(properties)


def closed(properties: _Json) -> _Json:
    """Give the schema of an object with all of these properties and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


@cache
def _hints(kind: Any) -> _Json:  # noqa: ANN401 - a dataclass
    return get_type_hints(kind, localns=_records() | {"Mapping": Mapping})


@cache
def _records() -> _Json:
    """Name the records that modules know for their annotations alone."""
    from pipeline import records
    from pipeline.quality.metrics import reference, term_reference, terms
    from pipeline.quality.report import headline, model
    from pipeline.run import discovery
    from pipeline.run.reporting import scoring

    rooms = (records, reference, term_reference, terms, headline, model, discovery, scoring)
    return {
        name: value
        for room in rooms
        for name, value in vars(room).items()
        if is_dataclass(value) or name == "Severity"
    }


@cache
def _comments(kind: Any) -> dict[str, str]:  # noqa: ANN401 - a dataclass
    """Give what the comments behind a record's fields say, by field."""
    told: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if "__dataclass_fields__" not in vars(base):
            continue
        source = inspect.getsource(base)
        at = {
            token.start[0]: token.string.lstrip("# ").replace("None", "null")
            for token in tokenize.generate_tokens(io.StringIO(source).readline)
            if token.type == tokenize.COMMENT and not token.string.startswith("# noqa")
        }
        body = ast.parse(source).body[0]
        assert isinstance(body, ast.ClassDef)
        for line in body.body:
            if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
                told |= {line.target.id: at[line.lineno]} if line.lineno in at else {}
    return told


# --- the files ---------------------------------------------------------------------


def _report(walk: _Walk) -> _Json:
    from pipeline.quality.report.export import GENERATOR, SegmentLine
    from pipeline.quality.report.model import QualityReport

    lines = {"type": "array", "items": walk.of(SegmentLine)}
    found = {"type": "object", "description": "as manifest.json, as it was found"}
    made = walk.record(QualityReport, segments=lines, manifest=found)
    return {"description": made["description"]} | closed(
        {"generator": {"enum": [GENERATOR]}} | made["properties"]
    )


def _manifest(walk: _Walk) -> _Json:
    from pipeline.run.reporting.report import Made, RunReport

    settings = {
        name: closed({"value": _kept(name, walk), "origin": {"type": "string"}}) for name in FIELDS
    }
    made = walk.record(Made, RunReport, settings=closed(settings))
    properties = {name: value for name, value in made["properties"].items() if name != "seconds"}
    return {"description": made["description"]} | closed(properties)


def _log(walk: _Walk) -> _Json:
    from pipeline.run.reporting.progress import EventLine, ProgressLine

    return {"oneOf": [walk.of(EventLine), walk.of(ProgressLine)]}


def _segments() -> tuple[_Walk, _Json]:
    from pipeline.records import Segment, Translation
    from pipeline.table import LEFT_OUT, segment_columns, segment_schema

    walk = _Walk(left_out=LEFT_OUT)
    comments = _comments(Translation) | _comments(Segment)
    properties = {}
    for name, dtype in segment_schema().items():
        told = {"description": comments[name]} if name in comments else {}
        kinds = {"x-polars": str(dtype), "x-arrow": _arrow(dtype)}
        properties[name] = walk.of(segment_columns()[name]) | told | kinds
    return walk, {"description": inspect.getdoc(Translation)} | closed(properties)


def _arrow(dtype: Any) -> str:  # noqa: ANN401 - a polars type
    """Name a column's type as Arrow does."""
    import polars as pl

    if isinstance(dtype, pl.List):
        return f"large_list<item: {_arrow(dtype.inner)}>"
    if isinstance(dtype, pl.Struct):
        return f"struct<{', '.join(f'{f.name}: {_arrow(f.dtype)}' for f in dtype.fields)}>"
    plain = {"String": "large_string", "Int64": "int64", "Float64": "double", "Boolean": "bool"}
    return plain[str(dtype)]


# --- settings ----------------------------------------------------------------------


def _kept(name: str, walk: _Walk) -> _Json:
    """Give the schema of a setting's value as a run keeps it."""
    spec = FIELDS[name]
    if spec.metadata["choices"]:
        return {"enum": list(spec.metadata["choices"])}
    return walk.of(
        {"str": str, "int": int, "float": float, "bool": bool}.get(str(spec.type), tuple[str, ...])
    )


def _settings(*, plug_ins: bool) -> _Json:
    """Give the schema of the file: no keyword in it is newer than draft 4, which editors read."""
    properties = {
        name: {
            "description": spec.metadata["help"],
            "default": list(spec.default) if isinstance(spec.default, tuple) else spec.default,
        }
        | _taken(name, plug_ins=plug_ins)
        for name, spec in FIELDS.items()
    }
    dashed = {
        f"^{name.replace('_', '[-_]')}$": {"$ref": f"#/properties/{name}"}
        for name in FIELDS
        if "_" in name
    }
    return {
        "type": "object",
        "properties": properties,
        "patternProperties": dashed,
        "additionalProperties": False,
    }


def _taken(name: str, *, plug_ins: bool) -> _Json:
    """Give the schema of what a setting may be in the file: see `config._check`."""
    spec = FIELDS[name]
    choices = spec.metadata["choices"] or _names(name, plug_ins=plug_ins)
    kind = str(spec.type)
    if kind == "int":
        ways: list[_Json] = [{"type": "integer", "minimum": 0}]
    elif kind == "float":
        ways = [{"type": "number", "minimum": 0, "maximum": 2}]
    elif kind == "bool":
        ways = [{"type": "boolean"}]
    elif choices:
        ways = [{"enum": [*choices, *spec.metadata["switch"]]}]
        if spec.metadata["loose"]:
            ways[0]["enum"] += [int(choice) for choice in choices if choice.isdigit()]
            ways += [_any_case(choice) for choice in choices if choice.isalpha()]
    else:
        ways = [{"type": "string"}]
        if kind != "str":
            ways += [{"type": "array", "items": {"type": "string"}}]
            ways += [{"type": "boolean"}] if spec.metadata["switch"] else []
    return ways[0] if len(ways) == 1 else {"anyOf": ways}


def _names(name: str, *, plug_ins: bool) -> Iterable[str]:
    """Name the values of the two settings that know theirs by what is installed."""
    if name == "engine":
        from pipeline.engines import ENGINES

        return ("auto", *(ENGINES if plug_ins else ENGINES.built_in))
    if name == "format":
        from pipeline.documents import formats

        return ("", *(form.name for form in formats(plug_ins=plug_ins)))
    return ()


def _any_case(choice: str) -> _Json:
    """Give the schema of a word in capitals or not: what `str.lower` makes this word of."""
    spelt = ["".join(c for c in map(chr, range(0x10000)) if c.lower() == x) for x in choice]
    return {
        "type": "string",
        "pattern": f"^{''.join(f'[{s}]' for s in spelt)}$",
        "maxLength": len(choice),
    }


if __name__ == "__main__":
    for one in SCHEMAS:
        one.path.write_text(render(make_schema(one.name)), encoding="utf-8")
