/* Self-test of tiny_window: golden vectors, computed by edgeunet's exact evaluator.
 *
 * made by  edgeunet 0.1.0
 * model    model, SHA-256 0000000000000000000000000000000000000000000000000000000000000000
 * kernels  portable, for any C99 compiler
 * command  edgeunet export-c --kernels portable --mode window
 *
 * SPDX-License-Identifier: Apache-2.0 OR 0BSD
 * Choose either licence for what edgeunet wrote here; the model and its weights are yours. */

#include "tiny_window.h"

#if TINY_WINDOW_DIGEST != 0x80D1F4F7UL
#error "this file and tiny_window.h come from different runs of edgeunet export-c; use files of one run"
#endif

static const int8_t tiny_window_golden_input[32] = {
    124, 62, -5, -47, -126, -50, -49, -93, -77, -74, 50, 47, -113, -14, -2, 125, 63, -58, 99, 57, 106, 4, 118,
    -72, -123, 73, -123, -35, -84, 93, -58, 33,
};

static const int8_t tiny_window_golden_output[16] = {
    -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128, -128,
};

int32_t tiny_window_selftest(tiny_window_state_t *state, int8_t *output)
{
    tiny_window_reset(state);
    tiny_window_run(state, tiny_window_golden_input, output);
    for (int32_t i = 0; i < TINY_WINDOW_OUTPUT_BYTES; i++) {
        if (output[i] != tiny_window_golden_output[i]) {
            return i + 1;
        }
    }
    return 0;
}
