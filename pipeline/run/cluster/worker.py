"""What a worker of a cluster does: one window's sentences through engine and glossary.

Nothing here knows how parcels travel.
"""

from __future__ import annotations

import pickle
import platform
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline import __version__
from pipeline.errors import EngineError, PasserelleError
from pipeline.glossary import TermBase
from pipeline.memory import TranslationMemory
from pipeline.translate.assembling import place
from pipeline.translate.finishing import Finisher
from pipeline.translate.stopping import Stop

if TYPE_CHECKING:
    from pipeline.config import Settings
    from pipeline.glossary import Term
    from pipeline.records import Hypothesis, Segment
    from pipeline.translate import ChosenEngine, Opener
    from pipeline.translate.recall import Made

_PARTS = 50_000  # answers about parts of sentences that a worker remembers


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """Everything that a worker must know; nothing of it is a path that it may lack."""

    open_engine: Opener
    settings: Settings
    terms: tuple[Term, ...]  # the glossary's rows themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One segment to translate."""

    segment: Segment
    key: bytes
    format: str  # of its document


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An answer that the driver remembers."""

    key: bytes
    hypotheses: tuple[Hypothesis, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What one window lacks."""

    number: int
    pieces: tuple[Piece, ...]
    known: tuple[Known, ...] = ()
    requests: tuple[bytes, ...] = ()  # keys of the first requests


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why a worker could not do all of a parcel."""

    kind: str  # name of the error's class
    problem: str
    place: str = ""
    next_step: str = ""
    size: int = 0  # segments of the parcel
    fatal: bool = False  # no other parcel will go better


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Every answer that the engine made for a parcel, in order."""

    number: int
    made: tuple[Made, ...]
    host: str
    version: str  # of Passerelle
    fingerprint: str  # of the engine
    trouble: Trouble | None = None


class Worker:
    """Opens the engine once and then takes parcels.

    An engine that cannot be opened is told with the first reply: the error then reaches
    the driver whole, and not as a traceback of the cluster.

    Args:
        orders: `Orders`, packed by ``pickle``.
    """

    def __init__(self, orders: bytes) -> None:
        self._host = platform.node()
        self._chosen: ChosenEngine | None = None
        self._trouble: Trouble | None = None
        self._termbase = TermBase.empty()
        self._parts: TranslationMemory | None = None
        self._parts_made = 0
        self._look_again = False
        try:
            unpacked: Orders = pickle.loads(orders)
            self._termbase = TermBase(unpacked.terms)
            self._look_again = unpacked.settings.second_look
            self._chosen = unpacked.open_engine(unpacked.settings, lambda _text: None)
        except PasserelleError as error:
            self._trouble = _trouble(error, fatal=True)
        except Exception as error:
            problem = f"the engine cannot be opened: {type(error).__name__}: {error}"
            self._trouble = Trouble(kind="EngineError", problem=problem, fatal=True)

    def __call__(self, parcel: Parcel) -> Reply:
        """Do a parcel. Whatever goes wrong is in the reply; the answers made so far too."""
        made: list[Made] = []
        trouble = self._trouble
        if self._chosen is not None:
            try:
                self._do(parcel, self._chosen, made)
            except EngineError as error:
                trouble = _trouble(error)
            except Exception as error:
                problem = f"internal error, please report it: {type(error).__name__}: {error}"
                trouble = Trouble(kind="EngineError", problem=problem)
        return Reply(
            number=parcel.number,
            made=tuple(made),
            host=self._host,
            version=__version__,
            fingerprint=self._chosen.engine.fingerprint if self._chosen else "",
            trouble=replace(trouble, size=len(parcel.pieces)) if trouble else None,
        )

    def _do(self, parcel: Parcel, chosen: ChosenEngine, made: list[Made]) -> None:
        with TranslationMemory(None) as memory:  # for this parcel: the driver has the real one
            fingerprint = chosen.engine.fingerprint
            memory.keep_answers((k.key, fingerprint, "", k.hypotheses) for k in parcel.known)
            finisher = self._finisher(chosen, memory, made)
            finished = finisher([piece.segment for piece in parcel.pieces])
        # Markup that has lost its place costs requests for parts of sentences: they are
        # made here, and as they are few and the same ones often, once for all parcels.
        if self._parts is None or self._parts_made > _PARTS:
            self._parts, self._parts_made = TranslationMemory(None), 0
        before = len(made)
        parts = self._finisher(chosen, self._parts, made)
        for piece, rendering in zip(parcel.pieces, finished, strict=True):
            place(piece.segment, rendering, piece.format, parts.texts)
        self._parts_made += len(made) - before

    def _finisher(
        self, chosen: ChosenEngine, memory: TranslationMemory, made: list[Made]
    ) -> Finisher:
        return Finisher(
            chosen,
            memory,
            self._termbase,
            stop=Stop(),
            look_again=self._look_again,
            on_made=made.extend,
        )


def _trouble(error: PasserelleError, *, fatal: bool = False) -> Trouble:
    return Trouble(
        kind=type(error).__name__,
        problem=error.problem,
        place=error.place,
        next_step=error.next_step,
        fatal=fatal,
    )
