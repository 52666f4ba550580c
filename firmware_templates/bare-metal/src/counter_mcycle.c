/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* CPU cycles by RISC-V's own counter, for real cores; an emulator shows its instructions there. */
#include "board.h"
#include "riscv.h"

const char COUNTER_UNIT[] = "cycles";

void counter_start(void)
{
}

__attribute__((noinline)) uint64_t counter_read(void)
{
    const uint32_t before = csr_read(CSR_MCYCLEH);
    const uint32_t low = csr_read(CSR_MCYCLE);
    const uint32_t after = csr_read(CSR_MCYCLEH);
    const uint32_t late = 0u - (low >> 31); /* all ones where `low` was read before a wrap that `after` may have seen */
    return ((uint64_t)((before & late) | (after & ~late)) << 32) | low;
}
