"""Families of translation models: what each was taught to be fed, and how it answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipeline.records import Decoding


class Family(ABC):
    """A model's way with texts: from a sentence to its tokens, and back."""

    title: ClassVar[str]  # for people
    licence: ClassVar[str] = ""  # as published, for people
    remedy: ClassVar[str]  # the next step where the model's files are at fault
    decoding: ClassVar[Decoding]
    options: ClassVar[Mapping[str, bool]] = MappingProxyType({"disable_unk": True})

    vocabulary: frozenset[str]  # what the model can produce
    prefix: tuple[str, ...] = ()  # tokens that every output begins with

    @abstractmethod
    def encode(self, source: str) -> list[str]:
        """Cut a sentence into the tokens that the model is fed."""

    @abstractmethod
    def decode(self, tokens: list[str]) -> str:
        """Put tokens of an output together."""

    @abstractmethod
    def cut(self, text: str) -> Iterable[list[str]]:
        """Give the likely ways in which the model writes a text, likeliest first."""

    def text(self, tokens: Sequence[str]) -> str:
        """Give the text of a whole output."""
        return self.decode(list(tokens))
