/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Row loops over one signal, by the form of the window. */

/* Saves the caller's registers, keeps the frame on the stack: r1-r6 at [sp], the two entries at [sp + 24] and [sp + 28],
 * what `extra` pushed above them. Row loop at label 1. */
#define EU_QUADS_ENTER(extra, entries) \
    ".syntax unified\n\tpush {r4-r11, lr}\n\t" extra "ldmia r0, {r1-r9}\n\t" EU_QUADS_FIND \
    "push {r1-r6, r10, r11}\n\tmov r0, r7\n\tmov lr, r8\n" \
    "1:\n\tldmia r1!, {r8-r11}\n\tldr pc, [sp, #24]\n\t" entries

/* For windows of several runs: keeps the frame's last two words at [sp + 32], and goes back into the chain for each run. */
#define EU_QUADS_KEEP_RUNS "ldr r10, [r0, #36]\n\tldr r11, [r0, #40]\n\tpush {r10, r11}\n\t"
#define EU_QUADS_NEXT_RUN \
    "ldr r2, [sp, #32]\n\tldr r3, [sp, #36]\n\tcmp r1, r2\n\tbeq 4f\n\tadd r0, r3\n\t" \
    "ldr pc, [sp, #24]\n4:\n\t"

/* The last four inputs, which may overlap those before them (their weights are zero then): [sp + 32] is where they start
 * behind the others, 0 to -3. */
#define EU_QUADS_KEEP_LAST "ldr r10, [r0, #40]\n\tpush {r10, r11}\n\t"
#define EU_QUADS_LAST "ldr r2, [sp, #32]\n\tldr r2, [r0, r2]\n\t" EU_QUADS_STEP("r2")

/* r1-r6 hold the frame again: next row, or back to the caller. */
#define EU_QUADS_LEAVE(extra_bytes) \
    "add r0, r6\n\tcmp r0, r3\n\tbne 1b\n\tadd sp, #32 + " extra_bytes "\n\tpop {r4-r11, pc}"

/* The sums of a row, by the form of the window. */
#define EU_QUADS_ONE_48 EU_QUADS_ENTER("", EU_QUADS_ENTRIES_48) EU_QUADS_CHAIN_48("28")
#define EU_QUADS_ONE_64 EU_QUADS_ENTER("", EU_QUADS_ENTRIES_64) EU_QUADS_CHAIN_64("28")
#define EU_QUADS_RUNS_48 EU_QUADS_ENTER(EU_QUADS_KEEP_RUNS, EU_QUADS_ENTRIES_48) EU_QUADS_CHAIN_48("28") EU_QUADS_NEXT_RUN
#define EU_QUADS_RUNS_64 EU_QUADS_ENTER(EU_QUADS_KEEP_RUNS, EU_QUADS_ENTRIES_64) EU_QUADS_CHAIN_64("28") EU_QUADS_NEXT_RUN
#define EU_QUADS_ANY EU_QUADS_ENTER(EU_QUADS_KEEP_LAST, EU_QUADS_ENTRIES_64) EU_QUADS_ANY_CHAIN EU_QUADS_LAST

/* One run, for an addition. */
#define EU_QUADS_ADDING EU_QUADS_ENTER(EU_QUADS_KEEP_ADD, EU_QUADS_ENTRIES_48) EU_QUADS_CHAIN_48("28")
