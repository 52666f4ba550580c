"""Every exact pass and kernel left out alone, and every kernel flavour: the same bytes, other figures."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from edgeunet.emit import PASSES
from edgeunet.rewrite.passes import STREAM_PASSES
from edgeunet.run.bench import Request
from edgeunet.run.compare import SHIPS, compare, comparison_table
from tests.networks.pass_networks import NETWORKS
from tests.rigs.tools import need

compare_module = sys.modules["edgeunet.run.compare"]
WINDOW_PASSES = [name for name in PASSES if name not in STREAM_PASSES]


def test_passes_kernels_and_a_flavour_left_out_are_exact(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of each kind, and passes that do nothing here; all of them at night."""
    need("arm-none-eabi-gcc", "qemu-system-arm")
    counted = ["without concat", "portable kernels"]
    chosen = {*counted, "without padding"}
    every = compare_module.variants
    monkeypatch.setattr(compare_module, "variants", lambda *given: (v for v in every(*given) if v[0] in chosen))
    model = shared / "models" / "small-unet-256.int8.tflite"
    found = {v.name: v for v in compare(Request(model, "cortex-m4", toolchain="gcc", emulator="qemu"))}
    assert set(found) == {SHIPS, *chosen}
    assert all(variant.exact for variant in found.values())
    assert {name for name, variant in found.items() if variant.same} == {"without padding"}
    counts = {v.name: v.document()["cycles"]["count"] for v in found.values() if v.measurement is not None}
    assert all(counts[SHIPS] < counts[name] for name in counted)
    assert counts[SHIPS] < counts["portable kernels"] / 2
    head, first, *rest = comparison_table(tuple(found.values()))
    assert head.split()[:4] == ["variant", "exact", "cycles", "instructions"]
    ships = found[SHIPS].document()
    assert f"{ships['cycles']['count']:,}" in first
    assert rest[-1] == "cycles: estimated, ±9 % on published boards, each of its own run"
    portable = found["portable kernels"].document()["cycles"]["count"]
    (line,) = (line for line in rest if line.startswith("portable kernels"))
    assert f"{portable:,}  {100 * (portable / ships['cycles']['count'] - 1):+.1f} %" in line


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("core", "used"), [("cortex-m4", ("eu_panels_add_relu", "eu_elementwise_max_3")), ("cortex-m55", ("eu_tiles",))]
)
def test_every_variant_is_exact(core: str, used: tuple[str, ...], shared: Path) -> None:
    need("arm-none-eabi-gcc", "qemu-system-arm")
    model = shared / "models" / "small-unet-256.int8.tflite"
    found = compare(Request(model, core, toolchain="gcc", emulator="qemu"))
    assert all(variant.exact for variant in found)
    counts = {v.name: v.document()["cycles"]["count"] for v in found if v.measurement is not None}
    assert set(counts) >= {SHIPS, "portable kernels", *(f"without {name}" for name in (*used, *WINDOW_PASSES))}
    assert counts[SHIPS] < counts["portable kernels"] / 2
    assert counts[SHIPS] < counts["without concat"]
    assert all(counts[SHIPS] < counts[f"without {kernel}"] for kernel in used)
    assert {v.name for v in found if v.same} >= {"without padding", "without transposed"}
    text = comparison_table(found)
    assert len(text) == len(found) + 2
    assert "+" in "\n".join(text)


@pytest.mark.parametrize(
    "passes",
    [
        ("padding", "transposed", "recompute"),
        pytest.param(tuple(PASSES), marks=[pytest.mark.nightly, pytest.mark.slow]),
    ],
    ids=("few", "all"),
)
def test_on_the_host_every_pass_of_a_stream_is_left_out_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, passes: tuple[str, ...]
) -> None:
    need("gcc")
    every, chosen = compare_module.variants, {f"without {name}" for name in passes}
    monkeypatch.setattr(compare_module, "variants", lambda *given: (v for v in every(*given) if v[0] in chosen))
    model = tmp_path / "unet.tflite"
    model.write_bytes(NETWORKS["recompute"]())
    found = {variant.name: variant for variant in compare(Request(model, "host", mode="stream"))}
    assert list(found) == [SHIPS, *(f"without {name}" for name in PASSES if name in passes)]
    assert all(variant.exact for variant in found.values())
    assert found["without padding"].same
    assert "whole window" in found["without transposed"].refused
    assert not found["without recompute"].same
    rows = comparison_table(tuple(found.values()))
    assert "the same C" in rows[1 + list(found).index("without padding")]
    assert "not possible" in rows[1 + list(found).index("without transposed")]
    assert len(rows) == len(found) + 1
    assert "cycles" not in rows[0]
