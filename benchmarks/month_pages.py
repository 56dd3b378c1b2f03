"""Tables, charts and pictures of a newsroom's month, of the figures that `month.py` measured."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter

CHECKS = {"error": "errors", "warning": "warnings", "info": "notes"}
BLUE, GREEN, ORANGE, INK, GRID = "#2f6f9f", "#8fb8d0", "#d9822b", "#333333", "#dddddd"


def in_a_line(day):
    """Say what a day gave, for the screen."""
    found = Counter({CHECKS[severity]: 0 for severity in CHECKS})
    for _, severity, number in day["findings"]:
        found[CHECKS[severity]] += number
    return (
        f"{day['day']}: {day['articles']} articles, {day['sentences']} sentences in "
        f"{day['seconds']:.0f} s ({day['translated']} translated, {day['known']} known, "
        f"{day['by_people']} corrected before); terms {day['satisfied']} of {day['terms']}; "
        f"{found['errors']} errors, {found['warnings']} warnings"
    )


# --- tables --------------------------------------------------------------------------


def tables(results):
    """Give the tables by their names, as Markdown."""
    days = results["days"]
    return {"days": by_day(days), "sums": sums(days), "rungs": rungs(days), "checks": checks(days)}


def total(days, name):
    """Add a figure up over days."""
    return sum(day[name] for day in days)


def gravity(day, severity):
    """Count a day's findings of one gravity."""
    return sum(number for _, found, number in day["findings"] if found == severity)


def by_day(days):
    """Give a line a day and the month's."""
    head = [
        *("day", "articles", "sentences", "translated", "known", "by people"),
        *("seconds", "sentences/s", "terms kept", "errors, warnings"),
        *("glossary rows", "corrections", "earlier sentences changed"),
    ]
    lines = [head, ["---", *["---:"] * (len(head) - 1)]]
    for day in [*days, None]:
        some = [day] if day else days
        decoded = total(some, "translated") + total(some, "earlier_translated")
        seconds = total(some, "seconds")
        cells = [
            day["day"][8:] if day else "**all**",
            total(some, "articles"),
            f"{total(some, 'sentences'):,}",
            f"{total(some, 'translated'):,}",
            total(some, "known"),
            total(some, "by_people"),
            f"{seconds:,.0f}",
            f"{decoded / seconds:.2f}" if decoded else "–",
            f"{total(some, 'satisfied')} of {total(some, 'terms')}",
            f"{sum(gravity(d, 'error') for d in some)}, {sum(gravity(d, 'warning') for d in some)}",
            some[-1]["glossary_rows"],
            total(some, "corrections"),
            total(some, "earlier_changed"),
        ]
        lines.append([str(cell) for cell in cells])
    return markdown(lines)


def sums(days):
    """Give what a month comes to."""
    sentences, seconds = total(days, "sentences"), total(days, "seconds")
    decoded = total(days, "translated") + total(days, "earlier_translated")
    known = total(days, "known") + total(days, "by_people")
    rows = [day["glossary_rows"] for day in days]
    lines = [
        ["", ""],
        ["---", "---:"],
        ["articles, words", f"{total(days, 'articles')}, {total(days, 'words'):,}"],
        ["sentences", f"{sentences:,}"],
        ["… known from memory or corrected before", f"{known} ({known / sentences:.0%})"],
        ["… of these with a person's English", str(total(days, "by_people"))],
        ["… bettered by a second look", str(total(days, "second_look"))],
        ["time of all runs", f"{seconds / 60:.0f} min"],
        ["sentences translated a second", f"{decoded / seconds:.2f}"],
        ["sentences of earlier articles changed", str(total(days, "earlier_changed"))],
        ["… of these to a person's English", str(total(days, "earlier_by_people"))],
        ["… translated again for it", str(total(days, "earlier_translated"))],
        ["glossary rows, first day and last", f"{rows[0]}, {rows[-1]}"],
        ["corrections that came in", str(total(days, "corrections"))],
        ["terms as the glossary says", f"{total(days, 'satisfied')} of {total(days, 'terms')}"],
    ]
    return markdown(lines)


def rungs(days):
    """Give by which rung of the ladder the terms were kept."""
    found = Counter()
    for day in days:
        found.update(day["rungs"])
    rows = [[name, str(number)] for name, number in found.most_common()]
    missed = total(days, "terms") - total(days, "satisfied")
    return markdown([["rung", "terms"], ["---", "---:"], *rows, ["not kept, named", str(missed)]])


def checks(days):
    """Give what the checks found, by check."""
    found = Counter()
    for day in days:
        for check, severity, number in day["findings"]:
            found[check, severity] += number
    names = sorted({c for c, _ in found}, key=lambda c: (-sum(found[c, s] for s in CHECKS), c))
    rows = [[name, *(str(found[name, severity]) for severity in CHECKS)] for name in names]
    return markdown([["check", *CHECKS.values()], ["---", *["---:"] * 3], *rows])


