"""The process that runs a model for the ``firefox`` engine; started by its path.

It reads the files' paths on a line of JSON, then a sentence a line, and answers each with a
line of JSON. It ends with its input, or with what it cannot do: after a panic the library
is not asked again. Of the package it uses one class, which reads bytes and no network.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path


def main() -> None:
    """Load the model and translate until the input ends."""
    out = os.dup(1)
    os.dup2(2, 1)  # what the library prints is no part of what we say
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run that started us decides

    def say(answer: dict[str, str]) -> None:
        os.write(out, json.dumps(answer).encode() + b"\n")

    try:
        files = json.loads(sys.stdin.buffer.readline())
        from fxtranslate import Translator

        translator = Translator(*(Path(file).read_bytes() for file in files))
        say({"text": ""})
        for line in sys.stdin.buffer:
            say({"text": translator.translate(json.loads(line))})
    except BrokenPipeError:  # whoever asked is gone
        os._exit(0)
    except BaseException as error:  # a panic is no Exception
        say({"error": str(error) or type(error).__name__})
        os._exit(1)


if __name__ == "__main__":
    main()
