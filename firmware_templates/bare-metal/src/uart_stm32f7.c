/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* STM32 USART and LPUART of the F0, F3, F7, G, H, L4, L5 and U5 families (RM0385, section 31.8). */
#include "board.h"
#include "board_row.h"

#define USART ((volatile uint32_t *)BOARD_UART_BASE)
enum { CR1 = 0, BRR = 3, ISR = 7, TDR = 10 };

void uart_start(void)
{
    USART[BRR] = BOARD_UART_DIVIDER;
    USART[CR1] = (1u << 3) | 1u; /* TE, UE */
}

void uart_write(char c)
{
    while (!(USART[ISR] & (1u << 7))) { /* TXE */
    }
    USART[TDR] = (uint32_t)(unsigned char)c;
}
