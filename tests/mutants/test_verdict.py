"""What ``make mutants`` says of its results, and which results it still believes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants import memory
from tests.mutants.memory import KILLED, SURVIVED, Memory
from tests.mutants.packages import PACKAGES, Package, module_name
from tests.mutants.verdict import judge, read_reasons

REASON = "nobody can tell the two apart"


def test_nine_of_ten_pass_and_one_less_does_not() -> None:
    listed = {str(n): REASON for n in range(11)}
    assert judge("p", 100, [str(n) for n in range(10)], dict([*listed.items()][:10])).faults == ()
    (fault,) = judge("p", 100, [str(n) for n in range(11)], listed).faults
    assert "fewer than 90 %" in fault
    assert judge("p", 0, [], {}).faults
    assert judge("p", 300, ["a"], {"a": REASON}).sentence() == "p: 299 of 300 mutants killed, 99.7 %"


def test_a_survivor_without_a_reason_and_a_reason_without_a_survivor_are_faults() -> None:
    made = judge("p", 100, ["a", "b"], {"b": REASON, "c": REASON})
    assert made.faults == ("survives without a reason: a", "does not survive (any more); take it out: c")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[[survivor]]\nmutant = "a"\nreason = "so it is"\n' * 2, "lists a mutant twice: a"),
        ('[[survivor]]\nmutant = "a"\nreason = "equivalent"\n', "gives no reason for: a"),
    ],
)
def test_lists_that_say_nothing_are_refused(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "p.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=sentence):
        read_reasons(tmp_path / "p.toml")
    assert read_reasons(tmp_path / "none.toml") == {}


def test_every_reason_is_one_of_its_own() -> None:
    """A sentence that is given twice was not thought of for either."""
    for package in PACKAGES:
        reasons = [*read_reasons(Path(__file__).parent / f"{package}.toml").values()]
        assert len(reasons) == len(set(reasons)), package


def test_modules_are_named_as_they_are_imported() -> None:
    sources = PACKAGES["rewrite"].sources
    first, *others = [module_name(path) for path in sources]
    assert first == "edgeunet.rewrite"
    assert "edgeunet.rewrite.edges" in others
    assert PACKAGES["rewrite"].tests
    assert not {path.name for path in PACKAGES["rewrite"].tests} & {*PACKAGES["rewrite"].slow}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of one module with two test files and what these share."""
    for path, text in (
        ("edgeunet/p/m.py", "A = 1\n"),
        ("tests/p/test_a.py", "a = 1\n"),
        ("tests/p/test_b.py", "b = 1\n"),
        ("tests/shared.py", "s = 1\n"),
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    for module in (memory, __import__("tests.mutants.packages", fromlist=["ROOT"])):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    return tmp_path


def opened(project: Path) -> Memory:
    return Memory(Package("p"), project / "results", [str(project / "tests/shared.py")])


def test_results_count_as_long_as_what_they_are_of_stays(project: Path) -> None:
    first = opened(project)
    first.add("killed by a", KILLED, "tests/p/test_a.py::test")
    first.add("killed at import", KILLED, "")
    first.add("survived", SURVIVED, "")
    assert not opened(project).results, "nothing is kept before the source as it is has passed once more"
    first.keep()
    assert {*opened(project).results} == {"killed by a", "killed at import", "survived"}
    (project / "tests/p/test_b.py").write_text("b = 1  # a comment changes nothing\n")
    assert len(opened(project).results) == 3
    (project / "tests/p/test_b.py").write_text("b = 2\n")
    changed = opened(project)
    assert {*changed.results} == {"killed by a"}
    assert changed.passed == {"survived": {"tests/p/test_a.py"}}, "only the other file is to be run on it again"
    (project / "tests/p/test_c.py").write_text("c = 1\n")
    assert {*opened(project).results} == {"killed by a"}
    assert opened(project).passed == {"survived": {"tests/p/test_a.py"}}
    changed = opened(project)
    changed.add("survived", SURVIVED, "")
    changed.keep()
    assert {*opened(project).results} == {"killed by a", "survived"}
    (project / "tests/p/test_c.py").unlink()
    assert {*opened(project).results} == {"killed by a", "survived"}
    (project / "tests/more.py").write_text("m = 1\n")
    more = [str(project / name) for name in ("tests/shared.py", "tests/more.py")]
    assert Memory(Package("p"), project / "results", more).results, "what is imported besides changes no result"
    (project / "tests/shared.py").write_text("s = 2\n")
    assert not opened(project).results
    assert not opened(project).passed


@pytest.mark.parametrize("path", ["edgeunet/p/m.py", "tests/p/test_a.py"])
def test_what_changes_while_mutants_run_spoils_the_results(project: Path, path: str) -> None:
    running = opened(project)
    running.add("killed by a", KILLED, "tests/p/test_a.py::test")
    (project / path).write_text("A = 2\n")
    with pytest.raises(RuntimeError, match="changed while its mutants ran; start again"):
        running.keep()
    assert not opened(project).results


def test_a_key_holds_wherever_its_line_moves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mutations = pytest.importorskip("tests.mutants.mutations", reason="cosmic-ray is not installed")
    monkeypatch.setattr(mutations, "ROOT", tmp_path)
    path = tmp_path / "edgeunet" / "m.py"
    path.parent.mkdir()
    body = """
LIMIT: int | None = 3


class Box:
    @property
    def half(self) -> int | float:
        return (self.size + 1) // 2


def first(rows):
    if rows and rows[0] < LIMIT:
        return rows[0]
    return [
        0
        for row in rows
    ]
"""
    path.write_text(body)
    made = mutations.mutants_of(path)
    keys = [mutant.key for mutant in made]
    assert "m: LIMIT: int | None = 3 => LIMIT: int | None = 4" in keys
    assert "m.Box.half: return (self.size + 1) // 2 => return (self.size - 1) // 2" in keys
    assert "m.Box.half: @property => (gone)" in keys
    assert "m.first: if rows and rows[0] < LIMIT: => if rows or rows[0] < LIMIT:" in keys
    assert "m.first: if rows and rows[0] < LIMIT: => if rows and rows[0] <= LIMIT:" in keys
    assert not [key for key in keys if "int &" in key], "annotations are left alone"
    assert len(keys) == len(set(keys))
    lines = {mutant.key: mutant.lines for mutant in made}
    assert lines["m: LIMIT: int | None = 3 => LIMIT: int | None = 4"] is None
    assert lines["m.Box.half: @property => (gone)"] is None
    assert lines["m.first: if rows and rows[0] < LIMIT: => if rows or rows[0] < LIMIT:"] == (12, 12)
    assert lines["m.first: return [ 0 => return [ 1"] == (14, 17)
    path.write_text("'''Some words.'''\n\nOTHER = None\n" + body)
    assert [mutant.key for mutant in mutations.mutants_of(path)] == keys
