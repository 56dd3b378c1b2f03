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

from pipeline.glossary.match.normal import fold, pairs, words

MAX_VARIANTS = 48  # per term; beyond, words agree all together or not at all

_WORDS = re.compile(r"[^\W_]+|[\W_]+")


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
    # (ending, replacements, safe for a word that stands alone)
    rules: tuple[tuple[str, tuple[str, ...], bool], ...] = (
        ("teur", ("trice", "teuse"), True),
        ("eur", ("euse", "eure"), True),
        ("eux", ("euse",), True),
        ("atif", ("ative",), True),
        ("if", ("ive",), False),
        ("tien", (), True),  # soutien: "soutienne" is a verb
        ("ien", ("ienne",), True),
        ("ier", ("ière",), True),
        ("er", ("ère",), False),
        ("el", ("elle",), True),
        ("eil", ("eille",), False),
        ("et", ("ette", "ète"), False),
        ("on", ("onne",), False),
        ("té", ("tée",), False),
        ("é", ("ée",), True),
        ("ant", ("ante",), True),
        ("ent", ("ente",), len(word) > 4),
        ("ic", ("ique",), False),
        ("eau", ("elle",), False),
        ("oux", ("ouse",), False),
        ("s", ("se", "sse"), False),
        ("x", (), False),
    )
    for ending, replacements, safe in rules:
        if word.endswith(ending):
            if alone and not safe:
                return ()
            return tuple(word[: -len(ending)] + r for r in replacements)
    return () if alone else (word + "e",)


def _forms(word: str, *, alone: bool) -> list[tuple[str, bool, bool]]:
    """Give (form, plural, feminine) of a word, its own form first."""
    found = [(word, False, False)]
    found += [(p, True, False) for p in plurals(word)]
    for feminine in feminines(word, alone=alone):
        found.append((feminine, False, True))
        found += [(p, True, True) for p in plurals(feminine)]
    return found


def variants(folded: str) -> tuple[Variant, ...]:
    """Give every form under which a folded term may stand in a text, its own first.

    Words between two joints (``de``, ``à``, ``en`` …) agree in gender; each may be singular
    or plural by itself, because invariable and foreign words do not take the mark
    (``modèles open source``).
    """
    tokens = _WORDS.findall(folded)
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
    alone = len(content) == 1
    forms = {i: _forms(tokens[i], alone=alone) for i in content}
    own = Variant(text=folded, plural=_reads_plural(tokens, groups[0]), own=True)
    found = {folded: own}
    per_group = [_group_choices(group, forms, mixed=True) for group in groups]
    if math.prod(map(len, per_group)) > MAX_VARIANTS:
        per_group = [_group_choices(group, forms, mixed=False) for group in groups]
    for combination in itertools.islice(itertools.product(*per_group), 2 * MAX_VARIANTS):
        chosen = list(tokens)
        head_plural = False
        for number, choice in enumerate(combination):
            for index, pick in choice.items():
                form, plural, _ = forms[index][pick]
                chosen[index] = form
                head_plural = head_plural or (number == 0 and plural)
        text = "".join(chosen)
        found.setdefault(text, Variant(text=text, plural=head_plural or own.plural, own=False))
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


def _group_choices(
    group: list[int], forms: dict[int, list[tuple[str, bool, bool]]], *, mixed: bool
) -> list[dict[int, int]]:
    """Give the agreeing picks of one group: index of word → index of its form.

    Args:
        group: indexes of the words that agree.
        forms: (form, plural, feminine) of each word.
        mixed: words may differ in number.
    """
    choices: list[dict[int, int]] = []
    for feminine, plural in itertools.product((False, True), repeat=2):
        pick: dict[int, int] = {}
        for index in group:
            fits = [
                (k, form)
                for k, form in enumerate(forms[index])
                if (form[2] == feminine or not any(f[2] for f in forms[index]))
                and (form[1] == plural or not any(f[1] for f in forms[index]))
            ]
            pick[index] = fits[0][0] if fits else 0
        if pick not in choices:
            choices.append(pick)
    sizes = [range(len(forms[i])) for i in group]
    if not mixed or math.prod(map(len, sizes)) > 4 * MAX_VARIANTS:
        return choices
    for picks in itertools.product(*sizes):
        chosen = dict(zip(group, picks, strict=True))
        # A word that has a feminine must show it where another word of the group does.
        marked = {forms[i][k][2] for i, k in chosen.items() if any(f[2] for f in forms[i])}
        if len(marked) < 2 and chosen not in choices:
            choices.append(chosen)
    return choices


def _reads_plural(tokens: list[str], head: list[int]) -> bool:
    """Say whether the row itself was written in the plural (``données ouvertes``)."""
    own = [tokens[i] for i in head]
    return len(own) > 1 and all(w.endswith(("s", "x")) for w in own)
