/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of eu_planes.c: same planes, one product at a time. */
#define EU_PLANES_PAIR 12

static void eu_planes_widen(const int8_t *in, int32_t *plane, int32_t pairs, int32_t in_step)
{
    for (; pairs > 0; pairs--) {
        for (int32_t n = 0; n < 4; n++) {
            plane[n] = (int32_t)((uint32_t)(int32_t)in[in_step + n] << 16 | ((uint32_t)(int32_t)in[n] & 0xFFFFU));
        }
        plane += EU_PLANES_PAIR;
        in += 2 * in_step;
    }
}

/* Column `x`, counted from the first of `pairs`, of the ring's row `i`. */
static int32_t eu_planes_column(const int32_t *pairs, int32_t i, int32_t x)
{
    const uint32_t word = (uint32_t)pairs[EU_PLANES_PAIR * (x / 2) + 4 * i];
    return (int16_t)(uint16_t)(x % 2 != 0 ? word >> 16 : word & 0xFFFFU);
}

/* One output from three columns, by double rounding. */
static int8_t eu_planes_output(const eu_planes_row_t *row, int32_t x)
{
    int32_t acc = row->bias;
    for (int32_t i = 0; i < 3; i++) {
        const uint32_t first = (uint32_t)row->weights[2 * i];
        const uint32_t last = (uint32_t)row->weights[2 * i + 1];
        acc += eu_planes_column(row->in, i, x) * (int16_t)(uint16_t)(first & 0xFFFFU);
        acc += eu_planes_column(row->in, i, x + 1) * (int16_t)(uint16_t)(first >> 16);
        acc += eu_planes_column(row->in, i, x + 2) * (int16_t)(uint16_t)(last >> 16);
    }
    const int64_t product = (int64_t)acc * row->multiplier + ((int64_t)1 << 31);
    const int32_t y = ((int32_t)(product >> 32) + row->rounding + (acc < 0 ? -1 : 0)) >> row->shift;
    return (int8_t)(y < -128 ? -128 : y > 127 ? 127 : y);
}

static void eu_planes_outputs(const eu_planes_row_t *row, int32_t stride)
{
    for (int32_t c = 0; c < 4; c++) {
        const int32_t outputs = (int32_t)(row->end - row->in) / EU_PLANES_PAIR * 2 / stride + row->odd;
        for (int32_t x = 0; x < outputs; x++) {
            row->out[x * row->out_step] = eu_planes_output(row, x * stride);
        }
        row++;
    }
}
