"""Recordings through compiled streams on the host, and what LiteRT and the evaluator give for them."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edgeunet.emit import Compiled, compile_model
from edgeunet.graph import evaluate, read_tflite
from edgeunet.graph.ir import Graph
from edgeunet.graph.length import with_length
from edgeunet.schedule.timing import total_stride
from tests.networks.random_networks import random_inputs
from tests.networks.random_unets import random_unet
from tests.networks.reshape_model import TooShortError, reshape_model
from tests.rigs.host_batch import SANITIZED, STRICT, Int8
from tests.rigs.judges import litert_reference
from tests.rigs.programs import rewritten

_MAIN = """#include <stdio.h>
#include <stdlib.h>
#include <string.h>
{includes}
{runners}
int main(void)
{{
    int32_t request[2];
    while (fread(request, sizeof request, 1, stdin) == 1) {{
        switch (request[0]) {{
{cases}
        default: return 4;
        }}
    }}
    return 0;
}}
"""


_RUNNER = """
static int run_{n}(int32_t rows)
{{
    {n}_state_t *s = malloc(sizeof *s);
    {given}_t in[{u}_HOP * {u}_INPUT_CHANNELS];
    {made}_t out[{u}_HOP_OUTPUT_ROWS * {u}_OUTPUT_CHANNELS];
    int32_t ready;
    memset(s, 0x5A, sizeof *s);
    {n}_reset(s);
    for (; rows >= {u}_HOP; rows -= {u}_HOP) {{
        if (fread(in, 1, sizeof in, stdin) != sizeof in) return 2;
        ready = {n}_push(s, in, out);
        fwrite(out, {u}_OUTPUT_CHANNELS * sizeof *out, (size_t)ready, stdout);
    }}
    {given}_t *rest = malloc((size_t)rows * {u}_INPUT_CHANNELS * sizeof *rest + 1);
    if (fread(rest, {u}_INPUT_CHANNELS * sizeof *rest, (size_t)rows, stdin) != (size_t)rows) return 2;
    for (ready = {n}_flush(s, rest, rows, out); ready > 0; ready = {n}_flush(s, rest, 0, out))
        fwrite(out, {u}_OUTPUT_CHANNELS * sizeof *out, (size_t)ready, stdout);
    free(rest);
    free(s);
    return 0;
}}
"""


def run_streams(directory: Path, models: list[Compiled], recordings: list[list[Int8]]) -> list[list[Int8]]:
    """For each model, what comes out for each of its recordings ``(rows, channels)``."""
    names = [model.name for model in models]
    objects = []
    for model in models:
        model.sources.write(directory)
        for path in model.c_sources:
            objects.append((directory / path).with_suffix(".o"))
            subprocess.run(["cc", *STRICT, *SANITIZED, "-c", directory / path, "-o", objects[-1]], check=True)
    main = directory / "main.c"
    cases = [f"        case {i}: if (run_{n}(request[1])) return 2; break;" for i, n in enumerate(names)]
    main.write_text(
        _MAIN.format(
            includes="\n".join(f'#include "{n}.h"' for n in names),
            runners="".join(
                _RUNNER.format(n=m.name, u=m.name.upper(), given=m.inputs[0].dtype, made=m.outputs[0].dtype)
                for m in models
            ),
            cases="\n".join(cases),
        )
    )
    program = directory / "streams"
    subprocess.run(["cc", *SANITIZED, main, *objects, "-o", program], check=True)
    answers = []
    for index, arrays in enumerate(recordings):
        mine = []
        for array in arrays:
            request = np.array([index, len(array)], np.int32).tobytes() + array.tobytes()
            done = subprocess.run([program], input=request, capture_output=True)
            assert done.returncode == 0, done.stderr.decode()[-2000:]
            mine.append(np.frombuffer(done.stdout, models[index].outputs[0].dtype))
        answers.append(mine)
    return answers


def recording(graph: Graph, rows: int, seed: int) -> Int8:
    tensor = graph.tensors[graph.inputs[0]]
    return random_inputs((rows, tensor.shape[3]), np.random.default_rng(seed), tensor.dtype)


def expected(graph: Graph, samples: Int8) -> Int8:
    (output,) = evaluate(with_length(graph, len(samples)), [samples])
    return output.reshape(-1)


@dataclass(frozen=True, eq=False)
class Net:
    """A network that streams: its flatbuffer, graph, C, and total stride."""

    content: bytes
    graph: Graph
    compiled: Compiled
    stride: int


def unets(seeds: range, core: str = "portable", types: str = "int8") -> list[Net]:
    """Random U-Nets, each with a hop of one, two, three or five total strides; all of them stream."""
    found = []
    for seed in seeds:
        content = random_unet(seed, types)
        graph = read_tflite(content)
        stride = total_stride(rewritten(graph))
        hop = stride * (1, 2, 3, 5)[seed % 4]
        found.append(
            Net(content, graph, compile_model(graph, f"u{seed}", kernels=core, mode="stream", hop=hop), stride)
        )
    return found


def lengths(net: Net) -> tuple[int, ...]:
    """Recordings that end within a hop, before the first output is due, and after the stream has settled."""
    settled = net.compiled.lookahead_samples // net.stride + 3 * net.compiled.hop_samples // net.stride
    return tuple(net.stride * count for count in (1, 3, settled | 1))


def judged(content: bytes, samples: Int8) -> Int8:
    """What LiteRT's reference kernels give for the whole recording: nothing where it is shorter than a valid window."""
    try:
        reshaped = reshape_model(content, len(samples))
    except TooShortError:
        return np.zeros(0, np.int8)
    return litert_reference(reshaped, samples)[0].reshape(-1)
