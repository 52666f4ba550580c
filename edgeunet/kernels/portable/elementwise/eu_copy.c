/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
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
