/* Texts where they lie: Arrow string views, read in place; lower case eight bytes at a time; and the steps of a hash. */

#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline)) /* compiled anew for each instruction set */

typedef struct {
    const uint8_t *at, *end;
} text_t;

/* Return text i of Arrow string views: 16 bytes each, either a length and up to 12 bytes, or a length, the first four
 * bytes, a buffer's number and where in it the text starts. */
INLINE text_t text_of(const uint8_t *views, const uint8_t *const *buffers, size_t i) {
    const uint8_t *view = views + 16 * i, *at = view + 4;
    uint32_t word[4];
    memcpy(word, view, 16);
    if (word[0] > 12) at = buffers[word[2]] + word[3];
    return (text_t){at, at + word[0]};
}

#define WORD 0x9E3779B97F4A7C15u

INLINE uint64_t mix64(uint64_t h) {
    h ^= h >> 33, h *= 0xFF51AFD7ED558CCDu;
    h ^= h >> 33, h *= 0xC4CEB9FE1A85EC53u;
    return h ^ h >> 33;
}

/* Take eight more bytes into a hash. */
INLINE uint64_t step(uint64_t h, uint64_t bytes) {
    h = (h ^ bytes) * WORD;
    return h ^ h >> 32;
}

#define ONES 0x0101010101010101u

/* Return eight bytes in lower case, as far as ASCII has one; no byte looks at another. */
INLINE uint64_t lower(uint64_t bytes) {
    uint64_t low = bytes & 0x7F * ONES, above = low + (0x7F - 'Z') * ONES, from = low + (0x80 - 'A') * ONES;
    return bytes | (~bytes & (from ^ above) & 0x80 * ONES) >> 2;
}

/* Return the character of two bytes or more at `*at`, and go behind it. */
INLINE uint32_t take(const uint8_t **at) {
    const uint8_t *byte = *at;
    int width = 2 + (*byte >= 0xE0) + (*byte >= 0xF0);
    uint32_t code = *byte & (0x7Fu >> width);
    *at += width;
    for (int i = 1; i < width; i++) code = code << 6 | (byte[i] & 63u);
    return code;
}
