/* A plugin for QEMU's translator that traces blocks (see block_trace.h).
 *
 * Debian ships QEMU without qemu-plugin.h, so the few functions of its interface that are used here are declared below;
 * QEMU itself has them. Arguments: out=FILE, base=, size=, mark=, thumb= (numbers), memory=N:N:... (12 numbers).
 */
#include <stdbool.h>
#include <stdio.h>

#include "block_trace.h"

#ifndef PLUGIN_VERSION
#define PLUGIN_VERSION 1
#endif

typedef uint64_t qemu_plugin_id_t;
typedef uint32_t qemu_plugin_meminfo_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { CB_NO_REGS = 0, MEM_RW = 3 };

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
                                           void (*call)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, void (*call)(unsigned cpu, void *data), int flags,
                                          void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
                                      void (*call)(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address,
                                                   void *data),
                                      int flags, int kinds, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
#if PLUGIN_VERSION < 3
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
#else
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *to, size_t size);
#endif
unsigned qemu_plugin_mem_size_shift(qemu_plugin_meminfo_t info);
bool qemu_plugin_mem_is_store(qemu_plugin_meminfo_t info);

__attribute__((visibility("default"))) int qemu_plugin_version = PLUGIN_VERSION;

struct translated {
    uint64_t address;
    uint32_t size_bytes;
    uint32_t instructions;
};

static struct trace *trace;
static FILE *out;
static int is_thumb;

/* QEMU's own figure is two bytes too large before an instruction that crosses a page: it looked at that one already. */
static uint32_t size_of(const struct qemu_plugin_insn *instruction)
{
    uint8_t bytes[2] = {0};
#if PLUGIN_VERSION < 3
    memcpy(bytes, qemu_plugin_insn_data(instruction), sizeof bytes);
#else
    qemu_plugin_insn_data(instruction, bytes, sizeof bytes);
#endif
    return (is_thumb ? bytes[1] >> 3 >= 0x1Du : (bytes[0] & 3u) == 3u) ? 4u : 2u;
}

static void on_execution(unsigned cpu, void *data)
{
    const struct translated *block = data;
    (void)cpu;
    trace_enter(trace, block->address, block->size_bytes, block->instructions);
    if (trace->record_count) { /* QEMU is stopped without notice: what is complete goes out at once */
        fwrite(trace->records, sizeof *trace->records, trace->record_count, out);
        fflush(out);
        trace->record_count = 0;
    }
}

static void on_access(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *data)
{
    (void)cpu;
    (void)data;
    trace_access(trace, address, 1u << qemu_plugin_mem_size_shift(info), qemu_plugin_mem_is_store(info));
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    struct translated *block = malloc(sizeof *block);
    (void)id;
    if (!block) {
        abort();
    }
    block->address = qemu_plugin_tb_vaddr(tb);
    block->size_bytes = 0;
    block->instructions = (uint32_t)qemu_plugin_tb_n_insns(tb);
    for (size_t i = 0; i < block->instructions; ++i) {
        struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(tb, i);
        block->size_bytes += size_of(instruction);
        if (trace->flash) {
            qemu_plugin_register_vcpu_mem_cb(instruction, on_access, CB_NO_REGS, MEM_RW, 0);
        }
    }
    qemu_plugin_register_vcpu_tb_exec_cb(tb, on_execution, CB_NO_REGS, block);
}

static uint64_t number(const char *argument, const char *key, uint64_t otherwise)
{
    const size_t length = strlen(key);
    return strncmp(argument, key, length) == 0 ? strtoull(argument + length, 0, 0) : otherwise;
}

__attribute__((visibility("default"))) int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int count,
                                                               char **arguments)
{
    uint64_t base = 0;
    uint64_t size = 0;
    uint64_t mark = 0;
    uint64_t memory[12] = {0};
    int waits = 0;
    (void)info;
    for (int i = 0; i < count; ++i) {
        base = number(arguments[i], "base=", base);
        size = number(arguments[i], "size=", size);
        mark = number(arguments[i], "mark=", mark);
        is_thumb = (int)number(arguments[i], "thumb=", (uint64_t)is_thumb);
        if (strncmp(arguments[i], "out=", 4) == 0) {
            out = fopen(arguments[i] + 4, "wb");
        }
        if (strncmp(arguments[i], "memory=", 7) == 0) {
            char *at = arguments[i] + 7;
            for (int n = 0; n < 12 && *at; ++n) {
                memory[n] = strtoull(at, &at, 0);
                at += *at == ':';
            }
            waits = 1;
        }
    }
    if (!out) {
        return -1;
    }
    trace = trace_new(base, size, mark, waits ? memory : 0);
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    return 0;
}
