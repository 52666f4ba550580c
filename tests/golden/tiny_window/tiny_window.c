/* tiny_window: kernels, arguments and the network itself.
 *
 * made by  edgeunet 0.1.0
 * model    model, SHA-256 0000000000000000000000000000000000000000000000000000000000000000
 * kernels  portable, for any C99 compiler
 * command  edgeunet export-c --kernels portable --mode window
 *
 * SPDX-License-Identifier: Apache-2.0 OR 0BSD
 * Choose either licence for what edgeunet wrote here; the model and its weights are yours. */

#include "tiny_window.h"

#include <stddef.h>
#include <string.h>

#if TINY_WINDOW_DIGEST != 0x601EB805UL
#error "this file and tiny_window.h come from different runs of edgeunet export-c; use files of one run"
#endif

/* Copies outer blocks of rows runs of bytes. in and out do not overlap. */
typedef struct {
    int32_t outer;
    int32_t rows;
    int32_t bytes;
    int32_t in_pitch; /* bytes between runs */
    int32_t in_jump;  /* bytes between blocks */
    int32_t out_pitch;
    int32_t out_jump;
} eu_copy_t;

static void eu_copy(const int8_t *in, int8_t *out, const eu_copy_t *p)
{
    for (int32_t i = 0; i < p->outer; i++) {
        const int8_t *from = in + i * p->in_jump;
        int8_t *to = out + i * p->out_jump;
        for (int32_t r = 0; r < p->rows; r++) {
            memcpy(to, from, (size_t)p->bytes);
            from += p->in_pitch;
            to += p->out_pitch;
        }
    }
}

