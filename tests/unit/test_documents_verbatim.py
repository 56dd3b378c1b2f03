"""Placeholders, mentions, tags …: what stands in running text and no engine may change."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from making import garbled

from pipeline.documents import parse_document
from pipeline.documents.verbatim import verbatim_spans

LIVE = [
    *("{nom}", "{0}", "{}", "{{x}}", "{{{x}}}", "{user.name}", "{0:N2}", "{nom!r}", "{a[0]}"),
    *("%(total)s", "%(un_nom)d", "%s", "%d", "%@", "%%", "%ld", "%n", "%1$d", "%2$s", "%1$@"),
    *("%.2f", "%05d", "%-10s", "%+d", "%L1", "%1", "%{count}", "%<x>s", "%USERNAME%"),
    *("${x}", "${a.b}", "$nom", "$user->nom", "#{nom}", "@{x}", "<b>", "</b>", "<br/>", "<0>"),
    *("</0>", "&nbsp;", "&amp;", "&#160;", "&#xA0;", ":count", ":attribute", ":user_name"),
    *(":smile:", ":+1:", "#MeToo", "#12", "octo/repo#12", "@jean", "@org/equipe", "__NOM__"),
    *("@@X@@", "*|FNAME|*", "https://a.b/c", "www.a.fr/b?c=d", "jean@a.fr", "{ nom }"),
    *("{{ x }}", "{{ prix | round(2) }}", "{% if x %}", "<%= nom %>", "<?= $nom ?>", "[% nom %]"),
    *("{0:dd MMM yyyy}", '<a href="/x" class="y">', "<!-- un mot -->", "{/* un mot */}"),
    "{count, plural, one {# message} other {# messages}}",
    "{n, plural, =0 {rien} one {un {nom}} other {{n} noms}}",
    "{sexe, select, femme {Elle} homme {Il} other {On}}",
    "{d, date, short}",
]
PROSE = [
    *("20 % des gens", "100 % sûr", "100% sûr", "100%sûr", "20 %, puis 30 %.", "5 $ et 10 $"),
    *("US$5", "$5 … $10", "100 $", "5 $US", "10 $CA", "il dit : oui", "Attention :la porte"),
    *("Voici:exemple", "10:30:15", "C# et F#", "1/2", "a < b > c", "50%-60%", "caf&eacute;"),
    *("R&D", "n° 5", "3 % d'eau", "3%d'eau", "20%d'entre eux", "{une phrase entière}", "[sic]"),
    *("l'an 5%", "« 20% »", "$ 5", "5\u00a0% d’eau", "5\u202f%", "12\u202f%s’il", "prix:5"),
    *("a@", "@", "#", "(5 %)", "l'« a » [...]"),
]
FRAMES = ("{}", "Le {} est là.", "({})", "« {} »", "l'{}", "Il voit {}.", "{}, puis lui", "\n{}\n")


def found(text: str) -> list[str]:
    return [text[start:end] for start, end, _ in verbatim_spans(text)]


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("live", LIVE)
def test_what_is_live_is_found_whole_in_any_company(live, frame):
    assert found(frame.replace("{}", live)) == [live]


@pytest.mark.parametrize("prose", PROSE)
def test_per_cent_prices_and_punctuation_are_prose(prose):
    assert found(prose) == found(f"Il y a {prose} ici.") == []


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
@given(st.lists(st.sampled_from(LIVE), min_size=1, max_size=5), st.integers(0, 9))
@example(["%s", "%s", "{nom}"], 0)
def test_whatever_the_engine_says_each_stands_in_the_translation_as_often_as_before(
    name, live, seed
):
    text = " mot ".join(["Bonjour", *live, "fin."])
    if name == "a.md":  # there, tags are markup and entities are characters
        text = " mot ".join(["Bonjour", *(p for p in live if not set("<&*") & set(p)), "fin."])
    result = garbled(text, name=name, seed=seed)
    # Letter by letter: what an engine scatters may open a comment around the next one.
    for piece in set(found(text)):
        assert result.count(piece) >= text.count(piece)
    # A word that the engine threw into the middle of a scattered placeholder goes with it.
    assert "BONJOUR" in result or any(" " in piece for piece in live)


@pytest.mark.parametrize("end", ["\n", "\r\n", "", "\n\n"])
def test_a_line_of_placeholders_alone_stays_as_it_is(end):
    for text in ("{nom}", "%s %d", "{{ x }}"):
        assert garbled(text + end, name="a.txt") == text + end


def test_a_word_is_not_glued_to_what_follows_a_placeholder():
    document = parse_document(b"Prix\xc2\xa0: 5 $ et {prix} $.", doc_id="a", name="a.txt")
    (block,) = document.blocks
    assert [(m.role, m.position) for m in block.markup] == [("open", 14), ("close", 20)]


@pytest.mark.parametrize("unit", ["{", "%(", "<a ", "{a,plural", "<!--", "@a.", "%1", "*|", ":a_"])
def test_finding_takes_time_in_proportion_to_the_text(unit):
    def seconds(count: int) -> float:
        start = time.process_time()
        list(verbatim_spans(unit * count))
        return time.process_time() - start

    assert seconds(4000) < 0.05 + 12 * seconds(1000)
