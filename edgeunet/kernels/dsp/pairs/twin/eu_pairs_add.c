/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* What the kernels for a convolution and an addition with both operands widened share. The two signals that are added have the same step;
 * out may be other. */
typedef int32_t *eu_pairs_unpack_t(const int32_t *packed, int32_t *wide, int32_t groups, int32_t scale);

/* `biases` words precede a quad's weights where they are not unpacked with them. */
static void eu_pairs_added(const int8_t *in, const int8_t *other, int8_t *out, const eu_pairs_add_t *p, int32_t *wide,
                           eu_pairs_code_t *tail, eu_pairs_unpack_t *unpack, int32_t constants, int32_t biases)
{
    int32_t *const inputs = wide + 16 + 8 * p->in.groups;
    const int32_t step = eu_pairs_step(&p->in) / 4;
    for (int32_t first = 0; first < p->rows; first += p->block) {
        const int32_t rows = p->rows - first < p->block ? p->rows - first : p->block;
        const int32_t *packed = p->weights;
        eu_pairs_gather(in + first * p->in.step, p->in.step, rows, &p->in, inputs);
        for (int32_t n = 0; n < p->outputs; n += 4) {
            unpack(packed + biases, wide, p->in.groups, p->scale);
            for (int32_t r = 0; r < rows; r++) {
                const int32_t at = (first + r) * p->out_step + n;
                int32_t sums[4] = {wide[0], wide[1], wide[2], wide[3]};
                for (int32_t i = 0; i < biases; i++) {
                    sums[i] = packed[i];
                }
                eu_quads_scale(eu_pairs_add_up(inputs + r * step, wide + 4, p->in.groups, sums), sums, tail());
                for (int32_t i = 0; i < 4; i++) {
                    sums[i] = eu_quads_cut((sums[i] * p->slope + other[at + i] * p->other_slope + p->add_offset) >> 20,
                                           -128, 127);
                }
                eu_quads_store(out + at, sums, 0, 0, tail());
            }
            packed += constants + 4 * p->in.groups;
        }
    }
}
