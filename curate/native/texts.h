/* Texts where they lie: Arrow string views, read in place; and lower case eight bytes at a time. */

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

#define ONES 0x0101010101010101u

/* Return eight bytes in lower case, as far as ASCII has one; no byte looks at another. */
INLINE uint64_t lower(uint64_t bytes) {
    uint64_t low = bytes & 0x7F * ONES, above = low + (0x7F - 'Z') * ONES, from = low + (0x80 - 'A') * ONES;
    return bytes | (~bytes & (from ^ above) & 0x80 * ONES) >> 2;
}
