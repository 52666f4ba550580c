/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_quads_add_relu    unpack=eu_quads_unpack biases=4 constants=12
 *     eu_quads_add_linear  unpack=eu_quads_unpack_doubled biases=0 constants=9
 */
/* A convolution and an addition: see eu_quads_add.c. */
static void $name(const int8_t *in, const int8_t *other, int8_t *out, const eu_quads_add_t *p, int32_t *wide)
{
    eu_quads_rows_t frame = {
        wide, p->out_step, in,
        0,    0,           p->in_step - 4 * p->groups,
        in,   out,         p->groups,
        wide, 0,           {(int32_t)((intptr_t)other - (intptr_t)out), p->slope, p->other_slope, p->add_offset}};
    const int32_t together = p->other_step == p->out_step ? p->block : 1;
    for (int32_t first = 0; first < p->rows; first += p->block) {
        const int32_t end = p->rows - first < p->block ? p->rows : first + p->block;
        const int32_t *packed = p->weights;
        for (int32_t n = 0; n < p->outputs; n += 4) {
            $unpack(packed + $biases, wide, p->groups, p->scale);
            memcpy(wide, packed, 4 * $biases);
            packed += $constants + 4 * p->groups;
            for (int32_t r = first; r < end; r += together) {
                const int32_t count = end - r < together ? end - r : together;
                frame.in = in + r * p->in_step;
                frame.end = frame.in + count * p->in_step;
                frame.out = out + r * p->out_step + n;
                frame.add[0] = (int32_t)((intptr_t)other - (intptr_t)out) + r * (p->other_step - p->out_step);
                $name_loop(&frame);
            }
        }
    }
}
