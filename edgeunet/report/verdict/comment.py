"""One comment in a pull or merge request, put there once and replaced after."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

from edgeunet.errors import ReportError, shown
from edgeunet.files import read_json

MARK = "<!-- edgeunet check{key} -->"
"""First line of the comment, by which it is found again; it is not shown."""

LARGEST_CHARACTERS = 65_000
"""What GitHub takes of a comment, less a little."""

REFUSED = (401, 403, 404)
"""Answers to a token that may not write: GitHub hides from it what it may not see."""

TIMEOUT_SECONDS, MOST_PAGES, PAGE = 30, 50, 100


@dataclass(frozen=True)
class Place:
    """Where the comments of a request are.

    Attributes
    ----------
    comments : address of the list, which a new one is posted to.
    comment : address of one of them, with ``{id}``.
    headers : of every call, the token among them.
    method : how one is replaced.
    """

    comments: str
    comment: str
    headers: Mapping[str, str]
    method: str


def github(environment: Mapping[str, str]) -> Place | None:
    """Where a workflow of GitHub may comment; ``None`` where it runs for no pull request."""
    number = _pull_request(environment)
    if number is None:
        return None
    base = _address(environment, "GITHUB_API_URL", "https://api.github.com")
    issues = f"{base}/repos/{quote(_needed(environment, 'GITHUB_REPOSITORY'))}/issues"
    headers = {
        "Authorization": f"Bearer {_needed(environment, 'GITHUB_TOKEN')}",
        "Accept": "application/vnd.github+json",
    }
    return Place(f"{issues}/{number}/comments", f"{issues}/comments/{{id}}", headers, "PATCH")


def gitlab(environment: Mapping[str, str]) -> Place | None:
    """Where a job of GitLab may comment; ``None`` where it runs for no merge request."""
    number = environment.get("CI_MERGE_REQUEST_IID", "")
    if not number:
        return None
    base = _address(environment, "CI_API_V4_URL", "https://gitlab.com/api/v4")
    project = quote(_needed(environment, "CI_PROJECT_ID"), safe="")
    notes = f"{base}/projects/{project}/merge_requests/{quote(number, safe='')}/notes"
    return Place(notes, f"{notes}/{{id}}", {"PRIVATE-TOKEN": _needed(environment, "GITLAB_TOKEN")}, "PUT")


def place_of(environment: Mapping[str, str]) -> Place | None:
    """Where the job that runs may comment.

    Raises
    ------
    ReportError
        When it runs on neither server, or lacks what it needs to comment.
    """
    if environment.get("GITLAB_CI"):
        return gitlab(environment)
    if environment.get("GITHUB_ACTIONS"):
        return github(environment)
    raise ReportError(
        "this is no job of GitHub or GitLab (GITHUB_ACTIONS and GITLAB_CI are not set): nothing to do here"
    )


def put_comment(text: str, key: str, place: Place) -> str:
    """Write ``text`` as the comment ``key`` of ``place`` and say what was done.

    A token that may not write is no error: a fork's has no right to, and the job's summary holds the same.

    Raises
    ------
    ReportError
        When the server cannot be reached or answers with anything else.
    """
    mark = MARK.format(key=f" {key}" if key else "")
    body = {"body": f"{mark}\n{text}"[:LARGEST_CHARACTERS]}
    try:
        found = _find(place, mark)
        if found is None:
            _call(place, place.comments, "POST", body)
            return "wrote the comment"
        _call(place, place.comment.format(id=found), place.method, body)
        return "replaced the comment"
    except HTTPError as error:
        if error.code in REFUSED:
            return f"no comment: this job may not write one ({error.code}), as that of a fork; see the job's summary"
        raise ReportError(
            f"the server refused the comment: {error.code} {shown(error.reason, 100)}; try it again"
        ) from error
    except (URLError, HTTPException, OSError, ValueError) as error:
        raise ReportError(f"the comment could not be written: {shown(error, 200)}; try it again") from error


def _find(place: Place, mark: str) -> int | None:
    for page in range(1, MOST_PAGES + 1):
        comments = _call(place, f"{place.comments}?per_page={PAGE}&page={page}", "GET")
        for comment in comments if isinstance(comments, list) else []:
            if str(comment.get("body", "")).startswith(mark) and isinstance(comment.get("id"), int):
                return int(comment["id"])
        if not isinstance(comments, list) or len(comments) < PAGE:
            return None
    return None


def _call(place: Place, url: str, method: str, body: Mapping[str, str] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    headers = {**place.headers, "Content-Type": "application/json", "User-Agent": "edgeunet"}
    with urlopen(Request(url, data, headers, method=method), timeout=TIMEOUT_SECONDS) as answer:
        return json.loads(answer.read() or b"null")


def _address(environment: Mapping[str, str], name: str, default: str) -> str:
    address = environment.get(name) or default
    if urlsplit(address).scheme not in ("https", "http"):
        raise ReportError(f"{name} is {shown(address)}, which is no address of a server; it begins with https://")
    return address.rstrip("/")


def _needed(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise ReportError(f"{name} is not set, so no comment can be written; hand it to the job")
    return value


def _pull_request(environment: Mapping[str, str]) -> int | None:
    event = environment.get("GITHUB_EVENT_PATH", "")
    if not event or not Path(event).is_file():
        return None
    number = (read_json(Path(event), ReportError).get("pull_request") or {}).get("number")
    return number if isinstance(number, int) else None
