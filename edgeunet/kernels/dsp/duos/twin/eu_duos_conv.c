/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of eu_duos_conv.c. */
static int32_t eu_duos_conv_half(int32_t word, int32_t place)
{
    return (int16_t)(uint16_t)(((uint32_t)word >> (16 * place)) & 0xFFFFU);
}

static int32_t eu_duos_conv_byte(int32_t word, int32_t place)
{
    return (int8_t)(uint8_t)(((uint32_t)word >> (8 * place)) & 0xFFU);
}

static void eu_duos_conv_row(const int8_t *in, int8_t *out, const int32_t *stream, const eu_duos_conv_rows_t *p)
{
    const int32_t *w = stream + 2;
    int32_t sums[2] = {stream[0], stream[1]};
    for (int32_t t = 0; t < p->runs; t++) {
        const int16_t *x = (const int16_t *)(const void *)in;
        const int32_t length = 4 * p->blocks + p->rest;
        for (int32_t c = 0; c < length; c++) {
            sums[0] += x[c] * eu_duos_conv_byte(w[c / 2], c % 2 * 2);
            sums[1] += x[c] * eu_duos_conv_byte(w[c / 2], c % 2 * 2 + 1);
        }
        w += (length + 1) / 2;
        in += 2 * length + p->gap;
    }
    for (int32_t n = 0; n < 2; n++) {
        const int32_t shift = eu_duos_conv_byte(w[1], n), low = eu_duos_conv_half(p->low, 0);
        const int32_t high = eu_duos_conv_half(p->high, 0);
        const int64_t product = (int64_t)sums[n] * eu_duos_conv_half(w[0], n);
        const int32_t y = ((int32_t)(product >> 16) + ((int32_t)1 << (shift - 1))) >> shift;
        ((int16_t *)(void *)out)[n] = (int16_t)(y < low ? low : y > high ? high : y);
    }
}

static void eu_duos_conv_loop(eu_duos_conv_rows_t *p)
{
    const int32_t words = 2 + p->runs * ((4 * p->blocks + p->rest + 1) / 2) + 2;
    for (int32_t n = 0; n < p->pairs; n++) {
        eu_duos_conv_row(p->upper, p->upper_out + 4 * n, p->stream + n * words, p);
        eu_duos_conv_row(p->lower, p->lower_out + 4 * n, p->stream + n * words, p);
    }
}

/* Two rows, or one as both; of an odd channel, which stands last, only the lower half is kept. */
static void eu_duos_conv_rows(const int8_t *in, int8_t *out, const eu_duos_conv_t *p, int32_t in_step, int32_t out_step)
{
    const int32_t pairs = p->outputs / 2;
    eu_duos_conv_rows_t frame = {in,     in + in_step, p->stream, p->runs, p->length / 4,  p->length % 4,
                                 p->gap, p->low,       p->high,   out,     out + out_step, pairs};
    if (pairs > 0) {
        eu_duos_conv_loop(&frame);
    }
    if (p->outputs % 2 != 0) {
        uint32_t last[2];
        frame.stream = p->stream + pairs * p->pair;
        frame.upper_out = (int8_t *)&last[0];
        frame.lower_out = (int8_t *)&last[1];
        frame.pairs = 1;
        eu_duos_conv_loop(&frame);
        ((int16_t *)(void *)out)[2 * pairs] = (int16_t)(uint16_t)(last[0] & 0xFFFFU);
        ((int16_t *)(void *)(out + out_step))[2 * pairs] = (int16_t)(uint16_t)(last[1] & 0xFFFFU);
    }
}

static void eu_duos_conv(const int8_t *in, int8_t *out, const eu_duos_conv_t *p)
{
    int32_t rows = p->rows;
    for (; rows > 1; rows -= 2) {
        eu_duos_conv_rows(in, out, p, p->in_step, p->out_step);
        in += 2 * p->in_step;
        out += 2 * p->out_step;
    }
    if (rows > 0) {
        eu_duos_conv_rows(in, out, p, 0, 0);
    }
}
