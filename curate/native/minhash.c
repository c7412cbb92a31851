/* Text to shingles and MinHash signatures, in one pass over Arrow buffers; and sets of shingles compared.
 *
 * Text i is bytes[offsets[i] .. offsets[i + 1]]. The stages: bytes -> words -> shingles of five words -> signature.
 *
 *   word       a run of [0-9A-Za-z_] or of bytes above 0x7f: h = h * WORD + byte + 1 over its bytes, in lower case
 *              as far as ASCII has one, then mixed
 *   shingle    h = h * GRAM + word over five words, then mixed; a text of fewer than `min_words` words is one
 *              shingle, the hash of all its bytes, white space folded. With a salt: mixed again, so that sides never
 *              share a shingle
 *   signature  slot k keeps the least of a[k] * mix32(shingle) + b[k] modulo 2^32 (datasketch 2, `affine32`)
 *
 * curate/dedupe/shingles.py and minhash.py are the same stages in numpy, bit for bit; tests hold the two together.
 * Nothing here allocates, keeps state or knows Python: callers own the buffers and may call from many threads.
 */

#include <stddef.h>
#include <stdint.h>

#define SLOTS 128
#define SIZE 5
#define CHUNK 1024 /* shingles hashed before the slots look at them: 4 KB stay in the first cache */

#define WORD 0x9E3779B97F4A7C15u
#define GRAM 0xD6E8FEB86659FD93u
#define EMPTY 0xFFFFFFFFu

static inline uint64_t mix64(uint64_t h) {
    h ^= h >> 33, h *= 0xFF51AFD7ED558CCDu;
    h ^= h >> 33, h *= 0xC4CEB9FE1A85EC53u;
    return h ^ h >> 33;
}

static inline uint32_t mix32(uint32_t h) {
    h ^= h >> 16, h *= 0x85EBCA6Bu;
    h ^= h >> 13, h *= 0xC2B2AE35u;
    return h ^ h >> 16;
}

/* ---- words ---- */

static const uint64_t IN_WORD[4] = {0x03FF000000000000u, 0x07FFFFFE87FFFFFEu, ~0ull, ~0ull}; /* a bit a byte value */

static inline uint64_t lower(uint8_t byte) { return byte | (uint64_t)((uint8_t)(byte - 'A') < 26) << 5; }

static inline int in_word(uint8_t byte) { return IN_WORD[byte >> 6] >> (byte & 63) & 1; }

typedef struct {
    const uint8_t *at, *end;
} text_t;

static inline int next_word(text_t *text, uint64_t *word) {
    const uint8_t *at = text->at, *end = text->end;
    while (at < end && !in_word(*at)) at++;
    uint64_t h = 0;
    const uint8_t *start = at;
    for (; at < end && in_word(*at); at++) h = h * WORD + lower(*at) + 1;
    text->at = at, *word = mix64(h);
    return at > start;
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
        h = h * WORD + lower(byte) + 1, begun = 1, space = 0;
    }
    *hash = mix64(h);
    return begun;
}

/* ---- shingles, in chunks ---- */

typedef struct {
    text_t rest, whole;
    uint64_t salt, window[SIZE];
    uint32_t words, min_words;
    int done;
} grams_t;

static void open_grams(grams_t *grams, text_t text, uint64_t salt, uint32_t min_words) {
    *grams = (grams_t){.rest = text, .whole = text, .salt = salt, .min_words = min_words};
}

/* Fill `out` with up to `room` shingles; return how many. Zero says that there are no more.
 * A text proves itself long enough, or not, within its first `min_words` words, which the window cannot hold:
 * they are counted ahead of the first shingle. */
static size_t next_grams(grams_t *grams, uint64_t *out, size_t room) {
    size_t count = 0;
    if (grams->done) return 0;
    if (grams->words == 0) {
        text_t ahead = grams->whole;
        uint64_t word;
        uint32_t words = 0;
        while (words < grams->min_words && next_word(&ahead, &word)) words++;
        if (words < grams->min_words) {
            grams->done = 1, grams->words = words;
            uint64_t h;
            if (!hash_all(grams->whole, &h)) return 0;
            *out = grams->salt ? mix64(h ^ grams->salt) : h;
            return 1;
        }
    }
    uint64_t word;
    while (count < room) {
        if (!next_word(&grams->rest, &word)) {
            grams->done = 1;
            break;
        }
        for (int i = 0; i + 1 < SIZE; i++) grams->window[i] = grams->window[i + 1];
        grams->window[SIZE - 1] = word;
        if (++grams->words < SIZE) continue;
        uint64_t h = 0;
        for (int i = 0; i < SIZE; i++) h = h * GRAM + grams->window[i];
        h = mix64(h);
        out[count++] = grams->salt ? mix64(h ^ grams->salt) : h;
    }
    return count;
}

/* ---- slots: one loop, three instruction sets ---- */

typedef void least_f(uint32_t *slots, const uint32_t *a, const uint32_t *b, const uint32_t *hashes, size_t count);

static void least_plain(uint32_t *slots, const uint32_t *a, const uint32_t *b, const uint32_t *hashes, size_t count) {
    for (size_t i = 0; i < count; i++)
        for (int k = 0; k < SLOTS; k++) {
            uint32_t value = a[k] * hashes[i] + b[k];
            slots[k] = value < slots[k] ? value : slots[k];
        }
}

#if defined(__x86_64__)
#include <immintrin.h>

