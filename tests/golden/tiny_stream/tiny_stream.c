/* tiny_stream: kernels, arguments and the network itself.
 *
 * made by  edgeunet 0.1.0
 * model    model, SHA-256 0000000000000000000000000000000000000000000000000000000000000000
 * kernels  portable, for any C99 compiler
 * command  edgeunet export-c --kernels portable --mode stream
 *
 * SPDX-License-Identifier: Apache-2.0 OR 0BSD
 * Choose either licence for what edgeunet wrote here; the model and its weights are yours. */

#include "tiny_stream.h"

#include <stddef.h>
#include <string.h>

#if TINY_STREAM_DIGEST != 0x0342174CUL
#error "this file and tiny_stream.h come from different runs of edgeunet export-c; use files of one run"
#endif

/* Makes rows outside the signal read as padding: row r of out has index first + r; those below begin or not below end become
 * value. Runs only while a stream starts or ends. */
#if defined(__GNUC__)
#define EU_APART __attribute__((noinline)) /* many callers, no hurry: one copy */
#else
#define EU_APART
#endif
EU_APART static void eu_edge(int8_t *out, int32_t rows, int32_t pitch, int32_t bytes, int32_t value, int32_t first,
                             int32_t begin, int32_t end)
{
    for (int32_t r = 0; r < rows; r++) {
        if (first + r < begin || first + r >= end) {
            memset(out + r * pitch, value, (size_t)bytes);
        }
    }
}

/* Scales an accumulator: y = acc * multiplier / 2^31 * 2^shift, rounded twice as TFLite's reference kernels do.
 *
 *     a = acc << max(shift, 0)                            (wraps like two's complement; never in a sane network)
 *     y = (a * multiplier + 2^30) >> 31                   gemmlowp SaturatingRoundingDoublingHighMul
 *     y = (y + 2^(e-1) + (y >> 31)) >> e, e = -shift > 0  gemmlowp RoundingDivideByPOT: ties away from zero
 *
 * 0 <= multiplier < 2^31, so |a * multiplier| < 2^62 and |y| < 2^31; the second sum is at most 2^31 - 1 + 2^30 in
 * magnitude and is made in 64 bits. -31 <= shift <= 30. */
static int32_t eu_requantize(int32_t acc, int32_t multiplier, int32_t shift)
{
    const int32_t left = shift > 0 ? shift : 0;
    const int32_t right = shift < 0 ? -shift : 0;
    const int32_t a = (int32_t)((uint32_t)acc << left);
    const int64_t y = ((int64_t)a * multiplier + ((int64_t)1 << 30)) >> 31;
    const int64_t half = ((int64_t)1 << right) >> 1;
    const int64_t down = right > 0 && y < 0 ? 1 : 0;
    return (int32_t)((y + half - down) >> right);
}

/* Clamps y to [low, high], both relative to the zero point, and adds it: the result is an int8, no sum can overflow. */
static int8_t eu_clamp(int32_t y, int32_t zero_point, int32_t low, int32_t high)
{
    return (int8_t)((y < low ? low : y > high ? high : y) + zero_point);
}

/* Rows of dot products: a 1x1 convolution, a fully connected layer, or a convolution whose taps follow each other
 * without gaps (dilation 1, pitch = channels), where one window is one run of bytes.
 *
 *     acc[r][n] = bias[n] + sum over k < length of in[r * in_step + k] * weights[n][k]
 *     out[r * out_step + n] = clamp(requantize(acc, multiplier[n], shift[n]) + zero_point)
 *
 * bias has the input zero point folded in. |acc| < 2^31 is proven per channel when the kernel is chosen. Two outputs at a
 * time, so that each input is loaded once for both. Source of the arithmetic: TFLite
 * reference_integer_ops::ConvPerChannel and FullyConnected. */
typedef struct {
    const int8_t *weights; /* (outputs, length) */
    const int32_t *bias;
    const int32_t *multiplier;
    const int8_t *shift;
    int32_t rows;
    int32_t in_step; /* bytes between the windows of neighbouring output rows */
    int32_t length;
    int32_t out_step;
    int32_t outputs;
    int32_t zero_point;
    int32_t low; /* clamp, relative to zero_point */
    int32_t high;
} eu_dot_rows_t;

