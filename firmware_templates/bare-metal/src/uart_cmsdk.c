/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Arm CMSDK APB UART, as on the MPS2 and MPS3 boards (DDI 0479, section 4.3). */
#include "board.h"
#include "board_row.h"

#define UART ((volatile uint32_t *)BOARD_UART_BASE)
enum { DATA = 0, STATE = 1, CTRL = 2, BAUDDIV = 4 };

void uart_start(void)
{
    UART[BAUDDIV] = BOARD_UART_DIVIDER;
    UART[CTRL] = 1u; /* transmit only */
}

void uart_write(char c)
{
    while (UART[STATE] & 1u) {
    }
    UART[DATA] = (uint32_t)(unsigned char)c;
}
