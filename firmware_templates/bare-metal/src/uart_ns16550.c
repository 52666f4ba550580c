/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* 16550 UART with registers of one byte, as on QEMU's virt machine; its clock gives 115200 baud / BOARD_UART_DIVIDER. */
#include "board.h"
#include "board_row.h"

#define UART ((volatile uint8_t *)BOARD_UART_BASE)
enum { DATA = 0, DIVISOR_LOW = 0, DIVISOR_HIGH = 1, FIFO_CONTROL = 2, LINE_CONTROL = 3, LINE_STATUS = 5 };
enum { EIGHT_BITS = 0x03, DIVISOR_ACCESS = 0x80, ROOM = 0x20 };

void uart_start(void)
{
    UART[LINE_CONTROL] = EIGHT_BITS | DIVISOR_ACCESS;
    UART[DIVISOR_LOW] = (uint8_t)(BOARD_UART_DIVIDER & 0xFFu);
    UART[DIVISOR_HIGH] = (uint8_t)(BOARD_UART_DIVIDER >> 8);
    UART[LINE_CONTROL] = EIGHT_BITS;
    UART[FIFO_CONTROL] = 1u;
}

void uart_write(char c)
{
    while (!(UART[LINE_STATUS] & ROOM)) {
    }
    UART[DATA] = (uint8_t)c;
}
