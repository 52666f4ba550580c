/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* The rows and channels of a depthwise 3x3 over an image: four channels of all rows after each other, so that outputs may replace the
 * inputs in the same columns (bytes of a pixel), from rows on that are in the ring. */
typedef struct {
    const int8_t *weights; /* (outputs, 3, 3) */
    const int32_t *bias;
    const int32_t *multiplier;
    const int8_t *shift;
    int32_t in_height;
    int32_t in_width;
    int32_t in_step; /* bytes between pixels, a multiple of four */
    int32_t out_height;
    int32_t out_width;
    int32_t out_step;
    int32_t outputs; /* a multiple of four */
    int32_t stride_height;
    int32_t stride;    /* from column to column, 1 or 2 */
    int32_t top;       /* padding above */
    int32_t pairs;     /* of columns */
    int32_t skipped;   /* pairs of padding on the left */
    int32_t left_odd;  /* whether the first pair with a pixel begins with padding */
    int32_t whole;     /* pairs of pixels after that one */
    int32_t right_odd; /* whether a pair of a pixel and padding follows */
    int32_t in_zero_point;
    int32_t zero_point;
} eu_planes_t;

typedef void eu_planes_loop_t(const eu_planes_row_t *);

/* Two columns outside the image. */
static void eu_planes_outside(int32_t *plane, int32_t pairs, int32_t zero_point)
{
    const int32_t word = (int32_t)((uint32_t)zero_point << 16 | ((uint32_t)zero_point & 0xFFFFU));
    for (; pairs > 0; pairs--) {
        plane[0] = word;
        plane[1] = word;
        plane[2] = word;
        plane[3] = word;
        plane += EU_PLANES_PAIR;
    }
}

/* Four channels of a row of the image; pairs that are padding alone stay. */
static void eu_planes_make(const int8_t *in, int32_t *plane, const eu_planes_t *p)
{
    const uint32_t outside = (uint32_t)p->in_zero_point;
    plane += EU_PLANES_PAIR * p->skipped;
    if (p->left_odd) {
        for (int32_t c = 0; c < 4; c++) {
            plane[c] = (int32_t)((uint32_t)(int32_t)in[c] << 16 | (outside & 0xFFFFU));
        }
        in += p->in_step;
        plane += EU_PLANES_PAIR;
    }
    if (p->whole > 0) {
        eu_planes_widen(in, plane, p->whole, p->in_step);
    }
    if (p->right_odd) {
        in += 2 * p->whole * p->in_step;
        plane += EU_PLANES_PAIR * p->whole;
        for (int32_t c = 0; c < 4; c++) {
            plane[c] = (int32_t)(outside << 16 | ((uint32_t)(int32_t)in[c] & 0xFFFFU));
        }
    }
}

/* Doubled taps (0, 1) and (1, 2) of each row of a channel's weights, the first two rows again behind the last: ten words. */
static void eu_planes_weights(const int8_t *w, int32_t *words)
{
    for (int32_t i = 0; i < 5; i++) {
        const int8_t *const taps = w + 3 * (i % 3);
        for (int32_t j = 0; j < 2; j++) {
            *words++ = (int32_t)((uint32_t)(2 * taps[j + 1]) << 16 | ((uint32_t)(2 * taps[j]) & 0xFFFFU));
        }
    }
}

/* What does not change from row to row, of four channels. */
static void eu_planes_start(eu_planes_row_t *rows, const eu_planes_t *p, int32_t n, const int32_t *ring)
{
    const int32_t even = p->out_width & ~1;
    for (int32_t c = 0; c < 4; c++) {
        const int32_t shift = p->shift[n + c];
        rows[c].in = ring + c;
        rows[c].multiplier = p->multiplier[n + c];
        rows[c].rounding = (2 * p->zero_point + 1) * ((int32_t)1 << (shift - 1));
        rows[c].bias = 2 * p->bias[n + c];
        rows[c].shift = shift;
        rows[c].out_step = p->out_step;
        rows[c].end = ring + c + EU_PLANES_PAIR * (even * p->stride / 2);
        rows[c].odd = p->out_width - even;
    }
}

/* Scratch: the weights of four channels, the ring. A row of the image, or of padding, is in the ring's row `made + top` modulo 3. */
static void eu_planes_rows(const int8_t *in, int8_t *out, const eu_planes_t *p, int32_t *wide, eu_planes_loop_t *loop)
{
    int32_t *const ring = wide + 40;
    const int32_t in_row = p->in_width * p->in_step;
    eu_planes_row_t rows[4];
    for (int32_t n = 0; n < p->outputs; n += 4) {
        int8_t *to = out + n;
        int32_t made = -p->top; /* rows before this one are in the ring */
        int32_t slot = 0;       /* where this one goes */
        eu_planes_start(rows, p, n, ring);
        eu_planes_outside(ring, p->pairs, p->in_zero_point);
        eu_planes_outside(ring + 4, p->pairs, p->in_zero_point);
        eu_planes_outside(ring + 8, p->pairs, p->in_zero_point);
        for (int32_t c = 0; c < 4; c++) {
            eu_planes_weights(p->weights + 9 * (n + c), wide + 10 * c);
        }
        for (int32_t y = 0; y < p->out_height; y++) {
            const int32_t end = y * p->stride_height - p->top + 3;
            for (; made < end; made++) {
                if (made < 0) {
                    /* padding from the start */
                } else if (made < p->in_height) {
                    eu_planes_make(in + made * in_row + n, ring + 4 * slot, p);
                } else {
                    eu_planes_outside(ring + 4 * slot, p->pairs, p->in_zero_point);
                }
                slot = slot == 2 ? 0 : slot + 1;
            }
            /* the first row of the window is the oldest one, where the next goes */
            for (int32_t c = 0; c < 4; c++) {
                rows[c].out = to + c;
                rows[c].weights = wide + 10 * c + 2 * (slot == 0 ? 0 : 3 - slot);
            }
            loop(rows);
            to += p->out_width * p->out_step;
        }
    }
}
