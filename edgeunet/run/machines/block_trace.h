/* What a program executed, for the model of its cycles: how often each block ran and was left by a branch, accesses
 * across a word boundary, and the waits of a flash memory with its caches.
 *
 * Shared by the hooks of Unicorn and QEMU, compiled for the host when a measurement starts. The counts of what ran
 * between two calls of one function (`mark`, the reading of the counter) make one interval.
 */
#ifndef BLOCK_TRACE_H
#define BLOCK_TRACE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LINES = 4096, COLUMNS = 8 };

struct block {
    uint64_t address;
    uint32_t size_bytes;
    uint32_t next;     /* another block at the same address with another size; 0: none */
    uint64_t interval; /* in which the block was last met */
    uint64_t count;
    uint64_t taken;       /* left for somewhere else than what follows in memory */
    uint64_t entered;     /* by such a branch */
    uint64_t split;       /* accesses across a word boundary */
    uint64_t fetch_waits; /* cycles that instruction fetches wait for flash */
    uint64_t data_waits;  /* cycles that loads wait for flash */
};

/* A set-associative cache with the least recently used line replaced. A line is filled in parts of one flash read. */
struct cache {
    uint32_t lines; /* 0: there is none */
    uint32_t line_bytes;
    uint32_t ways;
    uint32_t tag[MOST_LINES];   /* number of the line in memory, plus one */
    uint32_t parts[MOST_LINES]; /* bit per part that is there */
    uint64_t used[MOST_LINES];
};

struct flash {
    uint64_t base;
    uint64_t size_bytes; /* 0: memory without waits */
    uint32_t fetch_bytes;
    uint32_t wait_states;
    uint32_t prefetch;
    uint32_t unified;    /* loads go through the instruction cache */
    uint64_t latched[2]; /* number of the array word read last, plus one: by fetches, and by loads */
    uint64_t latched_at;
    uint64_t uses;
    struct cache instructions;
    struct cache data;
};

struct trace {
    uint64_t code_base;
    uint64_t code_bytes;
    uint64_t mark; /* a block that starts here begins a new interval */
    uint64_t interval;
    uint64_t steps; /* instructions so far, the clock of the prefetch buffer */
    struct flash *flash;
    uint32_t *at; /* per halfword of code: index of the block there */
    struct block *blocks;
    uint64_t block_count, block_room;
    uint32_t *met; /* blocks of this interval */
    uint64_t met_count, met_room;
    uint64_t *records; /* per interval: its number of rows, then rows of COLUMNS */
    uint64_t record_count, record_room;
    uint32_t last; /* index of the running block; 0: none */
};

static void *grown(void *items, uint64_t needed, uint64_t *room, size_t size)
{
    if (needed <= *room) {
        return items;
    }
    *room = needed * 2u;
    items = realloc(items, *room * size);
    if (!items) {
        abort();
    }
    return items;
}

static void trace_close_interval(struct trace *t)
{
    const uint64_t words = 1u + t->met_count * COLUMNS;
    t->records = grown(t->records, t->record_count + words, &t->record_room, sizeof *t->records);
    uint64_t *to = t->records + t->record_count;
    *to++ = t->met_count;
    for (uint64_t i = 0; i < t->met_count; ++i) {
        struct block *b = &t->blocks[t->met[i]];
        const uint64_t row[COLUMNS] = {b->address, b->size_bytes, b->count,       b->taken,
                                       b->entered, b->split,      b->fetch_waits, b->data_waits};
        memcpy(to, row, sizeof row);
        to += COLUMNS;
        b->count = b->taken = b->entered = b->split = b->fetch_waits = b->data_waits = 0;
    }
    t->record_count += words;
    t->met_count = 0;
    t->interval++;
}

/* Whether the part of memory is in the cache; it is from now on. */
static int cache_has(struct cache *c, uint64_t address, uint32_t part_bytes, uint64_t now)
{
    const uint64_t line = address / c->line_bytes;
    const uint32_t part = part_bytes < c->line_bytes ? (uint32_t)(address % c->line_bytes / part_bytes) : 0u;
    const uint32_t first = (uint32_t)(line % (c->lines / c->ways)) * c->ways;
    uint32_t oldest = first;
    for (uint32_t way = first; way < first + c->ways; ++way) {
        if (c->tag[way] == (uint32_t)line + 1u) {
            const int there = (int)(c->parts[way] >> part & 1u);
            c->parts[way] |= 1u << part;
            c->used[way] = now;
            return there;
        }
        if (c->used[way] < c->used[oldest]) {
            oldest = way;
        }
    }
    c->tag[oldest] = (uint32_t)line + 1u;
    c->parts[oldest] = 1u << part;
    c->used[oldest] = now;
    return 0;
}

