/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_nibbles_conv_relu_loop    tail=relu adds=0
 *     eu_nibbles_conv_linear_loop  tail=linear adds=0
 *     eu_nibbles_add_relu_loop     tail=relu adds=1
 *     eu_nibbles_add_linear_loop   tail=linear adds=1
 */
/* All channels of fours of rows. */
static void $name(const eu_panels_frame_t *frame)
{
    const int32_t groups = (int32_t)(frame->chain.end - frame->panel) / 8;
    const int32_t outputs = (int32_t)(frame->out_end - frame->out);
    const int32_t at[4] = {0, frame->out_rows[0], frame->out_rows[1], frame->out_rows[2]};
    for (int32_t panels = 0; panels < frame->panels; panels++) {
        const int32_t *w = frame->weights;
        eu_panels_widen(&frame->from, panels, frame->panel);
        for (int32_t n = 0; n < outputs; n += 2) {
            int8_t *const out = frame->out + panels * frame->out_four + n;
            eu_panels_sums_t sums = {{0, 0, 0, 0}, {0, 0, 0, 0}};
            int32_t values[2][4];
            w = eu_nibbles_sum_up(frame->panel, w, groups, &sums);
            w = eu_nibbles_values(w, frame->scale, &sums, EU_PANELS_OF_$TAIL, values);
            for (int32_t i = 0; i < 8 * $adds; i++) {
                int32_t *const value = &values[i >> 2][i & 3];
                *value =
                    eu_panels_cut((*value * frame->slope +
                                   out[frame->other + at[i & 3] + (i >> 2)] * frame->other_slope + frame->add_offset) >>
                                  20);
            }
            eu_panels_store(out, frame->out_rows, outputs - n, values);
        }
    }
}
