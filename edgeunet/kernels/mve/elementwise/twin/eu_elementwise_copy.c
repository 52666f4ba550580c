/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of eu_elementwise_copy.c: copies outer blocks of rows runs of bytes. in and out do not overlap, but for nearest
 * upsampling, where a block is one row of inputs and as many of outputs: then no block may write over what later ones read. */
static void eu_elementwise_copy(const int8_t *in, int8_t *out, const eu_elementwise_copy_t *p)
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
