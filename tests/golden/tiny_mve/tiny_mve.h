/* tiny_mve: an int8 network as C99, a whole window per call.
 *
 * made by  edgeunet 0.1.0
 * model    model, SHA-256 0000000000000000000000000000000000000000000000000000000000000000
 * kernels  mve, for Cortex-M55, M85 (Helium)
 * command  edgeunet export-c --kernels mve --mode window
 *
 * SPDX-License-Identifier: Apache-2.0 OR 0BSD
 * Choose either licence for what edgeunet wrote here; the model and its weights are yours. */

#ifndef TINY_MVE_H
#define TINY_MVE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TINY_MVE_DIGEST 0x7E0C6EB9UL /* of this run of export-c; the other files check it */

#define TINY_MVE_INPUT_BYTES 128 /* int8, row major */
#define TINY_MVE_INPUTS 2 /* one after the other in one buffer */
#define TINY_MVE_INPUT0_OFFSET 0 /* bytes */
#define TINY_MVE_INPUT0_ROWS 16
#define TINY_MVE_INPUT0_CHANNELS 4
#define TINY_MVE_INPUT0_SCALE 0.05F /* real = scale * (q - zero point) */
#define TINY_MVE_INPUT0_ZERO_POINT (69)
#define TINY_MVE_INPUT1_OFFSET 64 /* bytes */
#define TINY_MVE_INPUT1_ROWS 16
#define TINY_MVE_INPUT1_CHANNELS 4
#define TINY_MVE_INPUT1_SCALE 0.0735391F /* real = scale * (q - zero point) */
#define TINY_MVE_INPUT1_ZERO_POINT (-7)

#define TINY_MVE_OUTPUT_BYTES 64 /* int8, row major */
#define TINY_MVE_OUTPUT_ROWS 16
#define TINY_MVE_OUTPUT_CHANNELS 4
#define TINY_MVE_OUTPUT_SCALE 0.04F /* real = scale * (q - zero point) */
#define TINY_MVE_OUTPUT_ZERO_POINT (-128)

#define TINY_MVE_ARENA_BYTES 304 /* largest live set: 304 */
#define TINY_MVE_WEIGHTS_BYTES 684 /* constants: weights, biases, multipliers, tables */
#define TINY_MVE_LAYERS 8
#define TINY_MVE_MACS 4480 /* multiply-accumulates per call */

/* Every byte the network needs; the caller owns it. Two of them are two independent instances. */
typedef struct {
    uint32_t arena[76];
} tiny_mve_state_t;

/* Prepares a state for its first run. */
void tiny_mve_reset(tiny_mve_state_t *state);

/* Runs the network: TINY_MVE_INPUT_BYTES in, TINY_MVE_OUTPUT_BYTES out. The buffers must not overlap. */
void tiny_mve_run(tiny_mve_state_t *state, const int8_t *input, int8_t *output);

/* Runs the golden input in tiny_mve_selftest.c: 0 when every output byte is right, else 1 + the index of the
 * first wrong one. output has TINY_MVE_OUTPUT_BYTES; state is used up: reset it before your own first run. */
int32_t tiny_mve_selftest(tiny_mve_state_t *state, int8_t *output);

/* Layers, in the order they run:
 *
 * #  layer      operator                                       kernel               output  MACs  arena span
 * 0  input      INPUT                                          eu_elementwise_copy  16x4       0  88..159
 * 1  tensor_1   CONV_2D                                        eu_tiles_blocks      16x8    1536  0..143
 * 2  tensor_4   DEPTHWISE_CONV_2D                              eu_channels          16x8     384  176..303
 * 3  tensor_7   CONV_2D                                        eu_tiles_blocks      16x8    1024  144..271
 * 4  tensor_10  ADD                                            eu_elementwise_add   16x8       0  0..143
 * 5  tensor_11  MAX_POOL_2D                                    eu_elementwise_max   8x8        0  144..207
 * 6  tensor_16  RESIZE_NEAREST_NEIGHBOR+CONCATENATION+CONV_2D  eu_tiles             16x8    1024  0..127
 * 7  tensor_19  CONV_2D                                        eu_tiles             16x4     512  output
 */

#ifdef __cplusplus
}
#endif

#endif /* TINY_MVE_H */
