/* Texts to digests of their signs: what is no word, and yet tells "a < b" from "a > b" and "-5" from "5".
 *
 *   sign       any of < > = / % ^ & | ~ \ $ @; a - before a word or one of ( $ \ that stands at no word's and no other
 *              -'s end, between operands, beside = < >, or with spaces on both sides behind an operand or before a
 *              number; the first - of two behind a word and both before one; a + that opens no item of a list; a *
 *              that stars.h calls one; a . , : between digits, a . before a number, a : before =; a ! before a word,
 *              = or (, or behind an operand; a ' or " behind a number or variable that no quote opens; a # behind a
 *              word; a middle dot, spelled U+007F, with spaces on both sides or on none that opens no item of a list
 *   digit      a decimal one of any script; a number is made of them
 *   operand    a number, a letter by itself, what a bracket closes
 *   digest     h = SEED, h = (h ^ sign) * WORD and h ^= h >> 32 for each sign in its order, then mixed
 *
 * Other commas, points and quotes, brackets, dashes between words and the marks of lists and bold type say nothing:
 * texts that differ in these alone are the same. curate/dedupe/signatures/signs.py says it in Python; tests hold the
 * two together. Nothing here allocates or keeps state.
 */

#include "stars.h"
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define SEED 0x51685

enum { SAYS_NOTHING, SIGN, PLUS, MINUS, STAR, BANG, SHARP, POINT, COMMA, COLON, QUOTE, DOT };
static const uint8_t KIND[128] = {
    ['<'] = SIGN, ['>'] = SIGN, ['='] = SIGN, ['+'] = PLUS, ['/'] = SIGN, ['%'] = SIGN,  ['^'] = SIGN, ['&'] = SIGN,
    ['|'] = SIGN, ['~'] = SIGN, ['\\'] = SIGN, ['$'] = SIGN, ['-'] = MINUS, ['*'] = STAR, ['!'] = BANG, ['#'] = SHARP,
    ['@'] = SIGN, ['.'] = POINT, [','] = COMMA, [':'] = COLON, ['"'] = QUOTE, ['\''] = QUOTE, [0x7F] = DOT,
};

/* Say whether a letter stands by itself, or behind a digit, and belongs to no word and no quote: x, 2x, but not 's. */
static inline int is_variable(text_t text, ptrdiff_t i) {
    uint8_t before = byte_at(text, i - 1);
    return is_letter(byte_at(text, i)) && (is_digit(text, i - 1) || !(of_word(before) || is_quote(before)));
}

/* Say whether an operand ends with a byte. */
static inline int is_operand(text_t text, ptrdiff_t i) {
    uint8_t last = byte_at(text, i);
    return is_digit(text, i) || closes(last) || is_variable(text, i);
}

/* Say whether a - is a sign: not between words, nor where it opens an item of a list. */
static inline int is_minus(text_t text, ptrdiff_t i, uint8_t before, uint8_t after) {
    uint8_t next = byte_at(text, i + 2), last = byte_at(text, i - 2);
    if (compares(before) || compares(after)) return 1;
    if (before == '-') return of_word(after) && !of_word(last) && last != '-'; /* --i has two, i-- has one */
    if (after == '-') return next != '-' && of_word(before) != of_word(next);
    if (before == ' ' && after == ' ') {
        int begins = is_digit(text, i + 2) || next == '$' || next == '\\';
        return begins ? last > ' ' : is_operand(text, i - 2);
    }
    int begins = after == '(' || after == '$' || after == '\\';
    if (!of_word(before)) return of_word(after) || begins;
    return is_operand(text, i - 1) && (begins || is_digit(text, i + 1) || (is_letter(after) && !of_word(next)));
}

/* Say whether a number of at most three digits or a variable ends with a byte, and is part of no word and no quote. */
static inline int is_alone(text_t text, ptrdiff_t i) {
    if (!is_digit(text, i)) return !is_digit(text, i - 1) && is_variable(text, i);
    ptrdiff_t last = start_of(text, i) - 1;
    for (int digits = 1; digits < 3 && is_digit(text, last); digits++) last = start_of(text, last) - 1;
    return !of_word(byte_at(text, last)) && !is_quote(byte_at(text, last));
}

/* Say whether a ' or " stands behind what is alone, up to three ' between: f'(x), y'', 5' 7", but not 'a'. */
static inline int is_prime(text_t text, ptrdiff_t i, uint8_t after) {
    ptrdiff_t last = i - 1;
    if (is_letter(after)) return 0;
    while (last > i - 4 && byte_at(text, last) == '\'') last--;
    return is_alone(text, last);
}

/* Say whether a byte of ASCII is a sign where it stands; the text's ends count as line breaks. */
static inline int is_sign(text_t text, ptrdiff_t i) {
    uint8_t before = byte_at(text, i - 1), after = byte_at(text, i + 1);
    switch (KIND[text.at[i]]) {
    case SIGN:
        return 1;
    case MINUS:
        return is_minus(text, i, before, after);
    case PLUS:
        return after != ' ' || !opens_line(text, i);
    case STAR:
        return is_star(text, i);
    case BANG:
        return after == '=' || after == '(' || of_word(after) || closes(before) || is_alone(text, i - 1);
    case SHARP:
        return of_word(before);
    case POINT:
        return is_digit(text, i + 1) && (is_digit(text, i - 1) || !(of_word(before) || before == '.'));
    case COMMA:
        return is_digit(text, i - 1) && is_digit(text, i + 1);
    case COLON:
        return after == '=' || (is_digit(text, i - 1) && is_digit(text, i + 1));
    case DOT:
        return (before > ' ') == (after > ' ') && (after > ' ' || !opens_line(text, i));
    case QUOTE:
        return is_prime(text, i, after);
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
                if (is_sign(text, mark - text.at)) h = step(h, *mark);
            }
        }
        digests[i] = mix64(h);
    }
}
