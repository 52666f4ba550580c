"""One comment in a pull or merge request, against a server that answers as GitHub's and GitLab's do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.rigs.command import edgeunet


class Server(ThreadingHTTPServer):
    """Keeps comments; ``refuses`` is the code that writing is answered with."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.comments: list[dict[str, Any]] = [{"id": n, "body": f"comment {n} of a person"} for n in range(130)]
        self.calls: list[tuple[str, str]] = []
        self.tokens: set[str] = set()
        self.refuses = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """Lists by pages, creates, replaces."""

    server: Server

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""

    def do_GET(self) -> None:
        page = int(self.path.rsplit("page=", 1)[1])
        self._answer(self.server.comments[100 * (page - 1) : 100 * page])

    def do_POST(self) -> None:
        if not self.server.refuses:
            self.server.comments.append({"id": 1000 + len(self.server.comments), **self._body()})
        self._answer({})

    def do_PATCH(self) -> None:
        found = next(c for c in self.server.comments if str(c["id"]) == self.path.rsplit("/", 1)[1])
        found.update(self._body())
        self._answer(found)

    def do_PUT(self) -> None:
        self.do_PATCH()

    def _body(self) -> dict[str, Any]:
        document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert isinstance(document, dict)
        return document

    def _answer(self, document: object) -> None:
        self.server.calls.append((self.command, self.path.partition("?")[0]))
        self.server.tokens.add(self.headers.get("Authorization") or self.headers.get("PRIVATE-TOKEN") or "")
        self.send_response(200 if self.command == "GET" or not self.server.refuses else self.server.refuses)
        self.end_headers()
        self.wfile.write(json.dumps(document).encode())


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def page(tmp_path: Path) -> Path:
    (tmp_path / "check.md").write_text("## edgeunet: the budget holds\n")
    return tmp_path / "check.md"


@pytest.fixture(params=["github", "gitlab"])
def job(request: pytest.FixtureRequest, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The variables of a job for pull request 7."""
    for name in ("GITHUB_ACTIONS", "GITLAB_CI", "CI_MERGE_REQUEST_IID"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "event.json").write_text('{"pull_request": {"number": 7}}')
    variables = {
        "github": {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": server.url,
            "GITHUB_REPOSITORY": "we/ours",
            "GITHUB_TOKEN": "secret",
            "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        },
        "gitlab": {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": f"{server.url}/api/v4",
            "CI_PROJECT_ID": "42",
            "CI_MERGE_REQUEST_IID": "7",
            "GITLAB_TOKEN": "secret",
        },
    }[str(request.param)]
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return str(request.param)


def test_there_is_one_comment_and_it_is_replaced(server: Server, page: Path, job: str) -> None:
    assert edgeunet("comment", page).stdout == "wrote the comment\n"
    page.write_text("## edgeunet: the budget is broken\n")
    assert edgeunet("comment", page).stdout == "replaced the comment\n"
    ours = [comment["body"] for comment in server.comments if "of a person" not in comment["body"]]
    assert ours == ["<!-- edgeunet check -->\n## edgeunet: the budget is broken\n"]
    where = {"github": "/repos/we/ours/issues/7/comments", "gitlab": "/api/v4/projects/42/merge_requests/7/notes"}[job]
    assert ("POST", where) in server.calls
    assert server.tokens == {{"github": "Bearer secret", "gitlab": "secret"}[job]}


def test_jobs_with_keys_have_comments_of_their_own(server: Server, page: Path, job: str) -> None:
    for key in ("one", "two", "one"):
        assert edgeunet("comment", page, "--key", key).returncode == 0
    assert len(server.comments) == 132


@pytest.mark.parametrize("code", [401, 403, 404])
def test_a_fork_that_may_not_write_is_told_and_goes_on(server: Server, page: Path, job: str, code: int) -> None:
    server.refuses = code
    done = edgeunet("comment", page)
    assert done.returncode == 0
    assert done.stdout == (
        f"no comment: this job may not write one ({code}), as that of a fork; see the job's summary\n"
    )
    assert len(server.comments) == 130


def test_a_server_in_trouble_is_one_sentence(server: Server, page: Path, job: str) -> None:
    server.refuses = 500
    done = edgeunet("comment", page)
    assert done.returncode == 2
    assert done.stderr.startswith("edgeunet: the server refused the comment: 500 ")
    assert "secret" not in done.stderr


def test_nobody_there_is_one_sentence(page: Path, job: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("CI_API_V4_URL", "http://127.0.0.1:9")
    done = edgeunet("comment", page)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "could not be written" in done.stderr


def test_a_push_has_no_comment(page: Path, job: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "event.json").write_text("{}")
    monkeypatch.delenv("CI_MERGE_REQUEST_IID", raising=False)
    assert edgeunet("comment", page).stdout == "no comment: this job runs for no pull request\n"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("GITHUB_TOKEN", "", "GITHUB_TOKEN is not set"), ("GITHUB_API_URL", "file:///etc", "no address of a server")],
)
@pytest.mark.parametrize("job", ["github"], indirect=True)
def test_a_job_that_lacks_something_is_one_sentence(
    page: Path, job: str, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    done = edgeunet("comment", page)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert said in done.stderr


def test_outside_of_a_job_it_says_so(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_ACTIONS", "GITLAB_CI"):
        monkeypatch.delenv(name, raising=False)
    done = edgeunet("comment", page)
    assert done.returncode == 2
    assert "no job of GitHub or GitLab" in done.stderr
    assert edgeunet("comment", page, "--key", "--> x").returncode == 2
