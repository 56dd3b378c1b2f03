"""French plural and feminine forms of a term, by rule.

The forms are generated once, when the term base is built, and become patterns of the
matcher; a form that does not exist (``des réseaues``) costs nothing because no text holds
it. What must be avoided is a form that exists as *another* word: ``calcul`` must not match
``il calcule``. Single words therefore take feminine forms only by endings whose feminine is
no verb.
"""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass

from pipeline.glossary.match.normal import compose, fold, pairs, words

MAX_VARIANTS = 48  # per term; beyond, words agree all together or not at all

_WORDS = re.compile(r"[^\W_]+|[\W_]+")
_ARTICLE = re.compile(r"^(?:l'|(?:le|la|les|un|une) )")
_Form = tuple[str, bool, bool]  # folded word, plural, feminine


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One folded form of a term."""

    text: str
    plural: bool
    own: bool  # the row's own form
    contracted: bool = False  # the term's article is hidden in "du", "au", "des" or "aux"


def plurals(word: str) -> tuple[str, ...]:
    """Give the plural forms of a folded French word other than the word itself."""
    if word in pairs("french-plurals"):
        return (pairs("french-plurals")[word],)
    if not word or not word[-1].isalpha() or word[-1] in "sxz":
        return ()
    if word in words("french-ail-aux"):
        return (word[:-3] + "aux",)
    if word.endswith(("au", "eu")) and word not in words("french-au-s"):
        return (word + "x",)
    if word in words("french-ou-x"):
        return (word + "x",)
    if word.endswith("al") and len(word) > 2:
        regular, other = (word[:-2] + "aux",), (word + "s",)
        if word in words("french-al-both"):
            return regular + other
        return other if word in words("french-al-s") else regular
    return (word + "s",)


def feminines(word: str, *, alone: bool) -> tuple[str, ...]:
    """Give the feminine forms of a folded masculine French word.

    Args:
        word: one folded word.
        alone: the word is the whole term, so only endings are used whose feminine form
            cannot be a verb or another noun.
    """
    if len(word) < 4 or word.endswith("e") or not word[-1].isalpha():
        return ()
    for ending, replacements in pairs("french-feminines").items():
        if word.endswith(ending):
            verb = ending in words("french-feminines-unsafe") or (ending, len(word)) == ("ent", 4)
            kept = word[: -len(ending)]
            return () if alone and verb else tuple(kept + r for r in replacements.split(",") if r)
    return () if alone else (word + "e",)


def _forms(word: str, *, alone: bool) -> list[_Form]:
    """Give (form, plural, feminine) of a word, its own form first."""
    found = [(word, False, False)]
    found += [(p, True, False) for p in plurals(word)]
    for feminine in feminines(word, alone=alone):
        found.append((feminine, False, True))
        found += [(p, True, True) for p in plurals(feminine)]
    return found


def common_head(source: str) -> bool:
    """Say whether a term is a common noun, whatever name stands behind it (``cheval de Troie``).

    Its first word decides: in lower case, and not a particle of a name (``de Gaulle``).
    """
    text = compose(source)
    first = re.match(
        r"[^\W\d_]+", text[article.end() if (article := _ARTICLE.match(text)) else 0 :]
    )
    word = first[0] if first else ""
    return len(word) > 2 and word.islower() and word not in words("name-particles", "french-joints")


def variants(source: str) -> tuple[Variant, ...]:
    """Give every form, folded, under which a term may stand in a text, its own first.

    A name behind a common noun keeps its form (``chevaux de Troie``). Words between two joints
    (``de``, ``à``, ``en`` …) agree in gender; each may be singular or plural by itself, because
    invariable and foreign words do not take the mark (``modèles open source``).
    """
    folded = fold(source).text
    tokens = _WORDS.findall(folded)
    names = set()
    if common_head(source):
        capitals = (w for w in _WORDS.findall(compose(source)) if w != w.lower() and w != w.upper())
        names = {fold(word).text for word in capitals}
    groups: list[list[int]] = [[]]
    for index, token in enumerate(tokens):
        if not token[0].isalpha():
            continue
        if token in words("french-joints"):
            if groups[-1]:
                groups.append([])
        else:
            groups[-1].append(index)
    groups = [g for g in groups if g]
    content = [i for g in groups for i in g]
    if not content:
        return (Variant(text=folded, plural=False, own=True),)
    forms = {
        i: [(tokens[i], False, False)]
        if tokens[i] in names
        else _forms(tokens[i], alone=len(content) == 1)
        for i in content
    }
    own = Variant(text=folded, plural=_reads_plural(tokens, groups[0]), own=True)
    found = {folded: own}
    words_of = [[forms[i] for i in group] for group in groups]
    per_group = [_choices(group, mixed=True) for group in words_of]
    if math.prod(map(len, per_group)) > MAX_VARIANTS:
        per_group = [_choices(group, mixed=False) for group in words_of]
    for combination in itertools.islice(itertools.product(*per_group), 2 * MAX_VARIANTS):
        chosen = list(tokens)
        for index, form in zip(content, itertools.chain(*combination), strict=True):
            chosen[index] = form[0]
        text = "".join(chosen)
        plural = own.plural or any(form[1] for form in combination[0])
        found.setdefault(text, Variant(text=text, plural=plural, own=False))
        if len(found) >= MAX_VARIANTS:
            break
    return tuple(found.values())


_ARTICLES = {"le ": ("du ", "au "), "les ": ("des ", "aux ")}


def contractions(source: str) -> tuple[Variant, ...]:
    """Give the forms of a name whose article melts into a preposition.

    ``Le Monde`` stands in ``l'article du Monde`` and ``au Monde``, ``Les Échos`` in ``aux
    Échos``. Only a capital after the article tells the name from the word.
    """
    article, _, rest = source.partition(" ")
    melted = _ARTICLES.get(article.casefold() + " ", ())
    if not article[:1].isupper() or not rest[:1].isupper():
        return ()
    return tuple(
        Variant(text=m + fold(rest).text, plural=False, own=False, contracted=True) for m in melted
    )


def _choices(group: list[list[_Form]], *, mixed: bool) -> list[tuple[_Form, ...]]:
    """Give the forms that words which agree may take together.

    Args:
        group: the forms of each word, its own first.
        mixed: words may differ in number.
    """
    marked = [[any(form[k] for form in forms) for k in (1, 2)] for forms in group]
    found: dict[tuple[_Form, ...], None] = {}
    for feminine, plural in itertools.product((False, True), repeat=2):
        picks = []
        for forms, (numbered, gendered) in zip(group, marked, strict=True):
            fits = [
                form
                for form in forms
                if (form[1] == plural or not numbered) and (form[2] == feminine or not gendered)
            ]
            picks.append((fits or forms)[0])
        found[tuple(picks)] = None
    if mixed and math.prod(map(len, group)) <= 4 * MAX_VARIANTS:
        for chosen in itertools.product(*group):
            # A word that has a feminine must show it where another word of the group does.
            shown = {form[2] for form, (_, g) in zip(chosen, marked, strict=True) if g}
            if len(shown) < 2:
                found[chosen] = None
    return list(found)


def _reads_plural(tokens: list[str], head: list[int]) -> bool:
    """Say whether the row itself was written in the plural (``données ouvertes``)."""
    own = [tokens[i] for i in head]
    return len(own) > 1 and all(w.endswith(("s", "x")) for w in own)
