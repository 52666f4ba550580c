/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of eu_elementwise_max.c: maximum over 2 or 3 rows every `stride` rows.
 *
 *     out[r * out_step + n] = max over k < kernel of in[r * in_step + k * pitch + n] */
static void eu_elementwise_max(const int8_t *in, int8_t *out, const eu_elementwise_max_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        for (int32_t n = 0; n < p->channels; n++) {
            int8_t largest = in[n];
            for (int32_t k = 1; k < p->kernel; k++) {
                const int8_t value = in[k * p->pitch + n];
                largest = value > largest ? value : largest;
            }
            out[n] = largest;
        }
        in += p->in_step;
        out += p->out_step;
    }
}