def markdown(lines):
    """Write cells as a Markdown table."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def filled(text, found):
    """Put the tables between their markers; a page without a marker keeps what it says."""
    for name, table in found.items():
        pattern = rf"(?s)(<!-- month:{name} -->\n).*?(<!-- /month -->)"
        text = re.sub(pattern, lambda m, t=table: f"{m[1]}\n{t}\n\n{m[2]}", text)
    return text


# --- charts --------------------------------------------------------------------------


def chart(title, days, series, *, line=False):
    """Draw bars on each other, or lines, a day apart.

    Args:
        title: what is counted, with its unit.
        days: the days' names.
        series: name, colour and one number a day of each.
        line: draw lines instead of bars.
    """
    wide, high, left, top = 860, 260, 52, 46
    columns = list(zip(*(numbers for _, _, numbers in series), strict=True))
    most = max(max(c) if line else sum(c) for c in columns) or 1
    step = next(s for n in range(9) for s in (10**n, 2 * 10**n, 5 * 10**n) if s * 5 >= most)
    scale, apart = (high - top - 34) / (most * 1.02), (wide - left - 12) / len(days)
    over = [left + (i + 0.5) * apart for i in range(len(days))]
    up = lambda number: high - 34 - number * scale  # noqa: E731
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" '
        'font-family="sans-serif" font-size="11" role="img">',
        f'<title>{title}</title><rect width="{wide}" height="{high}" fill="#ffffff"/>',
        words(left, 16, title, size=13),
    ]
    for mark in range(0, int(most) + 1, step):
        out.append(f'<path d="M{left} {up(mark):.1f}H{wide - 12}" stroke="{GRID}"/>')
        out.append(words(left - 6, up(mark) + 4, f"{mark:,}", anchor="end"))
    out += [words(x, high - 16, day, anchor="middle") for x, day in zip(over, days, strict=True)]
    base = [0.0] * len(days)
    for number, (name, colour, values) in enumerate(series):
        out.append(box(left + number * 230, 24, 10, 10, colour))
        out.append(words(left + number * 230 + 15, 33, name))
        if line:
            points = " ".join(f"{x:.1f},{up(v):.1f}" for x, v in zip(over, values, strict=True))
            look = f'fill="none" stroke="{colour}" stroke-width="2"'
            out.append(f'<polyline points="{points}" {look}/>')
            continue
        for i, value in enumerate(values):
            bar = (over[i] - 0.35 * apart, up(base[i] + value), 0.7 * apart, value * scale)
            out.append(box(*bar, colour))
            base[i] += value
    return "\n".join([*out, "</svg>"]) + "\n"


def words(x, y, text, *, anchor="start", size=11):
    """Write words into a chart."""
    look = f'text-anchor="{anchor}" font-size="{size}" fill="{INK}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {look}>{text}</text>'


def box(x, y, wide, high, colour):
    """Draw a filled box into a chart."""
    size = f'width="{wide:.1f}" height="{high:.1f}"'
    return f'<rect x="{x:.1f}" y="{y:.1f}" {size} fill="{colour}"/>'


def charts(days):
    """Give the month's charts by their file names."""
    names = [day["day"][8:].lstrip("0") for day in days]
    column = lambda key: [day[key] for day in days]  # noqa: E731
    rate = [(d["translated"] + d["earlier_translated"]) for d in days]
    grown = [day["glossary_rows"] - days[0]["glossary_rows"] for day in days]
    corrected = [sum(d["corrections"] for d in days[: i + 1]) for i in range(len(days))]
    used = [day["by_people"] + day["earlier_by_people"] for day in days]
    return {
        "sentences.svg": chart(
            "Sentences of the day's articles",
            names,
            [
                ("translated", BLUE, column("translated")),
                ("known from memory", GREEN, column("known")),
                ("by people", ORANGE, column("by_people")),
            ],
        ),
        "seconds.svg": chart(
            "Seconds a day, and sentences that the model was asked for",
            names,
            [("seconds", BLUE, column("seconds")), ("sentences", ORANGE, rate)],
            line=True,
        ),
        "knowledge.svg": chart(
            "What the desk knows: added since the first day",
            names,
            [
                ("glossary rows", BLUE, grown),
                ("corrections", ORANGE, corrected),
                ("sentences in a person's English, a day", GREEN, used),
            ],
            line=True,
        ),
    }


# --- pictures ------------------------------------------------------------------------


def picture(page, path, *, high):
    """Take a picture of a page with a browser that is there; say whether there is one."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if not browser:
        return False
    with tempfile.TemporaryDirectory() as profile:
        options = "--headless --no-sandbox --disable-gpu --hide-scrollbars --no-first-run "
        options += "--disable-background-networking --disable-component-update --disable-sync"
        shot = (f"--user-data-dir={profile}", f"--window-size=1120,{high}", f"--screenshot={path}")
        command = [browser, *options.split(), *shot, page.resolve().as_uri()]
        subprocess.run(command, capture_output=True, check=True)
    return True


def write(work, out, *, pictures=True):
    """Write results, tables, charts and pictures of a work folder into another folder."""
    results = json.loads((work / "results.json").read_text(encoding="utf-8"))
    days = results["days"]
    if out != work:
        shutil.copyfile(work / "results.json", out / "results.json")
    readme = out / "README.md"
    found = tables(results)
    blank = "\n\n".join(f"<!-- month:{name} -->\n<!-- /month -->" for name in found) + "\n"
    text = readme.read_text(encoding="utf-8") if readme.is_file() else blank
    readme.write_text(filled(text, found), encoding="utf-8")
    for name, drawn in charts(days).items():
        (out / name).write_text(drawn, encoding="utf-8")
    for name, day in (("first", days[0]), ("last", days[-1])) if pictures else ():
        page = work / "said" / f"{day['day']}-report.html"
        if not picture(page, out / f"report-{name}-day.png", high=1340):
            print("no picture of the report: there is no chromium here", file=sys.stderr)
            break
    print(f"tables, charts and pictures: {out}")
