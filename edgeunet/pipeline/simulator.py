"""The host program that ``edgeunet simulate`` builds around a pipeline: samples in, events out."""

from __future__ import annotations

from dataclasses import dataclass

from edgeunet.emit.source import Compiled
from edgeunet.emit.template import CPage, render
from edgeunet.escaping.c import CIdentifier, CText
from edgeunet.pipeline.selftest import call_width, value_type
from edgeunet.pipeline.settings import Pipeline


@dataclass(frozen=True, eq=False)
class SimulatorPage(CPage):
    """The program around a pipeline; ``watches`` where the pipeline says that a signal is lost."""

    sample: CText
    width: CText
    watches: bool


@dataclass(frozen=True, eq=False)
class StreamSimulatorPage(SimulatorPage):
    """The program around a pipeline that takes samples as they come."""

    template = "pipeline/c/simulate_stream.c.jinja"


@dataclass(frozen=True, eq=False)
class WindowSimulatorPage(SimulatorPage):
    """The program around a pipeline that takes a window at a time."""

    template = "pipeline/c/simulate_window.c.jinja"


def simulator_text(compiled: Compiled, pipeline: Pipeline) -> str:
    """Return the C of a program that reads samples from standard input and prints sizes, events and losses."""
    page = StreamSimulatorPage if compiled.mode == "stream" else WindowSimulatorPage
    watches = pipeline.normalization == "causal"
    return render(page(CIdentifier(compiled.name), value_type(pipeline), call_width(pipeline), watches))