static void eu_dot_rows(const int8_t *in, int8_t *out, const eu_dot_rows_t *p)
{
    const int32_t length = p->length;
    for (int32_t r = 0; r < p->rows; r++) {
        const int8_t *w = p->weights;
        int32_t n = 0;
        for (; n + 2 <= p->outputs; n += 2) {
            int32_t acc0 = p->bias[n];
            int32_t acc1 = p->bias[n + 1];
            for (int32_t k = 0; k < length; k++) {
                const int32_t x = in[k];
                acc0 += x * w[k];
                acc1 += x * w[length + k];
            }
            out[n] = eu_clamp(eu_requantize(acc0, p->multiplier[n], p->shift[n]), p->zero_point, p->low, p->high);
            out[n + 1] =
                eu_clamp(eu_requantize(acc1, p->multiplier[n + 1], p->shift[n + 1]), p->zero_point, p->low, p->high);
            w += 2 * length;
        }
        if (n < p->outputs) {
            int32_t acc = p->bias[n];
            for (int32_t k = 0; k < length; k++) {
                acc += in[k] * w[k];
            }
            out[n] = eu_clamp(eu_requantize(acc, p->multiplier[n], p->shift[n]), p->zero_point, p->low, p->high);
        }
        in += p->in_step;
        out += p->out_step;
    }
}

/* Maximum over time: out[r][c] = clamp(max over t < kernel of in[r * in_step + t * pitch + c]).
 *
 * Rows outside the signal hold -128. Source: TFLite reference_integer_ops::MaxPool. */
typedef struct {
    int32_t rows;
    int32_t in_step; /* stride * pitch */
    int32_t pitch;
    int32_t kernel;
    int32_t out_step;
    int32_t channels;
    int32_t low; /* clamp */
    int32_t high;
} eu_max_pool_1d_t;

static void eu_max_pool_1d(const int8_t *in, int8_t *out, const eu_max_pool_1d_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        for (int32_t c = 0; c < p->channels; c++) {
            const int8_t *x = in + c;
            int32_t best = p->low;
            for (int32_t t = 0; t < p->kernel; t++) {
                best = *x > best ? *x : best;
                x += p->pitch;
            }
            out[c] = (int8_t)(best < p->high ? best : p->high);
        }
        in += p->in_step;
        out += p->out_step;
    }
}

/* Sum or difference of two int8 signals on different scales.
 *
 *     a = requantize((in_a - zero_point_a) << left_shift, multiplier_a, shift_a); b likewise
 *     out = clamp(requantize(a + sign * b, multiplier, shift) + zero_point)
 *
 * left_shift is 20: |in - zero_point| <= 255, so no term reaches 2^28 and no sum 2^29. A pitch or step of 0 repeats an operand
 * over rows or channels. out may be either operand. Source: TFLite reference_integer_ops::Add and reference_ops::Sub. */
typedef struct {
    int32_t rows;
    int32_t channels;
    int32_t a_pitch;
    int32_t a_step; /* bytes between channels: 1 or 0 */
    int32_t b_pitch;
    int32_t b_step;
    int32_t out_pitch;
    int32_t left_shift;
    int32_t sign;
    int32_t a_zero_point;
    int32_t a_multiplier;
    int32_t a_shift;
    int32_t b_zero_point;
    int32_t b_multiplier;
    int32_t b_shift;
    int32_t multiplier;
    int32_t shift;
    int32_t zero_point;
    int32_t low; /* clamp, relative to zero_point */
    int32_t high;
} eu_add_t;

static void eu_add(const int8_t *a, const int8_t *b, int8_t *out, const eu_add_t *p)
{
    const int32_t unit = (int32_t)1 << p->left_shift;
    for (int32_t r = 0; r < p->rows; r++) {
        for (int32_t c = 0; c < p->channels; c++) {
            const int32_t x = (a[c * p->a_step] - p->a_zero_point) * unit;
            const int32_t y = (b[c * p->b_step] - p->b_zero_point) * unit;
            const int32_t sum =
                eu_requantize(x, p->a_multiplier, p->a_shift) + p->sign * eu_requantize(y, p->b_multiplier, p->b_shift);
            out[c] = eu_clamp(eu_requantize(sum, p->multiplier, p->shift), p->zero_point, p->low, p->high);
        }
        a += p->a_pitch;
        b += p->b_pitch;
        out += p->out_pitch;
    }
}

