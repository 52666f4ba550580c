/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* nRF51 and nRF52 UART without DMA (nRF52840 product specification, section 6.33). */
#include "board.h"
#include "board_row.h"

#define UART(offset) (*(volatile uint32_t *)(BOARD_UART_BASE + (offset)))
enum { TASKS_STARTTX = 0x008, EVENTS_TXDRDY = 0x11C, ENABLE = 0x500, PSELTXD = 0x50C, TXD = 0x51C, BAUDRATE = 0x524 };

void uart_start(void)
{
    UART(PSELTXD) = BOARD_UART_TX_PIN;
    UART(BAUDRATE) = BOARD_UART_DIVIDER;
    UART(ENABLE) = 4u;
    UART(TASKS_STARTTX) = 1u;
}

void uart_write(char c)
{
    UART(EVENTS_TXDRDY) = 0u;
    UART(TXD) = (uint32_t)(unsigned char)c;
    while (!UART(EVENTS_TXDRDY)) {
    }
}
