/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* A function of one int8 value as its 256 results: out = table[in + 128]. out may be in. */
typedef struct {
    const int8_t *table;
    int32_t rows;
    int32_t channels;
    int32_t in_pitch;
    int32_t out_pitch;
} eu_table_t;

static void eu_table(const int8_t *in, int8_t *out, const eu_table_t *p)
{
    for (int32_t r = 0; r < p->rows; r++) {
        for (int32_t c = 0; c < p->channels; c++) {
            out[c] = p->table[in[c] + 128];
        }
        in += p->in_pitch;
        out += p->out_pitch;
    }
}
