"""Addition in a convolution's epilogue, switched on and off alone: equal outputs, fewer steps, no more memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgeunet.emit import compile_model
from edgeunet.graph import read_tflite
from edgeunet.lower.lower import lower
from edgeunet.rewrite.fuse_add import ADDITIONS
from edgeunet.rewrite.fuse_concat import fuse_concatenations
from tests.networks.dsp_networks import residual_network
from tests.rigs.kernel_lists import MODELS
from tests.rigs.programs import taken
from tests.rigs.twins import run_twins, twins

__all__ = ["twins"]


@pytest.mark.usefixtures("twins")
def test_outputs_are_equal_with_and_without(tmp_path: Path) -> None:
    contents = [residual_network(12, 0), residual_network(8, 2)]
    (tmp_path / "on").mkdir()
    (tmp_path / "off").mkdir()
    fused = {f"eu_{family}_add_{tail}" for family in ("quads", "panels") for tail in ("relu", "linear")}
    assert len(fused & run_twins(tmp_path / "on", contents)) >= 2
    assert not fused & run_twins(tmp_path / "off", contents, without=["add"])


def test_only_what_the_core_takes_is_fused() -> None:
    program = fuse_concatenations(lower(read_tflite(residual_network(12, 0))))
    assert taken(program, ADDITIONS, lambda node: False) is program
    fused = taken(program, ADDITIONS)
    assert len(fused.nodes) < len(program.nodes)
    assert all(node.kind == "conv" for node in fused.nodes if node.epilogue)


@pytest.mark.parametrize("name", MODELS[:2])
def test_fusing_needs_no_more_memory(shared: Path, name: str) -> None:
    graph = read_tflite(shared / "models" / f"{name}.int8.tflite")
    fused = compile_model(graph, "net", kernels="dsp")
    apart = compile_model(graph, "net", kernels="dsp", without=["add"])
    assert len(fused.layers) < len(apart.layers)
    assert fused.arena_bytes <= apart.arena_bytes
