/* tiny_stream: an int8 network as C99, 2 input rows per call.
 *
 * made by  edgeunet 0.1.0
 * model    model, SHA-256 0000000000000000000000000000000000000000000000000000000000000000
 * kernels  portable, for any C99 compiler
 * command  edgeunet export-c --kernels portable --mode stream
 *
 * SPDX-License-Identifier: Apache-2.0 OR 0BSD
 * Choose either licence for what edgeunet wrote here; the model and its weights are yours. */

#ifndef TINY_STREAM_H
#define TINY_STREAM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TINY_STREAM_DIGEST 0xCAD01EBAUL /* of this run of export-c; the other files check it */

#define TINY_STREAM_INPUT_BYTES 8 /* int8, row major */
#define TINY_STREAM_INPUT_ROWS 8
#define TINY_STREAM_INPUT_CHANNELS 1
#define TINY_STREAM_INPUT_SCALE 0.05F /* real = scale * (q - zero point) */
#define TINY_STREAM_INPUT_ZERO_POINT (-51)

#define TINY_STREAM_OUTPUT_BYTES 16 /* int8, row major */
#define TINY_STREAM_OUTPUT_ROWS 8
#define TINY_STREAM_OUTPUT_CHANNELS 2
#define TINY_STREAM_OUTPUT_SCALE 0.04F /* real = scale * (q - zero point) */
#define TINY_STREAM_OUTPUT_ZERO_POINT (-128)

#define TINY_STREAM_ARENA_BYTES 36 /* largest live set: 30 */
#define TINY_STREAM_WEIGHTS_BYTES 186 /* constants: weights, biases, multipliers, tables */
#define TINY_STREAM_LAYERS 8
#define TINY_STREAM_MACS 75 /* multiply-accumulates per call */
#define TINY_STREAM_HOP 2 /* input rows per push */
#define TINY_STREAM_HOP_OUTPUT_ROWS 2 /* most output rows per call */
#define TINY_STREAM_HOP_INPUT_BYTES 2 /* per push */
#define TINY_STREAM_HOP_OUTPUT_BYTES 4 /* room for what push or flush writes */
#define TINY_STREAM_STRIDE 2 /* a recording is a multiple of this many input rows long */
#define TINY_STREAM_LOOKAHEAD 4 /* input rows by which an output comes late */
#define TINY_STREAM_RECEPTIVE_FIELD 8 /* most input rows that an output depends on */

/* Every byte the network needs; the caller owns it. Two of them are two independent instances. */
typedef struct {
    uint32_t arena[9];
    int32_t hops;
    int32_t left;
} tiny_stream_state_t;

/* Prepares a state for a new recording. */
void tiny_stream_reset(tiny_stream_state_t *state);

/* Takes TINY_STREAM_HOP input rows; writes the output rows that are ready now and returns how many (0 to
 * TINY_STREAM_HOP_OUTPUT_ROWS; output must hold that many). Rows come in order: row i since the reset belongs to input row i;
 * each comes once TINY_STREAM_LOOKAHEAD later input rows are there. */
int32_t tiny_stream_push(tiny_stream_state_t *state, const int8_t *input, int8_t *output);

/* Ends the recording with its last rows (0 to TINY_STREAM_HOP - 1, a multiple of TINY_STREAM_STRIDE; for any other number
 * it returns -1 and changes nothing): writes and returns like push. Call it again with 0 rows (input may be NULL) until
 * it returns 0; then reset. What came out is, value for value, the network run over the whole recording. */
int32_t tiny_stream_flush(tiny_stream_state_t *state, const int8_t *input, int32_t rows, int8_t *output);

/* A whole window by hops: reset, push, flush. TINY_STREAM_INPUT_BYTES in, TINY_STREAM_OUTPUT_BYTES out, which must not overlap. */
void tiny_stream_run(tiny_stream_state_t *state, const int8_t *input, int8_t *output);

/* Streams the golden recording in tiny_stream_selftest.c: 0 when every output byte is right, else 1 + the index of the
 * first wrong one. output has room for TINY_STREAM_HOP_OUTPUT_ROWS rows; state is used up: reset it before your own first run. */
int32_t tiny_stream_selftest(tiny_stream_state_t *state, int8_t *output);

/* Layers, in the order they run:
 *
 * #  layer      operator        kernel            output  MACs  arena span
 * 0  input      INPUT                             2x1        0  12..16
 * 1  tensor_1   CONV_2D         eu_conv_block     2x3       18  0..11
 * 2  tensor_4   MAX_POOL_2D     eu_max_pool_near  1x3        0  20..28
 * 3  tensor_5   CONV_2D         eu_conv_block     1x3       27  16..18
 * 4  tensor_10  TRANSPOSE_CONV  eu_conv_block     1x6       18  28..33
 * 5  tensor_11  ADD             eu_add_line       2x3        0  28..33
 * 6  tensor_12  CONV_2D         eu_conv_block     2x2       12  8..11
 * 7  output     OUTPUT                            2x2        0  output
 */

#ifdef __cplusplus
}
#endif

#endif /* TINY_STREAM_H */
