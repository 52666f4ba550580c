/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of eu_planes_one_row.c. */
static void eu_planes_one_row(const eu_planes_row_t *row)
{
    eu_planes_outputs(row, 1);
}
