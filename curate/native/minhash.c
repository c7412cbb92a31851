/* Text to shingles, MinHash signatures and band keys, in one pass over Arrow string views.
 *
 * The stages: bytes -> words -> shingles of five words -> the set of them -> signature -> band keys.
 *
 *   word       a run of [0-9A-Za-z_] or of bytes above 0x7f, in lower case as far as ASCII has one: over every eight
 *              bytes, the first lowest and the last filled up with zeros, h = (h ^ bytes) * WORD, h ^= h >> 32; then
 *              h * GRAM
 *   shingle    h = h * GRAM + word over five words, then mixed; a text of fewer than `min_words` words is one
 *              shingle: h = h * WORD + byte + 1 over all its bytes, white space folded, then mixed. With a salt: mixed
 *              again, so that sides never share a shingle
 *   digest     of a text's shingles in their order: h = h * GRAM + shingle, then mixed
 *   signature  slot k keeps the least of a[k] * mix32(shingle) + b[k] modulo 2^32 (datasketch 2, `affine32`)
 *   band key   of the slots of a band: h = mix64(h ^ (slot + WORD)), from the band's number on
 *
 * curate/dedupe/signatures/ (shingles.py, minhash.py, bands.py) holds the same stages in numpy, bit for bit; tests hold
 * the two together. Nothing here allocates, keeps state or knows Python: callers own the buffers and may call from many
 * threads.
 */

#define V3 "avx2,bmi,bmi2,lzcnt,popcnt"
#define V4 V3 ",avx512f,avx512bw,avx512dq,avx512vl"

#include "words.h"

#define SLOTS 128
#define SIZE 5
#define GRAM_2 (GRAM * GRAM)
#define GRAM_3 (GRAM_2 * GRAM)
#define GRAM_4 (GRAM_2 * GRAM_2)
#define CHUNK 1024 /* shingles hashed before the slots look at them: 4 KB stay in the first cache */
#define MANY 4096  /* shingles above which a set is made by sorting: the table for fewer fits the stack */

#define EMPTY 0xFFFFFFFFu

static inline uint32_t mix32(uint32_t h) {
    h ^= h >> 16, h *= 0x85EBCA6Bu;
    h ^= h >> 13, h *= 0xC2B2AE35u;
    return h ^ h >> 16;
}

/* ---- shingles ---- */

/* Write the shingles of a text, in its order, and their digest; return how many. They take the place of the words they
 * are made of. */
INLINE size_t shingle(text_t text, uint64_t salt, uint32_t min_words, cut_f *cut, uint64_t *out, uint64_t *digest) {
    size_t count = hash_words(text, out, cut), i = 0;
    uint64_t all = 0;
    if (count < min_words)
        count = (size_t)hash_all(text, out);
    else if (count < SIZE)
        count = 0;
    else { /* each by itself, so that eight are made at once; in place, for no later shingle has the word k */
        count -= SIZE - 1;
        for (size_t k = 0; k < count; k++)
            out[k] = mix64(out[k] * GRAM_4 + out[k + 1] * GRAM_3 + out[k + 2] * GRAM_2 + out[k + 3] * GRAM + out[k + 4]);
    }
    for (size_t k = 0; salt && k < count; k++) out[k] = mix64(out[k] ^ salt);
    for (; i + 4 <= count; i += 4) /* a step waits for the one before, so it takes four */
        all = all * GRAM_4 + (out[i] * GRAM_3 + out[i + 1] * GRAM_2 + out[i + 2] * GRAM + out[i + 3]);
    for (; i < count; i++) all = all * GRAM + out[i];
    *digest = mix64(all);
    return count;
}

/* ---- sets ---- */

static void sort(uint64_t *v, size_t n) {
    while (n > 24) { /* quicksort by the median of three, the smaller part by recursion */
        uint64_t a = v[0], b = v[n / 2], c = v[n - 1];
        uint64_t pivot = a < b ? (b < c ? b : a < c ? c : a) : (a < c ? a : b < c ? c : b);
        size_t i = 0, j = n - 1;
        for (;;) {
            while (v[i] < pivot) i++;
            while (v[j] > pivot) j--;
            if (i >= j) break;
            uint64_t held = v[i];
            v[i++] = v[j], v[j--] = held;
        }
        size_t cut = v[i] < pivot ? i + 1 : i;
        if (cut < n - cut)
            sort(v, cut), v += cut, n -= cut;
        else
            sort(v + cut, n - cut), n = cut;
    }
    for (size_t i = 1; i < n; i++) {
        uint64_t held = v[i];
        size_t j = i;
        for (; j > 0 && v[j - 1] > held; j--) v[j] = v[j - 1];
        v[j] = held;
    }
}