#include "tiny_stream_weights.h"

static const eu_dot_rows_t tiny_stream_01 = {
    .weights = tiny_stream_01_weights,
    .bias = tiny_stream_01_bias,
    .rows = 2,
    .in_step = 1,
    .length = 3,
    .out_step = 3,
    .outputs = 3,
    .multiplier = tiny_stream_01_multiplier,
    .shift = tiny_stream_01_shift,
    .zero_point = -128,
    .low = 0,
    .high = 255,
};

static const eu_max_pool_1d_t tiny_stream_02 = {
    .rows = 1,
    .in_step = 6,
    .pitch = 3,
    .kernel = 2,
    .out_step = 3,
    .channels = 3,
    .low = -128,
    .high = 127,
};

static const eu_dot_rows_t tiny_stream_03 = {
    .weights = tiny_stream_03_weights,
    .bias = tiny_stream_03_bias,
    .rows = 1,
    .in_step = 3,
    .length = 9,
    .out_step = 3,
    .outputs = 3,
    .multiplier = tiny_stream_03_multiplier,
    .shift = tiny_stream_03_shift,
    .zero_point = -128,
    .low = 0,
    .high = 255,
};

static const eu_dot_rows_t tiny_stream_04 = {
    .weights = tiny_stream_04_weights,
    .bias = tiny_stream_04_bias,
    .rows = 1,
    .in_step = 3,
    .length = 3,
    .out_step = 6,
    .outputs = 6,
    .multiplier = tiny_stream_04_multiplier,
    .shift = tiny_stream_04_shift,
    .zero_point = -11,
    .low = -117,
    .high = 138,
};

static const eu_add_t tiny_stream_05 = {
    .rows = 2,
    .channels = 3,
    .a_pitch = 3,
    .a_step = 1,
    .b_pitch = 3,
    .b_step = 1,
    .out_pitch = 3,
    .a_zero_point = -11,
    .b_zero_point = -128,
    .left_shift = 20,
    .a_multiplier = 1073741824,
    .a_shift = 0,
    .b_multiplier = 1073741824,
    .b_shift = 0,
    .multiplier = 1168077163,
    .shift = -19,
    .sign = 1,
    .zero_point = -7,
    .low = -121,
    .high = 134,
};

static const eu_dot_rows_t tiny_stream_06 = {
    .weights = tiny_stream_06_weights,
    .bias = tiny_stream_06_bias,
    .rows = 2,
    .in_step = 3,
    .length = 3,
    .out_step = 2,
    .outputs = 2,
    .multiplier = tiny_stream_06_multiplier,
    .shift = tiny_stream_06_shift,
    .zero_point = -128,
    .low = 0,
    .high = 255,
};

#ifdef TINY_STREAM_TRACE
void tiny_stream_trace(int32_t layer);
#define TINY_STREAM_LAYER(index) tiny_stream_trace(index)
#else
#define TINY_STREAM_LAYER(index) ((void)0)
#endif

typedef char tiny_stream_arena_fits[sizeof((((tiny_stream_state_t *)0)->arena)) >= TINY_STREAM_ARENA_BYTES ? 1 : -1];

#define TINY_STREAM_RUNNING 16777216 /* input rows left while there is no end */
#define TINY_STREAM_SETTLING 4 /* hops after which nothing remembers the start */

void tiny_stream_reset(tiny_stream_state_t *state)
{
    memset(state->arena, 0, sizeof state->arena);
    state->hops = 0;
    state->left = TINY_STREAM_RUNNING;
}

