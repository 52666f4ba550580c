/* Self-test of tiny_stream: golden vectors, computed by edgeunet's exact evaluator.
 *
 * made by  edgeunet 0.1.0
 * model    model, SHA-256 0000000000000000000000000000000000000000000000000000000000000000
 * kernels  portable, for any C99 compiler
 * command  edgeunet export-c --kernels portable --mode stream
 *
 * SPDX-License-Identifier: Apache-2.0 OR 0BSD
 * Choose either licence for what edgeunet wrote here; the model and its weights are yours. */

#include "tiny_stream.h"

#if TINY_STREAM_DIGEST != 0xCAD01EBAUL
#error "this file and tiny_stream.h come from different runs of edgeunet export-c; use files of one run"
#endif

static const int8_t tiny_stream_golden_input[12] = {
    124, 62, -5, -47, -126, -50, -49, -93, -77, -74, 50, 47,
};

static const int8_t tiny_stream_golden_output[24] = {
    -128, -59, -128, -113, -110, -128, -69, -128, -128, -67, -128, -35, -128, -117, -128, -111, -128, -62,
    -128, -52, -128, -43, -128, -128,
};

/* Compares `rows` rows from byte `at` on; 0, or 1 + the index of the first wrong byte. */
static int32_t tiny_stream_compare(const int8_t *output, int32_t rows, int32_t at)
{
    for (int32_t i = 0; i < rows * TINY_STREAM_OUTPUT_CHANNELS; i++) {
        if (at + i >= 24 || output[i] != tiny_stream_golden_output[at + i]) {
            return at + i + 1;
        }
    }
    return 0;
}

int32_t tiny_stream_selftest(tiny_stream_state_t *state, int8_t *output)
{
    const int8_t *input = tiny_stream_golden_input;
    int32_t at = 0, ready, wrong;
    tiny_stream_reset(state);
    for (int32_t i = 0; i < 6; i++) {
        ready = tiny_stream_push(state, input, output);
        wrong = tiny_stream_compare(output, ready, at);
        if (wrong != 0) {
            return wrong;
        }
        input += TINY_STREAM_HOP * TINY_STREAM_INPUT_CHANNELS;
        at += ready * TINY_STREAM_OUTPUT_CHANNELS;
    }
    ready = tiny_stream_flush(state, input, 0, output);
    while (ready > 0) {
        wrong = tiny_stream_compare(output, ready, at);
        if (wrong != 0) {
            return wrong;
        }
        at += ready * TINY_STREAM_OUTPUT_CHANNELS;
        ready = tiny_stream_flush(state, input, 0, output);
    }
    return at == 24 ? 0 : at + 1;
}
