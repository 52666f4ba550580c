/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Windows of more bytes at any address than one chain has, as runs that may overlap: run_gap may be negative, and the weights of what a run
 * before has read are zero. */
#define EU_QUADS_ANY_RUNS EU_QUADS_ENTER(EU_QUADS_KEEP_RUNS, EU_QUADS_ENTRIES_64) EU_QUADS_ANY_CHAIN EU_QUADS_NEXT_RUN
