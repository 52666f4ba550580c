"""The templates for CI servers, their shell run here over the commits of a sample project."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.networks.random_networks import random_network
from tests.report.documents import evaluate
from tests.rigs.tools import need

CI = Path(__file__).parents[1] / "ci"
BUDGET = """
[[budget]]
model = "net"
format = "int8"
target = "host"
min.exact = true
max.weights_bytes = {most}

[[budget]]
model = "net"
format = "int8"
min.boundaries.QRS.onset.f1 = 0.97

[baseline]
file = "baseline.json"
[baseline.allow]
arena_bytes = 0
weights_bytes = 0
"boundaries.*.f1" = 0.005
"""
MEASURE = """
if ! cmp -s net.int8.tflite results/measured; then
  edgeunet bench net.int8.tflite --target host --json > results/host.json
  cp net.int8.tflite results/measured
fi
cp evaluate.json results/
"""
"""What costs time is done again only where the model changed."""


@dataclass(frozen=True)
class Step:
    """Shell of a template, and whether it runs after a step that failed."""

    name: str
    script: str
    variables: dict[str, str]
    always: bool = False


def github_steps() -> list[Step]:
    """The steps of the action that are shell; those of others' actions need GitHub."""
    action = _yaml(CI / "github" / "action.yml")
    values = {name: str(given.get("default", "")) for name, given in action["inputs"].items()} | {"measure": MEASURE}

    def filled(text: str) -> str:
        return re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda found: values[found[1]], text)

    assert all(step["shell"] == "bash" for step in action["runs"]["steps"] if "run" in step)
    return [
        Step(
            step["name"],
            step["run"],
            {name: filled(value) for name, value in step.get("env", {}).items() if name != "GITHUB_TOKEN"},
            "always()" in str(step.get("if", "")),
        )
        for step in action["runs"]["steps"]
        if "run" in step and step["name"] != "install"
    ]


def gitlab_steps() -> list[Step]:
    """The script of the template, but for pip."""
    job = _yaml(CI / "gitlab" / "edgeunet.yml")[".edgeunet"]
    install, *script = job["script"]
    assert "pip install" in install
    return [
        Step("script", "\n".join(("set -euo pipefail", *script)), {**job["variables"], "EDGEUNET_MEASURE": MEASURE})
    ]


def _yaml(path: Path) -> dict[str, Any]:
    document = pytest.importorskip("yaml").safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a model, what it scores, and a budget."""
    need("gcc")
    place = tmp_path / "project"
    place.mkdir()
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    for name in ("GITHUB_SHA", "CI_COMMIT_SHA", "GITHUB_STEP_SUMMARY", "GITHUB_ACTIONS", "GITLAB_CI", "GITLAB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    git(place, "init", "-q")
    (place / ".gitignore").write_text("results\nedgeunet-check\n")
    (place / "edgeunet.toml").write_text(BUDGET.format(most=1_000_000))
    commit(place, random_network(3))
    return place


def commit(place: Path, model: bytes, f1: float = 0.98) -> None:
    """Commit ``model`` as the project's, with the score that its evaluation gave."""
    (place / "net.int8.tflite").write_bytes(model)
    (place / "evaluate.json").write_text(json.dumps(evaluate(f1, model="net")))
    git(place, "add", "-A")
    git(place, "commit", "-qm", "a model")


def git(place: Path, *words: str) -> str:
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
    return subprocess.run(["git", *who, *words], cwd=place, check=True, capture_output=True, text=True).stdout.strip()


def run(place: Path, steps: list[Step], **variables: str) -> subprocess.CompletedProcess[str]:
    """Run ``steps`` as a server does: the first that fails is the end but for those that always run."""
    said, code = "", 0
    for step in steps:
        if code and not step.always:
            continue
        done = subprocess.run(
            ["bash", "-e", "-c", step.script],
            cwd=place,
            env={**os.environ, **step.variables, **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        said, code = said + done.stdout + done.stderr, code or done.returncode
    return subprocess.CompletedProcess([], code, said, "")


@pytest.mark.parametrize("steps", [github_steps, pytest.param(gitlab_steps, marks=pytest.mark.nightly)])
def test_commits_are_green_and_red_for_size_and_for_accuracy(project: Path, steps: Any) -> None:
    shell = [step for step in steps() if step.name != "comment"]
    first = run(project, shell)
    assert first.returncode == 0, first.stdout
    assert "3 of 3 held" in first.stdout
    words = ["edgeunet", "check", "results", "--update-baseline"]
    subprocess.run(words, cwd=project, check=True, capture_output=True)
    commit(project, random_network(3))
    green = run(project, shell)
    assert green.returncode == 0, green.stdout
    larger = next(n for n in (random_network(seed) for seed in range(4, 40)) if len(n) > 2 * len(random_network(3)))
    commit(project, larger)
    red = run(project, shell)
    assert red.returncode == 1
    assert "weights_bytes" in red.stdout
    assert "is over" in red.stdout
    commit(project, random_network(3), f1=0.96)
    worse = run(project, shell)
    assert worse.returncode == 1
    assert "boundaries.QRS.onset.f1 95.40 % is under 97.00 % (limit) by 1.60 points" in worse.stdout
    assert "weights_bytes" not in worse.stdout.partition("the budget is broken")[2]
    lines = [json.loads(line) for line in (project / "edgeunet-check" / "history.jsonl").read_text().splitlines()]
    assert [line["commit"] for line in lines] == git(project, "log", "--reverse", "--format=%H").splitlines()
    assert (project / "edgeunet-check" / "check.md").read_text().startswith("## edgeunet: the budget is broken")
    assert (project / "edgeunet-check" / "check.xml").is_file()


def test_the_action_annotates_leaves_a_summary_and_comments_after_a_broken_budget(
    project: Path, tmp_path: Path
) -> None:
    (project / "edgeunet.toml").write_text(BUDGET.format(most=1))
    (tmp_path / "event.json").write_text("{}")
    summary = tmp_path / "summary.md"
    job = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_PATH": str(tmp_path / "event.json")}
    done = run(project, github_steps(), GITHUB_STEP_SUMMARY=str(summary), **job)
    assert done.returncode == 1
    line = r"^::error file=edgeunet.toml,title=net \(int8%2C host\)%3A weights_bytes::"
    assert re.search(line, done.stdout, re.MULTILINE)
    assert summary.read_text().startswith("## edgeunet: the budget is broken")
    assert "no comment: this job runs for no pull request" in done.stdout


def test_values_from_outside_reach_the_shell_as_variables_only() -> None:
    """What stands in ``${{ }}`` is pasted into a script before it is shell."""
    action = _yaml(CI / "github" / "action.yml")
    assert [step["name"] for step in action["runs"]["steps"] if "${{" in step.get("run", "")] == []
