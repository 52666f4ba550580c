/* tiny_dsp: an int8 network as C99, a whole window per call.
 *
 * made by  edgeunet 0.1.0
 * model    model, SHA-256 0000000000000000000000000000000000000000000000000000000000000000
 * kernels  dsp, for Cortex-M4, M7, M33 (DSP extension)
 * command  edgeunet export-c --kernels dsp --mode window
 *
 * SPDX-License-Identifier: Apache-2.0 OR 0BSD
 * Choose either licence for what edgeunet wrote here; the model and its weights are yours. */

#ifndef TINY_DSP_H
#define TINY_DSP_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TINY_DSP_DIGEST 0x20C3C77DUL /* of this run of export-c; the other files check it */

#define TINY_DSP_INPUT_BYTES 128 /* int8, row major */
#define TINY_DSP_INPUTS 2 /* one after the other in one buffer */
#define TINY_DSP_INPUT0_OFFSET 0 /* bytes */
#define TINY_DSP_INPUT0_ROWS 16
#define TINY_DSP_INPUT0_CHANNELS 4
#define TINY_DSP_INPUT0_SCALE 0.05F /* real = scale * (q - zero point) */
#define TINY_DSP_INPUT0_ZERO_POINT (69)
#define TINY_DSP_INPUT1_OFFSET 64 /* bytes */
#define TINY_DSP_INPUT1_ROWS 16
#define TINY_DSP_INPUT1_CHANNELS 4
#define TINY_DSP_INPUT1_SCALE 0.0735391F /* real = scale * (q - zero point) */
#define TINY_DSP_INPUT1_ZERO_POINT (-7)

#define TINY_DSP_OUTPUT_BYTES 64 /* int8, row major */
#define TINY_DSP_OUTPUT_ROWS 16
#define TINY_DSP_OUTPUT_CHANNELS 4
#define TINY_DSP_OUTPUT_SCALE 0.04F /* real = scale * (q - zero point) */
#define TINY_DSP_OUTPUT_ZERO_POINT (-128)

#define TINY_DSP_ARENA_BYTES 344 /* largest live set: 344 */
#define TINY_DSP_WEIGHTS_BYTES 608 /* constants: weights, biases, multipliers, tables */
#define TINY_DSP_LAYERS 7
#define TINY_DSP_MACS 4480 /* multiply-accumulates per call */

/* Every byte the network needs; the caller owns it. Two of them are two independent instances. */
typedef struct {
    uint32_t arena[86];
} tiny_dsp_state_t;

/* Prepares a state for its first run. */
void tiny_dsp_reset(tiny_dsp_state_t *state);

/* Runs the network: TINY_DSP_INPUT_BYTES in, TINY_DSP_OUTPUT_BYTES out. The buffers must not overlap. */
void tiny_dsp_run(tiny_dsp_state_t *state, const int8_t *input, int8_t *output);

/* Runs the golden input in tiny_dsp_selftest.c: 0 when every output byte is right, else 1 + the index of the
 * first wrong one. output has TINY_DSP_OUTPUT_BYTES; state is used up: reset it before your own first run. */
int32_t tiny_dsp_selftest(tiny_dsp_state_t *state, int8_t *output);

/* Layers, in the order they run:
 *
 * #  layer      operator                                       kernel                   output  MACs  arena span
 * 0  input      INPUT                                          eu_copy                  16x4       0  248..319
 * 1  tensor_1   CONV_2D                                        eu_panels_conv_relu      16x8    1536  0..143
 * 2  tensor_4   DEPTHWISE_CONV_2D                              eu_depthwise_3           16x8     384  144..271
 * 3  tensor_7   CONV_2D+ADD                                    eu_panels_add_linear     16x8    1024  0..143
 * 4  tensor_11  MAX_POOL_2D                                    eu_elementwise_max_2     8x8        0  264..327
 * 5  tensor_16  RESIZE_NEAREST_NEIGHBOR+CONCATENATION+CONV_2D  eu_panels_sum_saturated  16x8    1024  136..263
 * 6  tensor_19  CONV_2D                                        eu_quads_conv_clamped    16x4     512  output
 */

#ifdef __cplusplus
}
#endif

#endif /* TINY_DSP_H */
