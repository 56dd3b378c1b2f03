"""Write a file as a comment on a pull request, in the place of the one before.

Usage: python3 comment.py FILE

The comment before is the one whose first line is the file's, written by a bot. Expects
GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN and PULL_REQUEST. No library is needed.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

_PAGE = 100


def call(method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
    """Ask the site.

    Raises:
        OSError: it cannot be reached, or says no.
    """
    request = urllib.request.Request(
        f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}/{path}",
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={
            "Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}",
            "Accept": "application/vnd.github+json",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def before(number: int, marker: str) -> int | None:
    """Find the comment that begins with a marker, or none."""
    page = 1
    while True:
        found = call("GET", f"issues/{number}/comments?per_page={_PAGE}&page={page}")
        for one in found:
            if one["user"]["type"] == "Bot" and one["body"].splitlines()[:1] == [marker]:
                return int(one["id"])
        if len(found) < _PAGE:
            return None
        page += 1


def main() -> None:
    """Write the comment."""
    text = Path(sys.argv[1]).read_text(encoding="utf-8")
    number = int(os.environ["PULL_REQUEST"])
    try:
        old = before(number, text.splitlines()[0])
        if old is None:
            call("POST", f"issues/{number}/comments", {"body": text})
        else:
            call("PATCH", f"issues/comments/{old}", {"body": text})
    except urllib.error.HTTPError as error:
        hint = (
            "the job needs `permissions: pull-requests: write`; a pull request from a fork has none"
        )
        sys.exit(f"the comment could not be written: {error.code} {error.reason}\n→ {hint}")
    except OSError as error:
        sys.exit(f"the comment could not be written: {error}\n→ run the job again")


if __name__ == "__main__":
    main()
