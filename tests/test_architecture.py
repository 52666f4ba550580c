"""The shape of the code base: which way imports point, what stays out of the light commands, and file sizes."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rigs.house import LEAVES, ORDER, PACKAGE

ROOMS = {
    "graph": ("ir", "layout", "evaluation", "rules", "folding", "reading"),
    "run": ("machines",),
}
"""Rooms of a package in the order in which they may import; what is not listed stands above them all."""
WITH_TENSORFLOW = {"model", "train", "quantize"}
HEAVY = ("tensorflow", "keras")
LONGEST_FILE = 400
MOST_FILES = 20


def modules() -> Iterator[tuple[str, Path]]:
    """Every module of the package with the name of its sub-package (or of itself, at the top)."""
    assert (PACKAGE / "__init__.py").is_file()
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        yield parts[0], path


def imported(path: Path) -> Iterator[str]:
    """Full dotted names of everything that ``path`` imports, at any depth of nesting."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            base = node.module or ""
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def test_imports_point_up_the_table() -> None:
    wrong = []
    for package, path in modules():
        if package in ("__init__", "__main__"):
            continue
        allowed = LEAVES if package in LEAVES else LEAVES | set(ORDER[: ORDER.index(package) + 1])
        for name in imported(path):
            parts = name.split(".")
            if parts[0] == "edgeunet" and len(parts) > 1 and parts[1] not in allowed | {"__version__"}:
                wrong.append(f"{path.relative_to(PACKAGE)} imports {name}")
    assert not wrong, "\n".join(wrong)


def test_no_test_file_imports_another() -> None:
    """What several test files share stands in ``tests/rigs``, ``tests/networks`` or a ``conftest``."""
    tests = list(Path(__file__).parent.rglob("test_*.py"))
    modules = {".".join(path.relative_to(Path(__file__).parents[1]).with_suffix("").parts) for path in tests}
    wrong = [f"{path.name} imports {name}" for path in tests for name in imported(path) if name in modules]
    assert not wrong, "\n".join(wrong)


def test_tensorflow_is_imported_only_where_it_belongs() -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for package, path in modules()
        for name in imported(path)
        if name.split(".")[0] in HEAVY and package not in WITH_TENSORFLOW | {"litert"}
    ]
    assert not wrong, "\n".join(wrong)


def test_optional_packages_are_never_imported_at_module_level() -> None:
    optional = {*HEAVY, "scipy", "wfdb", "soundfile", "matplotlib", "unicorn", "capstone", "ziglang", "serial"}
    optional |= {"tflite_micro", "ai_edge_litert"}
    wrong = []
    for package, path in modules():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in tree.body:
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            heavy_here = {n.split(".")[0] for n in names} & optional
            if package in WITH_TENSORFLOW:
                heavy_here -= set(HEAVY)
            wrong += [f"{path.relative_to(PACKAGE)} imports {n} at module level" for n in heavy_here]
    assert not wrong, "\n".join(wrong)


def test_rooms_within_a_package_import_from_the_rooms_before_them() -> None:
    wrong = []
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        package = name.split(".")[0]
        room = next((room for room in ROOMS.get(package, ()) if f"{name}.".startswith(f"{package}.{room}.")), None)
        if room is None:
            continue
        order = ROOMS[package]
        allowed = tuple(f"edgeunet.{package}.{other}." for other in order[: order.index(room) + 1])
        wrong += [
            f"{path.relative_to(PACKAGE)} imports {found}"
            for found in imported(path)
            if found.startswith(f"edgeunet.{package}.") and not f"{found}.".startswith(allowed)
        ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["export-c", "--help"], ["bench", "--help"]])
def test_light_commands_load_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys; from edgeunet.cli import main\n"
        f"try: main({arguments!r})\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "heavy = {'tensorflow', 'keras', 'scipy', 'matplotlib', 'wfdb', 'pandas', 'unicorn', 'jinja2'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    assert "edgeunet" in result.stdout


def test_help_loads_no_numpy() -> None:
    program = (
        "import sys; from edgeunet.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "assert 'numpy' not in sys.modules"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr


def test_no_folder_holds_more_than_one_can_keep_apart() -> None:
    crowded = {}
    for folder in {path.parent for _, path in modules()}:
        kinds = Counter(path.suffix for path in folder.iterdir() if path.is_file() and path.name != "__init__.py")
        crowded |= {f"{folder.relative_to(PACKAGE)}/*{kind}": n for kind, n in kinds.items() if n > MOST_FILES}
    assert not crowded


def test_every_module_can_be_read_in_one_sitting() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for _, path in modules()}
    long = [f"{path.relative_to(PACKAGE)} has {lines} lines" for path, lines in lengths.items() if lines > LONGEST_FILE]
    assert not long, "\n".join(long)
