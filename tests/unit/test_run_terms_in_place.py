"""Markup on a term goes where the glossary says that the term stands."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("french", "english", "wanted"),
    [
        (
            "Une **levée de fonds** de 3,5 M€ pour une *jeune pousse*.",
            "A 3.5 M€ fundraising for a startup.",
            "A €3.5 million **fundraising** for a *startup*.",
        ),
        (
            "Le **PDG de Meta** se tait.",
            "Meta’s CEO keeps silent.",
            "**Meta’s CEO** keeps silent.",
        ),
        # A term that is only a part of what is marked says too little.
        (
            "Il vend **une belle et jeune pousse à la mode** hier.",
            "Yesterday he sold a fine and trendy startup to them.",
            None,
        ),
    ],
)
def test_markup_follows_the_term(french, english, wanted, tmp_path, translate, fake_engine_class):
    glossary = tmp_path / "terms.csv"
    glossary.write_text(
        "source,target,status\nlevée de fonds,funding round|fundraising,\n"
        "jeune pousse,startup,\nPDG,CEO,\nMeta,,dnt\nLe Monde,,dnt\n",
        encoding="utf-8",
    )
    source = tmp_path / "a.md"
    source.write_text(french + "\n", encoding="utf-8")
    translate(
        source,
        glossary=(str(glossary),),
        engine=fake_engine_class(say=lambda s: english if " " in s.strip() and "." in s else "?"),
    )
    made = (tmp_path / "out" / "a.en.md").read_text(encoding="utf-8").rstrip("\n")
    if wanted is None:
        assert "**startup**" not in made
        assert made.replace("**", "") == english
    else:
        assert made == wanted