/* Sort hashes: dealt by their first byte, in place, each to where it belongs (American flag sort), then share by share. */
static void sort_hashes(uint64_t *v, size_t n) {
    size_t next[256], end[256] = {0}, from = 0;
    for (size_t i = 0; i < n; i++) end[v[i] >> 56]++;
    for (int byte = 0; byte < 256; byte++) next[byte] = from, from = end[byte] += from;
    for (int byte = 0; byte < 256; byte++)
        while (next[byte] < end[byte]) {
            uint64_t held = v[next[byte]];
            for (int to; (to = (int)(held >> 56)) != byte;) {
                uint64_t there = v[next[to]];
                v[next[to]++] = held, held = there;
            }
            v[next[byte]++] = held;
        }
    for (int byte = 0; byte < 256; byte++) sort(v + (byte ? end[byte - 1] : 0), end[byte] - (byte ? end[byte - 1] : 0));
}

/* Leave each of n values once, in place; return how many are left. */
INLINE size_t unique(uint64_t *values, size_t n) {
    size_t left = 0;
    if (n > MANY) {
        sort_hashes(values, n);
        for (size_t i = 0; i < n; i++)
            if (i == 0 || values[i] != values[left - 1]) values[left++] = values[i];
        return left;
    }
    uint16_t table[4 * MANY]; /* 1 + the place of a value; small, so that it stays in the first cache */
    size_t mask = 64;
    while (mask < 12 * n && mask < 4 * MANY) mask *= 2; /* so sparse that a place is hardly ever taken */
    memset(table, 0, mask-- * sizeof *table);
    for (size_t i = 0; i < n; i++) {
        uint64_t value = values[i];
        size_t at = value & mask;
        while (table[at] && values[table[at] - 1] != value) at = (at + 1) & mask;
        if (!table[at]) values[left++] = value, table[at] = (uint16_t)left;
    }
    return left;
}

/* ---- slots: one loop, three instruction sets; the shingles, up to CHUNK of them, are hashed ahead ---- */

typedef void least_f(uint32_t *slots, const uint32_t *a, const uint32_t *b, const uint64_t *grams, size_t count);

static void least_plain(uint32_t *slots, const uint32_t *a, const uint32_t *b, const uint64_t *grams, size_t count) {
    uint32_t hashes[CHUNK];
    for (size_t i = 0; i < count; i++) hashes[i] = mix32((uint32_t)grams[i]);
    for (size_t i = 0; i < count; i++)
        for (int k = 0; k < SLOTS; k++) {
            uint32_t value = a[k] * hashes[i] + b[k];
            slots[k] = value < slots[k] ? value : slots[k];
        }
}

#if defined(__x86_64__)
/* Slots stay in registers while all hashes of a chunk pass: 4 x 16 of them in two rounds, or 4 x 8 in four. */
__attribute__((target(V4))) static void least_avx512(uint32_t *slots, const uint32_t *a, const uint32_t *b,
                                                             const uint64_t *grams, size_t count) {
    uint32_t hashes[CHUNK];
    for (size_t i = 0; i < count; i++) hashes[i] = mix32((uint32_t)grams[i]);
    for (int k = 0; k < SLOTS; k += 64) {
        __m512i s[4], f[4], t[4];
        for (int j = 0; j < 4; j++) {
            s[j] = _mm512_loadu_si512(slots + k + 16 * j);
            f[j] = _mm512_loadu_si512(a + k + 16 * j);
            t[j] = _mm512_loadu_si512(b + k + 16 * j);
        }
        for (size_t i = 0; i < count; i++) {
            __m512i h = _mm512_set1_epi32((int)hashes[i]);
            for (int j = 0; j < 4; j++)
                s[j] = _mm512_min_epu32(s[j], _mm512_add_epi32(_mm512_mullo_epi32(h, f[j]), t[j]));
        }
        for (int j = 0; j < 4; j++) _mm512_storeu_si512(slots + k + 16 * j, s[j]);
    }
}

__attribute__((target(V3))) static void least_avx2(uint32_t *slots, const uint32_t *a, const uint32_t *b,
                                                       const uint64_t *grams, size_t count) {
    uint32_t hashes[CHUNK];
    for (size_t i = 0; i < count; i++) hashes[i] = mix32((uint32_t)grams[i]);
    for (int k = 0; k < SLOTS; k += 32) {
        __m256i s[4], f[4], t[4];
        for (int j = 0; j < 4; j++) {
            s[j] = _mm256_loadu_si256((const __m256i *)(slots + k + 8 * j));
            f[j] = _mm256_loadu_si256((const __m256i *)(a + k + 8 * j));
            t[j] = _mm256_loadu_si256((const __m256i *)(b + k + 8 * j));
        }
        for (size_t i = 0; i < count; i++) {
            __m256i h = _mm256_set1_epi32((int)hashes[i]);
            for (int j = 0; j < 4; j++)
                s[j] = _mm256_min_epu32(s[j], _mm256_add_epi32(_mm256_mullo_epi32(h, f[j]), t[j]));
        }
        for (int j = 0; j < 4; j++) _mm256_storeu_si256((__m256i *)(slots + k + 8 * j), s[j]);
    }
}
#endif

