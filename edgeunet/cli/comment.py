"""``edgeunet comment``: what a check found, in the pull request."""

from __future__ import annotations

import os
from pathlib import Path

import click

from edgeunet.escaping.terminal import say


@click.command("comment")
@click.argument("page", type=click.Path(path_type=Path))
@click.option("--key", default="", help="Tells the comments of several jobs apart; one word.")
def command(page: Path, key: str) -> None:
    """Put PAGE, the check.md of edgeunet check, into the pull or merge request that this job runs for.

    There is one comment, replaced each time. GitHub: GITHUB_TOKEN with pull-requests: write. GitLab: GITLAB_TOKEN with
    the scope api. A job that may not write, as that of a fork, says so and goes on.
    """
    from edgeunet.errors import ReportError
    from edgeunet.files import LARGEST_TEXT_BYTES, read_bytes
    from edgeunet.report.verdict.comment import place_of, put_comment

    if key and not key.replace("-", "").isalnum():
        raise ReportError("--key is a word of letters, digits and '-'; take another")
    text = read_bytes(page, ReportError, LARGEST_TEXT_BYTES).decode("utf-8", "replace")
    place = place_of(os.environ)
    say("no comment: this job runs for no pull request" if place is None else put_comment(text, key, place))
