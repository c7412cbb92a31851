/* Texts to digests of their signs: what is no word, and yet tells "a < b" from "a > b" and "-5" from "5".
 *
 *   sign       any of < > = / % ^ & | ~ \ $; a - before a word that stands at no word's and no other -'s end; a + or *
 *              that opens no item of a list, the * between two words or two that are none, and beside no other *; a !
 *              before a word or =; a # behind a word
 *   digest     h = SEED, h = (h ^ sign) * WORD and h ^= h >> 32 for each sign in its order, then mixed
 *
 * Commas, points, quotes, brackets, dashes between words and the marks of lists and bold type say nothing here: texts
 * that differ in these alone are the same. curate/dedupe/signatures/signs.py says it in Python; tests hold the two
 * together. Nothing here allocates or keeps state.
 */

#include "texts.h"
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define SEED 0x51685

enum { SAYS_NOTHING, SIGN, PLUS, MINUS, STAR, BANG, SHARP };
static const uint8_t KIND[128] = {
    ['<'] = SIGN, ['>'] = SIGN, ['='] = SIGN, ['+'] = PLUS, ['/'] = SIGN, ['%'] = SIGN,  ['^'] = SIGN, ['&'] = SIGN,
    ['|'] = SIGN, ['~'] = SIGN, ['\\'] = SIGN, ['$'] = SIGN, ['-'] = MINUS, ['*'] = STAR, ['!'] = BANG, ['#'] = SHARP,
};

static inline int of_word(uint8_t c) {
    return (uint8_t)((c | 0x20) - 'a') < 26 || (uint8_t)(c - '0') < 10 || c == '_' || c > 0x7F;
}

/* Say whether nothing but spaces stands between a byte and the start of its line. */
static inline int opens_line(text_t text, const uint8_t *at) {
    while (at > text.at && (at[-1] == ' ' || at[-1] == '\t')) at--;
    return at == text.at || at[-1] == '\n';
}

/* Say whether a byte of ASCII is a sign where it stands; the text's ends count as line breaks. */
static inline int is_sign(text_t text, const uint8_t *at) {
    uint8_t before = at > text.at ? at[-1] : '\n', after = at + 1 < text.end ? at[1] : '\n';
    switch (KIND[*at]) {
    case SIGN:
        return 1;
    case MINUS:
        return of_word(after) && !of_word(before) && before != '-';
    case PLUS:
        return after != ' ' || !opens_line(text, at);
    case STAR:
        return before != '*' && after != '*' && of_word(before) == of_word(after) &&
               (after != ' ' || !opens_line(text, at));
    case BANG:
        return after == '=' || of_word(after);
    case SHARP:
        return of_word(before);
    default:
        return 0;
    }
}

/* Return a bit for each of 64 bytes that may be a sign: it is ASCII, and neither letter, digit, space nor control. */
static inline uint64_t marks_in(const uint8_t *at) {
    uint64_t bits = 0;
#if defined(__SSE2__) && !defined(THRESHER_PLAIN)
    for (int i = 0; i < 64; i += 16) {
        __m128i c = _mm_loadu_si128((const __m128i *)(at + i)), digit = _mm_sub_epi8(c, _mm_set1_epi8('0'));
        __m128i letter = _mm_sub_epi8(_mm_or_si128(c, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
        letter = _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(25)), letter);
        digit = _mm_cmpeq_epi8(_mm_min_epu8(digit, _mm_set1_epi8(9)), digit);
        c = _mm_andnot_si128(_mm_or_si128(letter, digit), _mm_cmpgt_epi8(c, _mm_set1_epi8(' ')));
        bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(c) << i;
    }
#else
    for (int i = 0; i < 64; i++) bits |= (uint64_t)(at[i] > ' ' && !of_word(at[i])) << i;
#endif
    return bits;
}

/* Write the digest of the signs of each of n texts. */
void thresher_signs(const uint8_t *views, const uint8_t *const *buffers, size_t n, uint64_t *digests) {
    for (size_t i = 0; i < n; i++) {
        text_t text = text_of(views, buffers, i);
        uint64_t h = SEED;
        for (const uint8_t *at = text.at; at < text.end; at += 64) {
            uint8_t last[64] = {0};
            const uint8_t *here = at;
            if (text.end - at < 64) here = memcpy(last, at, (size_t)(text.end - at));
            for (uint64_t marks = marks_in(here); marks; marks &= marks - 1) {
                const uint8_t *mark = at + __builtin_ctzll(marks);
                if (is_sign(text, mark)) h = step(h, *mark);
            }
        }
        digests[i] = mix64(h);
    }
}
