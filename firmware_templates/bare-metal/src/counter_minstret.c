/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Instructions retired, by RISC-V's own counter: exact on an emulator that runs one instruction per tick (QEMU: -icount
 * shift=0), and on a core, where it counts instructions too and not cycles. */
#include "board.h"
#include "riscv.h"

const char COUNTER_UNIT[] = "instructions";

void counter_start(void)
{
}

__attribute__((noinline)) uint64_t counter_read(void)
{
    const uint32_t before = csr_read(CSR_MINSTRETH);
    const uint32_t low = csr_read(CSR_MINSTRET);
    const uint32_t after = csr_read(CSR_MINSTRETH);
    const uint32_t late = 0u - (low >> 31); /* all ones where `low` was read before a wrap that `after` may have seen */
    return ((uint64_t)((before & late) | (after & ~late)) << 32) | low;
}
