/* Texts as they are compared, where a table knows every character of theirs: in lower case, and a space for what is no
 * part of a word. It is most texts of Europe, of the Near East and of Korea; the others are somebody else's.
 */

#include "texts.h"

/* Return how many bytes at the start of a text are ASCII, as far as eight of them are looked at at once. */
INLINE size_t ascii_run(text_t text) {
    const uint8_t *at = text.at;
    for (uint64_t bytes; text.end - at >= 8; at += 8) {
        memcpy(&bytes, at, 8);
        if (bytes & 0x80 * ONES) break;
    }
    return (size_t)(at - text.at);
}

/* Return the character of two or three bytes at `*at`, and go behind it; one of four is beyond every table. */
INLINE uint32_t take(const uint8_t **at) {
    const uint8_t *byte = *at;
    int width = 2 + (*byte >= 0xE0);
    *at += width;
    if (width == 2) return (byte[0] & 31u) << 6 | (byte[1] & 63u);
    return (byte[0] & 15u) << 12 | (byte[1] & 63u) << 6 | (byte[2] & 63u);
}

INLINE uint8_t *put(uint8_t *out, uint32_t code) {
    if (code < 0x80) return *out = (uint8_t)code, out + 1;
    if (code < 0x800) return out[0] = (uint8_t)(0xC0 | code >> 6), out[1] = (uint8_t)(0x80 | (code & 63)), out + 2;
    out[0] = (uint8_t)(0xE0 | code >> 12), out[1] = (uint8_t)(0x80 | (code >> 6 & 63));
    return out[2] = (uint8_t)(0x80 | (code & 63)), out + 3;
}

/* Write a text as the table has it; return its end, or null where a character is not in the table. */
static uint8_t *fold(text_t text, const uint16_t *table, uint8_t *out) {
    while (text.at < text.end) {
        for (size_t run = ascii_run(text); run; run -= 8, text.at += 8, out += 8) {
            uint64_t bytes;
            memcpy(&bytes, text.at, 8);
            bytes = lower(bytes);
            memcpy(out, &bytes, 8);
        }
        for (int i = 0; i < 8 && text.at < text.end; i++) {
            uint32_t code = *text.at;
            if (code < 0x80) {
                *out++ = (uint8_t)(code | 32u * (code - 'A' < 26)), text.at++;
                continue;
            }
            if (code >= 0xF0 || !(code = table[take(&text.at)])) return NULL;
            out = put(out, code);
        }
    }
    return out;
}

/* Fold n texts, which are UTF-8, one behind the other into `out`, which has room for them all; `ends` (n + 1) has where
 * each starts and ends. table[c] takes the place of character c below 0x10000, in no more bytes than c has; 0 if c is not
 * known. A text that holds such a one is left empty, and its `unknown` set. */
void thresher_fold(const uint8_t *views, const uint8_t *const *buffers, size_t n, const uint16_t *table, uint8_t *out,
                   int64_t *ends, uint8_t *unknown) {
    uint8_t *at = out;
    ends[0] = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t *end = fold(text_of(views, buffers, i), table, at);
        unknown[i] = !end;
        if (end) at = end;
        ends[i + 1] = at - out;
    }
}
