/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Depthwise convolution over time, valid rows only, one channel after the other and four rows at a time: the channel's parameters are
 * loaded once, each weight once for four rows. Output channel n reads input channel n / repeat.
 *
 *     acc[r][n] = bias[n] + sum over t < taps of in[r * in_step + t * tap_step + n / repeat] * weights[t][n]
 *     out[r * out_step + n] = clamp(requantize(acc, multiplier[n], shift[n]) + zero_point)
 *
 * |acc| < 2^23 is proven per channel. Source of the arithmetic: TFLite reference_integer_ops::DepthwiseConvPerChannel. */
typedef struct {
    const int8_t *weights; /* (taps, outputs) */
    const int32_t *bias;   /* input zero point folded in */
    const int32_t *multiplier;
    const int8_t *shift; /* to the right */
    int32_t rows;
    int32_t block;    /* rows done before any input of later rows is overwritten */
    int32_t in_step;  /* bytes between the inputs of neighbouring output rows: stride * pitch */
    int32_t tap_step; /* bytes between neighbouring taps: dilation * pitch */
    int32_t taps;
    int32_t repeat; /* output channels per input channel */
    int32_t out_step;
    int32_t outputs;
    int32_t above; /* see eu_requantize_short.c */
    int32_t low;
    int32_t range;
} eu_depthwise_columns_t;

static void eu_depthwise_columns_rows(const int8_t *in, int8_t *out, const eu_depthwise_columns_t *p, int32_t rows)
{
    int32_t left = p->repeat;
    for (int32_t n = 0; n < p->outputs; n++) {
        const int32_t bias = p->bias[n];
        const int32_t multiplier = p->multiplier[n];
        const int32_t shift = p->shift[n];
        const int32_t high = eu_requantize_high(p->above, shift);
        const int8_t *from = in;
        int8_t *to = out + n;
        int32_t r = rows;
        for (; r >= 4; r -= 4) {
            const int8_t *x = from;
            const int8_t *w = p->weights + n;
            const int8_t *end = x + p->taps * p->tap_step;
            int32_t acc0 = bias, acc1 = bias, acc2 = bias, acc3 = bias;
            do {
                acc0 += x[0] * *w;
                acc1 += x[p->in_step] * *w;
                acc2 += x[2 * p->in_step] * *w;
                acc3 += x[3 * p->in_step] * *w;
                x += p->tap_step;
                w += p->outputs;
            } while (x != end);
            from += 4 * p->in_step;
            *to = eu_requantize_clamp(eu_requantize_short(acc0, multiplier, high, shift), p->low, p->range);
            to += p->out_step;
            *to = eu_requantize_clamp(eu_requantize_short(acc1, multiplier, high, shift), p->low, p->range);
            to += p->out_step;
            *to = eu_requantize_clamp(eu_requantize_short(acc2, multiplier, high, shift), p->low, p->range);
            to += p->out_step;
            *to = eu_requantize_clamp(eu_requantize_short(acc3, multiplier, high, shift), p->low, p->range);
            to += p->out_step;
        }
        for (; r > 0; r--) {
            const int8_t *x = from;
            const int8_t *w = p->weights + n;
            int32_t acc = bias;
            for (int32_t t = p->taps; t > 0; t--) {
                acc += *x * *w;
                x += p->tap_step;
                w += p->outputs;
            }
            from += p->in_step;
            *to = eu_requantize_clamp(eu_requantize_short(acc, multiplier, high, shift), p->low, p->range);
            to += p->out_step;
        }
        if (--left == 0) {
            left = p->repeat;
            in++;
        }
    }
}

static void eu_depthwise_columns(const int8_t *in, int8_t *out, const eu_depthwise_columns_t *p)
{
    for (int32_t r = 0; r < p->rows; r += p->block) {
        eu_depthwise_columns_rows(in, out, p, p->rows - r < p->block ? p->rows - r : p->block);
        in += p->block * p->in_step;
        out += p->block * p->out_step;
    }
}
