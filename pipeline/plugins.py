"""What stands behind a name: our own things, and those that installed distributions add.

A distribution adds one by an entry point (PyPA specification "Entry points") in the group
of its kind. Metadata of what is installed is read only where a name is not one of ours, or
where a list is wanted.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from pipeline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.metadata import EntryPoint

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry(Generic[T]):
    """Classes of one kind by name. Ours come first, and no plug-in takes a name of ours."""

    kind: str  # for people: "engine"
    group: str  # of entry points: "passerelle.engines"
    base: str  # "module:class" that a plug-in's class inherits from
    built_in: Mapping[str, str]  # name → "module:class", one line each

    def __iter__(self) -> Iterator[str]:
        """Name ours in the order of their lines, then the plug-ins' by name."""
        yield from self.built_in
        yield from sorted({p.name for p in self._plugins()} - self.built_in.keys())

    def __contains__(self, name: object) -> bool:
        """Say whether there is one of this name; nothing is imported."""
        return name in self.built_in or any(p.name == name for p in self._plugins())

    def load(self, name: str) -> type[T]:
        """Import the class behind a name.

        Raises:
            UsageError: there is none, or the plug-in that adds it is broken; the message
                names the distribution.
        """
        if name in self.built_in:
            return _named(self.built_in[name])
        found = [p for p in self._plugins() if p.name == name]
        if not found:
            raise UsageError(
                f"there is no {self.kind} {name!r}", next_step=f"choose one of {', '.join(self)}"
            )
        owners = [_owner(p) for p in found]
        if len(found) > 1:
            raise UsageError(
                f"{' and '.join(sorted(owners))} both add a {self.kind} {name!r}",
                next_step="uninstall one of them",
            )
        try:
            loaded: type[T] = found[0].load()
            if not (isinstance(loaded, type) and issubclass(loaded, _named(self.base))):
                raise TypeError(f"it is no class that inherits from {self.base.replace(':', '.')}")
            if lacking := getattr(loaded, "__abstractmethods__", ()):
                raise TypeError(f"it has no {', '.join(sorted(lacking))}")
        except Exception as error:  # whatever somebody else's module raises when imported
            raise UsageError(
                f"the {self.kind} {name!r} cannot be loaded: {type(error).__name__}: {error}",
                place=f"{owners[0]}, {found[0].value}",
                next_step=f"update or uninstall {owners[0]}, or choose another {self.kind}",
            ) from error
        return loaded

    def _plugins(self) -> tuple[EntryPoint, ...]:
        from importlib.metadata import entry_points

        return tuple(entry_points(group=self.group))


def _named(path: str) -> type:
    module, _, name = path.partition(":")
    found: type = getattr(importlib.import_module(module), name)
    return found


def _owner(plugin: EntryPoint) -> str:
    return f"{plugin.dist.name} {plugin.dist.version}" if plugin.dist else "a distribution"
