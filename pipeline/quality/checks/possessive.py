"""Whose: *son dirigeant* is a company's, and the English makes it a man's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.quality.checks.pair import check, make_finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.quality.checks.pair import Pair
    from pipeline.records import Finding

_CAPITAL = r"[A-ZÀÂÇÉÈÊËÎÏÔÙÛÜŒ]"
# An organisation that can be told by its spelling (xAI, OpenAI, SNCF), "et" or a comma, a
# person's two or three names, and in apposition to them what one is of an organisation.
_FRENCH = re.compile(
    rf"\b(?P<owner>\w*[a-zé]{_CAPITAL}\w*|{_CAPITAL}{{3,}})(?:\s+et|,)\s+"
    rf"(?:{_CAPITAL}[\w’'-]+\s+){{1,2}}{_CAPITAL}[\w’'-]+,\s+"
    r"(?P<role>s(?:on|a)\s+(?:ancien(?:ne)?\s+)?(?:dirigeant|patron|PDG|direct(?:eur|rice)|président"
    r"|(?:co-?)?fondat(?:eur|rice)|porte-parole|actionnaire|propriétaire|créat(?:eur|rice))\w*)"
)
_ENGLISH = re.compile(
    r",\s+(?P<role>(?:his|her)\s+(?:former\s+)?(?:leader|boss|CEO|chief|head|manager|director|chair"
    r"|president|(?:co-?)?founder|spokes|shareholder|owner|creator)\w*)",
    re.IGNORECASE,
)


@check(
    "possessive",
    "Whose",
    "warning",
    "What belongs to an organisation in the French belongs to a person in the English.",
)
def possessive(pair: Pair) -> Iterator[Finding]:
    """Find *OpenAI et Sam Altman, son dirigeant* that became "Sam Altman, his leader"."""
    french, english = _FRENCH.search(pair.source), _ENGLISH.search(pair.target)
    if french and english:
        said, meant = english["role"], f"its{english['role'][3:]}"
        yield make_finding(
            "possessive",
            "warning",
            f"“{said}”: “{french['role']}” is probably {french['owner']}’s (“{meant}”)",
            source=french.span("role"),
            target=english.span("role"),
        )
