/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Reset and fault handling for a 32-bit RISC-V core in machine mode: no library, no interrupts. */
#include <stdint.h>

#include "board.h"
#include "report.h"
#include "riscv.h"

extern uint32_t __stack_guard[], __stack_limit[], __stack_top[], __fault_stack_limit[], __fault_stack_top[];
extern uint32_t __data_start[], __data_end[], __data_load[];
extern uint32_t __bss_start[], __bss_end[];
extern uint8_t __rodata_start[], __rodata_end[], __rodata_load[]; /* empty where constants stay in flash */

int main(void);
void Reset_Handler(void);
void Fault_Handler(void);
void start(void);
void fault_report(const uint32_t *sp, uint32_t ra);

/* PMP entry 0: locked, so that it binds machine mode too, a naturally aligned range, no access at all. */
enum { PMP_LOCKED = 0x80, PMP_NAPOT = 0x18, GUARD_BYTES = 256 };

static void guard_stack(void)
{
    csr_write(CSR_PMPADDR0, ((uintptr_t)__stack_guard >> 2) | (GUARD_BYTES / 8u - 1u));
    csr_write(CSR_PMPCFG0, PMP_LOCKED | PMP_NAPOT);
}

__attribute__((used)) void start(void)
{
    csr_write(CSR_MTVEC, (uintptr_t)Fault_Handler);
    guard_stack();
    const volatile uint32_t *from = __data_load;
    for (volatile uint32_t *to = __data_start; to < __data_end;) {
        *to++ = *from++;
    }
    const volatile uint8_t *constant = __rodata_load;
    for (volatile uint8_t *to = __rodata_start; to < __rodata_end;) {
        *to++ = *constant++;
    }
    for (volatile uint32_t *to = __bss_start; to < __bss_end;) {
        *to++ = 0;
    }
    (void)main();
    for (;;) {
        __asm volatile("wfi");
    }
}

/* At the very start of the image: where an emulator, or a boot loader that knows no ELF, begins. */
__attribute__((naked, used, section(".vectors"))) void Reset_Handler(void)
{
    __asm volatile("la sp, __stack_top\n"
                   "tail start\n");
}

/* The stack may be what broke: go on with another one. mtvec wants a multiple of 4, and some cores of 256. */
__attribute__((naked, used, aligned(256))) void Fault_Handler(void)
{
    __asm volatile("mv a0, sp\n"
                   "mv a1, ra\n"
                   "la sp, __fault_stack_top\n"
                   "tail fault_report\n");
}

__attribute__((used)) void fault_report(const uint32_t *sp, uint32_t ra)
{
    report_begin("fault");
    report_number("exception", csr_read(CSR_MCAUSE));
    report_word("mtval", csr_read(CSR_MTVAL));
    report_word("sp", (uint32_t)(uintptr_t)sp);
    report_word("stack_limit", (uint32_t)(uintptr_t)__stack_limit);
    report_word("stack_top", (uint32_t)(uintptr_t)__stack_top);
    report_word("ra", ra);
    report_word("pc", csr_read(CSR_MEPC));
    report_end();
    report_close();
    for (;;) {
        __asm volatile("wfi");
    }
}
