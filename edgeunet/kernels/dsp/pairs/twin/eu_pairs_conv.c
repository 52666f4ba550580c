/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* A convolution with both operands widened; what the kernels named eu_pairs_ share. */
typedef int32_t *eu_pairs_unpack_t(const int32_t *packed, int32_t *wide, int32_t groups, int32_t scale);

/* Scratch: four first sums, a quad's weights and its 12 constants, the inputs. */
static void eu_pairs_conv(const int8_t *in, int8_t *out, const eu_pairs_t *p, int32_t *wide, eu_pairs_code_t *tail,
                          eu_pairs_unpack_t *unpack, int32_t constants)
{
    int32_t *const inputs = wide + 16 + 8 * p->in.groups;
    const int32_t step = eu_pairs_step(&p->in) / 4;
    for (int32_t first = 0; first < p->rows; first += p->block) {
        const int32_t rows = p->rows - first < p->block ? p->rows - first : p->block;
        const int32_t *packed = p->weights;
        eu_pairs_gather(in + first * p->in.step, p->in.step, rows, &p->in, inputs);
        for (int32_t n = 0; n < p->outputs; n += 4) {
            unpack(packed, wide, p->in.groups, p->scale);
            for (int32_t r = 0; r < rows; r++) {
                int32_t sums[4] = {wide[0], wide[1], wide[2], wide[3]};
                eu_quads_scale(eu_pairs_add_up(inputs + r * step, wide + 4, p->in.groups, sums), sums, tail());
                eu_quads_store(out + (first + r) * p->out_step + n, sums, p->above, p->below, tail());
            }
            packed += constants + 4 * p->in.groups;
        }
    }
}
