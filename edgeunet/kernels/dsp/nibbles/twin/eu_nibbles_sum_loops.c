/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_nibbles_sum_saturated_loop  tail=saturated
 *     eu_nibbles_sum_relu_loop    tail=relu
 *     eu_nibbles_sum_linear_loop  tail=linear
 */
/* All channels of fours of rows of a and what they are repeated in. */
static void $name(const eu_panels_sum_frame_t *frame)
{
    const eu_panels_frame_t *const rows = &frame->rows;
    const int32_t a_groups = (int32_t)(frame->a_chain.end - rows->panel) / 8;
    const int32_t b_groups = frame->panel_bytes / 32;
    const int32_t outputs = (int32_t)(rows->out_end - rows->out);
    for (int32_t panels = 0; panels < rows->panels; panels++) {
        const int32_t *w = rows->weights;
        eu_panels_widen(&frame->b, panels, eu_panels_widen(&rows->from, panels, rows->panel));
        for (int32_t n = 0; n < outputs; n += 2) {
            eu_panels_sums_t first = {{0, 0, 0, 0}, {0, 0, 0, 0}};
            const int32_t *const b_weights = eu_nibbles_sum_up(rows->panel, w, a_groups, &first);
            for (int32_t phase = 0; phase < frame->repeat; phase++) {
                int8_t *const out = rows->out + panels * rows->out_four + phase * frame->out_step + n;
                eu_panels_sums_t sums = first;
                int32_t values[2][4];
                w = eu_nibbles_sum_up(frame->a_chain.end + phase * 8 * b_groups, b_weights, b_groups, &sums);
                w = eu_nibbles_values(w, rows->scale, &sums, EU_PANELS_OF_$TAIL, values);
                eu_panels_store(out, rows->out_rows, outputs - n, values);
            }
        }
    }
}
