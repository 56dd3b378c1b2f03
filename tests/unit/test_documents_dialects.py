"""What MkDocs, Docusaurus, Hugo, Jekyll, GitHub, Obsidian, MyST, Pandoc and MDX add to Markdown.

In the samples prose stands between ⟦ and ⟧: the engine shouts, so that the translation must be
the source with exactly these words in capitals and every other byte as it was.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from making import garbled, written

PROSE = re.compile("⟦(.*?)⟧", re.DOTALL)

DATA = Path(__file__).parents[1] / "data" / "dialects"
INLINE = (DATA / "inline.txt").read_text(encoding="utf-8").splitlines()
BLOCKS = (DATA / "blocks.md").read_text(encoding="utf-8").rstrip("\n").split("\n~~~~~~~~\n")


def source(sample: str) -> str:
    return PROSE.sub(r"\1", sample)


def shouted(sample: str) -> str:
    return PROSE.sub(lambda m: m[1].upper(), sample)


def indented(text: str, first: str) -> str:
    lines = text.split("\n")
    rest = " " * len(first)
    return "\n".join([first + lines[0], *(rest + line if line else "" for line in lines[1:])])


NESTS = {
    "plain": lambda t: t,
    "quote": lambda t: "\n".join(f"> {line}".rstrip() for line in t.split("\n")),
    "bullet": lambda t: indented(t, "- "),
    "numbered": lambda t: indented(t, "1. "),
    "admonition": lambda t: "!!! note\n\n" + indented(t, "    "),
    "quote in bullet": lambda t: indented(NESTS["quote"](t), "* "),
    "bullet in quote": lambda t: NESTS["quote"](indented(t, "- ")),
}
FRAMES = ["le {} est là.", "{} est là", "voilà {}", "il voit ({}), puis {}."]


# An import or export of MDX stands nowhere but at the start of a line.
PAIRS = [
    (block, nest)
    for block in BLOCKS
    for nest in NESTS
    if nest == "plain" or not block.startswith(("import", "export"))
    if not ("quote" in nest and block.startswith("<div>"))  # left, and told
]


@pytest.mark.parametrize(
    "frame", ["le {} est là.", "{} est là", "voilà {}", "il voit ({}), puis {}."]
)
@pytest.mark.parametrize("live", INLINE)
def test_inline_syntax_stays_and_its_words_are_translated(live, frame):
    if (live, frame.count("{}")) == ("%%", 2) or (live[:4], frame[:2]) == ("<!--", "{}"):
        pytest.skip("two of them are a comment of Obsidian's; or a block of HTML to CommonMark")
    before, after = source(live), shouted(live)
    outside = "".join(part.upper() if part != "{}" else part for part in re.split(r"({})", frame))
    assert garbled(frame.replace("{}", before)) == outside.replace("{}", after)


@pytest.mark.parametrize(("block", "nest"), PAIRS)
def test_block_syntax_stays_lines_stay_lines_and_words_are_translated(block, nest):
    text = NESTS[nest](source(block))
    for end in ("", "\n"):
        assert garbled(text + end) == NESTS[nest](shouted(block)) + end
    crlf = text.replace("\n", "\r\n")
    assert garbled(crlf) == NESTS[nest](shouted(block)).replace("\n", "\r\n")


@given(st.lists(st.sampled_from(PAIRS), max_size=6))
@example([(BLOCKS[0], "plain"), (BLOCKS[17], "quote")])
def test_blocks_in_company_come_out_as_alone(pairs):
    def joined(change):
        return "\n\n<!-- -->\n\n".join(NESTS[nest](change(block)) for block, nest in pairs)

    assert garbled(joined(source)) == joined(shouted)
    assert written(joined(source), lambda text: text) == joined(source)


# A lone %% opens a comment of Obsidian's up to the next one.
COMPANY = st.sampled_from([live for live in INLINE if live != "%%"])


@given(st.lists(COMPANY, min_size=1, max_size=6), st.integers(0, 99))
def test_every_live_piece_is_in_the_translation_whatever_the_engine_says(samples, seed):
    text = "Le " + " mot ".join(source(s) for s in samples) + " fin."
    result = garbled(text, seed=seed)
    for sample in samples:
        for piece in PROSE.split(sample)[::2]:
            # Words at random take a link and its list of attributes to different places.
            for part in re.split(r"(?<=[)\]])(?=\{)", piece):
                assert result.count(part) >= text.count(part) or not part.strip()
