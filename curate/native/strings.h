/* Strings of JSON to UTF-8: escapes, surrogate pairs, malformed bytes; what scan.c reads texts with.
 *
 * A string that is faulty, or that holds a control character other than tab, line feed and carriage return, is refused
 * alike: someone must look at it.
 */

#include <stddef.h>
#include <stdint.h>
#if defined(__SSE2__) && !defined(THRESHER_PLAIN)
#include <emmintrin.h>
#endif

/* Return the bytes of the UTF-8 sequence at `at`; 0 where it is none, or a control character. */
static inline size_t sequence(const uint8_t *at, const uint8_t *end) {
    size_t left = (size_t)(end - at);
    uint8_t lead = at[0], second = left > 1 ? at[1] : 0;
    if ((second & 0xC0) != 0x80) return 0;
    if (lead < 0xE0) return lead < 0xC2 || (lead == 0xC2 && second < 0xA0) ? 0 : 2;
    if (left < 3 || (at[2] & 0xC0) != 0x80) return 0;
    if (lead < 0xF0) return (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ? 0 : 3;
    if (left < 4 || (at[3] & 0xC0) != 0x80) return 0;
    return lead > 0xF4 || (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F) ? 0 : 4;
}

/* Return the code unit of a \uXXXX escape; -1 where it is none. */
static int32_t unit(const uint8_t *at, const uint8_t *end) {
    if (end - at < 6 || at[0] != '\\' || at[1] != 'u') return -1;
    int32_t code = 0;
    for (int i = 2; i < 6; i++) {
        uint8_t digit = at[i] - '0', letter = (at[i] | 0x20) - 'a';
        if (digit > 9 && letter > 5) return -1;
        code = code << 4 | (digit > 9 ? letter + 10 : digit);
    }
    return code;
}

/* Unescape what stands at `*at`; return 0 where it is no escape, half of a pair, or a control character. */
static int escape(const uint8_t **at, const uint8_t *end, uint8_t **out) {
    static const uint8_t SIMPLE[256] = {
        ['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t'};
    if (end - *at < 2) return 0;
    uint8_t simple = SIMPLE[(*at)[1]], *to = *out;
    if (simple) return *at += 2, *to = simple, *out += 1, 1;
    int32_t code = unit(*at, end);
    if (code < 0 || (code < 0x20 && code != 9 && code != 10 && code != 13) || (code >= 0x7F && code < 0xA0)) return 0;
    *at += 6;
    if (code < 0x80) return to[0] = (uint8_t)code, *out += 1, 1;
    if (code < 0x800) return to[0] = 0xC0 | code >> 6, to[1] = 0x80 | (code & 63), *out += 2, 1;
    if (code >> 11 == 0xD800 >> 11) {
        int32_t low = unit(*at, end);
        if (code >= 0xDC00 || low < 0xDC00 || low > 0xDFFF) return 0;
        *at += 6, code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        to[0] = 0xF0 | code >> 18, to[1] = 0x80 | (code >> 12 & 63);
        to[2] = 0x80 | (code >> 6 & 63), to[3] = 0x80 | (code & 63);
        return *out += 4, 1;
    }
    to[0] = 0xE0 | code >> 12, to[1] = 0x80 | (code >> 6 & 63), to[2] = 0x80 | (code & 63);
    return *out += 3, 1;
}

/* Write the text of the string whose quote is at `*from`, and go behind both; return 0 where someone must look.
 *
 * `end` is the line's and `stop` the data's; `*to` has room for as many bytes as the line has, and 16 more. */
static int unescape(const uint8_t **from, const uint8_t *end, const uint8_t *stop, uint8_t **to) {
    const uint8_t *at = *from + 1;
    uint8_t *out = *to;
    for (;;) {
#if defined(__SSE2__) && !defined(THRESHER_PLAIN)
        while (stop - at >= 16) { /* a line's end stops it as well: there stands a control character */
            __m128i block = _mm_loadu_si128((const __m128i *)at);
            __m128i quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
            __m128i slash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
            __m128i below = _mm_cmplt_epi8(block, _mm_set1_epi8(0x20)); /* signed: bytes from 0x80 on are below too */
            __m128i del = _mm_cmpeq_epi8(block, _mm_set1_epi8(0x7F));
            int found = _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, slash), _mm_or_si128(below, del)));
            int plain = found ? __builtin_ctz((unsigned)found) : 16;
            _mm_storeu_si128((__m128i *)out, block);
            at += plain, out += plain;
            if (found) break;
        }
#endif
        while (at < end && *at >= 0x20 && *at < 0x7F && *at != '"' && *at != '\\') *out++ = *at++;
        if (at >= end) return 0;
        if (*at == '"') return *from = at + 1, *to = out, 1;
        if (*at == '\\') {
            if (!escape(&at, end, &out)) return 0;
            continue;
        }
        if (*at < 0x80) return 0;
        for (size_t size; at < end && *at >= 0x80; at += size, out += size) {
            if (!(size = sequence(at, end))) return 0;
            for (size_t i = 0; i < size; i++) out[i] = at[i];
        }
    }
}

/* Say whether a text is white space alone, as Python's str.isspace has it. */
static int blank(const uint8_t *at, size_t size) {
    for (size_t width, i = 0; i < size; i += width) {
        width = at[i] < 0x80 ? 1 : at[i] < 0xE0 ? 2 : 3;
        if (width == 1 ? at[i] > 0x20 : at[i] > 0xE3) return 0;
        if (width == 1) continue;
        uint32_t code = width == 2 ? (at[i] & 31u) << 6 | (at[i + 1] & 63u)
                                   : (at[i] & 15u) << 12 | (at[i + 1] & 63u) << 6 | (at[i + 2] & 63u);
        if (code != 0xA0 && code != 0x1680 && (code < 0x2000 || code > 0x200A) && code != 0x2028 && code != 0x2029 &&
            code != 0x202F && code != 0x205F && code != 0x3000)
            return 0;
    }
    return 1;
}
