/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Moves `bytes` (a multiple of four, at multiples of four) to where they lie lower in memory, or apart. */
static void eu_move(int8_t *to, const int8_t *from, int32_t bytes)
{
    memmove(to, from, (size_t)bytes);
}
