/* What a run costs, and the lines that say so (see report.h for their form). */
#ifndef MEASURE_H
#define MEASURE_H

#include <stdint.h>

/* Who is speaking, and how many bytes the caller gives the model. */
void measure_hello(const char *model, uint32_t state_bytes, uint32_t input_bytes, uint32_t output_bytes);

/* Times two loops of known length, so that the listener can check the unit of the counter. */
void measure_calibration(void);

/* Reports what the model's self-test returned: 0, or 1 + the index of the first wrong byte. */
void measure_selftest(int32_t result);

/* Test input number `index`: the same bytes on every machine, so that the listener knows what to expect. */
void measure_input(int8_t *input, uint32_t count, uint32_t index);

/* Runs `work(context)` once, from entry to return, and reports counter and stack. */
void measure_run(void (*work)(void *), void *context, uint32_t index);

void measure_output(const int8_t *output, uint32_t count, uint32_t index);

/* What one call of the trace hook takes; `start` is where the hook puts its readings. */
uint64_t measure_trace(void (*trace)(int32_t), const uint64_t *start);

/* Reports what each layer took; `start` holds `layers` + 1 readings, each `trace_ticks` dear. */
void measure_layers(const uint64_t *start, uint64_t trace_ticks, uint32_t layers, uint32_t index);

void measure_close(void);

#endif
