/* Bytes to words, and words to hashes; minhash.c says what a word is, and what its hash. */

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "texts.h"

#define WORD 0x9E3779B97F4A7C15u
#define GRAM 0xD6E8FEB86659FD93u

INLINE uint64_t mix64(uint64_t h) {
    h ^= h >> 33, h *= 0xFF51AFD7ED558CCDu;
    h ^= h >> 33, h *= 0xC4CEB9FE1A85EC53u;
    return h ^ h >> 33;
}

INLINE uint64_t step(uint64_t h, uint64_t bytes) {
    h = (h ^ lower(bytes)) * WORD;
    return h ^ h >> 32;
}

static uint64_t hash_long(const uint8_t *at, const uint8_t *word_end) {
    uint64_t h = 0, bytes = 0;
    for (; word_end - at >= 8; at += 8) memcpy(&bytes, at, 8), h = step(h, bytes);
    if (at == word_end) return h;
    bytes = 0;
    memcpy(&bytes, at, (size_t)(word_end - at));
    return step(h, bytes);
}

/* Words of up to 16 bytes, nearly all, without a branch on their length: it is what no processor foresees. */
INLINE uint64_t hash_word(const uint8_t *at, const uint8_t *word_end, const uint8_t *end) {
    size_t size = (size_t)(word_end - at), first = size < 8 ? size : 8;
    if (size > 16 || end - at < 16) return hash_long(at, word_end) * GRAM;
    uint64_t low, high;
    memcpy(&low, at, 8), memcpy(&high, at + 8, 8);
    uint64_t h = step(0, low & ~(uint64_t)0 >> (64 - 8 * first));
    uint64_t more = step(h, high & ~(uint64_t)0 >> ((128 - 8 * size) & 63));
    return (size > 8 ? more : h) * GRAM;
}

/* Return a bit for each of up to 64 bytes that belongs to a word. */
INLINE uint64_t words_in(const uint8_t *at, const uint8_t *end) {
    uint64_t bits = 0;
#if defined(__SSE2__)
    if (end - at >= 64) {
        for (int i = 0; i < 64; i += 16) {
            __m128i c = _mm_loadu_si128((const __m128i *)(at + i)), letter = _mm_or_si128(c, _mm_set1_epi8(0x20));
            letter = _mm_sub_epi8(letter, _mm_set1_epi8('a'));
            __m128i digit = _mm_sub_epi8(c, _mm_set1_epi8('0'));
            letter = _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(25)), letter);
            digit = _mm_cmpeq_epi8(_mm_min_epu8(digit, _mm_set1_epi8(9)), digit);
            c = _mm_or_si128(c, _mm_cmpeq_epi8(c, _mm_set1_epi8('_')));
            bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_or_si128(c, _mm_or_si128(letter, digit))) << i;
        }
        return bits;
    }
#endif
    for (int i = 0; i < 64 && at + i < end; i++) {
        uint8_t c = at[i], letter = (uint8_t)((c | 0x20) - 'a');
        bits |= (uint64_t)(letter < 26 || (uint8_t)(c - '0') < 10 || c == '_' || c > 0x7f) << i;
    }
    return bits;
}

/* Write the hash of each word of a text; return how many there are, at most one for every two bytes. */
INLINE size_t hash_words(text_t text, uint64_t *out) {
    size_t count = 0;
    const uint8_t *begin = text.at;
    uint64_t inside = 0; /* whether the byte before is of a word */
    for (const uint8_t *at = text.at; at < text.end; at += 64) {
        uint64_t bits = words_in(at, text.end), edges = bits ^ (bits << 1 | inside);
        for (; edges; edges &= edges - 1, inside ^= 1) {
            const uint8_t *edge = at + __builtin_ctzll(edges);
            if (inside)
                out[count++] = hash_word(begin, edge, text.end);
            else
                begin = edge;
        }
    }
    if (inside) out[count++] = hash_word(begin, text.end, text.end);
    return count;
}

/* Hash a whole text, runs of white space as one space and none at its ends. Return 0 where it holds nothing else. */
static int hash_all(text_t text, uint64_t *hash) {
    uint64_t h = 0;
    int begun = 0, space = 0;
    for (; text.at < text.end; text.at++) {
        uint8_t byte = *text.at;
        if (byte == ' ' || (byte >= '\t' && byte <= '\r')) {
            space = begun;
            continue;
        }
        if (space) h = h * WORD + ' ' + 1;
        h = h * WORD + byte + 32u * (byte >= 'A' && byte <= 'Z') + 1, begun = 1, space = 0;
    }
    *hash = mix64(h);
    return begun;
}
