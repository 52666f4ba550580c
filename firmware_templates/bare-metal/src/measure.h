/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
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

/* `count` bytes of test input number `run`, from byte `first` on: the same on every machine, so that the listener knows
 * what to expect. */
void measure_input(void *input, uint32_t count, uint32_t run, uint32_t first);

/* Runs `work(context)` once, from entry to return, and reports counter and stack in a line of `kind`. */
void measure_call(const char *kind, uint32_t run, void (*work)(void *), void *context);

/* Sends `count` bytes of output as bytes `first` and on of the run; returns the place of the next. */
uint32_t measure_output(const void *output, uint32_t count, uint32_t run, uint32_t first);

/* What one call of the trace hook takes; `ticks_before` is where the hook adds up. */
uint64_t measure_trace(void (*trace)(int32_t), uint64_t *ticks_before);

/* Sets the `layers` + 1 sums of the hook and its `rounds` through the network to 0. */
void measure_clear(uint64_t *ticks_before, uint32_t *rounds, uint32_t layers);

/* Reports what each layer took: what was added up before the hook of the next one, less `trace_ticks` for each
 * of the `rounds`. */
void measure_layers(const uint64_t *ticks_before, uint64_t trace_ticks, uint32_t rounds, uint32_t layers, uint32_t run);

/* What surrounds the network in a pipeline: samples of the recording, and bytes of its state by part. */
void measure_pipeline(uint32_t samples, uint32_t network_bytes, uint32_t normalizer_bytes, uint32_t segmenter_bytes);

/* Reports an event; indices count the samples of the recording. */
void measure_event(uint32_t class_index, uint32_t onset, uint32_t peak, uint32_t offset, uint32_t confidence);

/* Ticks by stage of a pipeline (1 to 5; 0 is outside), and how often each began. */
struct stage_ticks {
    uint64_t ticks[6];
    uint64_t last_reading;
    uint64_t hook_ticks; /* what one call of the hook takes */
    uint32_t calls[6];
    int32_t stage;
};

/* To be called where `stage` begins: what passed since the last call belongs to the stage before. */
void measure_stage(struct stage_ticks *stages, int32_t stage);

/* Finds out what the hook itself takes, and starts counting. */
void measure_stages_begin(struct stage_ticks *stages, void (*hook)(int32_t));

/* Reports what each stage took, hooks aside. */
void measure_stages(const struct stage_ticks *stages);

void measure_close(void);

#endif
