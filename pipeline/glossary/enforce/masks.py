"""Placeholders: putting them in, and taking them out again if every one survived."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.glossary.enforce.repair import wanted_form
from pipeline.glossary.enforce.rewording import put_in
from pipeline.glossary.match.english import article_for, sentence_start, upper_first

if TYPE_CHECKING:
    from pipeline.glossary.records import MaskShape, Matches

__all__ = ["mask", "unmask"]


def mask(source: str, matches: Matches, shape: MaskShape) -> str:
    """Write a placeholder over every match."""
    for index in range(len(matches.matches) - 1, -1, -1):
        match = matches.matches[index]
        source = put_in(source, match.start, match.end, shape.render(index))
    return source


def unmask(text: str, matches: Matches, shape: MaskShape) -> str | None:
    """Write the target forms over the placeholders.

    Returns:
        The text, or None where a placeholder is missing, doubled or touches a letter.
    """
    for index in range(len(matches.matches) - 1, -1, -1):
        placeholder = shape.render(index)
        places = [m.span() for m in re.finditer(rf"(?<!\w){re.escape(placeholder)}(?!\w)", text)]
        if len(places) != 1 or text.count(placeholder) != 1:
            return None
        start, end = places[0]
        form = wanted_form(matches.matches[index])
        if sentence_start(text, start):
            form = upper_first(form)
        head = text[:start]
        article = re.search(r"(?i)(?<![^\W_])an?(?=[ \u00a0]$)", head)
        if article:
            right = article_for(form)
            right = right.capitalize() if article.group()[0].isupper() else right
            head = head[: article.start()] + right + head[article.end() :]
        text = head + form + text[end:]
    return text