/* Slots stay in registers while all hashes of a chunk pass: 8 x 16 of them at once, or 4 x 8 in four rounds. */
__attribute__((target("avx512f"))) static void least_avx512(uint32_t *slots, const uint32_t *a, const uint32_t *b,
                                                             const uint32_t *hashes, size_t count) {
    __m512i s[8], f[8], t[8];
    for (int j = 0; j < 8; j++) {
        s[j] = _mm512_loadu_si512(slots + 16 * j);
        f[j] = _mm512_loadu_si512(a + 16 * j);
        t[j] = _mm512_loadu_si512(b + 16 * j);
    }
    for (size_t i = 0; i < count; i++) {
        __m512i h = _mm512_set1_epi32((int)hashes[i]);
        for (int j = 0; j < 8; j++) s[j] = _mm512_min_epu32(s[j], _mm512_add_epi32(_mm512_mullo_epi32(h, f[j]), t[j]));
    }
    for (int j = 0; j < 8; j++) _mm512_storeu_si512(slots + 16 * j, s[j]);
}

__attribute__((target("avx2"))) static void least_avx2(uint32_t *slots, const uint32_t *a, const uint32_t *b,
                                                       const uint32_t *hashes, size_t count) {
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
    return __builtin_cpu_supports("avx512f") ? 2 : __builtin_cpu_supports("avx2") ? 1 : 0;
#else
    return 0;
#endif
}

static least_f *least_of(int level) {
#if defined(__x86_64__)
    if (level == 2) return least_avx512;
    if (level == 1) return least_avx2;
#endif
    (void)level;
    return least_plain;
}

/* ---- the doors: texts ---- */

/* Write the signature (n x 128), the words and the shingles of each of n texts. `level` is at most thresher_best(). */
void thresher_sign(const uint8_t *bytes, const int64_t *offsets, size_t n, uint64_t salt, uint32_t min_words,
                   const uint32_t *a, const uint32_t *b, int level, uint32_t *signatures, uint32_t *words,
                   uint32_t *shingles) {
    least_f *least = least_of(level);
    uint64_t grams64[CHUNK];
    uint32_t hashes[CHUNK];
    for (size_t i = 0; i < n; i++) {
        uint32_t *slots = signatures + SLOTS * i;
        for (int k = 0; k < SLOTS; k++) slots[k] = EMPTY;
        grams_t grams;
        open_grams(&grams, (text_t){bytes + offsets[i], bytes + offsets[i + 1]}, salt, min_words);
        size_t count, all = 0;
        while ((count = next_grams(&grams, grams64, CHUNK)) > 0) {
            for (size_t j = 0; j < count; j++) hashes[j] = mix32((uint32_t)grams64[j]);
            least(slots, a, b, hashes, count);
            all += count;
        }
        words[i] = grams.words, shingles[i] = (uint32_t)all;
    }
}

/* Write the shingles of n texts, one after another, and where those of each start (n + 1). `values` has room for half
 * the bytes and one a text. Return how many were written. */
size_t thresher_shingles(const uint8_t *bytes, const int64_t *offsets, size_t n, uint64_t salt, uint32_t min_words,
                         uint64_t *values, int64_t *starts, uint32_t *words) {
    size_t all = 0;
    for (size_t i = 0; i < n; i++) {
        grams_t grams;
        open_grams(&grams, (text_t){bytes + offsets[i], bytes + offsets[i + 1]}, salt, min_words);
        starts[i] = (int64_t)all;
        size_t count;
        while ((count = next_grams(&grams, values + all, CHUNK)) > 0) all += count;
        words[i] = grams.words;
    }
    starts[n] = (int64_t)all;
    return all;
}

/* ---- the doors: sets ---- */

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

/* Turn the shingles of n texts into sets, in place: sorted, each once, closed up. Return how many are left. */
size_t thresher_sets(uint64_t *values, int64_t *starts, size_t n) {
    size_t all = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t *own = values + starts[i];
        size_t count = (size_t)(starts[i + 1] - starts[i]), first = all;
        sort(own, count);
        for (size_t j = 0; j < count; j++)
            if (j == 0 || own[j] != values[all - 1]) values[all++] = own[j];
        starts[i] = (int64_t)first;
    }
    starts[n] = (int64_t)all;
    return all;
}

/* Write how many shingles the sets left[k] and right[k] have in common, for each of `pairs` pairs. */
void thresher_shared(const uint64_t *values, const int64_t *starts, const int64_t *left, const int64_t *right,
                     size_t pairs, uint32_t *common) {
    for (size_t k = 0; k < pairs; k++) {
        const uint64_t *a = values + starts[left[k]], *a_end = values + starts[left[k] + 1];
        const uint64_t *b = values + starts[right[k]], *b_end = values + starts[right[k] + 1];
        uint32_t count = 0;
        while (a < a_end && b < b_end) { /* no branch that a predictor could miss */
            uint64_t x = *a, y = *b;
            count += x == y, a += x <= y, b += y <= x;
        }
        common[k] = count;
    }
}

/* Write in how many of `width` bytes the sketches left[k] and right[k] agree. */
void thresher_agree(const uint8_t *sketches, size_t width, const int64_t *left, const int64_t *right, size_t pairs,
                    uint32_t *agree) {
    for (size_t k = 0; k < pairs; k++) {
        const uint8_t *a = sketches + width * (size_t)left[k], *b = sketches + width * (size_t)right[k];
        uint32_t count = 0;
        for (size_t i = 0; i < width; i++) count += a[i] == b[i];
        agree[k] = count;
    }
}
