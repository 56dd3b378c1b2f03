"""Subtitles: cues read as sentences, and their English set into the same cues again.

Enters: SRT or WebVTT. Leaves: a `Block` for each run of cues over which sentences go on; the
borders between its cues are markup.
"""

from pipeline.documents.subtitles.format import Srt, WebVtt

__all__ = ["Srt", "WebVtt"]
