/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* The line protocol, one for emulator UART and serial port:
 *
 *     #kind key=value key=value *1a2b3c4d
 *
 * The eight digits are the CRC-32 (IEEE 802.3, as zlib's crc32) of everything between '#' and " *".
 * Numbers are decimal, bytes are lower-case hexadecimal, text holds no space. Anything that does not start with '#'
 * is not for the protocol: print what you like between the lines.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdint.h>

void report_begin(const char *kind);
void report_number(const char *key, uint64_t value);
void report_word(const char *key, uint32_t value);
void report_text(const char *key, const char *text);
void report_bytes(const char *key, const int8_t *bytes, uint32_t count);
void report_end(void);

/* Sends "#end lines=N", so that the listener knows whether a line was lost. */
void report_close(void);

#endif
