/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* The part of <string.h> that generated code may use, for compilers that come without a C library. */
#ifndef EDGEUNET_STRING_H
#define EDGEUNET_STRING_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#define restrict
#endif

void *memcpy(void *restrict to, const void *restrict from, size_t count);
void *memmove(void *to, const void *from, size_t count);
void *memset(void *to, int value, size_t count);
int memcmp(const void *left, const void *right, size_t count);

#ifdef __cplusplus
#undef restrict
}
#endif

#endif
