/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Nearest upsampling by an integer: every input row is written factor times. Source: TFLite ResizeNearestNeighbor. */
typedef struct {
    int32_t rows; /* input rows */
    int32_t factor;
    int32_t channels;
    int32_t in_pitch;
    int32_t out_pitch;
} eu_repeat_t;

static void eu_repeat(const int8_t *in, int8_t *out, const eu_repeat_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        for (int32_t f = 0; f < p->factor; f++) {
            memcpy(out, in, (size_t)p->channels);
            out += p->out_pitch;
        }
        in += p->in_pitch;
    }
}
