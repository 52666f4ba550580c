/* Portable twin of the quad kernels' row loops (dsp/eu_quad.c): same frame, same packing, one product at a time. */
typedef struct {
    const int32_t *wide; /* r1: 4 first sums, widened weights, constants of the requantization */
    int32_t out_step;    /* r2 */
    const int8_t *end;   /* r3: the inputs of the row after the last */
    uint32_t above;      /* r4: in each byte, 255 - (high - low) */
    uint32_t below;      /* r5: in each byte, high + zero_point + 1 (mod 256) */
    int32_t gap;         /* r6: bytes from the end of one row's inputs to the start of the next row's */
    const int8_t *in;    /* r7 */
    int8_t *out;         /* r8 */
    int32_t groups;      /* r9: groups of four inputs, per run of inputs */
    const int32_t *last; /* windows of several runs: where the widened weights end */
    int32_t run_gap;     /* and the bytes between runs (or see EU_QUAD_LAST) */
    int32_t add[4];      /* see EU_QUAD_ADD */
} eu_quad_rows_t;

/* What follows the sums of a quad: a scale (dsp: EU_QUAD_SCALE with USAT or SSAT, EU_QUAD_ROUND) and what is around it. */
typedef enum { EU_QUAD_CLAMPED, EU_QUAD_SATURATED, EU_QUAD_RELU, EU_QUAD_LINEAR } eu_quad_scale_t;

static int32_t eu_quad_cut(int64_t value, int32_t low, int32_t high)
{
    return (int32_t)(value < low ? low : value > high ? high : value);
}

/* The sums of the products of `groups` groups of inputs, widened weights in SXTB16 order. */
static const int32_t *eu_quad_sum(const int8_t *in, const int32_t *wide, int32_t groups, int32_t *sums)
{
    for (; groups > 0; groups--) {
        for (int32_t half = 0; half < 2; half++) {
            for (int32_t n = 0; n < 4; n++) {
                const uint32_t pair = (uint32_t)*wide++;
                sums[n] += in[half] * (int16_t)(uint16_t)(pair & 0xFFFFU) + in[half + 2] * (int16_t)(uint16_t)(pair >> 16);
            }
        }
        in += 4;
    }
    return wide;
}

/* Four sums to int8 (for EU_QUAD_CLAMPED 0 .. 255), by the constants behind the weights. */
static void eu_quad_scale(const int32_t *constants, int32_t *sums, eu_quad_scale_t scale)
{
    for (int32_t n = 0; n < 4; n++) {
        int32_t sum = sums[n];
        if (scale == EU_QUAD_LINEAR) {
            const int32_t *const c = constants + 3 * n;
            const int64_t y = (((int64_t)sum * c[0] + ((int64_t)1 << 31)) >> 32) + c[1] + (sum < 0 ? -1 : 0);
            sums[n] = eu_quad_cut(y >> c[2], -128, 127);
        } else {
            const int32_t *const c = constants + 6 * (n >> 1);
            const uint64_t low = (uint32_t)c[2 + 2 * (n & 1)];
            const int64_t offset = c[3 + 2 * (n & 1)] * ((int64_t)1 << 32) + (int64_t)low;
            sum = scale == EU_QUAD_RELU && sum < 0 ? 0 : sum;
            const int64_t y = ((int64_t)sum * c[n & 1] + offset) >> 36;
            sums[n] = scale == EU_QUAD_CLAMPED ? eu_quad_cut(y, 0, 255) : eu_quad_cut(y, -128, 127);
        }
    }
}

/* Four bytes to memory; those of EU_QUAD_CLAMPED with UQADD8 and UADD8. */
static void eu_quad_store(int8_t *out, const int32_t *values, uint32_t above, uint32_t below, eu_quad_scale_t scale)
{
    for (int32_t n = 0; n < 4; n++) {
        int32_t value = values[n];
        if (scale == EU_QUAD_CLAMPED) {
            value = eu_quad_cut(value + (int32_t)(above & 255U), 0, 255) + (int32_t)(below & 255U);
            value = ((value & 255) ^ 128) - 128;
        }
        out[n] = (int8_t)value;
    }
}

/* A whole row loop. `last` says that the last four inputs come apart (EU_QUAD_LAST), `adds` that a signal is added. */
static void eu_quad_loop(const eu_quad_rows_t *p, eu_quad_scale_t scale, int32_t last, int32_t adds)
{
    const int8_t *in = p->in;
    for (int8_t *out = p->out; in != p->end; out += p->out_step) {
        int32_t sums[4] = {p->wide[0], p->wide[1], p->wide[2], p->wide[3]};
        const int32_t *w = eu_quad_sum(in, p->wide + 4, p->groups, sums);
        in += 4 * p->groups;
        if (last) {
            w = eu_quad_sum(in + p->run_gap, w, 1, sums);
        }
        while (w != p->last) {
            in += p->run_gap;
            w = eu_quad_sum(in, w, p->groups, sums);
            in += 4 * p->groups;
        }
        eu_quad_scale(w, sums, scale);
        for (int32_t n = 0; adds && n < 4; n++) {
            sums[n] = eu_quad_cut((sums[n] * p->add[1] + out[p->add[0] + n] * p->add[2] + p->add[3]) >> 20, -128, 127);
        }
        eu_quad_store(out, sums, p->above, p->below, scale);
        in += p->gap;
    }
}
