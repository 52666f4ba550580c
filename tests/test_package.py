"""What is shipped."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def test_the_package_says_that_it_is_typed() -> None:
    assert files("edgeunet").joinpath("py.typed").is_file()


def test_the_wheel_holds_the_mark_of_a_typed_package() -> None:
    pytest.importorskip("hatchling", reason="the build backend is fetched by pip when a wheel is built")
    from hatchling.builders.wheel import WheelBuilder

    builder = WheelBuilder(str(ROOT))
    shipped = {Path(file.distribution_path).as_posix() for file in builder.recurse_included_files()}
    assert {"edgeunet/py.typed", "edgeunet/verbs/call.py"} <= shipped
