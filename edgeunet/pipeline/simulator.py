"""The host program that ``edgeunet simulate`` builds around a pipeline: samples in, events out."""

from __future__ import annotations

from dataclasses import dataclass

from edgeunet.emit.source import Compiled
from edgeunet.emit.template import CPage, render
from edgeunet.escaping.c import CIdentifier


@dataclass(frozen=True, eq=False)
class StreamSimulatorPage(CPage):
    """The program around a pipeline that takes samples as they come."""

    template = "pipeline/c/simulate_stream.c.jinja"


@dataclass(frozen=True, eq=False)
class WindowSimulatorPage(CPage):
    """The program around a pipeline that takes a window at a time."""

    template = "pipeline/c/simulate_window.c.jinja"


def simulator_text(compiled: Compiled) -> str:
    """Return the C of a program that reads samples from standard input and prints sizes and events."""
    page = StreamSimulatorPage if compiled.mode == "stream" else WindowSimulatorPage
    return render(page(CIdentifier(compiled.name)))
