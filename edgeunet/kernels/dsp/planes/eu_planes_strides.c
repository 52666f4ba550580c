/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Variants:
 *
 *     eu_planes_one  stride=one
 *     eu_planes_two  stride=two
 */
/* Depthwise 3x3 over an image whose columns of windows are $stride apart: eu_planes.c has formula, bounds and source. */
static void $name(const int8_t *in, int8_t *out, const eu_planes_t *p, int32_t *wide)
{
    eu_planes_rows(in, out, p, wide, $name_row);
}
