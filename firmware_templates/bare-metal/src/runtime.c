/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* The four functions a C compiler may call on its own; linked only where the model's code needs them. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint32_t __attribute__((may_alias)) word_t;

void *memcpy(void *to, const void *from, size_t count)
{
    unsigned char *d = to;
    const unsigned char *s = from;
    if (((((uintptr_t)d) ^ ((uintptr_t)s)) & 3u) == 0u) {
        while (count && ((uintptr_t)d & 3u)) {
            *d++ = *s++;
            --count;
        }
        for (; count >= 16u; count -= 16u, d += 16, s += 16) {
            word_t *dw = (word_t *)(void *)d;
            const word_t *sw = (const word_t *)(const void *)s;
            const word_t a = sw[0];
            const word_t b = sw[1];
            const word_t c = sw[2];
            const word_t e = sw[3];
            dw[0] = a;
            dw[1] = b;
            dw[2] = c;
            dw[3] = e;
        }
        for (; count >= 4u; count -= 4u, d += 4, s += 4) {
            *(word_t *)(void *)d = *(const word_t *)(const void *)s;
        }
    }
    while (count--) {
        *d++ = *s++;
    }
    return to;
}

void *memmove(void *to, const void *from, size_t count)
{
    unsigned char *d = to;
    const unsigned char *s = from;
    if ((uintptr_t)d - (uintptr_t)s >= count) {
        return memcpy(to, from, count);
    }
    while (count--) {
        d[count] = s[count];
    }
    return to;
}

void *memset(void *to, int value, size_t count)
{
    unsigned char *d = to;
    const unsigned char byte = (unsigned char)value;
    const word_t word = byte * 0x01010101u;
    while (count && ((uintptr_t)d & 3u)) {
        *d++ = byte;
        --count;
    }
    for (; count >= 4u; count -= 4u, d += 4) {
        *(word_t *)(void *)d = word;
    }
    while (count--) {
        *d++ = byte;
    }
    return to;
}

int memcmp(const void *left, const void *right, size_t count)
{
    const unsigned char *a = left;
    const unsigned char *b = right;
    for (; count; --count, ++a, ++b) {
        if (*a != *b) {
            return *a < *b ? -1 : 1;
        }
    }
    return 0;
}
