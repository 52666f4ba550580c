/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* The trigger pin: what the row's TRIGGER_ON and TRIGGER_OFF, {address, value} each, write. */
#include "board.h"
#include "board_row.h"

__attribute__((weak)) void board_trigger(int high)
{
#ifdef BOARD_TRIGGER_ON
    static const struct {
        uint32_t address, value;
    } writes[] = {BOARD_TRIGGER_OFF, BOARD_TRIGGER_ON};
    *(volatile uint32_t *)writes[high != 0].address = writes[high != 0].value;
#else
    (void)high;
#endif
}
