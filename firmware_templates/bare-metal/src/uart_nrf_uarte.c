/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* nRF53 and nRF91 UARTE, one byte per transfer (nRF5340 product specification, UARTE): its DMA reads RAM only. */
#include "board.h"
#include "board_row.h"

#define UARTE(offset) (*(volatile uint32_t *)(BOARD_UART_BASE + (offset)))
enum { TASKS_STARTTX = 0x008, EVENTS_ENDTX = 0x120, ENABLE = 0x500, PSELTXD = 0x50C, BAUDRATE = 0x524 };
enum { TXD_PTR = 0x544, TXD_MAXCNT = 0x548 };

static volatile uint8_t sent;

void uart_start(void)
{
    UARTE(PSELTXD) = BOARD_UART_TX_PIN;
    UARTE(BAUDRATE) = BOARD_UART_DIVIDER;
    UARTE(ENABLE) = 8u;
    UARTE(TXD_PTR) = (uint32_t)(uintptr_t)&sent;
    UARTE(TXD_MAXCNT) = 1u;
}

void uart_write(char c)
{
    sent = (uint8_t)c;
    UARTE(EVENTS_ENDTX) = 0u;
    UARTE(TASKS_STARTTX) = 1u;
    while (!UARTE(EVENTS_ENDTX)) {
    }
}