/* Sets rows of bytes to a value: the padding around a signal, or a whole signal. */
static void eu_fill(int8_t *out, int32_t rows, int32_t pitch, int32_t bytes, int32_t value)
{
    for (int32_t r = 0; r < rows; r++) {
        memset(out, value, (size_t)bytes);
        out += pitch;
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

/* Depthwise convolution over time, valid rows only; output channel n reads input channel n / repeat.
 *
 *     acc[r][n] = bias[n] + sum over t < taps of in[r * in_step + t * tap_step + n / repeat] * weights[t][n]
 *     out[r * out_step + n] = clamp(requantize(acc, multiplier[n], shift[n]) + zero_point)
 *
 * weights: (taps, outputs); bias has the input zero point folded in. The sum wraps like two's complement, as the reference's
 * does: no bound is needed. Source of the arithmetic: TFLite reference_integer_ops::DepthwiseConvPerChannel. */
typedef struct {
    const int8_t *weights;
    const int32_t *bias;
    const int32_t *multiplier;
    const int8_t *shift;
    int32_t rows;
    int32_t in_step;  /* bytes between the inputs of neighbouring output rows: stride * pitch */
    int32_t tap_step; /* bytes between neighbouring taps: dilation * pitch */
    int32_t taps;
    int32_t repeat; /* output channels per input channel */
    int32_t out_step;
    int32_t outputs;
    int32_t zero_point;
    int32_t low; /* clamp, relative to zero_point */
    int32_t high;
} eu_depthwise_1d_t;

static void eu_depthwise_1d(const int8_t *in, int8_t *out, const eu_depthwise_1d_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        for (int32_t n = 0; n < p->outputs; n++) {
            const int8_t *x = in + n / p->repeat;
            const int8_t *w = p->weights + n;
            uint32_t acc = (uint32_t)p->bias[n];
            for (int32_t t = 0; t < p->taps; t++) {
                acc += (uint32_t)(*x * *w);
                x += p->tap_step;
                w += p->outputs;
            }
            out[n] =
                eu_clamp(eu_requantize((int32_t)acc, p->multiplier[n], p->shift[n]), p->zero_point, p->low, p->high);
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

/* Convolution over two signals side by side that are never put side by side; the first may run at a lower rate.
 *
 *     acc = bias[n] + sum over t < taps, c < a_inputs of a[(r / repeat) * a_step + t * a_tap + c] * a_weights[n][t][c]
 *                   + sum over t < taps, c < b_inputs of b[r * b_step + t * b_tap + c] * b_weights[n][t][c]
 *     out[r * out_step + n] = clamp(requantize(acc, multiplier[n], shift[n]) + zero_point)
 *
 * This is the convolution over concat(upsample(a), b): int32 sums may be made in any order, and a row of a that is repeated
 * is summed once. taps is 1 where repeat is not. bias has both zero points folded in. The sum wraps like two's complement,
 * as the reference's does. Source of the arithmetic: TFLite reference_integer_ops::ConvPerChannel. */
typedef struct {
    const int8_t *a_weights; /* (outputs, taps, a_inputs) */
    const int8_t *b_weights; /* (outputs, taps, b_inputs) */
    const int32_t *bias;
    const int32_t *multiplier;
    const int8_t *shift;
    int32_t rows; /* rows of a used: output rows / repeat */
    int32_t repeat;
    int32_t taps;
    int32_t a_step;
    int32_t a_tap;
    int32_t a_inputs;
    int32_t b_step;
    int32_t b_tap;
    int32_t b_inputs;
    int32_t out_step;
    int32_t outputs;
    int32_t zero_point;
    int32_t low; /* clamp, relative to zero_point */
    int32_t high;
} eu_conv_sum_t;

static uint32_t eu_conv_part(const int8_t *in, const int8_t *w, int32_t taps, int32_t tap_step, int32_t inputs)
{
    uint32_t acc = 0;
    for (int32_t t = 0; t < taps; t++) {
        for (int32_t c = 0; c < inputs; c++) {
            acc += (uint32_t)(in[c] * w[c]);
        }
        in += tap_step;
        w += inputs;
    }
    return acc;
}

static void eu_conv_sum(const int8_t *a, const int8_t *b, int8_t *out, const eu_conv_sum_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        for (int32_t n = 0; n < p->outputs; n++) {
            const int8_t *a_weights = p->a_weights + n * p->taps * p->a_inputs;
            const int8_t *b_weights = p->b_weights + n * p->taps * p->b_inputs;
            const uint32_t shared = (uint32_t)p->bias[n] + eu_conv_part(a, a_weights, p->taps, p->a_tap, p->a_inputs);
            for (int32_t i = 0; i < p->repeat; i++) {
                const uint32_t acc =
                    shared + eu_conv_part(b + i * p->b_step, b_weights, p->taps, p->b_tap, p->b_inputs);
                out[i * p->out_step + n] = eu_clamp(eu_requantize((int32_t)acc, p->multiplier[n], p->shift[n]),
                                                    p->zero_point, p->low, p->high);
            }
        }
        a += p->a_step;
        b += p->repeat * p->b_step;
        out += p->repeat * p->out_step;
    }
}

#include "tiny_window_weights.h"

static const eu_copy_t tiny_window_00 = {
    .outer = 1,
    .rows = 1,
    .bytes = 16,
    .in_pitch = 2,
    .in_jump = 0,
    .out_pitch = 2,
    .out_jump = 0,
};

static const eu_dot_rows_t tiny_window_01 = {
    .weights = tiny_window_01_weights,
    .bias = tiny_window_01_bias,
    .rows = 8,
    .in_step = 2,
    .length = 6,
    .out_step = 3,
    .outputs = 3,
    .multiplier = tiny_window_01_multiplier,
    .shift = tiny_window_01_shift,
    .zero_point = -128,
    .low = 0,
    .high = 255,
};

static const eu_depthwise_1d_t tiny_window_02 = {
    .weights = tiny_window_02_weights,
    .bias = tiny_window_02_bias,
    .repeat = 1,
    .outputs = 3,
    .rows = 8,
    .in_step = 3,
    .tap_step = 3,
    .taps = 3,
    .out_step = 3,
    .multiplier = tiny_window_02_multiplier,
    .shift = tiny_window_02_shift,
    .zero_point = 3,
    .low = -131,
    .high = 124,
};

static const eu_add_t tiny_window_03 = {
    .rows = 8,
    .channels = 3,
    .a_pitch = 3,
    .a_step = 1,
    .b_pitch = 3,
    .b_step = 1,
    .out_pitch = 3,
    .a_zero_point = -128,
    .b_zero_point = 3,
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

static const eu_max_pool_1d_t tiny_window_04 = {
    .rows = 4,
    .in_step = 6,
    .pitch = 3,
    .kernel = 2,
    .out_step = 3,
    .channels = 3,
    .low = -128,
    .high = 127,
};

static const eu_conv_sum_t tiny_window_05 = {
    .a_weights = tiny_window_05_a_weights,
    .b_weights = tiny_window_05_b_weights,
    .bias = tiny_window_05_bias,
    .rows = 4,
    .repeat = 2,
    .taps = 1,
    .a_step = 3,
    .a_tap = 3,
    .a_inputs = 3,
    .b_step = 2,
    .b_tap = 2,
    .b_inputs = 2,
    .out_step = 3,
    .outputs = 3,
    .multiplier = tiny_window_05_multiplier,
    .shift = tiny_window_05_shift,
    .zero_point = -128,
    .low = 0,
    .high = 255,
};

static const eu_dot_rows_t tiny_window_06 = {
    .weights = tiny_window_06_weights,
    .bias = tiny_window_06_bias,
    .rows = 8,
    .in_step = 3,
    .length = 3,
    .out_step = 2,
    .outputs = 2,
    .multiplier = tiny_window_06_multiplier,
    .shift = tiny_window_06_shift,
    .zero_point = -128,
    .low = 0,
    .high = 255,
};

#ifdef TINY_WINDOW_TRACE
void tiny_window_trace(int32_t layer);
#define TINY_WINDOW_LAYER(index) tiny_window_trace(index)
#else
#define TINY_WINDOW_LAYER(index) ((void)0)
#endif

typedef char tiny_window_arena_fits[sizeof((((tiny_window_state_t *)0)->arena)) >= TINY_WINDOW_ARENA_BYTES ? 1 : -1];

void tiny_window_reset(tiny_window_state_t *state)
{
    memset(state->arena, 0, sizeof state->arena);
}

void tiny_window_run(tiny_window_state_t *state, const int8_t *input, int8_t *output)
{
    int8_t *const a = (int8_t *)state->arena;
    (void)a;

    /*  0 input: INPUT -> 8 x 2 */
    TINY_WINDOW_LAYER(0);
    eu_copy(input, a + 18, &tiny_window_00);
    /*  1 tensor_1: CONV_2D -> 8 x 3, 144 MACs */
    TINY_WINDOW_LAYER(1);
    eu_fill(a + 16, 1, 0, 2, 100);
    eu_fill(a + 34, 1, 0, 2, 100);
    eu_dot_rows(a + 16, a + 3, &tiny_window_01);
    /*  2 tensor_4: DEPTHWISE_CONV_2D -> 8 x 3, 72 MACs */
    TINY_WINDOW_LAYER(2);
    eu_fill(a, 1, 0, 3, -128);
    eu_fill(a + 27, 1, 0, 3, -128);
    eu_depthwise_1d(a, a + 32, &tiny_window_02);
    /*  3 tensor_7: ADD -> 8 x 3 */
    TINY_WINDOW_LAYER(3);
    eu_add(a + 3, a + 32, a + 3, &tiny_window_03);
    /*  4 tensor_8: MAX_POOL_2D -> 4 x 3 */
    TINY_WINDOW_LAYER(4);
    eu_max_pool_1d(a + 3, a + 32, &tiny_window_04);
    /*  5 tensor_13: RESIZE_NEAREST_NEIGHBOR+CONCATENATION+CONV_2D -> 8 x 3, 84 MACs */
    TINY_WINDOW_LAYER(5);
    eu_conv_sum(a + 32, input + 16, a, &tiny_window_05);
    /*  6 tensor_16: CONV_2D -> 8 x 2, 48 MACs */
    TINY_WINDOW_LAYER(6);
    eu_dot_rows(a, output, &tiny_window_06);
    TINY_WINDOW_LAYER(TINY_WINDOW_LAYERS);
}
