"""Subtitles: sentences in one cue and over several, with what players and editors strew."""

from __future__ import annotations

from dataclasses import replace

from formats.samples import Builder, Sample, made, mixed


class Subtitles(Builder):
    """Cues in order; ``web`` gives WebVTT."""

    def __init__(self, seed: str, *, web: bool = False) -> None:
        super().__init__(seed)
        self.web = web
        self.cues: list[str] = []  # with what stands before and after them
        self._at = 1000  # ms
        self.first = 1

    def cue(self, text: str, settings: str = "", name: str = "") -> None:
        """Add a cue of a length that can be read."""
        end = self._at + 1200 + 60 * len(text)
        number = name or str(self.first + sum("-->" in cue for cue in self.cues))
        head = f"{self.keep(name) if name else number}\n" if name or not self.web else ""
        times = f"{self.time(self._at)} --> {self.time(end)}{settings}"
        self.cues.append(f"{head}{times}\n{text}\n")
        self._at = end + 80

    def time(self, ms: int) -> str:
        """Write a time."""
        seconds, ms = divmod(ms, 1000)
        minutes, seconds = divmod(seconds, 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}{'.' if self.web else ','}{ms:03}"

    def aside(self, text: str) -> None:
        """Add a block that is no cue."""
        self.cues.append(self.keep(text) + "\n")

    def pack(self) -> bytes:
        head = "WEBVTT\n\n" if self.web else ""
        return (head + "\n".join(self.cues)).encode()


def sentence_in_one_cue(d: Subtitles) -> None:
    for _ in range(3):
        d.cue(d.say(d.prose.sentence()))


def sentence_over_two_cues(d: Subtitles) -> None:
    for _ in range(2):
        who, does, *rest = d.prose.parts()
        d.say(" ".join((who, does, *rest)) + ".")
        d.cue(f"{who} {does}")
        d.cue(" ".join(rest) + ".")


def sentence_over_three_cues(d: Subtitles) -> None:
    who, does, *rest = d.prose.parts()
    other = d.prose.title().lower()
    d.say(f"{who} {does} {' '.join(rest)}, et {other}.")
    d.cue(f"{who} {does}")
    d.cue(" ".join(rest) + ", et")
    d.cue(other + ".")


def two_lines(d: Subtitles) -> None:
    who, does, *rest = d.prose.parts()
    d.say(" ".join((who, does, *rest)) + ".")
    d.cue(f"{who} {does}\n{' '.join(rest)}.")


def two_sentences_in_a_cue(d: Subtitles) -> None:
    d.cue(f"{d.say(d.prose.sentence())}\n{d.say(d.prose.sentence())}")


def two_speakers(d: Subtitles) -> None:
    d.cue(f"- {d.say(d.prose.sentence())}\n- {d.say(d.prose.sentence())}")
    d.texts[-2:] = [f"- {text}" for text in d.texts[-2:]]


def whole_cue_in_italics(d: Subtitles) -> None:
    d.cue(d.say(f"<i>{d.prose.sentence()}</i>"))
    d.cue(d.say(d.prose.sentence()))


def words_in_italics(d: Subtitles) -> None:
    d.cue(d.say(d.prose.styled("i")))
    d.cue(d.say(d.prose.styled("b")))


def italics_over_cues(d: Subtitles) -> None:
    who, does, *rest = d.prose.parts()
    d.say(f"<i>{who} {does} {' '.join(rest)}.</i>")
    d.cue(f"<i>{who} {does}</i>")
    d.cue(f"<i>{' '.join(rest)}.</i>")


def sounds(d: Subtitles) -> None:
    d.cue(d.say("[Musique douce]"))
    d.cue(d.say(d.prose.sentence()))
    d.cue(d.say(f"♪ {d.prose.title()} ♪"))


def question_and_answer(d: Subtitles) -> None:
    d.cue(d.say(d.prose.title() + "\u00a0?"))
    d.cue(d.say(d.prose.title() + "\u00a0!"))
    d.cue(d.say("Oui…"))


