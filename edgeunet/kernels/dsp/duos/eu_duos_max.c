/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Maximum over time of int16 values, two channels at a time: out[r][c] = clamp(max over t < kernel of in[r * in_step + t * pitch][c]).
 *
 * Rows outside the signal hold -32768. channels is even; words are loaded and stored at even addresses; steps are bytes. Source:
 * TFLite reference_integer_ops::MaxPool. */
typedef struct {
    int32_t rows;
    int32_t in_step; /* stride * pitch */
    int32_t pitch;
    int32_t kernel;
    int32_t out_step;
    int32_t channels;
    uint32_t low; /* clamp, in both halves */
    uint32_t high;
} eu_duos_max_t;

static void eu_duos_max(const int8_t *in, int8_t *out, const eu_duos_max_t *p)
{
    const int32_t kernel = p->kernel, pitch = p->pitch, bytes = 2 * p->channels;
    const uint32_t low = p->low, high = p->high;
    for (int32_t r = 0; r < p->rows; r++) {
        for (int32_t c = 0; c < bytes; c += 4) {
            const int8_t *x = in + c;
            uint32_t best = low, word;
            for (int32_t t = 0; t < kernel; t++) {
                EU_DUOS_LOAD(word, x);
                EU_DUOS_MAX(best, word);
                x += pitch;
            }
            EU_DUOS_MIN(best, high);
            ((uint16_t *)(void *)(out + c))[0] = (uint16_t)(best & 0xFFFFU);
            ((uint16_t *)(void *)(out + c))[1] = (uint16_t)(best >> 16);
        }
        in += p->in_step;
        out += p->out_step;
    }
}
