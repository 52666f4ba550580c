/* Counts Thumb instructions for Unicorn: called once per executed block, adds the number of instructions in it.
 *
 * Compiled for the host when a measurement starts. A Thumb instruction is four bytes long when the top five bits of its
 * first halfword are 0b11101, 0b11110 or 0b11111, else two (Armv7-M ARM, A5.1). Instructions in an IT block count
 * whether or not their condition holds, as they do under QEMU's -icount.
 */
#include "block_trace.h"

struct counter {
    uint64_t instructions;
    uint64_t base;       /* address of code[0] */
    uint64_t size_bytes; /* of code */
    const uint8_t *code; /* the flash, as the program sees it */
    uint32_t *known;     /* per halfword of code: block size in bytes << 16 | instructions */
    struct trace *trace; /* what to write down for a model of cycles; may be 0 */
    int (*read_register)(void *engine, int number, void *value);
    int (*write_register)(void *engine, int number, const void *value);
};

/* UC_ARM_REG_XPSR, and its bits that say how much of an IT block is left (Armv7-M ARM, B1.4.2). */
enum { XPSR = 120, IT_BITS = 0x0600FC00 };

static uint32_t instructions_in(const uint8_t *code, uint32_t size)
{
    uint32_t count = 0;
    for (uint32_t at = 0; at < size; ++count) {
        const uint32_t top = code[at + 1u] >> 3;
        at += top >= 0x1Du ? 4u : 2u;
    }
    return count;
}

void count_block(void *engine, uint64_t address, uint32_t size, void *user)
{
    struct counter *counter = user;
    const uint64_t offset = address - counter->base;
    (void)engine;
    if (offset >= counter->size_bytes || size > counter->size_bytes - offset || size > 0xFFFFu) {
        return; /* Unicorn reports the fault itself when it tries to run what is not there */
    }
    uint32_t known = counter->known[offset / 2u];
    if (known >> 16 != size) {
        known = size << 16 | instructions_in(counter->code + offset, size);
        counter->known[offset / 2u] = known;
    }
    counter->instructions += known & 0xFFFFu;
    if (counter->trace) {
        trace_enter(counter->trace, address, size, known & 0xFFFFu);
    }
}

/* Around a hook of accesses Unicorn 2.1 restores the state of an IT block and leaves it there, so that the next block
 * would begin in the middle of one. Its own code needs that state for exceptions alone. */
static void leave_it_block(const struct counter *counter, void *engine)
{
    uint32_t status = 0;
    if (counter->read_register(engine, XPSR, &status) == 0 && status & IT_BITS) {
        status &= ~(uint32_t)IT_BITS;
        (void)counter->write_register(engine, XPSR, &status);
    }
}

/* UC_MEM_WRITE is 17 in Unicorn's enumeration of accesses. */
void note_access(void *engine, int type, uint64_t address, int size, int64_t value, void *user)
{
    struct counter *counter = user;
    (void)value;
    leave_it_block(counter, engine);
    trace_access(counter->trace, address, (uint32_t)size, type == 17);
}

struct trace *open_trace(const uint64_t code[2], uint64_t mark, const uint64_t *memory)
{
    return trace_new(code[0], code[1], mark, memory);
}

const uint64_t *close_trace(struct trace *trace, uint64_t *count)
{
    trace_close_interval(trace);
    *count = trace->record_count;
    return trace->records;
}

void free_trace(struct trace *trace)
{
    trace_free(trace);
}
