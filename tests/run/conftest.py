"""Images are built by the hundred here, nearly all of them around the same template."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.rigs.compiled_once import compiling_once


@pytest.fixture(scope="session", autouse=True)
def compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What one test compiled no other compiles again, whichever process it runs in."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "objects"
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("edgeunet.run.image._compile", compiling_once(folder))
        yield
