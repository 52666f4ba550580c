"""Packages of a small network, written once for each kind, and what their examples must print."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from edgeunet.emit.everywhere import compile_everywhere
from edgeunet.emit.source import Compiled
from edgeunet.graph import read_tflite
from edgeunet.graph.ir import Graph
from edgeunet.kernels.flavours import FLAVOURS
from edgeunet.modelcard import ModelCard
from edgeunet.packages.library import Library, make_library
from edgeunet.packages.table import ECOSYSTEMS
from edgeunet.packages.version import Version
from edgeunet.packages.writing import Package, write_package
from edgeunet.pipeline.program import add_pipeline
from edgeunet.pipeline.reference import expected
from edgeunet.pipeline.settings import Pipeline, PipelineRequest
from edgeunet.run.recording import make_recording
from edgeunet.schedule.choice import Choice
from tests.rigs.pipeline_stages import card, small_network

VERSION = Version(1, 2, 3)


@dataclass(frozen=True)
class Kind:
    """What is exported."""

    mode: str = "stream"
    has_pipeline: bool = True
    name: str = "ecg"
    seed: int = 0

    def __str__(self) -> str:
        return f"{self.mode}{'-pipeline' if self.has_pipeline else ''}"


KINDS = tuple(Kind(mode, has_pipeline) for mode in ("stream", "window") for has_pipeline in (True, False))


@cache
def compiled(kind: Kind) -> tuple[Graph, Compiled, Pipeline | None]:
    """The C for every flavour."""
    graph = read_tflite(small_network(seed=kind.seed))
    choices = dict.fromkeys(FLAVOURS, Choice(kind.mode))
    made = compile_everywhere(graph, kind.name, choices, card(), "edgeunet export-c").compiled
    if not kind.has_pipeline:
        return graph, made, None
    with_pipeline, stages = add_pipeline(made, graph, card(), PipelineRequest())
    return graph, with_pipeline, stages


@cache
def library(kind: Kind, its_card: ModelCard | None = None) -> Library:
    """What every package of ``kind`` is made from."""
    _, made, stages = compiled(kind)
    recording = make_recording(made, stages) if stages else None
    return make_library(made, VERSION, its_card or card(), recording)


@cache
def package_files(ecosystem: str, kind: Kind) -> dict[str, str]:
    """Path → text."""
    return ECOSYSTEMS[ecosystem](library(kind))


def write(directory: Path, ecosystem: str, kind: Kind, **more: bool | str) -> Package:
    """Write the package as the command does."""
    _, made, stages = compiled(kind)
    return write_package(made, ecosystem, directory, card(), stages, **more)  # type: ignore[arg-type]


@cache
def printed(kind: Kind) -> list[str]:
    """The lines that the example of a pipeline has to print, by the reference in numpy."""
    graph, made, stages = compiled(kind)
    assert stages is not None
    recording = make_recording(made, stages)
    step = len(recording.samples) if kind.mode == "stream" else recording.push
    lines = []
    for start in range(0, len(recording.samples), step):
        found = expected(graph, made, stages, recording.samples[start : start + step])
        lines += [f"{e.kind}: samples {start + e.onset} to {start + e.offset}" for e in found.events]
    return lines


def package_tool(name: str) -> str:
    """The path of a tool of an ecosystem: in ``EDGEUNET_PACKAGE_TOOLS``, in ``.venv-packages``, or on the path; of
    Python only that of such a folder."""
    folders = [os.environ.get("EDGEUNET_PACKAGE_TOOLS", ""), str(Path(__file__).parents[2] / ".venv-packages" / "bin")]
    places = [*filter(None, folders), *([] if name == "python" else [os.environ.get("PATH", "")])]
    found = shutil.which(name, path=os.pathsep.join(places))
    if found is None:
        reason = f"{name} is not installed (make package-tools)"
        pytest.fail(reason) if os.environ.get("EDGEUNET_REQUIRE") == "all" else pytest.skip(reason)
    return found
