/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* What the kernels for a convolution over two signals with both operands widened share (see eu_quads_sum.c): per quad the sums of the
 * first signal's rows are made first; from them, for each of the `repeat` phases, output rows phase, phase + repeat, phase + 2 * repeat ... */
typedef int32_t *eu_pairs_unpack_t(const int32_t *packed, int32_t *wide, int32_t groups, int32_t scale);

/* The first signal's sums by the packed weights of a quad; doubled, and from the biases before them, where `rounded`. */
static void eu_pairs_first_sums(const int32_t *in, const int32_t *packed, int32_t groups, int32_t rounded,
                                int32_t *sums)
{
    for (int32_t n = 0; n < 4; n++) {
        sums[n] = rounded ? 2 * packed[n] : 0;
    }
    for (const int32_t *w = packed + 4 * rounded; groups > 0; groups--) {
        for (int32_t k = 0; k < 16; k++) {
            const uint32_t x = (uint32_t)in[k & 1] >> 8 * (k & 2);
            const uint32_t weight = (uint32_t)w[k >> 2] >> 8 * (k & 3);
            sums[k >> 2] += (1 + rounded) * (int16_t)(uint16_t)(x & 0xFFFFU) * (int8_t)(uint8_t)(weight & 255U);
        }
        in += 2;
        w += 4;
    }
}

/* Scratch: four first sums, the weights of a quad for one signal, its 12 constants, four sums per row of a, the inputs of a and of each
 * phase of b. */
static void eu_pairs_sum(const int8_t *a, const int8_t *b, int8_t *out, const eu_pairs_sum_t *p, int32_t *wide,
                         eu_pairs_code_t *tail, eu_pairs_unpack_t *unpack, int32_t constants)
{
    int32_t *const sums = wide + 16 + 8 * (p->a.groups > p->b.groups ? p->a.groups : p->b.groups);
    int32_t *const inputs = sums + 4 * p->block;
    const int32_t a_words = eu_pairs_step(&p->a) / 4;
    const int32_t b_words = eu_pairs_step(&p->b) / 4;
    for (int32_t first = 0; first < p->groups; first += p->block) {
        const int32_t rows = p->groups - first < p->block ? p->groups - first : p->block;
        const int32_t *packed = p->weights;
        int32_t *const b_inputs = eu_pairs_gather(a + first * p->a.step, p->a.step, rows, &p->a, inputs);
        int32_t *t = b_inputs;
        for (int32_t phase = 0; phase < p->repeat; phase++) {
            t = eu_pairs_gather(b + first * p->b.step + phase * p->b_phase, p->b.step, rows, &p->b, t);
        }
        for (int32_t n = 0; n < p->outputs; n += 4) {
            for (int32_t row = 0; row < rows; row++) {
                eu_pairs_first_sums(inputs + row * a_words, packed, p->a.groups, tail() == EU_QUADS_LINEAR,
                                    sums + 4 * row);
            }
            packed += 4 * p->a.groups;
            unpack(packed, wide, p->b.groups, p->scale);
            for (int32_t i = 0; i < rows * p->repeat; i++) {
                const int32_t row = i % rows;
                const int32_t at = ((first + row) * p->repeat + i / rows) * p->out_step + n;
                int32_t values[4];
                memcpy(values, sums + 4 * row, sizeof values);
                eu_quads_scale(eu_pairs_add_up(b_inputs + i * b_words, wide + 4, p->b.groups, values), values, tail());
                eu_quads_store(out + at, values, p->above, p->below, tail());
            }
            packed += constants + 4 * p->b.groups;
        }
    }
}
