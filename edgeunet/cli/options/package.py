"""``--package`` and what goes with it: the C as a package of an ecosystem."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edgeunet.escaping.shell import shell_path
from edgeunet.escaping.terminal import say

if TYPE_CHECKING:
    from edgeunet.packages.writing import Package

PACKAGES = ("cmake", "zephyr", "esp-idf", "arduino", "platformio", "cmsis-pack", "rust")
"""Names of ``edgeunet.packages.table``, which the light commands do not load."""


@dataclass(frozen=True)
class PackageOptions:
    """The ecosystem, the version, and whether files that the user changed are replaced."""

    ecosystem: str | None
    version: str | None
    force: bool

    def check(self) -> None:
        """Refuse what means nothing without ``--package``."""
        if self.ecosystem is None and (self.version is not None or self.force):
            raise click.UsageError("--package-version and --force are for --package; leave them out.")

    def arguments(self) -> str:
        """As they stand in the command line that a header shows."""
        version = f" --package-version {self.version}" if self.version is not None else ""
        return f" --package {self.ecosystem}{version}" if self.ecosystem is not None else ""


def package_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options, handed to ``command`` as one `PackageOptions` called ``package``."""

    @click.option(
        "--package",
        "ecosystem",
        type=click.Choice(PACKAGES),
        help="Write a package for this ecosystem, with an example; again into the same folder at any time.",
    )
    @click.option(
        "--package-version",
        metavar="X.Y.Z",
        help="Version of the package.  [default: 1.0.0, then what follows from what changed]",
    )
    @click.option("--force", is_flag=True, help="package: replace files that were changed; else they are kept.")
    @wraps(command)
    def with_package(ecosystem: str | None, package_version: str | None, force: bool, **others: Any) -> None:
        command(package=PackageOptions(ecosystem, package_version, force), **others)

    return with_package


def say_changed(directory: Path, kept: Sequence[str], replaced: Sequence[str]) -> None:
    """Name the files that the user had changed."""
    for path in kept:
        say(f"kept {shell_path(directory / path)}, changed since it was written; --force replaces it", err=True)
    for path in replaced:
        say(f"replaced {shell_path(directory / path)}, which had been changed", err=True)


def say_package(package: Package) -> None:
    """Say what was written of a package and what was left."""
    say_changed(package.directory, package.kept, package.replaced)
    say(f"{package.ecosystem} package, version {package.version}", err=True)
