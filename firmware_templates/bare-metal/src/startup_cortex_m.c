/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Reset and fault handling for Cortex-M0+, M3, M4, M7, M33 and M55: no library, no interrupts. */
#include <stdint.h>

#include "board.h"
#include "report.h"

extern uint32_t __stack_guard[], __stack_limit[], __stack_top[], __fault_stack_top[];
extern uint32_t __data_start[], __data_end[], __data_load[];
extern uint32_t __bss_start[], __bss_end[];
extern uint8_t __rodata_start[], __rodata_end[], __rodata_load[]; /* empty where constants stay in flash */

int main(void);
void Reset_Handler(void);
void Fault_Handler(void);
void fault_report(const uint32_t *sp, uint32_t exc_return);

#define SCB(offset) (*(volatile uint32_t *)(0xE000E000u + (offset)))
enum { VTOR = 0xD08, SHCSR = 0xD24, CFSR = 0xD28, HFSR = 0xD2C, MMFAR = 0xD34, BFAR = 0xD38, CPACR = 0xD88 };
enum { MPU_TYPE = 0xD90, MPU_CTRL = 0xD94, MPU_RBAR = 0xD9C, MPU_RASR = 0xDA0 };

typedef void (*handler_t)(void);

__attribute__((section(".vectors"), used)) const struct {
    uint32_t *stack_top;
    handler_t handlers[15];
} vectors = {__stack_top,
             {Reset_Handler, Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler,
              Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler,
              Fault_Handler}};

/* Armv8-M has a register for the end of the stack; Armv7-M gets 256 bytes below it that nobody may touch. */
static void guard_stack(void)
{
#if defined(__ARM_ARCH_8M_MAIN__) || defined(__ARM_ARCH_8_1M_MAIN__)
    __asm volatile("msr msplim, %0" : : "r"(__stack_limit));
#else
    if (SCB(MPU_TYPE) >> 8 & 0xFFu) {
        SCB(MPU_RBAR) = (uint32_t)__stack_guard | 0x10u; /* region 0 */
        SCB(MPU_RASR) = (1u << 28) | (7u << 1) | 1u;     /* no execution, no access, 2^(7 + 1) bytes, on */
        SCB(MPU_CTRL) = 5u;                              /* on, with the default map for everything else */
    }
#endif
}

static void start(void)
{
    SCB(VTOR) = (uint32_t)&vectors;
#ifndef __ARM_ARCH_6M__
    SCB(CPACR) |= 0xFu << 20; /* coprocessors 10 and 11: floating point and Helium */
#endif
    guard_stack();
    __asm volatile("dsb\n isb\n" : : : "memory");
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

__attribute__((naked, used)) void Reset_Handler(void)
{
    __asm volatile("ldr r0, =__stack_top\n"
                   "mov sp, r0\n"
                   "ldr r0, =%c0\n" /* a branch of Armv6-M may not reach so far */
                   "bx r0\n"
                   :
                   : "i"(start));
}

/* The stack may be what broke: go on with another one. */
__attribute__((naked, used)) void Fault_Handler(void)
{
    __asm volatile("mrs r0, msp\n"
                   "mov r1, lr\n"
                   "ldr r2, =__fault_stack_limit\n"
#if defined(__ARM_ARCH_8M_MAIN__) || defined(__ARM_ARCH_8_1M_MAIN__)
                   "msr msplim, r2\n"
#endif
                   "ldr r2, =__fault_stack_top\n"
                   "mov sp, r2\n"
                   "ldr r2, =%c0\n"
                   "bx r2\n"
                   :
                   : "i"(fault_report));
}

__attribute__((used)) void fault_report(const uint32_t *sp, uint32_t exc_return)
{
    static const char *const names[] = {"r0", "r1", "r2", "r3", "r12", "lr", "pc", "xpsr"};
    uint32_t exception;
    __asm volatile("mrs %0, ipsr" : "=r"(exception));
    report_begin("fault");
    report_number("exception", exception);
    report_word("cfsr", SCB(CFSR));
    report_word("hfsr", SCB(HFSR));
    report_word("mmfar", SCB(MMFAR));
    report_word("bfar", SCB(BFAR));
    report_word("sp", (uint32_t)sp);
    report_word("stack_limit", (uint32_t)__stack_limit);
    report_word("stack_top", (uint32_t)__stack_top);
    report_word("exc_return", exc_return);
    if (sp >= __stack_limit && sp + 8 <= __stack_top) {
        for (unsigned i = 0; i < 8; ++i) {
            report_word(names[i], sp[i]);
        }
    }
    report_end();
    report_close();
    for (;;) {
        __asm volatile("wfi");
    }
}
