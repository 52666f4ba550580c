"""A network of two layers, written by hand to the contract of ``Compiled``: what ``run`` is tested on by itself."""

from __future__ import annotations

import numpy as np

from edgeunet.emit.source import Compiled, Interface, Layer, SourceTree

LENGTH, TAPS, CHANNELS = 64, 5, 3
OUT = LENGTH - TAPS + 1
WEIGHTS = ((3, -7, 11, 2, 5), (-1, 9, 4, -8, 6), (2, 2, -5, 13, 1))
BIASES = (100, -250, 31)

HEADER = """\
#ifndef SMALL_H
#define SMALL_H
#include <stdint.h>
#define SMALL_INPUT_BYTES 64
#define SMALL_OUTPUT_BYTES 90
#define SMALL_ARENA_BYTES 180
#define SMALL_WEIGHTS_BYTES 27
#define SMALL_LAYERS 2
typedef struct { int8_t arena[SMALL_ARENA_BYTES]; } small_state_t;
void small_reset(small_state_t *state);
void small_run(small_state_t *state, const int8_t *input, int8_t *output);
#ifdef SMALL_TRACE
void small_trace(int32_t layer);
#endif
#endif
"""

SOURCE = """\
#include "small.h"
#include <string.h>
#ifdef SMALL_TRACE
#define TRACE(layer) small_trace(layer)
#else
#define TRACE(layer) ((void)0)
#endif
static const int8_t weights[3][5] = {@weights@};
static const int32_t biases[3] = {@biases@};
void small_reset(small_state_t *state) { memset(state->arena, 0, sizeof state->arena); }
void small_run(small_state_t *state, const int8_t *input, int8_t *output)
{
    TRACE(0);
    for (int t = 0; t < 60; ++t) {
        for (int c = 0; c < 3; ++c) {
            int32_t sum = biases[c];
            for (int k = 0; k < 5; ++k) {
                sum += weights[c][k] * input[t + k];
            }
            sum >>= 5;
            state->arena[3 * t + c] = (int8_t)(sum < -128 ? -128 : sum > 127 ? 127 : sum);
        }
    }
    TRACE(1);
    for (int t = 0; t < 30; ++t) {
        for (int c = 0; c < 3; ++c) {
            const int8_t a = state->arena[6 * t + c];
            const int8_t b = state->arena[6 * t + 3 + c];
            output[3 * t + c] = a > b ? a : b;
        }
    }
    TRACE(2);
}
"""


def evaluate(data: bytes) -> bytes:
    """The same arithmetic in numpy."""
    x = np.frombuffer(data, np.int8).astype(np.int64)
    taps = np.lib.stride_tricks.sliding_window_view(x, TAPS)
    y = np.clip((taps @ np.array(WEIGHTS).T + np.array(BIASES)) >> 5, -128, 127)
    return y.reshape(OUT // 2, 2, CHANNELS).max(axis=1).astype(np.int8).tobytes()


def small_network(source: str = SOURCE) -> Compiled:
    weights = ", ".join("{" + ", ".join(map(str, row)) + "}" for row in WEIGHTS)
    text = source.replace("@weights@", weights).replace("@biases@", ", ".join(map(str, BIASES)))
    return Compiled(
        name="small",
        sources=SourceTree({"small.h": HEADER, "small.c": text}),
        c_sources=("small.c",),
        layers=(
            Layer("conv", "CONV_2D", OUT * TAPS * CHANNELS, (1, 1, OUT, CHANNELS), "conv"),
            Layer("pool", "MAX_POOL_2D", 0, (1, 1, OUT // 2, CHANNELS), "pool"),
        ),
        inputs=(Interface((1, LENGTH, 1), "int8", LENGTH, 1.0, 0),),
        outputs=(Interface((1, OUT // 2, CHANNELS), "int8", OUT // 2 * CHANNELS, 1.0, 0),),
        arena_bytes=180,
        weights_bytes=27,
        kernels="portable",
    )
