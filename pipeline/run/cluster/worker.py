"""What a worker of a cluster does: one window's sentences on the sentence's way.

Nothing here knows how parcels travel.
"""

from __future__ import annotations

import pickle
import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline import __version__
from pipeline.errors import EngineError, PasserelleError
from pipeline.glossary import TermBase
from pipeline.memory import TranslationMemory
from pipeline.translate.assembling import place
from pipeline.translate.finishing import Finisher
from pipeline.translate.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.config import Settings
    from pipeline.glossary import Term
    from pipeline.records import Hypothesis, Segment
    from pipeline.translate import ChosenEngine, Opener
    from pipeline.translate.recall import Made


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """Everything that a worker must know; nothing of it is a path that it may lack."""

    open_engine: Opener
    settings: Settings
    terms: tuple[Term, ...]  # the glossary's rows themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What one window lacks."""

    number: int
    segments: tuple[Segment, ...]
    formats: Mapping[str, str]  # of documents, by their ids
    known: Mapping[bytes, tuple[Hypothesis, ...]]  # answers that the driver remembers


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Every answer that the engine made for a parcel, in order."""

    number: int
    made: tuple[Made, ...]
    host: str
    version: str  # of Passerelle
    fingerprint: str  # of the engine
    size: int  # segments of the parcel
    error: PasserelleError | None = None  # why the worker could not do all of the parcel
    fatal: bool = False  # no other parcel will go better


class Worker:
    """Opens the engine once and then takes parcels.

    An engine that cannot be opened is told with the first reply: the error then reaches
    the driver whole, and not as a traceback of the cluster.

    Args:
        orders: `Orders`, packed by ``pickle``.
    """

    def __init__(self, orders: bytes) -> None:
        self._chosen: ChosenEngine | None = None
        self._error: PasserelleError | None = None
        try:
            unpacked: Orders = pickle.loads(orders)
            self._termbase = TermBase(unpacked.terms)
            self._look = unpacked.settings.second_look
            self._chosen = unpacked.open_engine(unpacked.settings, lambda _text: None)
        except Exception as error:
            self._error = _told(error, "the engine cannot be opened")

    def __call__(self, parcel: Parcel) -> Reply:
        """Do a parcel. Whatever goes wrong is in the reply; the answers made so far too."""
        made: list[Made] = []
        error = self._error
        if self._chosen is not None:
            try:
                self._do(parcel, self._chosen, made)
            except Exception as failure:
                error = _told(failure, "internal error, please report it")
        return Reply(
            number=parcel.number,
            made=tuple(made),
            host=platform.node(),
            version=__version__,
            fingerprint=self._chosen.engine.fingerprint if self._chosen else "",
            size=len(parcel.segments),
            error=error,
            fatal=self._chosen is None,
        )

    def _do(self, parcel: Parcel, chosen: ChosenEngine, made: list[Made]) -> None:
        fingerprint = chosen.engine.fingerprint
        # A memory for this parcel alone: each reply holds all that its window needs.
        with TranslationMemory(None) as memory:
            memory.keep_answers((k, fingerprint, "", h) for k, h in parcel.known.items())
            finisher = Finisher(
                chosen,
                memory,
                self._termbase,
                stop=Stop(),
                look=self._look,
                on_made=made.extend,
            )
            # Markup that has lost its place costs requests for parts of sentences.
            for segment, rendering in zip(parcel.segments, finisher(parcel.segments), strict=True):
                place(segment, rendering, parcel.formats[segment.doc_id], finisher.texts)


def _told(error: Exception, what: str) -> PasserelleError:
    if isinstance(error, PasserelleError):
        return error
    return EngineError(f"{what}: {type(error).__name__}: {error}")
