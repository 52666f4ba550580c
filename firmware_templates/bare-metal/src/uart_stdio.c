/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* The host's UART is its standard output. */
#include <stdio.h>

#include "board.h"

void uart_start(void)
{
}

void uart_write(char c)
{
    (void)putchar(c);
}
