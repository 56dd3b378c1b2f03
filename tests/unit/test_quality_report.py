"""The report says what the table holds, escapes it, and loads nothing."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import InputError, NothingChecked, UsageError
from pipeline.quality import (
    build_report,
    confidence,
    examine,
    render_html,
    render_json,
    render_text,
    write_report,
)
from pipeline.quality.metrics.significance import spearman
from pipeline.quality.report.drawing import HEIGHT, differences, mark, trend
from pipeline.quality.report.headline import HistoryRow
from pipeline.quality.report.model import QualityReport, furthest, least_sure, varied
from pipeline.records import Finding, Occurrence, Rendering, Span, TermResult
from pipeline.table import segment_frame, translation_of

ROOT = Path(__file__).parents[2]
NOW = datetime(2025, 9, 1, 23, 0, tzinfo=UTC)
EVIL = '<script>document.title="owned"</script><img src=x onerror="document.title=1">'


def term(name="IA", found="AI", *, start=0, expected=("AI",), rung="repair"):
    return {
        "occurrence": {
            "term": name,
            "row": "terms.csv:2",
            "span": {"start": start, "end": start + len(name)},
            "text": name,
        },
        "expected": list(expected),
        "found": found,
        "target": {"start": 0, "end": len(found)} if found else None,
        "rung": rung if found else "flag",
        "status": "satisfied" if found else "violated",
    }


def row(source, target, *, doc="a.fr.txt", block=0, segment=0, score=-0.2, terms=(), **more):
    return {
        "doc_id": doc,
        "block_id": block,
        "segment_id": segment,
        "kind": "paragraph",
        "start": 0,
        "end": len(source),
        "block_start": 0,
        "block_end": len(source),
        "source": source,
        "draft": target,
        "target": target,
        "engine": "fake",
        "fingerprint": "f0",
        "score": score,
        "hypotheses": [],
        "terms": list(terms),
        "edits": [],
        "findings": [],
        "memory": False,
        "seconds": 0.1,
        **more,
    }


ROWS = [
    row("Le chat est assis sur le tapis.", "The cat sat on the mat.", block=0),
    row("Il y a 3 chiens au jardin.", "There are 5 dogs in the garden.", block=1, score=-0.3),
    row("L'IA progresse.", "AI is making progress.", block=2, terms=[term(start=2)]),
    row(
        "Elle aime l'IA.",
        "She likes it a lot.",
        block=2,
        segment=1,
        terms=[term(found="", start=12)],
    ),
    row("Rien à dire ici, vraiment rien.", "Nothing to say, really nothing.", doc="b.fr.txt"),
]
REFERENCE = (
    "The cat is sitting on the mat.\n\nThere are 3 dogs in the garden.\n\n"
    "AI advances. She likes AI."
)


def outputs(folder: Path, rows=ROWS, *, manifest=None, reference=REFERENCE) -> Path:
    out = folder / "out"
    out.mkdir(exist_ok=True)
    rows = [
        replace(r, findings=examine(r.segment, r, r.findings)) for r in map(translation_of, rows)
    ]
    segment_frame(rows).write_parquet(out / "segments.parquet")
    (out / "manifest.json").write_text(json.dumps(manifest or {"versions": {"x": "1"}}))
    if reference:
        (folder / "refs").mkdir(exist_ok=True)
        (folder / "refs" / "a.en.txt").write_text(reference, encoding="utf-8")
    return out


def build(out: Path, **more) -> QualityReport:
    return build_report(out, references=out.parent / "refs", now=NOW, bootstrap=200, **more)


def test_the_report_counts_scores_and_orders_what_the_table_holds(tmp_path):
    report = build(outputs(tmp_path))
    assert report.segments_total == 5
    assert [score.name for score in report.scores] == ["BLEU", "chrF2"]
    assert report.scores[0].n == 3  # blocks of the one document with a reference
    assert report.scores[0].ci is not None
    assert [doc.document for doc in report.documents] == ["a.fr.txt", "b.fr.txt"]
    assert report.documents[0].scores[1].value == pytest.approx(report.scores[1].value)
    assert report.documents[1].note == "no reference"
    assert any("without reference, not scored: b.fr.txt" in note for note in report.notes)
    worst = report.segments[0]
    assert {report.segments[0].row.source, report.segments[1].row.source} == {
        "Il y a 3 chiens au jardin.",
        "Elle aime l'IA.",
    }
    assert worst.gravity == 2
    assert report.errors == 1
    assert (report.terms.occurrences, report.terms.violated) == (2, 1)
    assert not report.occurrences[0].satisfied
    assert report.gate_values()["terms"] == 0.5


def test_segments_get_the_reference_of_their_sentence(tmp_path):
    report = build(outputs(tmp_path))
    by_source = {segment.row.source: segment for segment in report.segments}
    assert by_source["L'IA progresse."].reference == "AI advances."
    assert by_source["Elle aime l'IA."].reference == "She likes AI."
    assert by_source["Rien à dire ici, vraiment rien."].reference == ""
    assert by_source["Rien à dire ici, vraiment rien."].chrf is None


def test_another_number_of_blocks_is_aligned_by_length_and_said_so(tmp_path):
    report = build(outputs(tmp_path, reference=REFERENCE.replace("\n\nAI", " AI")))
    assert "aligned by length (Gale and Church 1993)" in report.documents[0].note
    assert any("aligned by length" in note for note in report.notes)


def test_every_rendering_carries_the_same_figures(tmp_path):
    report = build(outputs(tmp_path))
    data = json.loads(render_json(report))
    assert set(data) == {"generator", *(field.name for field in fields(QualityReport))}
    bleu = report.scores[0]
    assert data["scores"][0]["value"] == bleu.value
    page, text = render_html(report), render_text(report)
    for rendered in (page, text):
        assert f"{bleu.value:.1f}" in rendered
        assert bleu.signature in rendered
    assert "3 in the source, 5 in the translation" in page
    assert "3 in the source, 5 in the translation" in text


def test_files_are_written_and_the_tables_read_back(tmp_path):
    out = outputs(tmp_path)
    report = build(out)
    page = write_report(report, out)
    assert page == out / "report.html"
    table = pl.read_parquet(out / "quality.parquet")
    assert table.height == 5
    assert table["gravity"][0] == 2
    rows = list(csv.DictReader(io.StringIO((out / "quality.csv").read_text("utf-8-sig"))))
    assert rows[0]["source"] == table["source"][0]
    assert json.loads((out / "report.json").read_text("utf-8"))["segments_total"] == 5


def test_a_cell_cannot_become_a_formula_in_a_spreadsheet(tmp_path):
    out = outputs(tmp_path, [row("=2+2 est faux.", '=HYPERLINK("http://x.example")')])
    write_report(build(out), out)
    rows = list(csv.DictReader(io.StringIO((out / "quality.csv").read_text("utf-8-sig"))))
    assert rows[0]["target"].startswith("'=")
    assert rows[0]["source"].startswith("'=")
    assert pl.read_parquet(out / "quality.parquet")["target"][0].startswith("=")


def test_everything_from_the_articles_is_escaped(tmp_path):
    evil = [
        row(
            f"Voici {EVIL} et 12 mots.",
            f"Here {EVIL}",
            doc=f"{EVIL}.fr.txt",
            terms=[term(name=EVIL, found="", expected=(EVIL,))],
            findings=[
                {
                    "check": "x",
                    "severity": "error",
                    "message": EVIL,
                    "source": None,
                    "target": None,
                }
            ],
        )
    ]
    out = outputs(tmp_path, evil, manifest={EVIL: EVIL}, reference=None)
    page = render_html(build_report(out, now=NOW))
    assert "<script>document" not in page
    assert "<img" not in page
    assert page.count("<script>") == 1
    assert "&lt;script&gt;document" in page


def test_the_page_loads_nothing_and_names_its_own_script_by_hash(tmp_path):
    page = render_html(build(outputs(tmp_path)))
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    assert policy[1].startswith("default-src &#39;none&#39;; script-src &#39;sha256-")
    assert "unsafe-inline" not in policy[1]
    assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//", page)
    assert 'style="' not in page  # would be refused by the policy


def test_a_second_report_says_what_changed_and_the_same_one_adds_no_history(tmp_path):
    out = outputs(tmp_path)
    write_report(build(out), out)
    write_report(build(out), out)
    assert pl.read_parquet(out / "history.parquet").height == 1
    better = [dict(r) for r in ROWS]
    better[1]["target"] = "There are 3 dogs in the garden."
    outputs(tmp_path, better)
    report = build(out)
    write_report(report, out)
    assert pl.read_parquet(out / "history.parquet").height == 2
    moved = {delta.name: delta for delta in report.deltas}
    assert moved["errors"].better is True
    assert (moved["errors"].before, moved["errors"].after) == (1, 0)
    assert moved["bleu"].better is True
    assert "since the last report" in render_html(report)


def test_figures_of_other_texts_or_references_are_not_compared(tmp_path):
    out = outputs(tmp_path)
    write_report(build(out), out)
    outputs(tmp_path, [*ROWS, row("Encore une phrase ici.", "One more sentence here.", block=9)])
    other = build(out)
    assert other.deltas == ()
    assert "This is the first report on these texts and references" in render_html(other)
    write_report(other, out)
    outputs(tmp_path, reference=REFERENCE.replace("sitting", "lying"))
    assert build(out).deltas == ()  # another reference
    better = [dict(r) for r in ROWS]
    better[1]["target"] = "There are 3 dogs in the garden."
    outputs(tmp_path, better)
    report = build(out)  # the texts of the first report: what came between is passed over
    assert len(report.history) == 3
    moved = {delta.name: delta for delta in report.deltas}
    assert (moved["errors"].before, moved["errors"].after) == (1, 0)
    assert "<figcaption>BLEU: " in render_html(report)


def test_a_history_without_the_column_of_texts_is_read(tmp_path):
    out = outputs(tmp_path)
    write_report(build(out), out)
    old = pl.read_parquet(out / "history.parquet").drop("texts")
    old.with_columns(table=pl.lit("older")).write_parquet(out / "history.parquet")
    report = build(out)
    assert len(report.history) == 2
    assert report.deltas == ()


def test_a_small_change_looks_small_in_a_trend():
    rows = [
        HistoryRow(
            created=f"2025-09-0{day}T08:00:00+00:00",
            table=str(day),
            engine="fake",
            documents=1,
            segments=5,
            bleu=bleu,
            chrf=None,
            terms=1.0,
            violations=0,
            errors=0,
            warnings=0,
            confidence=0.5,
        )
        for day, bleu in ((1, 30.0), (2, 30.2), (3, 30.1))
    ]
    small = trend("BLEU", rows, "bleu", least=5, most=100)
    assert small is not None
    assert max(p.y for p in small.points) - min(p.y for p in small.points) < HEIGHT / 10
    assert (small.low, small.high) == ("27.6", "32.6")
    assert (small.since, small.until) == ("2025-09-01", "2025-09-03")
    flat = trend("Terms", rows, "terms", scale=100, least=5, most=100)
    assert flat is not None
    assert (flat.low, flat.high) == ("95.0", "100.0")
    assert trend("chrF", rows, "chrf", least=5) is None
    assert trend("BLEU", rows[:1], "bleu", least=5) is None


def test_what_is_checked_first_is_not_all_of_one_kind(tmp_path):
    copied = [
        row(f"Le chat numéro {n} est ici.", f"Le chat numéro {n} est ici.", block=n, score=-2)
        for n in range(9)
    ]
    number = row("Il y a 3 chiens au jardin.", "There are 5 dogs in the garden.", block=20)
    report = build_report(outputs(tmp_path, [*copied, number], reference=None), now=NOW)
    kinds = [report.segments[index].trouble for index in report.first]
    assert len(kinds) == 6
    assert kinds.count("numbers") == 1
    assert list(report.first) == sorted(report.first)
    assert "and 4 more sentences with an error or a warning" in render_html(report)
    assert varied("aaab", str, 3) == ["a", "a", "b"]
    assert varied("aaaa", str, 3) == ["a", "a", "a"]


def test_a_clean_report_still_says_what_to_read(tmp_path):
    days = [("beau", "fine", -0.1), ("froid", "cold", -2), ("long", "endless", -0.2)]
    rows = [
        row(f"Voici ce {fr} matin de mai.", f"Here is this {en} May morning.", block=n, score=score)
        for n, (fr, en, score) in enumerate([*days, ("gris", "grey", -1)])
    ]
    reference = "\n\n".join(["Nothing of the kind stands there.", *(r["target"] for r in rows[1:])])
    report = build(outputs(tmp_path, rows, reference=reference))
    assert report.first == ()
    unsure = least_sure(report.segments, 2)
    assert [report.segments[n].row.segment.block_id for n in unsure] == [1, 3]
    assert [
        report.segments[n].row.segment.block_id for n in furthest(report.segments, 1, taken=unsure)
    ] == [0]
    assert [report.segments[n].row.segment.block_id for n in furthest(report.segments, 1)] == [0]
    page, text = render_html(report), render_text(report)
    assert "No check found anything" in page
    assert "Checks see forms, not meaning: the model was least sure of these" in page
    assert "furthest from the reference" in page
    assert "The model was least sure of:" in text
    assert f"confidence {report.segments[unsure[0]].confidence:.2f}" in text
    short = build_report(
        outputs(tmp_path, [row("Bien sûr.", "Of course.", score=-3)], reference=None), now=NOW
    )
    assert least_sure(short.segments, 3) == []


def test_what_the_run_left_out_is_named(tmp_path):
    manifest = {
        "documents": 4,
        "skipped": [{"name": "in/c.txt", "reason": "not UTF-8"}],
        "notes": ["a.fr.txt: line 9: left as it is: text in an HTML block"],
    }
    report = build(outputs(tmp_path, manifest=manifest))
    for text in (render_html(report), render_text(report)):
        assert "2 of 4 documents hold no text that was translated" in text
        assert "skipped by the run: in/c.txt: not UTF-8" in text
        assert "left as it is: text in an HTML block" in text


def test_the_glossary_page_shows_each_term_and_each_place_in_both_languages(tmp_path):
    rows = [
        row(
            "Depuis des années et des années, on le dit et on le répète : l'IA progresse.",
            "For years and years it has been said and said again: AI is making progress.",
            terms=[{**term(start=63), "target": {"start": 53, "end": 55}}],
            edits=[
                {
                    "span": {"start": 53, "end": 55},
                    "before": "IA",
                    "after": "AI",
                    "rung": "repair",
                    "term": "IA",
                    "source": {"start": 63, "end": 65},
                }
            ],
        )
    ]
    report = build_report(outputs(tmp_path, rows, reference=None), now=NOW)
    (place,) = report.occurrences
    assert place.before == "… années, on le dit et on le répète : l'"
    assert place.after == " progresse."
    assert place.target_before == "… years it has been said and said again: "
    assert place.target_after == " is making progress."
    page = render_html(report)
    assert "mended in place<br>" in page
    assert "1 mended in place." in page
    assert "IA → AI" in page
    assert '<a href="#s0"><span class="nowrap"> ¶1.1</span></a>' in page


def test_the_lead_shows_what_a_finding_points_at_however_far_it_stands(tmp_path):
    far = "The meeting of the council went on and on, " * 12 + "and there were 5 dogs."
    rows = [row("La réunion du conseil a duré, " * 12 + "et il y avait 3 chiens.", far)]
    page = render_html(build_report(outputs(tmp_path, rows, reference=None), now=NOW))
    lead = page[page.index('<ol class="first">') : page.index("</ol>")]
    assert "… " in lead
    assert "5 dogs" in lead.replace('<mark class="point">', "").replace("</mark>", "")


def test_a_table_without_rows_is_nothing_checked(tmp_path):
    with pytest.raises(NothingChecked, match="empty"):
        build(outputs(tmp_path, []))


def test_a_missing_or_damaged_table_is_named(tmp_path):
    with pytest.raises(InputError, match="no segment table"):
        build_report(tmp_path)
    (tmp_path / "segments.parquet").write_bytes(b"not parquet")
    with pytest.raises(InputError, match="not a segment table"):
        build_report(tmp_path)
    pl.DataFrame({"doc_id": ["a"]}).write_parquet(tmp_path / "segments.parquet")
    with pytest.raises(InputError, match="columns are missing"):
        build_report(tmp_path)


def test_damaged_manifests_and_histories_are_noted_and_stop_nothing(tmp_path):
    out = outputs(tmp_path)
    for name, text in (("manifest.json", "left out is not known"), ("history.parquet", "compared")):
        for content in (
            b"",
            b"x",
            b"{",
            b"[" * 100_000,
            b"\xff\xfe",
            b"PAR1" + b"\0" * 99 + b"PAR1",
        ):
            (out / name).write_bytes(content)
            report = build(out)
            assert any(name in note and text in note for note in report.notes), (name, content)
            write_report(report, out)
            if name == "history.parquet":
                assert pl.read_parquet(out / name).height == 1
            (out / name).unlink()
    assert len(list(out.glob("history.parquet.kept-*"))) == 6


def test_one_reference_for_several_documents_is_refused(tmp_path):
    out = outputs(tmp_path)
    with pytest.raises(UsageError, match="one reference for 2 documents"):
        build_report(out, references=tmp_path / "refs" / "a.en.txt")


def test_an_empty_reference_is_named_not_scored(tmp_path):
    report = build(outputs(tmp_path, reference="\n\n "))
    assert report.scores == ()
    assert "the reference is empty" in report.documents[0].note


@pytest.mark.parametrize(
    "given",
    [
        lambda folder: str(folder / "in"),
        lambda folder: str(folder / "in" / "a.fr.txt"),
        lambda folder: str(folder / "in" / "*.txt"),
        lambda folder: str(folder / "in" / "**" / "*.txt"),
    ],
)
def test_references_are_found_beside_the_sources_that_the_manifest_names(tmp_path, given):
    out = outputs(tmp_path, manifest={"inputs": [given(tmp_path)]})
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.fr.txt").write_text("x", encoding="utf-8")
    (tmp_path / "in" / "a.en.txt").write_text(REFERENCE, encoding="utf-8")
    report = build_report(out, now=NOW, bootstrap=0)
    assert report.references == 1
    assert report.documents[0].reference.endswith("in/a.en.txt")


def test_several_references_are_scored_together(tmp_path):
    out = outputs(tmp_path)
    second = tmp_path / "refs" / "second.txt"
    second.write_text("The cat sat on the mat.\n\nThere are 5 dogs.\n\nAI. It.", encoding="utf-8")
    paths = [tmp_path / "refs" / "a.en.txt", second]
    report = build_report(out, references={"a.fr.txt": paths}, now=NOW, bootstrap=0)
    assert "nrefs:2" in report.scores[0].signature


def test_a_run_without_terms_references_or_findings_renders(tmp_path):
    out = outputs(
        tmp_path, [row("Bonjour à tous.", "Hello, everyone.", score=None)], reference=None
    )
    report = build_report(out, now=NOW)
    assert report.scores == ()
    page = render_html(report)
    assert "No check found anything" in page
    assert "No glossary term occurs" in page
    assert "no document has a reference" in render_text(report)


@given(st.text(max_size=60), st.text(max_size=60))
@settings(deadline=None, max_examples=80)
def test_marked_runs_joined_give_the_text_again(target, reference):
    extra, missing = differences(target, reference)
    assert "".join(run.text for run in mark(target, extra)) == target
    assert "".join(run.text for run in mark(reference, missing)) == reference


def test_differences_name_the_words_that_the_other_side_lacks():
    target, reference = "The old cat sat down.", "The cat sat there."
    extra, missing = differences(target, reference)
    assert [target[a:b] for a, b, _ in extra] == ["old", "down"]
    assert [reference[a:b] for a, b, _ in missing] == ["there"]
    assert differences("same", "Same") == ([], [])


def test_confidence_falls_with_doubt_findings_and_violations():
    def sure(*severities, kept=True, source="Le chat dort.", target="The cat sleeps.", **more):
        occurrence = Occurrence(term="chat", row="", span=Span(start=3, end=7), text="chat")
        term = TermResult(
            occurrence=occurrence,
            expected=("cat",),
            found="",
            target=None,
            rung="flag",
            status="satisfied" if kept else "violated",
        )
        values = {"score": -0.5, "fingerprint": "f"} | more
        rendering = Rendering(
            draft=target, target=target, engine="e", hypotheses=(), terms=(term,), **values
        )
        found = [Finding(check="c", severity=s, message="") for s in severities]
        return confidence(source, rendering, found)

    assert sure(score=-0.1) > sure() > sure("warning") > sure("error")
    assert sure("error") == sure("error", "error")
    assert sure(kept=False) < sure()
    assert 0 < sure(score=None) < 1
    assert sure(coverage=-0.1) > sure(coverage=-5.0)
    assert sure(target="The cat sleeps, and sleeps, and sleeps.") < sure()
    assert sure(source="Le 5 mars 12.") < sure()
    assert sure(score=0.3) <= 1.0  # a score above 0 is no probability above 1
    assert sure(score=None, fingerprint="") == 1.0  # a person's, or nothing to translate


def test_spearman_by_hand():
    assert spearman([1, 2, 3], [10, 20, 30]) == pytest.approx(1)
    assert spearman([1, 2, 3], [3, 2, 1]) == pytest.approx(-1)
    assert spearman([1, 2, 2, 4], [1, 3, 2, 4]) == pytest.approx(0.9486833)
    assert spearman([1, 1], [1, 2]) != spearman([1, 1], [1, 2])  # NaN: nothing varies
    with pytest.raises(ValueError, match="1 values against 2"):
        spearman([1], [1, 2])


# --- in a real browser ---------------------------------------------------------------

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)

# Works the page as a person would and leaves what it saw in the document's title.
PROBE = """
<script>
window.addEventListener("load", () => setTimeout(() => {
  const seen = {title: document.title};
  const visible = () => [...document.querySelectorAll(".card")].filter((c) => !c.hidden).length;
  seen.all = visible();
  const search = document.getElementById("search");
  search.value = "chiens"; search.dispatchEvent(new Event("input"));
  seen.found = visible();
  search.value = ""; search.dispatchEvent(new Event("input"));
  const check = document.getElementById("by-check");
  check.value = "numbers"; check.dispatchEvent(new Event("change"));
  seen.numbers = visible();
  check.value = ""; check.dispatchEvent(new Event("change"));
  const order = document.getElementById("order");
  order.value = "position"; order.dispatchEvent(new Event("change"));
  seen.first = document.querySelector(".card .place").textContent;
  const rows = (table) => [...document.querySelectorAll(`#${table} tbody tr`)];
  const head = document.querySelectorAll("#document-table th button")[1];
  head.click();
  seen.sorted = rows("document-table").map((r) => r.cells[1].textContent);
  head.click();
  seen.again = rows("document-table").map((r) => r.cells[1].textContent);
  document.querySelector("[data-only]").click();
  seen.violated = rows("term-table").filter((r) => !r.hidden).length;
  seen.count = document.getElementById("count").textContent;
  document.body.setAttribute("data-seen", JSON.stringify(seen));
}, 100));
</script>
"""


def chromium(tmp_path: Path, page: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--enable-logging=stderr",
        f"--user-data-dir={tmp_path / 'profile'}",
        "--virtual-time-budget=5000",
        *options,
        page.as_uri(),
    ]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=True, encoding="utf-8"
    )


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine")
def test_filters_and_sorting_work_in_chromium_without_a_console_message(tmp_path):
    page = render_html(build(outputs(tmp_path)))
    path = tmp_path / "page.html"
    # The probe is a stranger to the page's policy: it is let in for this test alone.
    policy = re.search(r'<meta http-equiv="Content-Security-Policy"[^>]*>', page)
    path.write_text(page.replace(policy[0], "").replace("</body>", f"{PROBE}</body>"), "utf-8")
    done = chromium(tmp_path, path, "--dump-dom")
    assert "CONSOLE" not in done.stderr
    seen = re.search(r'data-seen="([^"]*)"', done.stdout)
    assert seen, done.stdout[-2000:]
    result = json.loads(seen[1].replace("&quot;", '"'))
    assert result["all"] == 5
    assert result["found"] == 1
    assert result["numbers"] == 1
    assert result["first"] == "a.fr.txt ¶1.1"
    assert result["sorted"] == ["4", "1"]
    assert result["again"] == ["1", "4"]
    assert result["violated"] == 1
    assert result["count"] == "5 of 5 sentences"


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine")
def test_a_script_in_an_article_does_not_run_and_the_pages_own_does(tmp_path):
    rows = [row(f"Voici {EVIL} et 12 mots.", f"Here {EVIL}", doc=f"{EVIL}.fr.txt")]
    path = tmp_path / "page.html"
    path.write_text(render_html(build_report(outputs(tmp_path, rows, reference=None), now=NOW)))
    done = chromium(tmp_path, path, "--dump-dom")
    assert "CONSOLE" not in done.stderr
    assert "<title>Translation quality" in done.stdout
    assert "1 of 1 sentences" in done.stdout  # written by the page's script


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine")
def test_a_script_that_got_in_would_still_be_refused_by_the_policy(tmp_path):
    path = tmp_path / "page.html"
    page = render_html(build(outputs(tmp_path)))
    path.write_text(page.replace("</body>", f"{EVIL}</body>"), "utf-8")
    done = chromium(tmp_path, path, "--dump-dom")
    assert "<title>Translation quality" in done.stdout
    assert "Content Security Policy" in done.stderr
