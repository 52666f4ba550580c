/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Control and status registers (RISC-V privileged architecture 1.12), by number: no assembler needs to know Zicsr. */
#ifndef RISCV_H
#define RISCV_H

#include <stdint.h>

/* As the 12-bit signed immediates that they are in an instruction. */
#define CSR_MTVEC 0x305
#define CSR_MEPC 0x341
#define CSR_MCAUSE 0x342
#define CSR_MTVAL 0x343
#define CSR_PMPCFG0 0x3A0
#define CSR_PMPADDR0 0x3B0
#define CSR_MCYCLE (0xB00 - 0x1000)
#define CSR_MCYCLEH (0xB80 - 0x1000)
#define CSR_MINSTRET (0xB02 - 0x1000)
#define CSR_MINSTRETH (0xB82 - 0x1000)

#define csr_read(number) \
    __extension__({ \
        uint32_t value_; \
        __asm volatile(".insn i 0x73, 2, %0, x0, %1" : "=r"(value_) : "i"(number) : "memory"); /* csrrs */ \
        value_; \
    })

#define csr_write(number, value) \
    __asm volatile(".insn i 0x73, 1, x0, %0, %1" : : "r"((uint32_t)(value)), "i"(number) : "memory") /* csrrw */

#endif
