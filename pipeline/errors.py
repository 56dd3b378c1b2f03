"""The errors that a user can meet, each with its exit code.

::

    PasserelleError            1   never by itself: 1 is a bug, with its traceback
    ├── UsageError             2   an option, a path or a configuration value is wrong
    │   └── ConfigError        2
    ├── InputError             4   a file that is to be read cannot be, or is something else
    ├── GlossaryError          5   a glossary cannot be read, or has errors (`glossary lint` too)
    ├── ModelError             6   a model is missing, damaged or refused
    │   ├── ModelMissing       6
    │   ├── ModelDamaged       6
    │   └── PackageRefused     6
    ├── OutputError            7   an output cannot be written
    ├── EngineError            8   an engine failed while translating
    ├── NetworkError           9   a step needs the network and has none
    ├── MemoryStoreError      10   the translation memory cannot be used
    ├── QualityError          11   scores cannot be computed
    │   ├── NothingChecked    12   there was nothing to check, compare or take over
    │   └── BelowThreshold    13   a gate (``--fail-under``, ``--fail-on``) was missed
    └── ClusterError          15   a cluster cannot be used, or is not installed

Two more exit codes stand for outcomes of a command that finished: 3, some inputs were
skipped (documents of a run, rows of ``glossary import``); 14, terms were violated and
``--strict`` was given. 130 is an interruption.
"""

from __future__ import annotations

from typing import ClassVar

from pipeline.wording import one_line

__all__ = [
    "EXIT_INTERRUPTED",
    "EXIT_SKIPPED",
    "EXIT_VIOLATIONS",
    "BelowThreshold",
    "ClusterError",
    "ConfigError",
    "EngineError",
    "GlossaryError",
    "InputError",
    "MemoryStoreError",
    "ModelDamaged",
    "ModelError",
    "ModelMissing",
    "NetworkError",
    "NothingChecked",
    "OutputError",
    "PackageRefused",
    "PasserelleError",
    "QualityError",
    "UsageError",
]

EXIT_SKIPPED = 3
EXIT_VIOLATIONS = 14
EXIT_INTERRUPTED = 130


class PasserelleError(Exception):
    """Base of every error that is reported without a traceback.

    ``problem`` says what is wrong, ``place`` where (file, row, column), ``next_step``
    what to do about it.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, problem: str, *, place: str = "", next_step: str = "") -> None:
        self.problem = problem
        self.place = place
        self.next_step = next_step
        super().__init__(problem)

    def __str__(self) -> str:
        place = one_line(self.place)  # a file name may hold anything
        text = f"{place}: {self.problem}" if place else self.problem
        return f"{text}\n  → {self.next_step}" if self.next_step else text


class UsageError(PasserelleError):
    """An option, a path or a configuration value is wrong."""

    exit_code = 2


class ConfigError(UsageError):
    """A configuration file or value is wrong."""


class InputError(PasserelleError):
    """A document, table or other file cannot be read, or is not what it should be."""

    exit_code = 4


class GlossaryError(PasserelleError):
    """A glossary cannot be read, or has errors."""

    exit_code = 5


class ModelError(PasserelleError):
    """A model is missing, damaged or refused."""

    exit_code = 6


class ModelMissing(ModelError):
    """No such model is installed."""


class ModelDamaged(ModelError):
    """An installed model's files are not what was installed."""


class PackageRefused(ModelError):
    """A package to install is unsafe or incomplete."""


class OutputError(PasserelleError):
    """An output cannot be written."""

    exit_code = 7


class EngineError(PasserelleError):
    """An engine failed while translating."""

    exit_code = 8


class NetworkError(PasserelleError):
    """A step needs the network and has none."""

    exit_code = 9


class MemoryStoreError(PasserelleError):
    """The translation memory cannot be used."""

    exit_code = 10


class QualityError(PasserelleError):
    """Scores cannot be computed."""

    exit_code = 11


class NothingChecked(QualityError):
    """There was nothing to check, compare or take over: never a success."""

    exit_code = 12


class BelowThreshold(QualityError):
    """A quality gate was missed."""

    exit_code = 13


class ClusterError(PasserelleError):
    """A cluster cannot be used, or what it needs is not installed."""

    exit_code = 15