/* Cycles to wait for one array word of flash. */
static uint32_t flash_waits(struct flash *f, int is_load, uint64_t address, uint64_t steps)
{
    struct cache *c = is_load && !f->unified ? &f->data : &f->instructions;

    const uint64_t word = address / f->fetch_bytes + 1u;
    if (c->lines && cache_has(c, address, f->fetch_bytes, ++f->uses)) {
        return 0;
    }
    if (word == f->latched[is_load]) {
        return 0;
    }
    uint64_t waits = f->wait_states;
    if (f->prefetch && !is_load && word == f->latched[0] + 1u) { /* asked for when the word before came */
        const uint64_t passed = steps - f->latched_at;
        waits = passed >= waits + 1u ? 0u : waits + 1u - passed;
    }
    f->latched[is_load] = word;
    if (!is_load) {
        f->latched_at = steps;
    }
    return (uint32_t)waits;
}

static uint32_t trace_block_at(struct trace *t, uint64_t address, uint32_t size)
{
    const uint64_t offset = address - t->code_base;
    if (offset >= t->code_bytes || size > t->code_bytes - offset) {
        return 0;
    }
    uint32_t *link = &t->at[offset / 2u];
    while (*link && t->blocks[*link].size_bytes != size) {
        link = &t->blocks[*link].next;
    }
    if (!*link) {
        const uint32_t index = (uint32_t)t->block_count++;
        *link = index;
        t->blocks = grown(t->blocks, t->block_count, &t->block_room, sizeof *t->blocks);
        memset(&t->blocks[index], 0, sizeof *t->blocks);
        t->blocks[index].address = address;
        t->blocks[index].size_bytes = size;
        t->blocks[index].interval = ~0ull;
        return index;
    }
    return *link;
}

static void trace_enter(struct trace *t, uint64_t address, uint32_t size, uint32_t instructions)
{
    uint32_t jumped = 0;
    if (t->last) {
        struct block *from = &t->blocks[t->last];
        jumped = from->address + from->size_bytes != address;
        from->taken += jumped;
    }
    if (address == t->mark) {
        trace_close_interval(t);
    }
    const uint32_t index = trace_block_at(t, address, size);
    t->last = index;
    if (!index) {
        return;
    }
    struct block *b = &t->blocks[index];
    if (b->interval != t->interval) {
        b->interval = t->interval;
        t->met = grown(t->met, t->met_count + 1u, &t->met_room, sizeof *t->met);
        t->met[t->met_count++] = index;
    }
    b->count++;
    b->entered += jumped;
    if (t->flash) {
        struct flash *f = t->flash;
        if (address - f->base < f->size_bytes) {
            for (uint64_t at = address / f->fetch_bytes * f->fetch_bytes; at < address + size; at += f->fetch_bytes) {
                const uint64_t before = at > address ? (at - address) * instructions / size : 0u;
                b->fetch_waits += flash_waits(f, 0, at, t->steps + before);
            }
        }
    }
    t->steps += instructions;
}

static void trace_access(struct trace *t, uint64_t address, uint32_t size, int is_store)
{
    if (!t->last) {
        return;
    }
    struct block *b = &t->blocks[t->last];
    b->split += (address & 3u) + size > 4u && (size < 4u || address & 3u);
    if (t->flash && !is_store) {
        struct flash *f = t->flash;
        if (address - f->base < f->size_bytes) {
            b->data_waits += flash_waits(f, 1, address, t->steps);
        }
    }
}

static void cache_make(struct cache *c, const uint64_t shape[3])
{
    c->lines = (uint32_t)(shape[0] > MOST_LINES ? MOST_LINES : shape[0]);
    c->line_bytes = (uint32_t)shape[1];
    c->ways = (uint32_t)shape[2];
}

/* `memory`: base and size of flash, bytes of one read, wait states, prefetch, unified, then lines, bytes of a line and
 * ways of the instruction and the data cache; 0 for memory without waits. */
static struct trace *trace_new(uint64_t base, uint64_t size_bytes, uint64_t mark, const uint64_t *memory)
{
    struct trace *t = calloc(1, sizeof *t);
    if (!t) {
        abort();
    }
    t->code_base = base;
    t->code_bytes = size_bytes;
    t->mark = mark;
    t->at = calloc(size_bytes / 2u + 1u, sizeof *t->at);
    t->blocks = grown(t->blocks, 1, &t->block_room, sizeof *t->blocks);
    t->block_count = 1; /* index 0 means none */
    if (memory) {
        t->flash = calloc(1, sizeof *t->flash);
    }
    if (!t->at || (memory && !t->flash)) {
        abort();
    }
    if (memory) {
        struct flash *f = t->flash;
        f->base = memory[0];
        f->size_bytes = memory[1];
        f->fetch_bytes = (uint32_t)memory[2];
        f->wait_states = (uint32_t)memory[3];
        f->prefetch = (uint32_t)memory[4];
        f->unified = (uint32_t)memory[5];
        cache_make(&f->instructions, memory + 6);
        cache_make(&f->data, memory + 9);
    }
    return t;
}

static inline void trace_free(struct trace *t)
{
    free(t->at);
    free(t->blocks);
    free(t->met);
    free(t->records);
    free(t->flash);
    free(t);
}

#endif
