"""Every exact pass left out alone, and every kernel flavour: the same bytes, other figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgeunet.emit import PASSES
from edgeunet.run.bench import Request
from edgeunet.run.compare import compare, comparison_table, variants
from tests.tools import need


@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m55"])
def test_every_variant_is_exact(core: str, shared: Path) -> None:
    need("arm-none-eabi-gcc", "qemu-system-arm")
    model = shared / "models" / "small-unet-256.int8.tflite"
    found = compare(Request(model, core, toolchain="gcc", emulator="qemu"))
    assert all(variant.measurement.exact for variant in found)
    named = {variant.name: variant.measurement for variant in found}
    assert set(named) >= {"as it ships", "portable kernels", *(f"without {name}" for name in PASSES)}
    assert named["as it ships"].count < named["portable kernels"].count / 2
    assert named["as it ships"].count < named["without concat"].count
    text = comparison_table(found)
    assert len(text.splitlines()) == len(found) + 1
    assert "+" in text


def test_the_host_has_no_other_kernels(tmp_path: Path) -> None:
    names = [name for name, _, _ in variants(Request(tmp_path / "m.tflite", "host"))]
    assert names == ["as it ships", *(f"without {name}" for name in PASSES)]
