/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* The rows of an image that one row of outputs reads, column by column and padded, so that kernels for one dimension run on them.
 *
 *     rows[x * column + i * channels + c] = in[y * stride_height - top + i * dilation_height][x - left][c]      i < kernel_height
 *
 * or zero_point outside the image. A window of the image is then one of neighbouring columns, each of kernel_height * channels values:
 * as the input's zero point is folded into the biases, padding adds nothing. */
typedef struct {
    int32_t in_height;
    int32_t in_width;
    int32_t in_pitch; /* bytes between pixels */
    int32_t channels;
    int32_t
        words; /* whether pixels can be copied four bytes at a time: channels and all addresses are multiples of four */
    int32_t out_height;
    int32_t out_row; /* bytes between rows of outputs */
    int32_t kernel_height;
    int32_t stride_height;
    int32_t dilation_height;
    int32_t top; /* padding above */
    int32_t left;
    int32_t width;  /* columns */
    int32_t column; /* bytes between columns, at least kernel_height * channels */
    int32_t behind; /* words of scratch memory before the rows, which the kernel that runs on them has */
    int32_t zero_point;
} eu_gather_t;

/* One row of the image by words: `pixels` of it from `in` on, or the zero point where there are none. Columns and pixels are moved
 * on by words. */
static void eu_gather_words(const int32_t *in, int32_t *row, int32_t pixels, const eu_gather_t *p)
{
    const int32_t words = p->channels / 4;
    const int32_t in_gap = p->in_pitch / 4 - words;
    const int32_t row_gap = p->column / 4 - words;
    for (; pixels > 0; pixels--) {
        int32_t left = words;
        for (; left >= 4; left -= 4) {
            const int32_t a = in[0], b = in[1], c = in[2], d = in[3];
            row[0] = a;
            row[1] = b;
            row[2] = c;
            row[3] = d;
            in += 4;
            row += 4;
        }
        for (; left > 0; left--) {
            *row++ = *in++;
        }
        in += in_gap;
        row += row_gap;
    }
}

/* Byte by byte, three bytes and one at a time: what colours and sound have. What the struct says is read once, as a byte that is written
 * could be one of its own. */
static void eu_gather_bytes(const int8_t *in, int8_t *row, int32_t pixels, const eu_gather_t *p)
{
    const int32_t channels = p->channels;
    const int32_t in_pitch = p->in_pitch;
    const int32_t column = p->column;
    if (channels == 3) {
        for (; pixels > 0; pixels--) {
            const int8_t a = in[0], b = in[1], c = in[2];
            row[0] = a;
            row[1] = b;
            row[2] = c;
            in += in_pitch;
            row += column;
        }
    } else if (channels == 1) {
        for (; pixels > 0; pixels--) {
            *row = *in;
            in += in_pitch;
            row += column;
        }
    }
    for (; pixels > 0; pixels--) {
        for (int32_t c = 0; c < channels; c++) {
            row[c] = in[c];
        }
        in += in_pitch;
        row += column;
    }
}

/* Pixels that are outside the image. */
static void eu_gather_outside(int8_t *row, int32_t pixels, const eu_gather_t *p)
{
    const int32_t value = (int32_t)(((uint32_t)p->zero_point & 255U) * 0x01010101U);
    const int32_t words = p->words ? p->channels / 4 : 0;
    const int32_t bytes = p->words ? 0 : p->channels;
    const int32_t column = p->column;
    const int8_t zero_point = (int8_t)p->zero_point;
    for (; pixels > 0; pixels--) {
        for (int32_t c = 0; c < words; c++) {
            ((int32_t *)(void *)row)[c] = value;
        }
        for (int32_t c = 0; c < bytes; c++) {
            row[c] = zero_point;
        }
        row += column;
    }
}

static void eu_gather(const int8_t *in, int8_t *rows, const eu_gather_t *p, int32_t out_y)
{
    const int32_t last = p->left + p->in_width < p->width ? p->left + p->in_width : p->width;
    for (int32_t i = 0; i < p->kernel_height; i++) {
        const int32_t y = out_y * p->stride_height - p->top + i * p->dilation_height;
        int8_t *const row = rows + i * p->channels;
        if (y < 0 || y >= p->in_height || last <= p->left) {
            eu_gather_outside(row, p->width, p);
            continue;
        }
        const int8_t *const from = in + y * p->in_width * p->in_pitch;
        int8_t *const inside = row + p->left * p->column;
        eu_gather_outside(row, p->left, p);
        if (p->words) {
            eu_gather_words((const int32_t *)(const void *)from, (int32_t *)(void *)inside, last - p->left, p);
        } else {
            eu_gather_bytes(from, inside, last - p->left, p);
        }
        eu_gather_outside(row + last * p->column, p->width - last, p);
    }
}
