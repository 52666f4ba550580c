"""Kernels and firmware templates, which end up in other people's firmware, carry their two licences."""

from __future__ import annotations

from pathlib import Path

import edgeunet
from edgeunet.kernels.flavours import FLAVOURS
from edgeunet.kernels.kernel import LICENCE, kernel_texts
from edgeunet.run.project import template_directory

SPDX = LICENCE.strip("/* \n")
KERNELS = Path(edgeunet.__file__).parent / "kernels"


def test_every_kernel_says_it_and_no_text_that_is_pasted_does() -> None:
    files = list(KERNELS.rglob("*.c"))
    assert len(files) > 100
    assert [file for file in files if not file.read_text(encoding="utf-8").startswith(LICENCE)] == []
    pasted = [text for name in FLAVOURS for twins in (False, True) for text in kernel_texts(name, twins=twins).values()]
    assert len(pasted) > 100
    assert not any("SPDX" in text for text in pasted)


def test_every_source_of_the_firmware_says_it() -> None:
    kinds = (".c", ".h", ".ld", ".cmake", ".c.in", "CMakeLists.txt.in")
    files = [file for file in template_directory().rglob("*") if file.name.endswith(kinds)]
    assert len(files) > 30
    assert [file for file in files if SPDX not in file.read_text(encoding="utf-8").splitlines()[0]] == []
