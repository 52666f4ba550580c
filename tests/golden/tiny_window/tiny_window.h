/* tiny_window: an int8 network as C99, a whole window per call.
 *
 * made by  edgeunet 0.1.0
 * model    model, SHA-256 0000000000000000000000000000000000000000000000000000000000000000
 * kernels  portable, for any C99 compiler
 * command  edgeunet export-c --kernels portable --mode window
 *
 * SPDX-License-Identifier: Apache-2.0 OR 0BSD
 * Choose either licence for what edgeunet wrote here; the model and its weights are yours. */

#ifndef TINY_WINDOW_H
#define TINY_WINDOW_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TINY_WINDOW_DIGEST 0x80D1F4F7UL /* of this run of export-c; the other files check it */

#define TINY_WINDOW_INPUT_BYTES 32 /* int8, row major */
#define TINY_WINDOW_INPUTS 2 /* one after the other in one buffer */
#define TINY_WINDOW_INPUT0_OFFSET 0 /* bytes */
#define TINY_WINDOW_INPUT0_ROWS 8
#define TINY_WINDOW_INPUT0_CHANNELS 2
#define TINY_WINDOW_INPUT0_SCALE 0.05F /* real = scale * (q - zero point) */
#define TINY_WINDOW_INPUT0_ZERO_POINT (100)
#define TINY_WINDOW_INPUT1_OFFSET 16 /* bytes */
#define TINY_WINDOW_INPUT1_ROWS 8
#define TINY_WINDOW_INPUT1_CHANNELS 2
#define TINY_WINDOW_INPUT1_SCALE 0.0735391F /* real = scale * (q - zero point) */
#define TINY_WINDOW_INPUT1_ZERO_POINT (-7)

#define TINY_WINDOW_OUTPUT_BYTES 16 /* int8, row major */
#define TINY_WINDOW_OUTPUT_ROWS 8
#define TINY_WINDOW_OUTPUT_CHANNELS 2
#define TINY_WINDOW_OUTPUT_SCALE 0.04F /* real = scale * (q - zero point) */
#define TINY_WINDOW_OUTPUT_ZERO_POINT (-128)

#define TINY_WINDOW_ARENA_BYTES 56 /* largest live set: 54 */
#define TINY_WINDOW_WEIGHTS_BYTES 147 /* constants: weights, biases, multipliers, tables */
#define TINY_WINDOW_LAYERS 7
#define TINY_WINDOW_MACS 348 /* multiply-accumulates per call */

/* Every byte the network needs; the caller owns it. Two of them are two independent instances. */
typedef struct {
    uint32_t arena[14];
} tiny_window_state_t;

/* Prepares a state for its first run. */
void tiny_window_reset(tiny_window_state_t *state);

/* Runs the network: TINY_WINDOW_INPUT_BYTES in, TINY_WINDOW_OUTPUT_BYTES out. The buffers must not overlap. */
void tiny_window_run(tiny_window_state_t *state, const int8_t *input, int8_t *output);

/* Runs the golden input in tiny_window_selftest.c: 0 when every output byte is right, else 1 + the index of the
 * first wrong one. output has TINY_WINDOW_OUTPUT_BYTES; state is used up: reset it before your own first run. */
int32_t tiny_window_selftest(tiny_window_state_t *state, int8_t *output);

/* Layers, in the order they run:
 *
 * #  layer      operator                                       kernel              output  MACs  arena span
 * 0  input      INPUT                                          eu_copy             8x2        0  16..35
 * 1  tensor_1   CONV_2D                                        eu_conv_block       8x3      144  0..29
 * 2  tensor_4   DEPTHWISE_CONV_2D                              eu_depthwise_slide  8x3       72  32..55
 * 3  tensor_7   ADD                                            eu_add_line         8x3        0  0..29
 * 4  tensor_8   MAX_POOL_2D                                    eu_max_pool_near    4x3        0  32..43
 * 5  tensor_13  RESIZE_NEAREST_NEIGHBOR+CONCATENATION+CONV_2D  eu_conv_sum_block   8x3       84  0..23
 * 6  tensor_16  CONV_2D                                        eu_conv_block       8x2       48  output
 */

#ifdef __cplusplus
}
#endif

#endif /* TINY_WINDOW_H */