/* One hop, of which the first rows are there. Indices are counted from this hop's first input row. */
static int32_t tiny_stream_hop(tiny_stream_state_t *state, const int8_t *input, int32_t rows, int8_t *output)
{
    int8_t *const a = (int8_t *)state->arena;
    const int32_t edge = state->hops < TINY_STREAM_SETTLING || state->left != TINY_STREAM_RUNNING;
    int32_t ready = 0;
    (void)edge;

    /*  0 input: INPUT -> 2 x 1 */
    TINY_STREAM_LAYER(0);
    memcpy(a + 15, input, (size_t)(rows));
    /*  1 tensor_1: CONV_2D -> 2 x 3, 18 MACs */
    TINY_STREAM_LAYER(1);
    if (edge) {
        eu_edge(a + 12, 4, 1, 1, -51, -3, -state->hops * 2, state->left);
    }
    eu_dot_rows(a + 12, a + 6, &tiny_stream_01);
    memmove(a + 12, a + 14, 3);
    /*  2 tensor_4: MAX_POOL_2D -> 1 x 3 */
    TINY_STREAM_LAYER(2);
    eu_max_pool_1d(a + 6, a + 26, &tiny_stream_02);
    /*  3 tensor_5: CONV_2D -> 1 x 3, 27 MACs */
    TINY_STREAM_LAYER(3);
    if (edge) {
        eu_edge(a + 20, 3, 3, 3, -128, -3, -state->hops, state->left / 2);
    }
    eu_dot_rows(a + 20, a + 16, &tiny_stream_03);
    memmove(a + 20, a + 23, 6);
    /*  4 tensor_10: TRANSPOSE_CONV -> 1 x 6, 18 MACs */
    TINY_STREAM_LAYER(4);
    eu_dot_rows(a + 16, a + 28, &tiny_stream_04);
    /*  5 tensor_11: ADD -> 2 x 3 */
    TINY_STREAM_LAYER(5);
    eu_add(a + 28, a, a + 28, &tiny_stream_05);
    memmove(a, a + 6, 6);
    /*  6 tensor_12: CONV_2D -> 2 x 2, 12 MACs */
    TINY_STREAM_LAYER(6);
    eu_dot_rows(a + 28, a + 8, &tiny_stream_06);
    /*  7 output: OUTPUT -> 2 x 2 */
    TINY_STREAM_LAYER(7);
    {
        const int32_t first = -state->hops * 2 + 4 < 0 ? 0 : -state->hops * 2 + 4;
        const int32_t last = state->left + 4 < 2 ? state->left + 4 : 2;
        ready = last > first ? last - first : 0;
        if (ready > 0) {
            memcpy(output, a + 8 + first * 2, (size_t)ready * 2);
        }
    }
    TINY_STREAM_LAYER(TINY_STREAM_LAYERS);
    state->hops += state->hops < TINY_STREAM_SETTLING ? 1 : 0;
    state->left -= state->left == TINY_STREAM_RUNNING ? 0 : TINY_STREAM_HOP;
    return ready;
}

int32_t tiny_stream_push(tiny_stream_state_t *state, const int8_t *input, int8_t *output)
{
    return tiny_stream_hop(state, input, TINY_STREAM_HOP, output);
}

int32_t tiny_stream_flush(tiny_stream_state_t *state, const int8_t *input, int32_t rows, int8_t *output)
{
    int32_t ready = 0;
    if (rows < 0 || rows >= TINY_STREAM_HOP || rows % TINY_STREAM_STRIDE != 0 || (rows != 0 && input == NULL)) {
        return -1;
    }
    if (input == NULL) {
        input = (const int8_t *)state->arena; /* an address, of which nothing is read: C counts from NULL no bytes, not even 0 */
    }
    if (state->left == TINY_STREAM_RUNNING) {
        state->left = rows;
    } else {
        rows = 0;
    }
    while (ready == 0 && state->left + 4 > 0) {
        ready = tiny_stream_hop(state, input, rows, output);
        rows = 0;
    }
    return ready;
}

void tiny_stream_run(tiny_stream_state_t *state, const int8_t *input, int8_t *output)
{
    int32_t ready;
    tiny_stream_reset(state);
    for (int32_t i = 0; i < TINY_STREAM_INPUT_ROWS / TINY_STREAM_HOP; i++) {
        output += tiny_stream_push(state, input, output) * 2;
        input += TINY_STREAM_HOP * 1;
    }
    ready = tiny_stream_flush(state, input, TINY_STREAM_INPUT_ROWS % TINY_STREAM_HOP, output);
    while (ready > 0) {
        output += ready * 2;
        ready = tiny_stream_flush(state, input, 0, output);
    }
}
