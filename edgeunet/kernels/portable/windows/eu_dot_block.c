/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* What convolutions over one signal or two share: two rows of four output channels at a time, so that each input is loaded once for
 * four products and each weight once for two.
 *
 *     acc[r][n] = bias[n] + sum over the windows of all signals at row r (a row of the first serves `repeat` of them)
 *     out[r * out_step + n] = clamp(requantize(acc, multiplier[n], shift[n]) + zero_point)
 *
 * |acc| < 2^23 is proven per channel. The numbers are offsets that assembly relies on. */
typedef struct {
    int32_t step; /* 0: bytes from row to row */
    int32_t
        runs; /* 4: runs of neighbouring bytes: its taps, or all of them as one where they follow each other without gaps */
    int32_t gap;    /* 8: bytes from the end of a run to the next */
    int32_t length; /* 12: bytes of a run */
    int32_t more;   /* 16: whether another signal follows */
} eu_dot_window_t;

typedef struct {
    const int8_t
        *weights; /* 0: of four outputs, per signal (runs, length, 4), then their e - 2; then what is left one by one */
    const int32_t
        *scaling;     /* 4: four biases (input zero point folded in), their multipliers; then what is left one by one */
    int32_t rows;     /* 8 */
    int32_t repeat;   /* 12 */
    int32_t out_step; /* 16 */
    int32_t outputs;  /* 20 */
    int32_t above;    /* 24: see eu_requantize_short.c */
    int32_t low;      /* 28 */
    int32_t range;    /* 32 */
    eu_dot_window_t window[2]; /* 36 */
} eu_dot_block_t;

#if defined(__GNUC__)
#define EU_DOT_APART __attribute__((noinline)) /* registers of its own; one copy for all callers */
#define EU_DOT_ORDER() __asm__ volatile("")    /* no load moves up past it: it would take a register that there is not */
#else
#define EU_DOT_APART
#define EU_DOT_ORDER() ((void)0)
#endif

#define EU_DOT_OUT(acc) eu_requantize_clamp(eu_requantize_short(acc, multiplier, high, shift), low, range)
