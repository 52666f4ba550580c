/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_trios_loop_3  taps=3
 *     eu_trios_loop_5  taps=5
 *     eu_trios_loop_7  taps=7
 */
/* A channel's sum to int8 by its constants: the high word of one product. */
static int32_t $name_scaled(const int32_t *constants, int32_t scale, int32_t sum)
{
    const int64_t lifted = (int64_t)1024 * sum + constants[1];
    const int64_t y = (((lifted < 0 ? 0 : lifted) * constants[0] >> 32) + scale) >> 14;
    return (int32_t)(y < -128 ? -128 : y > 127 ? 127 : y);
}

/* All channels of threes of rows, one product at a time: same frame, same packing. */
static void $name(const eu_trios_frame_t *frame)
{
    const int32_t units = (int32_t)(frame->end - frame->inputs) / 16;
    const int32_t outputs = (int32_t)(frame->out_end - frame->out);
    for (int32_t row = 0; row < 3 * frame->threes; row++) {
        const int32_t *w = frame->weights;
        int8_t *const out = frame->out + row * frame->out_step;
        for (int32_t n = 0; n < outputs; n += 2) {
            uint32_t both = 0;
            int32_t first = 0;
            for (int32_t i = 0; i < units * $taps; i++) {
                const uint32_t x = (uint32_t)frame->inputs[i / $taps * 16 + i % $taps + row];
                const uint32_t h = (uint32_t)*w++;
                const int32_t low = (int16_t)(uint16_t)(x & 0xFFFFU);
                const int32_t high = (int16_t)(uint16_t)(x >> 16);
                both += (uint32_t)(low * (int16_t)(uint16_t)(h & 0xFFFFU)) +
                        (uint32_t)(high * (int16_t)(uint16_t)(h >> 16));
                first += low * (int8_t)(uint8_t)(h & 0xFFU) + high * (int8_t)(uint8_t)(h >> 16 & 0xFFU);
            }
            out[n] = (int8_t)$name_scaled(w + 2, frame->scale, first);
            if (n + 1 < outputs) {
                out[n + 1] = (int8_t)$name_scaled(w, frame->scale, (int32_t)(both - (uint32_t)first) >> 8);
            }
            w += 4;
        }
    }
}
