"""Pipelines around a small network, and a host program that runs their stages one by one under sanitizers."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.emit import Compiled, compile_model
from edgeunet.graph import read_tflite
from edgeunet.graph.ir import Graph
from edgeunet.modelcard import ModelCard
from edgeunet.pipeline.program import add_pipeline
from edgeunet.pipeline.reference import Event
from edgeunet.pipeline.settings import Pipeline, PipelineRequest
from edgeunet.signals.causal import WideCounts
from tests.networks.tflite_writer import ModelWriter
from tests.rigs.tools import need

CLASSES = ("background", "P", "QRS", "T")
SANITIZED = ("-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
STRICT = ("-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wdouble-promotion", "-Werror")

_MAIN = """#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "net_pipeline.h"
typedef {value} value_t;
static net_pipeline_t p, other;
static void print(const net_event_t *e, int32_t found)
{{
    for (int32_t i = 0; i < found; i++, e++)
        printf("%" PRIu32 " %" PRIu32 " %" PRIu32 " %d %d\\n",
               e->onset, e->peak, e->offset, e->class_index, e->confidence);
}}
int main(int argc, char **argv)
{{
    enum {{ MOST = 1 << 20 }};
    static union {{ int32_t words[MOST]; int16_t in[2 * MOST]; }} data;
    int32_t *const words = data.words;
    int16_t *const in = data.in;
    const char kind = argc > 1 ? argv[1][0] : 't';
    if (kind == 't') {{
        printf("%" PRId32 "\\n", net_pipeline_selftest(&p));
        return 0;
    }}
    net_pipeline_reset(&p);
    const int32_t got = (int32_t)fread(words, 2, 2 * MOST, stdin);
    const int32_t rows = got / NET_PIPELINE_CHANNELS;
    if (kind == 'm') {{
        for (int32_t i = 0; i < got / 2; i++) {{
            float v;
            memcpy(&v, in + 2 * i, sizeof v);
            const value_t z = net_pipeline_from_mv(v);
            fwrite(&z, sizeof z, 1, stdout);
        }}
    }} else if (kind == 'n') {{
        for (int32_t i = 0; i < rows * 2 / (int32_t)sizeof(value_t); i++) {{
            int16_t z[NET_PIPELINE_CHANNELS];
            net_pipeline_normalize(&p.normalizer, (value_t *)words + i * NET_PIPELINE_CHANNELS, z);
            fwrite(z, sizeof z, 1, stdout);
        }}
    }} else if (kind == 'q') {{
        for (int32_t i = 0; i < got; i++) putchar((unsigned char)net_pipeline_quantize(in[i]));
    }} else if (kind == 'f') {{
        const int32_t floats = rows / 2;
        float *mv = malloc(sizeof(float) * NET_PIPELINE_CHANNELS * (size_t)(floats + 1));
        memcpy(mv, in, sizeof(float) * NET_PIPELINE_CHANNELS * (size_t)floats);
        net_event_t *events = malloc(sizeof(net_event_t) * (size_t)NET_PIPELINE_RUN_EVENTS(floats));
{floats}
        free(events);
        free(mv);
{calls}
    }} else {{
        return 5;
    }}
    return 0;
}}
"""

_STREAM = """        const int32_t chunk = atoi(argv[2]), all = @rows@;
        memset(&other, 0x5A, sizeof other);
        net_pipeline_reset(&other);
        p.rows = p.judged = (uint32_t)strtoul(argv[3], NULL, 10);
        for (int32_t i = 0; i < all; i += chunk) {
            const int32_t count = all - i < chunk ? all - i : chunk;
            net_event_t *events = malloc(sizeof(net_event_t) * (size_t)NET_PIPELINE_EVENTS(count));
            net_event_t *beside = malloc(sizeof(net_event_t) * (size_t)NET_PIPELINE_EVENTS(count));
            print(events, net_pipeline_push@width@(&p, @samples@ + i * NET_PIPELINE_CHANNELS, count, events));
            const int32_t there = (all - i - count) * NET_PIPELINE_CHANNELS;
            (void)net_pipeline_push@width@(&other, @samples@ + there, count, beside);
            free(events);
            free(beside);
        }
        net_event_t *last = malloc(sizeof(net_event_t) * NET_PIPELINE_FLUSH_EVENTS);
        print(last, net_pipeline_flush(&p, last));
        free(last);"""

_RUN = """        net_event_t *events = malloc(sizeof(net_event_t) * (size_t)NET_PIPELINE_RUN_EVENTS(@rows@));
        print(events, net_pipeline_run@width@(&p, @samples@, @rows@, events));
        free(events);"""

_FLOATS = {
    "stream": "        const int32_t ended = net_pipeline_push_mv(&p, mv, floats, events);\n"
    "        print(events, ended + net_pipeline_flush(&p, events + ended));",
    "window": "        print(events, net_pipeline_run_mv(&p, mv, floats, events));",
}

_NARROW = {"@width@": "", "@samples@": "in", "@rows@": "rows"}
_WIDE = {"@width@": "32", "@samples@": "words", "@rows@": "rows / 2"}


def _main(pipeline: Pipeline, mode: str) -> str:
    """The program around a pipeline: a letter for each call, in capitals for those that take int32."""
    parts = {"r": (_RUN, _NARROW), "s": (_STREAM, _NARROW), "R": (_RUN, _WIDE), "S": (_STREAM, _WIDE)}
    calls = []
    for letter, (text, words) in parts.items():
        if (letter.isupper() and not pipeline.is_wide) or (letter in "sS" and mode == "window"):
            continue
        for word, meaning in words.items():
            text = text.replace(word, meaning)
        calls.append(f"    }} else if (kind == '{letter}') {{\n{text}")
    value = "int32_t" if pipeline.is_wide else "int16_t"
    return _MAIN.format(value=value, floats=_FLOATS[mode], calls="\n".join(calls))


def small_network(channels: int = 1, length: int = 64, scale: float = 0.031, seed: int = 0) -> bytes:
    """A convolution of stride 2, nearest upsampling and a head of four classes, with weights drawn at random."""
    rng, w = np.random.default_rng(seed), ModelWriter()
    x = w.tensor((1, 1, length, channels), scale=scale, zero_point=-9)
    first = w.tensor((6, 1, 5, channels), scale=0.02, data=rng.integers(-127, 128, (6, 1, 5, channels), np.int8))
    bias = w.tensor((6,), "int32", scale=scale * 0.02, data=np.zeros(6, np.int32))
    half = w.tensor((1, 1, length // 2, 6), scale=0.05, zero_point=-128)
    relu = {"padding": "SAME", "strideH": 1, "dilationHFactor": 1, "dilationWFactor": 1}
    w.op("CONV_2D", [x, first, bias], half, strideW=2, fusedActivationFunction="RELU", **relu)
    full = w.tensor((1, 1, length, 6), scale=0.05, zero_point=-128)
    w.op("RESIZE_NEAREST_NEIGHBOR", [half, w.constant([1, length])], full)
    head = w.tensor((4, 1, 3, 6), scale=0.01, data=rng.integers(-127, 128, (4, 1, 3, 6), np.int8))
    zeros = w.tensor((4,), "int32", scale=0.05 * 0.01, data=np.array([250, 0, 0, 0], np.int32))
    out = w.tensor((1, 1, length, 4), scale=0.05, zero_point=3)
    w.op("CONV_2D", [full, head, zeros], out, strideW=1, **relu)
    return w.build([x], [out])


def card(rate_hz: float = 250.0, normalization: str = "causal", **more: Any) -> ModelCard:
    """A card for `small_network`."""
    return ModelCard("net", CLASSES, rate_hz, normalization=normalization, **more)


@dataclass(frozen=True)
class Stages:
    """A built program, and what it was built from."""

    program: Path
    graph: Graph
    compiled: Compiled
    pipeline: Pipeline

    def _run(self, data: bytes, *arguments: str) -> bytes:
        done = subprocess.run([self.program, *arguments], input=data, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()[-3000:]
        return done.stdout

    def selftest(self) -> int:
        return int(self._run(b"", "test"))

    def from_mv(self, values: NDArray[np.float32]) -> NDArray[np.int16]:
        return np.frombuffer(self._run(values.tobytes(), "mv"), np.int32 if self.pipeline.is_wide else np.int16)

    def normalize(self, counts: WideCounts) -> NDArray[np.int16]:
        return np.frombuffer(self._run(counts.tobytes(), "normalize"), np.int16).reshape(counts.shape)

    def quantize(self, values: NDArray[np.int16]) -> NDArray[np.int8]:
        return np.frombuffer(self._run(values.tobytes(), "quantize"), np.int8)

    def run(self, samples: WideCounts) -> tuple[Event, ...]:
        """What ``_run`` gives, or ``_run32`` of int32."""
        return self._events(self._run(samples.tobytes(), "Run32" if samples.dtype == np.int32 else "run"))

    def run_mv(self, millivolts: NDArray[np.float32]) -> tuple[Event, ...]:
        """What floats give: ``_run_mv``, or ``_push_mv`` and ``_flush``."""
        return self._events(self._run(millivolts.astype(np.float32).tobytes(), "floats"))

    def stream(self, samples: WideCounts, chunk: int, first_row: int = 0) -> tuple[Event, ...]:
        """What ``_push`` and ``_flush`` give, with another instance running beside; rows counted from ``first_row``.

        Of int32, ``_push32`` is what is called.
        """
        kind = "Stream32" if samples.dtype == np.int32 else "stream"
        return self._events(self._run(samples.tobytes(), kind, str(chunk), str(first_row)))

    def _events(self, text: bytes) -> tuple[Event, ...]:
        rows = [[int(number) for number in line.split()] for line in text.decode().splitlines()]
        return tuple(Event(self.pipeline.classes[kind], on, peak, off, how) for on, peak, off, kind, how in rows)


def build_stages(
    directory: Path,
    rate_hz: float = 250.0,
    *,
    content: bytes | None = None,
    the_card: ModelCard | None = None,
    request: PipelineRequest | None = None,
    mode: str = "stream",
    hop: int | None = None,
    compiler: str = "gcc",
    flags: Sequence[str] = SANITIZED,
) -> Stages:
    """Build a network (one of two channels where none is given) and its pipeline; warnings are errors."""
    need(compiler)
    graph = read_tflite(content or small_network(2))
    the_card = the_card or card(rate_hz)
    compiled = compile_model(graph, "net", mode=mode, hop=hop, card=the_card)
    compiled, pipeline = add_pipeline(compiled, graph, the_card, request or PipelineRequest())
    compiled.sources.write(directory)
    sources = [*compiled.c_sources, "net_pipeline_selftest.c"]
    (directory / "main.c").write_text(_main(pipeline, mode))
    for source in sources:
        command = [compiler, *STRICT, *flags, "-c", source, "-o", f"{source}.o"]
        done = subprocess.run(command, cwd=directory, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[:3000]
    objects = [f"{source}.o" for source in sources]
    subprocess.run([compiler, "-std=c99", *flags, "main.c", *objects, "-o", "stages"], cwd=directory, check=True)
    return Stages(directory / "stages", graph, compiled, pipeline)
