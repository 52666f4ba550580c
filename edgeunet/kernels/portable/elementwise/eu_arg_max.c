/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Which channel of each row is the largest (or smallest, where flip is -1), the first of equal ones: at most 128 channels.
 *
 *     out[0] = argmax over c < channels of (in[c] ^ flip)
 *
 * Source: TFLite reference_ops::ArgMinMax. */
typedef struct {
    int32_t rows;
    int32_t channels;
    int32_t in_pitch;
    int32_t out_pitch;
    int32_t flip;
} eu_arg_max_t;

static void eu_arg_max(const int8_t *in, int8_t *out, const eu_arg_max_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        int32_t largest = in[0] ^ p->flip;
        int32_t place = 0;
        for (int32_t c = 1; c < p->channels; c++) {
            const int32_t x = in[c] ^ p->flip;
            if (x > largest) {
                largest = x;
                place = c;
            }
        }
        out[0] = (int8_t)place;
        in += p->in_pitch;
        out += p->out_pitch;
    }
}
