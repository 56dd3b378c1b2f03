"""What every examination is given: settings, store, machine, and how discreetly to speak."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.config import Settings, load_settings
from pipeline.errors import ConfigError
from pipeline.home.doctor.discreet import Discreet
from pipeline.home.doctor.records import Trouble
from pipeline.home.doctor.system import System
from pipeline.models import Store, default_root

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.errors import PasserelleError
    from pipeline.home.doctor.records import Level


class LookingStore(Store):
    """A model store that is only looked at: it does not sweep up after interrupted installs."""

    def sweep(self) -> None:
        """Leave everything as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One look at a machine. Nothing that it holds changes anything on disk."""

    settings: Settings  # those that hold; the defaults where they cannot be read
    problem: ConfigError | None = None  # why they cannot
    store: Store
    environ: Mapping[str, str]
    system: System = field(default_factory=System)
    discreet: Discreet
    thorough: bool = False  # read what takes long, too: hashes of models, every page of a memory
    measure: bool = False  # load the model and time a sentence

    @classmethod
    def here(
        cls,
        given: Mapping[str, object] | None = None,
        *,
        system: System | None = None,
        environ: Mapping[str, str] = os.environ,
        thorough: bool = False,
        measure: bool = False,
    ) -> Visit:
        """Visit this machine, from the working folder.

        Args:
            given: settings as the caller gives them, over those of the configuration.
            system: where the machine's own files are looked for.
            environ: the environment's variables.
            thorough: read what takes long, too.
            measure: load the model and time a sentence.
        """
        problem = None
        try:
            settings = load_settings(given)
        except ConfigError as error:
            settings, problem = Settings(), error
        return cls(
            settings=settings,
            problem=problem,
            store=LookingStore(default_root(environ)),
            environ=environ,
            system=system or System(),
            discreet=Discreet.here(environ),
            thorough=thorough,
            measure=measure,
        )

    def trouble(
        self, error: PasserelleError, level: Level = "error", *, what: str = "", next_step: str = ""
    ) -> Trouble:
        """Give an error of ours as a trouble, told discreetly.

        Args:
            error: what a run would raise.
            level: how bad it is here.
            what: in place of the error's own words, where these may hold what people wrote.
            next_step: in place of the error's own.
        """
        return Trouble(
            level=level,
            what=what or self.discreet.text(error.problem),
            where=self.discreet.path(error.place),
            next_step=next_step or self.discreet.text(error.next_step),
            exit_code=error.exit_code if level == "error" else 0,
        )