/* Return the instruction sets of this machine that we have code for: 0 plain, 1 AVX2, 2 AVX-512. */
int thresher_best(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    int v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
    int v4 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    return v3 ? 1 + v4 : 0;
#else
    return 0;
#endif
}

/* ---- the doors: one body, compiled for each instruction set ---- */

typedef struct {
    const uint8_t *views, *const *buffers;
    size_t n;
    uint64_t salt;
    uint32_t min_words;
    const uint32_t *a, *b;
    uint32_t *signatures;
    uint64_t *grams;
    int64_t *starts;
    uint64_t *digests;
} sign_t;

INLINE size_t sign(const sign_t *asked, cut_f *cut, least_f *least) {
    size_t all = 0;
    for (size_t i = 0; i < asked->n; i++) {
        uint64_t *own = asked->grams + all;
        text_t text = text_of(asked->views, asked->buffers, i);
        size_t count = unique(own, shingle(text, asked->salt, asked->min_words, cut, own, asked->digests + i));
        asked->starts[i] = (int64_t)all;
        all += count;
        if (!asked->signatures) continue;
        uint32_t *slots = asked->signatures + SLOTS * i;
        for (int k = 0; k < SLOTS; k++) slots[k] = EMPTY;
        for (size_t from = 0; from < count; from += CHUNK)
            least(slots, asked->a, asked->b, own + from, count - from < CHUNK ? count - from : CHUNK);
    }
    asked->starts[asked->n] = (int64_t)all;
    return all;
}

#if defined(__x86_64__)
__attribute__((target(V4))) static size_t sign_avx512(const sign_t *asked) { return sign(asked, cut_avx512, least_avx512); }
__attribute__((target(V3))) static size_t sign_avx2(const sign_t *asked) { return sign(asked, cut_plain, least_avx2); }
#endif

/* Write the signature (n x 128; none if null), the digest and the set of shingles of each of n texts: the set
 * of text i is grams[starts[i] .. starts[i + 1]]. `grams` has room for half the bytes of the texts and one more a text;
 * `level` is at most thresher_best(). Return how many shingles were written. */
size_t thresher_sign(const uint8_t *views, const uint8_t *const *buffers, size_t n, uint64_t salt, uint32_t min_words,
                     const uint32_t *a, const uint32_t *b, int level, uint32_t *signatures, uint64_t *grams,
                     int64_t *starts, uint64_t *digests) {
    sign_t asked = {views, buffers, n, salt, min_words, a, b, signatures, grams, starts, digests};
#if defined(__x86_64__)
    if (level == 2) return sign_avx512(&asked);
    if (level == 1) return sign_avx2(&asked);
#endif
    (void)level;
    return sign(&asked, cut_plain, least_plain);
}

/* Write the hash of each word of each of n texts: those of text i are words[starts[i] .. starts[i + 1]]. `words` has room
 * for half the bytes of the texts and one more a text. Return how many were written. */
size_t thresher_words(const uint8_t *views, const uint8_t *const *buffers, size_t n, uint64_t *words, int64_t *starts) {
    size_t all = 0;
    for (size_t i = 0; i < n; i++) {
        starts[i] = (int64_t)all;
        all += hash_words(text_of(views, buffers, i), words + all, cut_plain);
    }
    starts[n] = (int64_t)all;
    return all;
}

INLINE void bands_of(const uint32_t *signatures, size_t n, uint32_t bands, uint32_t rows, uint64_t *keys) {
    for (size_t i = 0; i < n; i++) {
        uint64_t own[SLOTS]; /* all bands side by side, so that eight are mixed at once */
        for (uint32_t band = 0; band < bands; band++) own[band] = band;
        for (uint32_t k = 0; k < rows; k++)
            for (uint32_t band = 0; band < bands; band++)
                own[band] = mix64(own[band] ^ (signatures[SLOTS * i + band * rows + k] + WORD));
        for (uint32_t band = 0; band < bands; band++) keys[n * band + i] = own[band];
    }
}

#if defined(__x86_64__)
__attribute__((target(V4))) static void bands_avx512(const uint32_t *signatures, size_t n, uint32_t bands, uint32_t rows,
                                                     uint64_t *keys) {
    bands_of(signatures, n, bands, rows, keys);
}
#endif

/* Write the keys (bands x n) of n signatures: two rows meet in a band of `rows` slots where their keys are equal. */
void thresher_bands(const uint32_t *signatures, size_t n, uint32_t bands, uint32_t rows, int level, uint64_t *keys) {
#if defined(__x86_64__)
    if (level == 2) return bands_avx512(signatures, n, bands, rows, keys);
#endif
    (void)level;
    bands_of(signatures, n, bands, rows, keys);
}
