"""What stands in running text and is not prose: addresses, placeholders, mentions, tags.

A table of families, tried in order at each place. Every quantifier is bounded, so that no
input makes the search quadratic.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ICU = r"(?:plural|selectordinal|select|choice|number|date|time|duration|spellout|ordinal|list)"
_LENGTH = r"(?:hh?|ll?|[qLztj])?"
_WIDTH = r"[-+0\#]{0,4}(?:\d{1,4}|\*)?(?:\.(?:\d{1,4}|\*))?"
# What Laravel, Rails and Symfony write after a colon; a French word may follow one, too.
_COLON_NAMES = (
    "attribute|count|total|name|nom|prenom|user|utilisateur|email|value|valeur|values|min|max"
    "|size|date|heure|time|seconds|minutes|hours|days|other|nombre|prix|price|amount|montant"
    "|number|title|titre|url|link|lien|type|format|digits|input|id|page|field|champ|app|site"
)

ICU = rf"\{{\s{{0,20}}[\w.]{{1,60}}\s{{0,20}},\s{{0,20}}{_ICU}\b"
"""How an ICU message begins; it ends at its own closing brace."""

FAMILIES = {
    "address": r"""(?<![\w@/.])(?:
        (?:https?|ftps?|sftp|ssh|git|file)://[^\s<>"«»“”`]{1,2000}
      | mailto:[^\s<>"«»“”`]{1,2000}
      | www\.[^\s<>"«»“”`]{1,2000}
      | [\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})""",
    # {{ x }}, {% x %}, <%= x %>, <?= x ?>, [% x %], *|X|*
    "template": r"""\{\{\{?[^{}\n]{0,400}\}?\}\} | \{%[^{}\n]{1,400}%\} | <%[^<>\n]{1,400}%>
      | <\?[^<>\n]{1,400}\?> | \[%[^\[\]\n]{1,400}%\] | \*\|[\w:+]{1,80}\|\*""",
    # ${x}, #{x}, %{x}, %<x>s
    "interpolation": r"[$\#%@]\{[^{}\n]{1,200}\} | %<\w{1,60}>[-+0-9.]{0,8}[A-Za-z]",
    "icu": ICU,
    # {nom}, {0}, {0:N2}, {user.name}, { nom }, {0:dd MMMM}
    "braces": r"\{/\*[^\n]{0,400}?\*/\} | \{[ ]?[^\s{}]{0,100}[ ]?\}"
    r" | \{\w{1,60}[,:!][^{}\n]{1,80}\}",
    "printf": rf"""%\([\w.\- ]{{1,60}}\){_WIDTH}{_LENGTH}[A-Za-z]
      | %\d{{1,2}}\${_WIDTH}{_LENGTH}[A-Za-z@]
      | (?<!\d)(?<!\d[\ \u00a0\u202f])%{_WIDTH}{_LENGTH}[diouxXeEfFgGaAcCsSpn@](?!\w)
      | %{_WIDTH}{_LENGTH}[diouxXeEfFgGaAcCsSpn@](?![\w'’])
      | (?<!\d)%L?[1-9]\d?(?![\w%]|[.,]\d) | (?<!%)%%(?!%) | (?<!\d)%[A-Za-z_]\w{{1,60}}%""",
    # $nom, $user->name; not 5 $US
    "variable": r"(?<![\w$€£])(?<!\d[\ \u00a0\u202f])"
    r"\$(?!(?:US|CA|CAN|AU|NZ|HK)\b)[A-Za-z_]\w{0,60}"
    r"(?:->\w{1,60}|\[[\w'\"]{1,60}\]){0,4}",
    "tag": r"<!--[^\n]{0,200}?--> | </?(?:[A-Za-z][\w.-]{0,60}|\d{1,3})(?:\s[^<>]{0,400})?/?>",
    "entity": r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|\#[0-9]{1,7}|\#[xX][0-9A-Fa-f]{1,6});",
    "emoji": r"(?<![\w:]):(?=[\d_+-]{0,40}[a-z1])[a-z0-9_+-]{1,40}:(?![\w:])",
    "colon": rf"(?<![^\s(«\"'\[]):(?:(?:{_COLON_NAMES})|[a-z]{{1,40}}_[a-z_]{{1,40}})(?![\w:])",
    "reference": r"(?<![\w/])[\w.-]{1,60}/[\w.-]{1,60}\#\d{1,9}\b | (?<![\w&/\#])\#\w[\w/-]{0,100}",
    "mention": r"(?<![\w@/.])@[A-Za-z_][\w-]{0,60}(?:[./@]\w[\w-]{0,60}){0,4}",
    "constant": r"__[A-Z][A-Z0-9_]{1,60}__ | @@\w{1,60}@@ | \\[nrt](?![a-zà-ÿ])",
}
"""Regular expressions (verbose) of what is kept letter by letter, by the name of the family."""

_ANY = re.compile("|".join(f"(?P<{n}>{p})" for n, p in FAMILIES.items()), re.VERBOSE | re.I)
_SIGNS = re.compile(r"[@{%<$&:#_\\*\[]|www\.", re.IGNORECASE)
_BRACKETS = {")": "(", "]": "[", "}": "{"}
_BRACES = re.compile("[{}]")
_BALANCED = 1000  # code points of an ICU message


def verbatim_spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Find what no engine may change: start, end and family, in order, none overlapping.

    Args:
        text: plain text. A literal per cent sign, a price and a lone bracket are prose.
    """
    if not _SIGNS.search(text):
        return
    at = 0
    while match := _ANY.search(text, at):
        family = str(match.lastgroup)
        start, end = match.span()
        at = start + 1
        if family == "address":
            end = _address_end(text, start, end)
        elif family == "icu":
            end = balanced(text, start)
        elif family == "entity" and unescape(match.group()).isalpha():
            continue  # caf&eacute; is a word
        if end > start:
            at = end
            yield start, end, family


def has_prose(text: str) -> bool:
    """Say whether a letter stands outside of what no engine may change."""
    at = 0
    for start, end, _ in verbatim_spans(text):
        if any(map(str.isalpha, text[at:start])):
            return True
        at = end
    return any(map(str.isalpha, text[at:]))


def is_icu(text: str) -> bool:
    """Say whether a text is an ICU message, in which words stand among its signs."""
    return any(kind == "icu" for _, _, kind in verbatim_spans(text))


def _address_end(text: str, start: int, end: int) -> int:
    """Leave the sentence's punctuation out of an address, as GitHub's autolinks do."""
    url = text[start:end]
    while url and (
        url[-1] in ".,:;!?…'’*_~|"
        or (url[-1] in _BRACKETS and url.count(url[-1]) > url.count(_BRACKETS[url[-1]]))
    ):
        url = url[:-1]
    return start + len(url) if len(url) > 4 else start


def balanced(text: str, start: int) -> int:
    """Give the end of the braces that open at ``start``, or ``start`` if they do not close soon."""
    depth = 0
    for brace in _BRACES.finditer(text, start, start + _BALANCED):
        depth += 1 if brace.group() == "{" else -1
        if not depth:
            return brace.end()
    return start
