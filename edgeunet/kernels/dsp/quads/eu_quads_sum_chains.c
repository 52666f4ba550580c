/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Row loops over two signals: two chains of eu_quads.c. */
#define EU_QUADS_SUM_COPY "ldmia r0!, {r1-r8}\n\tstmia r12!, {r1-r8}\n\t"

/* Both chains, with `a_runs` and `b_runs` after each; ends with the sums of one row in r8-r11. */
#define EU_QUADS_SUM_CHAINS(a_runs, b_runs) \
    ".syntax unified\n\tpush {r4-r11, lr}\n\tsub sp, #96\n\tmov r12, sp\n\t" \
    EU_QUADS_SUM_COPY EU_QUADS_SUM_COPY EU_QUADS_SUM_COPY "ldr r9, [sp, #40]\n\t" EU_QUADS_FIND \
    "strd r10, r11, [sp, #40]\n\tldr r9, [sp, #24]\n\tldr lr, [sp, #28]\n\tb 3f\n" \
    "1:\n\tldr r0, [sp, #32]\n\tldr r1, [sp, #36]\n\tldmia r1!, {r8-r11}\n\tldr pc, [sp, #40]\n\t" \
    EU_QUADS_ENTRIES_48 EU_QUADS_CHAIN_48("44") a_runs \
    "ldr r2, [sp, #48]\n\tadd r0, r2\n\tstr r0, [sp, #32]\n\tldr r0, [sp, #60]\n\t" \
    "strd r8, r9, [sp, #64]\n\tstrd r10, r11, [sp, #72]\n\tldr pc, [sp, #24]\n" \
    "3:\n\t" EU_QUADS_FIND "strd r10, r11, [sp, #24]\n\tb 1b\n" \
    "5:\n\tldrd r8, r9, [sp, #64]\n\tldrd r10, r11, [sp, #72]\n\tldr pc, [sp, #24]\n\t" \
    EU_QUADS_ENTRIES_48 EU_QUADS_CHAIN_48("28") b_runs

#define EU_QUADS_SUM_NEXT_A \
    "ldrd r2, r3, [sp, #80]\n\tcmp r1, r2\n\tbeq 4f\n\tadd r0, r3\n\tldr pc, [sp, #40]\n4:\n\t"
#define EU_QUADS_SUM_NEXT_B \
    "ldrd r2, r3, [sp, #88]\n\tcmp r1, r2\n\tbeq 4f\n\tadd r0, r3\n\tldr pc, [sp, #24]\n4:\n\t"

/* By the form of the windows. */
#define EU_QUADS_SUM_ONE EU_QUADS_SUM_CHAINS("", "")
#define EU_QUADS_SUM_RUNS EU_QUADS_SUM_CHAINS(EU_QUADS_SUM_NEXT_A, EU_QUADS_SUM_NEXT_B)

/* r1-r6 hold the frame again: next row of the group, next group, or back to the caller. */
#define EU_QUADS_SUM_LEAVE \
    "add r0, r6\n\tcmp r0, r3\n\tbne 5b\n\tldrd r2, r4, [sp, #52]\n\tcmp r0, r2\n\tbeq 6f\n\t" \
    "str r0, [sp, #60]\n\tadd r3, r4\n\tstr r3, [sp, #8]\n\tb 1b\n" \
    "6:\n\tadd sp, #96\n\tpop {r4-r11, pc}"
