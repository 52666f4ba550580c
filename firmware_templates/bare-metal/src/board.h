/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* What main.c may ask of a board; one .c file per driver, chosen by the board's row in boards.json. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

/* Applies the row's register writes, then starts the UART and the counter. */
void board_start(void);
/* From here on words at odd addresses are faults, where the core has that. */
void board_trap_unaligned(void);

void uart_start(void);
void uart_write(char c);

/* Instructions since start on an emulator, CPU cycles on a board, nanoseconds on the host: COUNTER_UNIT says which. */
void counter_start(void);
uint64_t counter_read(void);
extern const char COUNTER_UNIT[];

/* Called around every measured call of the model, outside of what is counted: drives the pin by which a power analyser
 * knows when the model computes. Weak: the row's TRIGGER_ON and TRIGGER_OFF say what to write where, and a function of the
 * same name in your program takes its place. */
void board_trigger(int high);

/* Lowest address of the stack; 0 on the host. */
uintptr_t stack_limit(void);
/* Paints the free stack, runs `work(context)` and returns the lowest address that it touched; 0 on the host. */
uintptr_t stack_lowest_touched(void (*work)(void *), void *context);
/* Stores its stack pointer, which is its caller's, in the uintptr_t at `context`. */
void stack_pointer_at_entry(void *context);

/* Runs a loop of `loops` rounds, two instructions each, and one instruction to return. */
void loop_of_known_length(void *loops);
/* Returns at once: one instruction. */
void nothing(void *context);

#endif
