/* What a byte of a text, or the character that it is of, is to the signs beside it. */

#pragma once

#include "texts.h"

static inline int of_word(uint8_t c) {
    return (uint8_t)((c | 0x20) - 'a') < 26 || (uint8_t)(c - '0') < 10 || c == '_' || c > 0x7F;
}
static inline int is_letter(uint8_t c) { return (uint8_t)((c | 0x20) - 'a') < 26; }
static inline int is_quote(uint8_t c) { return c == '\'' || c == '"' || c == '`'; }
static inline int compares(uint8_t c) { return c == '=' || c == '<' || c == '>'; }
static inline int closes(uint8_t c) { return c == ')' || c == ']' || c == '}'; }

/* Return a byte of a text; a line break beyond its ends. */
static inline uint8_t byte_at(text_t text, ptrdiff_t i) { return i >= 0 && i < text.end - text.at ? text.at[i] : '\n'; }

/* Say whether nothing but spaces stands between a byte and the start of its line. */
static inline int opens_line(text_t text, ptrdiff_t i) {
    while (byte_at(text, i - 1) == ' ' || byte_at(text, i - 1) == '\t') i--;
    return byte_at(text, i - 1) == '\n';
}

/* Return where the character starts that a byte belongs to. */
static inline ptrdiff_t start_of(text_t text, ptrdiff_t i) {
    for (int bytes = 1; bytes < 4 && i > 0 && (byte_at(text, i) & 0xC0) == 0x80; bytes++) i--;
    return i;
}

/* The zeros of the decimal digits (Unicode 16: Nd) that are neither ASCII nor NFKC makes ASCII of; nine follow on each.
 * curate/dedupe/signatures/digits.py has the same. */
static const uint32_t ZEROS[] = {
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50,
    0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50,
    0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0x104A0, 0x10D30, 0x10D40, 0x11066, 0x110F0, 0x11136,
    0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x116D0, 0x116DA, 0x11730, 0x118E0, 0x11950, 0x11BF0,
    0x11C50, 0x11D50, 0x11DA0, 0x11F50, 0x16130, 0x16A60, 0x16AC0, 0x16B50, 0x16D70, 0x1E140, 0x1E2F0, 0x1E4F0,
    0x1E5F1, 0x1E950,
};
#define N_ZEROS (sizeof ZEROS / sizeof *ZEROS)

static int is_digit_beyond_ascii(text_t text, ptrdiff_t i) {
    const uint8_t *at = text.at + start_of(text, i);
    size_t low = 0, high = N_ZEROS;
    if (*at < 0xC0 || text.end - at < 2 + (*at >= 0xE0) + (*at >= 0xF0)) return 0;
    uint32_t code = take(&at);
    if (code < ZEROS[0]) return 0;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (ZEROS[middle] <= code)
            low = middle;
        else
            high = middle;
    }
    return code - ZEROS[low] < 10;
}

/* Say whether a byte is of a decimal digit, of any script. */
static inline int is_digit(text_t text, ptrdiff_t i) {
    uint8_t byte = byte_at(text, i);
    return byte < 0x80 ? (uint8_t)(byte - '0') < 10 : is_digit_beyond_ascii(text, i);
}
