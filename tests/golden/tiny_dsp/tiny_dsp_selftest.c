/* Self-test of tiny_dsp: golden vectors, computed by edgeunet's exact evaluator.
 *
 * made by  edgeunet 0.1.0
 * model    model, SHA-256 0000000000000000000000000000000000000000000000000000000000000000
 * kernels  dsp, for Cortex-M4, M7, M33 (DSP extension)
 * command  edgeunet export-c --kernels dsp --mode window
 *
 * SPDX-License-Identifier: Apache-2.0 OR 0BSD
 * Choose either licence for what edgeunet wrote here; the model and its weights are yours. */

#include "tiny_dsp.h"

#if TINY_DSP_DIGEST != 0x20C3C77DUL
#error "this file and tiny_dsp.h come from different runs of edgeunet export-c; use files of one run"
#endif

static const int8_t tiny_dsp_golden_input[128] = {
    124, 62, -5, -47, -126, -50, -49, -93, -77, -74, 50, 47, -113, -14, -2, 125, 63, -58, 99, 57, 106, 4, 118,
    -72, -123, 73, -123, -35, -84, 93, -58, 33, 46, -75, -26, -75, -105, -7, 126, -4, -44, -12, -106, -77, 71,
    -67, -128, -101, 124, 20, 47, -17, -27, 113, 16, 75, 22, -49, -85, -68, 7, 53, -61, -114, 3, -65, -114,
    -43, 83, -64, 59, 44, -4, 35, 63, -61, -122, -10, -127, -98, 39, -59, 22, 18, -48, -88, -38, -27, -94, -41,
    35, -84, 39, 82, -84, -8, 21, 80, -59, 44, -79, 54, -8, -118, 89, 59, 14, 27, -116, 17, -123, 43, -111,
    -104, -125, -66, 49, -57, -85, 22, -77, 66, 14, -63, -22, -100, 66, 19,
};

static const int8_t tiny_dsp_golden_output[64] = {
    -14, -128, -128, -128, -19, -128, -103, -128, -127, -128, -128, -128, -128, -128, -128, -128, 40, -128,
    -108, -128, -19, -128, -100, -128, -128, -128, -128, -128, -32, -128, -128, -128, 7, -128, -128, -128,
    -128, -128, -128, -128, -63, -128, -128, -128, -128, -128, -128, -128, -121, -128, -99, -128, 19, -128,
    -112, -128, -128, -128, -128, -128, -85, -128, -103, -128,
};

int32_t tiny_dsp_selftest(tiny_dsp_state_t *state, int8_t *output)
{
    tiny_dsp_reset(state);
    tiny_dsp_run(state, tiny_dsp_golden_input, output);
    for (int32_t i = 0; i < TINY_DSP_OUTPUT_BYTES; i++) {
        if (output[i] != tiny_dsp_golden_output[i]) {
            return i + 1;
        }
    }
    return 0;
}
