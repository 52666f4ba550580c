/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
#include "report.h"

#include "board.h"

static uint32_t crc;
static uint32_t lines;

static void put(char c)
{
    uart_write(c);
    crc ^= (uint32_t)(unsigned char)c;
    for (int bit = 0; bit < 8; ++bit) {
        crc = (crc >> 1) ^ ((crc & 1u) ? 0xEDB88320u : 0u);
    }
}

static void put_text(const char *text)
{
    while (*text) {
        put(*text++);
    }
}

static void put_hexadecimal(uint32_t value, int digits)
{
    for (int i = digits - 1; i >= 0; --i) {
        put("0123456789abcdef"[(value >> (4 * i)) & 15u]);
    }
}

static void put_key(const char *key)
{
    put(' ');
    put_text(key);
    put('=');
}

void report_begin(const char *kind)
{
    uart_write('#');
    crc = 0xFFFFFFFFu;
    put_text(kind);
}

/* By subtraction: a 64-bit division would pull in a library function, and that would be charged to the model. */
void report_number(const char *key, uint64_t value)
{
    /* clang-format off */
    static const uint64_t powers[] = {
        10000000000000000000u, 1000000000000000000u, 100000000000000000u, 10000000000000000u, 1000000000000000u,
        100000000000000u, 10000000000000u, 1000000000000u, 100000000000u, 10000000000u, 1000000000u, 100000000u,
        10000000u, 1000000u, 100000u, 10000u, 1000u, 100u, 10u};
    /* clang-format on */
    int started = 0;
    put_key(key);
    for (unsigned i = 0; i < sizeof powers / sizeof powers[0]; ++i) {
        char digit = '0';
        while (value >= powers[i]) {
            value -= powers[i];
            ++digit;
        }
        started |= digit != '0';
        if (started) {
            put(digit);
        }
    }
    put((char)('0' + (int)value));
}

void report_word(const char *key, uint32_t value)
{
    put_key(key);
    put_hexadecimal(value, 8);
}

void report_text(const char *key, const char *text)
{
    put_key(key);
    put_text(text);
}

void report_bytes(const char *key, const int8_t *bytes, uint32_t count)
{
    put_key(key);
    for (uint32_t i = 0; i < count; ++i) {
        put_hexadecimal((uint32_t)(uint8_t)bytes[i], 2);
    }
}

void report_end(void)
{
    const uint32_t sum = ~crc;
    ++lines;
    put(' ');
    put('*');
    put_hexadecimal(sum, 8);
    uart_write('\n');
}

void report_close(void)
{
    const uint32_t sent = lines;
    lines = 0;
    report_begin("end");
    report_number("lines", sent);
    report_end();
    lines = 0;
}
