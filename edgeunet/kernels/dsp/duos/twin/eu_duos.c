/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */
/* Portable twin of eu_duos.c. */
#define EU_DUOS_LOAD(word, at) memcpy(&(word), at, sizeof(word))
#define EU_DUOS_SMMULR(y, a, b) ((y) = (int32_t)(((int64_t)(int32_t)(a) * (b) + ((int64_t)1 << 31)) >> 32))
#define EU_DUOS_LOW(word) ((int16_t)(uint16_t)((word)&0xFFFFU))
#define EU_DUOS_HIGH(word) ((int16_t)(uint16_t)((word) >> 16))
#define EU_DUOS_PAIR(low, high) ((uint32_t)(uint16_t)(low) | ((uint32_t)(uint16_t)(high) << 16))
#define EU_DUOS_MAX(best, other) \
    ((best) = EU_DUOS_PAIR(EU_DUOS_LOW(best) > EU_DUOS_LOW(other) ? EU_DUOS_LOW(best) : EU_DUOS_LOW(other), \
                           EU_DUOS_HIGH(best) > EU_DUOS_HIGH(other) ? EU_DUOS_HIGH(best) : EU_DUOS_HIGH(other)))
#define EU_DUOS_MIN(least, other) \
    ((least) = EU_DUOS_PAIR(EU_DUOS_LOW(least) < EU_DUOS_LOW(other) ? EU_DUOS_LOW(least) : EU_DUOS_LOW(other), \
                            EU_DUOS_HIGH(least) < EU_DUOS_HIGH(other) ? EU_DUOS_HIGH(least) : EU_DUOS_HIGH(other)))
