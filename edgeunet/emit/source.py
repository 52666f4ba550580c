"""What the compiler hands on: a tree of C sources, and the facts that a harness needs to build and run it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from edgeunet.files import FileSet
from edgeunet.schedule.effort import Untried
from edgeunet.schedule.memory_map import Extent
from edgeunet.short_repr import LONGEST, cut, short_repr


@dataclass(frozen=True)
class SourceTree:
    """Relative path → text. Nothing is written until ``write`` is called."""

    files: Mapping[str, str]

    def __repr__(self) -> str:
        size_bytes = sum(len(text.encode()) for text in self.files.values())
        return cut(f"<SourceTree: {', '.join(self.files)}; {size_bytes} bytes>", LONGEST)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over paths and texts in path order."""
        hasher = hashlib.sha256()
        for path in sorted(self.files):
            hasher.update(path.encode() + b"\0" + self.files[path].encode() + b"\0")
        return hasher.hexdigest()

    def write(self, directory: Path, instead_of: Collection[str] = ()) -> None:
        """Write every file below ``directory``, all in one step; files ``instead_of`` go, if edgeunet made them."""
        with FileSet(directory) as files:
            for path in sorted({*instead_of} - self.files.keys()):
                if _is_own(directory / path):
                    files.remove(directory / path)
            for path, text in self.files.items():
                files.write_text(directory / path, text)


def _is_own(path: Path) -> bool:
    """Whether the file at ``path`` begins with the banner of a generated one."""
    try:
        with path.open("rb") as file:
            return re.search(rb"^ \* made by +edgeunet ", file.read(1000), re.MULTILINE) is not None
    except OSError:
        return False


@dataclass(frozen=True)
class Layer:
    """One step of the generated program, as it stands in the layer table; its place there is its number in traces."""

    name: str
    op: str
    macs: int
    output_shape: tuple[int, ...]
    kernel: str
    """Name of the C kernel that runs it; empty for steps that cost nothing."""

    __repr__ = short_repr


@dataclass(frozen=True)
class Interface:
    """One input or output of the generated code."""

    shape: tuple[int, ...]
    dtype: str
    size_bytes: int
    scale: float
    zero_point: int

    @property
    def row_bytes(self) -> int:
        """Bytes of the values of one place: a sample, or a pixel."""
        return self.shape[-1] * (2 if self.dtype == "int16" else 1)


@dataclass(frozen=True)
class Compiled:
    """A compiled network.

    The generated C, for ``name = "ecg"``: ``ecg.h`` and ``ecg.c`` (plus ``ecg_selftest.c``), with

    - ``ecg_state_t``: every byte the network needs; ``ECG_ARENA_BYTES``, ``ECG_INPUT_BYTES``, ``ECG_OUTPUT_BYTES``,
      ``ECG_LAYERS``, ``ECG_WEIGHTS_BYTES`` …
    - ``void ecg_reset(ecg_state_t *state)``
    - ``void ecg_run(ecg_state_t *state, const int8_t *input, int8_t *output)`` (whole window)
    - compiled with a hop also ``int32_t ecg_push(state, input, output)`` (a hop in, returns how many output rows are
      ready) and ``int32_t ecg_flush(state, input, rows, output)`` (the last rows; again with 0 rows until it returns 0)
    - with ``-DECG_TRACE`` the harness supplies ``void ecg_trace(int32_t layer)``, called before layer ``layer`` and
      once more with ``ECG_LAYERS`` at the end; without it no trace code exists.
    """

    name: str
    sources: SourceTree
    c_sources: tuple[str, ...]
    """The paths in ``sources`` that are to be compiled and linked (without the self-test)."""
    layers: tuple[Layer, ...]
    inputs: tuple[Interface, ...]
    outputs: tuple[Interface, ...]
    arena_bytes: int
    weights_bytes: int
    kernels: str
    """Kernel flavour: ``portable``, ``dsp`` or ``mve``."""
    mode: str = "window"
    model_digest: str = ""
    hop_samples: int = 0
    """Input samples per ``_push``; 0 where the whole window is one call."""
    lookahead_samples: int = 0
    """Input samples by which a stream's outputs come late."""
    state_bytes: int = 0
    """``sizeof(ecg_state_t)``: the arena and a few counters."""
    macs: int = 0
    """Multiply-accumulates per call of ``_run`` (whole window) or ``_push`` (stream)."""
    stride_samples: int = 1
    """Total stride of a stream: a recording is a multiple of this long."""
    hop_output_rows: int = 0
    """Most output rows per ``_push``."""
    receptive_field_samples: int = 0
    """Input samples that an output of a stream depends on; 0 where the whole window is one call."""

    facts: Mapping[str, str] = field(default_factory=dict)
    """What the banner of every file says: what made it."""
    run_digest: str = ""
    """Hexadecimal digits by which the files of one run know each other."""
    untried: Untried = field(default_factory=Untried)
    """What planning left out."""
    memory: tuple[Extent, ...] = ()
    """What lies where in the arena, from layer to layer."""
    aligned: bool = False
    """Whether no word is loaded or stored but at a multiple of four."""

    def __repr__(self) -> str:
        call = f"{self.hop_samples} samples per call" if self.hop_samples else "a window per call"
        return cut(
            f"<Compiled {self.name}: {self.kernels}, {call}, {len(self.layers)} layers, {self.macs} MACs, "
            f"state {self.state_bytes} bytes, weights {self.weights_bytes} bytes>",
            LONGEST,
        )


def summary(compiled: Compiled, directory: Path) -> dict[str, Any]:
    """What was written, as one JSON document."""
    return {
        "schema": "edgeunet.export-c/1",
        "model": compiled.name,
        "model_digest": compiled.model_digest,
        "kernels": compiled.kernels,
        "mode": compiled.mode,
        "hop_samples": compiled.hop_samples,
        "lookahead_samples": compiled.lookahead_samples,
        "stride_samples": compiled.stride_samples,
        "receptive_field_samples": compiled.receptive_field_samples,
        "arena_bytes": compiled.arena_bytes,
        "state_bytes": compiled.state_bytes,
        "weights_bytes": compiled.weights_bytes,
        "macs": compiled.macs,
        "layers": len(compiled.layers),
        "untried": list(compiled.untried.parts),
        "files": [str(directory / path) for path in compiled.sources.files],
    }
