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