def numbers_in_cues(d: Subtitles) -> None:
    d.cue(d.say(f"{d.prose.title()} à 10 h 30."))
    d.cue(d.say("2026"))


def many_cues(d: Subtitles) -> None:
    for _ in range(4):
        sentence_over_two_cues(d)
        sentence_in_one_cue(d)


def sentence_that_ends_inside_a_cue(d: Subtitles) -> None:
    who, does, *rest = d.prose.parts()
    next_, *after = d.prose.parts()
    d.say(" ".join((who, does, *rest)) + ".")
    d.say(" ".join((next_, *after)) + ".")
    d.cue(f"{who} {does}")
    d.cue(f"{' '.join(rest)}. {next_}")
    d.cue(" ".join(after) + ".")


_BOTH = (
    sentence_in_one_cue,
    sentence_over_two_cues,
    sentence_over_three_cues,
    two_lines,
    two_sentences_in_a_cue,
    two_speakers,
    whole_cue_in_italics,
    words_in_italics,
    italics_over_cues,
    sounds,
    question_and_answer,
    numbers_in_cues,
    many_cues,
    sentence_that_ends_inside_a_cue,
)


# --- SubRip ----------------------------------------------------------------------------


def position_tags(d: Subtitles) -> None:
    d.cue("{\\an8}" + d.say(d.prose.sentence()))
    d.cue('<font color="#ff0000">' + d.say(d.prose.sentence()) + "</font>")


def coordinates(d: Subtitles) -> None:
    d.cue(d.say(d.prose.sentence()), "  X1:40 X2:600 Y1:20 Y2:50")


# --- WebVTT ----------------------------------------------------------------------------


def settings(d: Subtitles) -> None:
    d.cue(d.say(d.prose.sentence()), " align:start position:10% line:0")
    d.cue(d.say(d.prose.sentence()), name="une-cle")


def notes_and_styles(d: Subtitles) -> None:
    d.aside("NOTE Ce texte est pour les traducteurs.")
    d.cue(d.say(d.prose.sentence()))
    d.aside("NOTE\nUne note\nde deux lignes.")
    d.cue(d.say(d.prose.sentence()))


def style_block(d: Subtitles) -> None:
    d.cues.insert(0, d.keep("STYLE\n::cue { color: lime }") + "\n")
    d.cue(d.say(d.prose.sentence()))


def voices_and_classes(d: Subtitles) -> None:
    d.cue("<v Roger Martin>" + d.say(d.prose.sentence()))
    d.cue("<c.jaune>" + d.say(d.prose.sentence()) + "</c>")


def escaped_characters(d: Subtitles) -> None:
    d.cue(d.say(f"{d.prose.title()} &amp; {d.prose.title()}."))


def _web(seed: str) -> Subtitles:
    return Subtitles(seed, web=True)


_WEB = (settings, notes_and_styles, voices_and_classes, escaped_characters)


MIXED = {"srt": (Subtitles, _BOTH), "vtt": (_web, (*_BOTH, *_WEB))}


def samples() -> tuple[Sample, ...]:
    """Give the samples of both formats."""
    srt = made("srt", Subtitles, (*_BOTH, position_tags, coordinates, *mixed(4, _BOTH)))
    vtt = made("vtt", _web, (*_BOTH, *_WEB, style_block, *mixed(4, (*_BOTH, *_WEB))))
    return (*srt, *vtt, *_spelt(srt[1]), *_spelt(vtt[1]))


def _spelt(sample: Sample) -> tuple[Sample, ...]:
    """Give a sample with other line ends, a mark, without a last line end."""
    return tuple(
        replace(sample, name=f"{sample.name}-{name}", data=data)
        for name, data in {
            "crlf": sample.data.replace(b"\n", b"\r\n"),
            "bom": b"\xef\xbb\xbf" + sample.data,
            "unended": sample.data.rstrip(b"\n"),
            "blank-lines": sample.data.replace(b"\n\n", b"\n\n\n"),
        }.items()
    )
