/* Bytes to words, and words to hashes; minhash.c says what a word is, and what its hash, and which instructions V4 are. */

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "texts.h"

#define GRAM 0xD6E8FEB86659FD93u

/* ---- a piece of a text: its bytes in lower case, and the places where words begin and end, in turn ---- */

#define PIECE 1024 /* bytes; with what is made of them they stay in the first cache */

typedef struct {
    uint8_t lower[PIECE + 16]; /* so that 16 bytes can be read from any place */
    uint32_t edges[PIECE + 16];    /* one a byte at most; they are written sixteen at a time */
} piece_t;

/* Cut a piece of up to PIECE bytes; return how many edges it has. `inside`: whether the byte before is of a word. */
typedef size_t cut_f(const uint8_t *at, size_t size, uint64_t inside, piece_t *piece);

/* Return a bit for each of 64 bytes that belongs to a word, in lower case. */
INLINE uint64_t words_in(const uint8_t *at) {
    uint64_t bits = 0;
#if defined(__SSE2__)
    for (int i = 0; i < 64; i += 16) {
        __m128i c = _mm_loadu_si128((const __m128i *)(at + i)), letter = _mm_sub_epi8(c, _mm_set1_epi8('a'));
        __m128i digit = _mm_sub_epi8(c, _mm_set1_epi8('0'));
        letter = _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(25)), letter);
        digit = _mm_cmpeq_epi8(_mm_min_epu8(digit, _mm_set1_epi8(9)), digit);
        c = _mm_or_si128(c, _mm_cmpeq_epi8(c, _mm_set1_epi8('_')));
        bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_or_si128(c, _mm_or_si128(letter, digit))) << i;
    }
#else
    for (int i = 0; i < 64; i++) {
        uint8_t c = at[i];
        bits |= (uint64_t)((uint8_t)(c - 'a') < 26 || (uint8_t)(c - '0') < 10 || c == '_' || c > 0x7f) << i;
    }
#endif
    return bits;
}

static size_t cut_plain(const uint8_t *at, size_t size, uint64_t inside, piece_t *piece) {
    size_t count = 0;
    for (size_t from = 0; from < size; from += 64) {
        uint8_t *low = piece->lower + from;
        size_t some = size - from < 64 ? size - from : 64;
        if (some < 64) memset(low, 0, 64);
        memcpy(low, at + from, some);
        for (int i = 0; i < 64; i++) low[i] = (uint8_t)(low[i] + 32 * ((uint8_t)(low[i] - 'A') < 26));
        uint64_t bits = words_in(low);
        for (uint64_t edges = bits ^ (bits << 1 | inside); edges; edges &= edges - 1)
            piece->edges[count++] = (uint32_t)(from + (size_t)__builtin_ctzll(edges));
        inside = bits >> 63;
    }
    return count;
}

#if defined(__x86_64__)
/* The same without a loop over the edges, whose number no processor foresees. */
__attribute__((target(V4))) static size_t cut_avx512(const uint8_t *at, size_t size, uint64_t inside, piece_t *piece) {
    __m512i here = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    size_t count = 0;
    for (size_t from = 0; from < size; from += 64) {
        __mmask64 some = ~(uint64_t)0 >> (size - from < 64 ? 64 - (size - from) : 0);
        __m512i c = _mm512_maskz_loadu_epi8(some, at + from), from_a = _mm512_sub_epi8(c, _mm512_set1_epi8('A'));
        c = _mm512_mask_add_epi8(c, _mm512_cmplt_epu8_mask(from_a, _mm512_set1_epi8(26)), c, _mm512_set1_epi8(32));
        _mm512_storeu_si512(piece->lower + from, c);
        uint64_t bits = _mm512_cmplt_epu8_mask(_mm512_sub_epi8(c, _mm512_set1_epi8('a')), _mm512_set1_epi8(26)) |
                        _mm512_cmplt_epu8_mask(_mm512_sub_epi8(c, _mm512_set1_epi8('0')), _mm512_set1_epi8(10)) |
                        _mm512_cmpeq_epi8_mask(c, _mm512_set1_epi8('_')) | _mm512_movepi8_mask(c);
        uint64_t edges = bits ^ (bits << 1 | inside);
        for (int i = 0; i < 64; i += 16) {
            __mmask16 now = (__mmask16)(edges >> i);
            _mm512_storeu_si512(piece->edges + count, _mm512_maskz_compress_epi32(now, here));
            count += (size_t)__builtin_popcount(now), here = _mm512_add_epi32(here, _mm512_set1_epi32(16));
        }
        inside = bits >> 63;
    }
    return count;
}
#endif

/* ---- words ---- */

/* Words of up to 16 bytes, nearly all, without a branch on their length: it is what no processor foresees. */
INLINE uint64_t hash_short(const uint8_t *lowered, size_t size) {
    size_t first = size < 8 ? size : 8;
    uint64_t low, high;
    memcpy(&low, lowered, 8), memcpy(&high, lowered + 8, 8);
    uint64_t h = step(0, low & ~(uint64_t)0 >> (64 - 8 * first));
    uint64_t more = step(h, high & ~(uint64_t)0 >> ((128 - 8 * size) & 63));
    return (size > 8 ? more : h) * GRAM;
}

static uint64_t hash_long(const uint8_t *at, const uint8_t *end) {
    uint64_t h = 0, bytes = 0;
    for (; end - at >= 8; at += 8) memcpy(&bytes, at, 8), h = step(h, lower(bytes));
    if (at == end) return h * GRAM;
    bytes = 0;
    memcpy(&bytes, at, (size_t)(end - at));
    return step(h, lower(bytes)) * GRAM;
}

/* Write the hash of each word of a text; return how many there are, at most one for every two bytes. */
INLINE size_t hash_words(text_t text, uint64_t *out, cut_f *cut) {
    size_t count = 0;
    const uint8_t *begun = NULL; /* a word that the piece before did not end */
    piece_t piece;
    for (const uint8_t *at = text.at; at < text.end; at += PIECE) {
        size_t size = text.end - at < PIECE ? (size_t)(text.end - at) : PIECE, i = 0;
        size_t edges = cut(at, size, begun != NULL, &piece);
        if (begun && edges) out[count++] = hash_long(begun, at + piece.edges[i++]), begun = NULL;
        for (; i + 1 < edges; i += 2) {
            uint32_t from = piece.edges[i], to = piece.edges[i + 1];
            out[count++] = to - from > 16 ? hash_long(at + from, at + to) : hash_short(piece.lower + from, to - from);
        }
        if (i < edges) begun = at + piece.edges[i];
    }
    if (begun) out[count++] = hash_long(begun, text.end);
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
