"""How a model is asked: the prompts that its makers published, chosen by the model's name."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from pipeline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.records import Hint

_JOINER = "\u2060"
# Signs that end a turn, or begin a part of one: in an article they are words like others.
_CONTROL = re.compile(
    r"<(?=/?(?:[|｜]|s>|bos>|eos>|pad>|unk>|start_of_turn>|end_of_turn>|think(?:ing)?>|en>|fr>))",
    re.IGNORECASE,
)
_OWN = "a prompt of your own with {source} and, where the glossary's terms shall stand, {terms}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How one kind of model is asked; the texts' places are named in ``profiles.toml``."""

    name: str
    names: tuple[str, ...] = ()
    source: str = ""  # where the prompt is published
    licence: str = ""
    prompt: str
    with_terms: str
    term: str
    raw: str = ""
    stop: tuple[str, ...] = ()
    thinking: bool = True

    def render(self, source: str, hints: Sequence[Hint] = ()) -> str:
        """Write what a model is asked for a sentence.

        Args:
            source: one line of French. Signs of chat templates in it are taken apart by a
                sign without width, so that no article ends its own turn; see `restore`.
            hints: the sentence's terms.
        """
        terms = "\n".join(
            _fill(self.term, french=_harmless(h.source), english=_harmless(h.target)) for h in hints
        )
        text = self.with_terms if terms else self.prompt
        return _fill(text, terms=terms, source=_harmless(source))

    def wrapped(self, prompt: str) -> str:
        """Write the whole text that the model reads, where the profile has it."""
        return _fill(self.raw, prompt=prompt)


def restore(source: str, answer: str) -> str:
    """Take out of an answer what `Profile.render` put into the sentence."""
    return answer if _JOINER in source else answer.replace(_JOINER, "")


def _harmless(text: str) -> str:
    return _CONTROL.sub(f"<{_JOINER}", " ".join(text.split("\n")))


def _fill(text: str, **values: str) -> str:
    """Put values where their names stand; braces in values are letters."""
    return re.sub(r"\{(\w+)\}", lambda m: values.get(m[1], m[0]), text)


@cache
def profiles() -> dict[str, Profile]:
    """Read the profiles that come with us, in the order in which names are tried."""
    text = files(__package__).joinpath("data/profiles.toml").read_text(encoding="utf-8")
    read = {}
    for name, table in tomllib.loads(text).items():
        for key in ("prompt", "with_terms", "raw"):
            table[key] = table.get(key, "").removeprefix("\n")
        lists = {key: tuple(table.get(key, ())) for key in ("names", "stop")}
        read[name] = Profile(name=name, **{**table, **lists})
    return read


def profile_for(model: str, asked: str = "") -> Profile:
    """Choose a profile.

    Args:
        model: the model's name or path.
        asked: a profile's name, or a prompt of the user's own; empty to go by the model's name.

    Raises:
        UsageError: there is no profile of that name, and it is no prompt.
    """
    known = profiles()
    if "{source}" in asked:
        bare = re.sub(r"\{terms\}\s*", "", asked)
        with_terms = asked if "{terms}" in asked else f"{{terms}}\n\n{asked}"
        return replace(known["plain"], name="own", prompt=bare, with_terms=with_terms)
    if asked:
        if asked in known:
            return known[asked]
        raise UsageError(
            f"there is no profile {asked!r}",
            next_step=f"choose {', '.join(known)}; or write {_OWN}",
        )
    plain = re.sub(r"[^a-z0-9]", "", model.lower())
    return next(p for p in known.values() if any(name in plain for name in p.names))
