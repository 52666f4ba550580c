/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* STM32 USART of the F1, F2 and F4 families (RM0390, section 25.6): status and data registers at the start. */
#include "board.h"
#include "board_row.h"

#define USART ((volatile uint32_t *)BOARD_UART_BASE)
enum { SR = 0, DR = 1, BRR = 2, CR1 = 3 };

void uart_start(void)
{
    USART[BRR] = BOARD_UART_DIVIDER;
    USART[CR1] = (1u << 13) | (1u << 3); /* UE, TE */
}

void uart_write(char c)
{
    while (!(USART[SR] & (1u << 7))) { /* TXE */
    }
    USART[DR] = (uint32_t)(unsigned char)c;
}
