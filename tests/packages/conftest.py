"""Where Cargo finds crates without a network."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def cargo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which crates come from Debian's ``librust-cc-dev``."""
    registry = Path("/usr/share/cargo/registry")
    if not list(registry.glob("cc-*")):
        reason = "librust-cc-dev is not installed (apt-get install cargo librust-cc-dev)"
        pytest.fail(reason) if os.environ.get("EDGEUNET_REQUIRE") == "all" else pytest.skip(reason)
    home = tmp_path_factory.mktemp("cargo")
    (home / "config.toml").write_text(
        f'[source.crates-io]\nreplace-with = "debian"\n[source.debian]\ndirectory = "{registry}"\n'
        "[net]\noffline = true\n"
    )
    return home
