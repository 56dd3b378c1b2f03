"""A company's head that became a man's own. The sentences are our own, but for the seed's."""

from __future__ import annotations

import pytest

from pipeline.quality import Pair, check_pair, choose_checks

CHECK = choose_checks(["possessive"])


def found(french, english):
    findings = check_pair(Pair(source=french, target=english), CHECK)
    return [english[f.target.start : f.target.end] for f in findings]


@pytest.mark.parametrize(
    ("french", "english", "wrong"),
    [
        (
            "L’action intentée par Musk contre OpenAI et Sam Altman, son dirigeant.",
            "The action brought by Musk against OpenAI and Sam Altman, his leader.",
            "his leader",
        ),
        (
            "La SNCF et Anne Le Goff, sa directrice, ont répondu.",
            "SNCF and Anne Le Goff, her director, replied.",
            "her director",
        ),
        (
            "Il vise xAI et Luc Morin, son ancien patron.",
            "He targets xAI and Luc Morin, his former boss.",
            "his former boss",
        ),
    ],
)
def test_the_head_of_an_organisation_is_not_a_persons(french, english, wrong):
    assert found(french, english) == [wrong]


@pytest.mark.parametrize(
    ("french", "english"),
    [
        (
            "L’action contre OpenAI et Sam Altman, son dirigeant.",
            "The action against OpenAI and Sam Altman, its leader.",
        ),
        ("Paul Roux et Anne Petit, sa collègue.", "Paul Roux and Anne Petit, his colleague."),
        ("Il a vu Claire Aubert, sa directrice.", "He saw Claire Aubert, his director."),
        (
            "Marie et Sam Altman, son patron, sont partis.",
            "Marie and Sam Altman, her boss, have left.",
        ),
        ("OpenAI et Sam Altman ont répondu.", "OpenAI and Sam Altman answered, his voice low."),
        ("Le PDG d’OpenAI a vu son dirigeant.", "OpenAI’s CEO, his leader, saw him."),
    ],
)
def test_people_keep_what_is_theirs(french, english):
    assert found(french, english) == []
