/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Nearest neighbour by table: out[i][j] = in[y[i]][x[j]], per pixel of channels bytes. The tables come from TFLite's float32
 * formula (reference_ops::ResizeNearestNeighbor), evaluated in Python. */
typedef struct {
    const uint16_t *y;
    const uint16_t *x;
    int32_t out_height;
    int32_t out_width;
    int32_t in_width;
    int32_t channels;
    int32_t in_pitch;
    int32_t out_pitch;
} eu_resize_t;

static void eu_resize(const int8_t *in, int8_t *out, const eu_resize_t *p)
{
    for (int32_t i = 0; i < p->out_height; i++) {
        for (int32_t j = 0; j < p->out_width; j++) {
            memcpy(out, in + (p->y[i] * p->in_width + p->x[j]) * p->in_pitch, (size_t)p->channels);
            out += p->out_pitch;
        }
    }
}
