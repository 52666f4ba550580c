/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
#include "measure.h"

#include "board.h"
#include "board_row.h"
#include "report.h"

#ifndef FIRMWARE_ID
#define FIRMWARE_ID "none"
#endif

struct timed {
    void (*work)(void *);
    void *context;
    uint64_t ticks;
    int is_call; /* of the model: the trigger pin is high while it runs */
};

/* Kept apart from its callers, so that the code around `work` is the same for every measurement. */
static __attribute__((noinline)) void time_it(void *argument)
{
    struct timed *timed = argument;
    if (timed->is_call) {
        board_trigger(1);
    }
    const uint64_t start = counter_read();
    timed->work(timed->context);
    timed->ticks = counter_read() - start;
    if (timed->is_call) {
        board_trigger(0);
    }
}

static struct timed measured(void (*work)(void *), void *context)
{
    struct timed timed = {work, context, 0, 0};
    time_it(&timed);
    return timed;
}

/* What time_it itself takes around work that does nothing, less the one instruction in which nothing() returns. */
static uint64_t overhead(void)
{
    const uint64_t ticks = measured(nothing, 0).ticks;
    return ticks ? ticks - 1u : 0u;
}

void measure_hello(const char *model, uint32_t state_bytes, uint32_t input_bytes, uint32_t output_bytes)
{
    report_begin("hello");
    report_number("protocol", 1);
    report_text("board", BOARD_NAME);
    report_text("model", model);
    report_text("firmware", FIRMWARE_ID);
    report_text("unit", COUNTER_UNIT);
    report_number("clock_hz", BOARD_CLOCK_HZ);
    report_number("state_bytes", state_bytes);
    report_number("input_bytes", input_bytes);
    report_number("output_bytes", output_bytes);
    report_end();
}

void measure_calibration(void)
{
    static const uint32_t loops[] = {1000, 30000};
    for (unsigned i = 0; i < sizeof loops / sizeof loops[0]; ++i) {
        const uint64_t ticks = measured(loop_of_known_length, (void *)(uintptr_t)loops[i]).ticks;
        report_begin("calibration");
        report_number("expected", 2u * loops[i] + 1u);
        report_number("count", ticks - overhead());
        report_end();
    }
}

void measure_selftest(int32_t result)
{
    report_begin("selftest");
    report_number("result", (uint32_t)result);
    report_end();
}

/* MurmurHash3's finalizer over a counter: full-range bytes that need no table. */
void measure_input(void *input, uint32_t count, uint32_t run, uint32_t first)
{
    int8_t *bytes = input;
    for (uint32_t i = 0; i < count; ++i) {
        uint32_t x = first + i + run * 0x9E3779B9u;
        x = (x ^ (x >> 16)) * 0x85EBCA6Bu;
        x = (x ^ (x >> 13)) * 0xC2B2AE35u;
        bytes[i] = (int8_t)(uint8_t)(x >> 24);
    }
}

void measure_call(const char *kind, uint32_t run, void (*work)(void *), void *context)
{
    uintptr_t entry = 0;
    struct timed probe = {stack_pointer_at_entry, &entry, 0, 0};
    struct timed timed = {work, context, 0, 1};
    (void)stack_lowest_touched(time_it, &probe);
    const uintptr_t lowest = stack_lowest_touched(time_it, &timed);
    report_begin(kind);
    report_number("run", run);
    report_number("count", timed.ticks - overhead());
    report_number("stack_bytes", (uint32_t)(entry - lowest));
    report_number("stack_left_bytes", (uint32_t)(lowest - stack_limit()));
    report_end();
}

uint32_t measure_output(const void *output, uint32_t count, uint32_t run, uint32_t first)
{
    const int8_t *bytes = output;
    for (uint32_t offset = 0; offset < count; offset += 64u) {
        report_begin("output");
        report_number("run", run);
        report_number("offset", first + offset);
        report_bytes("bytes", bytes + offset, count - offset < 64u ? count - offset : 64u);
        report_end();
    }
    return first + count;
}

uint64_t measure_trace(void (*trace)(int32_t), uint64_t *ticks_before)
{
    trace(0);
    ticks_before[1] = 0;
    trace(1);
    return ticks_before[1];
}

void measure_clear(uint64_t *ticks_before, uint32_t *rounds, uint32_t layers)
{
    *rounds = 0;
    for (uint32_t i = 0; i <= layers; ++i) {
        ticks_before[i] = 0;
    }
}

void measure_layers(const uint64_t *ticks_before, uint64_t trace_ticks, uint32_t rounds, uint32_t layers, uint32_t run)
{
    const uint64_t hooks = trace_ticks * rounds;
    for (uint32_t layer = 0; layer < layers; ++layer) {
        const uint64_t ticks = ticks_before[layer + 1u];
        report_begin("layer");
        report_number("run", run);
        report_number("index", layer);
        report_number("rounds", rounds);
        report_number("count", ticks > hooks ? ticks - hooks : 0u);
        report_end();
    }
}

void measure_pipeline(uint32_t samples, uint32_t network_bytes, uint32_t normalizer_bytes, uint32_t segmenter_bytes)
{
    report_begin("pipeline");
    report_number("samples", samples);
    report_number("network_bytes", network_bytes);
    report_number("normalizer_bytes", normalizer_bytes);
    report_number("segmenter_bytes", segmenter_bytes);
    report_end();
}

void measure_event(uint32_t class_index, uint32_t onset, uint32_t peak, uint32_t offset, uint32_t confidence)
{
    report_begin("event");
    report_number("class", class_index);
    report_number("onset", onset);
    report_number("peak", peak);
    report_number("offset", offset);
    report_number("confidence", confidence);
    report_end();
}

/* One function for each stage, all alike, so that who traces the blocks of this program sees which stage begins. */
#define BEGINS(number)                                                                                                 \
    static __attribute__((noinline)) void begins_stage_##number(void)                                                  \
    {                                                                                                                  \
        __asm__ volatile("" ::"i"(number) : "memory");                                                                 \
    }
BEGINS(0)
BEGINS(1)
BEGINS(2)
BEGINS(3)
BEGINS(4)
BEGINS(5)

static void (*const begins[])(void) = {
    begins_stage_0, begins_stage_1, begins_stage_2, begins_stage_3, begins_stage_4, begins_stage_5,
};

void measure_stage(struct stage_ticks *stages, int32_t stage)
{
    const uint64_t now = counter_read();
    begins[stage]();
    stages->ticks[stages->stage] += now - stages->last_reading;
    stages->calls[stages->stage]++;
    stages->stage = stage;
    stages->last_reading = now;
}

void measure_stages_begin(struct stage_ticks *stages, void (*hook)(int32_t))
{
    hook(1);
    stages->ticks[1] = 0;
    hook(0);
    stages->hook_ticks = stages->ticks[1];
    for (unsigned i = 0; i < 6; ++i) {
        stages->ticks[i] = 0;
        stages->calls[i] = 0;
    }
}

void measure_stages(const struct stage_ticks *stages)
{
    for (uint32_t i = 1; i < 6; ++i) {
        const uint64_t hooks = stages->hook_ticks * stages->calls[i];
        report_begin("stage");
        report_number("index", i);
        report_number("calls", stages->calls[i]);
        report_number("count", stages->ticks[i] > hooks ? stages->ticks[i] - hooks : 0u);
        report_end();
    }
}

void measure_close(void)
{
    report_close();
}
