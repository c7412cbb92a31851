/* The first eight bytes of the SHA-256 of many short texts, sixteen side by side: a lane of a vector each.
 *
 * One text after another, SHA-256 is a chain of dependent steps; many at once keep a vector unit busy. Text i
 * is bytes[offsets[i] .. offsets[i + 1]], as in Arrow. A lane that ends its text takes the next one. hashlib is the
 * oracle; every level gives its bits.
 */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define LANES 16

typedef uint32_t lanes_t __attribute__((vector_size(4 * LANES)));

static const uint32_t START[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
static const uint32_t ROUND[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
    0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
    0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
    0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

typedef struct { /* a text on its way through a lane: whole blocks where they stand, then the padded end */
    const uint8_t *at, *tail_at;
    size_t row, whole, ends; /* blocks left: a text that is not done has one at its end */
    int busy;
    uint8_t tail[128];
} text_t;

static inline uint32_t big_endian(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void begin(text_t *text, const uint8_t *bytes, const int64_t *offsets, size_t row) {
    uint64_t size = (uint64_t)(offsets[row + 1] - offsets[row]), rest = size % 64;
    text->row = row, text->at = bytes + offsets[row], text->whole = size / 64;
    text->ends = rest < 56 ? 1 : 2, text->tail_at = text->tail;
    memset(text->tail, 0, sizeof text->tail);
    if (rest) memcpy(text->tail, text->at + size - rest, rest);
    text->tail[rest] = 0x80;
    for (int i = 0; i < 8; i++) text->tail[text->ends * 64 - 1 - i] = (uint8_t)(size * 8 >> 8 * i);
}

static inline const uint8_t *block(text_t *text) {
    const uint8_t *here = text->whole ? text->at : text->tail_at;
    if (text->whole)
        text->whole--, text->at += 64;
    else
        text->ends--, text->tail_at += 64;
    return here;
}

#define TURNED(x, n) ((x) >> (n) | (x) << (32 - (n)))

/* Take one block of each lane. */
static inline __attribute__((always_inline)) void compress(lanes_t *state, lanes_t *w) {
    lanes_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
    for (int i = 0; i < 64; i++) {
        lanes_t now = w[i & 15];
        lanes_t first = h + (TURNED(e, 6) ^ TURNED(e, 11) ^ TURNED(e, 25)) + (g ^ (e & (f ^ g))) + ROUND[i] + now;
        lanes_t second = (TURNED(a, 2) ^ TURNED(a, 13) ^ TURNED(a, 22)) + ((a & b) | (c & (a | b)));
        h = g, g = f, f = e, e = d + first, d = c, c = b, b = a, a = first + second;
        lanes_t next = w[(i + 1) & 15], late = w[(i + 14) & 15];
        w[i & 15] = now + (TURNED(next, 7) ^ TURNED(next, 18) ^ next >> 3) + w[(i + 9) & 15] +
                    (TURNED(late, 17) ^ TURNED(late, 19) ^ late >> 10);
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

/* Write the digest of each text: the first eight bytes of its SHA-256 as a number, high byte first. */
static inline __attribute__((always_inline)) void digests(const uint8_t *bytes, const int64_t *offsets, size_t count,
                                                          uint64_t *found) {
    static const uint8_t IDLE[64];
    text_t texts[LANES];
    lanes_t state[8] = {{0}}, w[16];
    size_t given = 0, done = 0;
    for (size_t lane = 0; lane < LANES; lane++) texts[lane].whole = texts[lane].ends = 0;
    while (done < count) {
        for (size_t lane = 0; lane < LANES; lane++) {
            text_t *text = &texts[lane];
            if (!text->ends && given < count) {
                begin(text, bytes, offsets, given++);
                for (int i = 0; i < 8; i++) state[i][lane] = START[i];
            }
            const uint8_t *at = text->ends ? block(text) : IDLE;
            for (int i = 0; i < 16; i++) w[i][lane] = big_endian(at + 4 * i);
            text->busy = at != IDLE;
        }
        compress(state, w);
        for (size_t lane = 0; lane < LANES; lane++)
            if (texts[lane].busy && !texts[lane].ends)
                found[texts[lane].row] = (uint64_t)state[0][lane] << 32 | state[1][lane], done++;
    }
}

static void by_plain(const uint8_t *bytes, const int64_t *offsets, size_t count, uint64_t *found) {
    digests(bytes, offsets, count, found);
}

#if defined(__x86_64__) || defined(__i386__)
__attribute__((target("avx512f"))) static void by_avx512(const uint8_t *bytes, const int64_t *offsets, size_t count,
                                                         uint64_t *found) {
    digests(bytes, offsets, count, found);
}
#endif

/* Write the digests of n texts. Below level 2 hashlib is as fast, or faster where the machine has SHA instructions. */
void thresher_digests(const uint8_t *bytes, const int64_t *offsets, size_t count, int level, uint64_t *found) {
#if defined(__x86_64__) || defined(__i386__)
    if (level == 2) return by_avx512(bytes, offsets, count, found);
#endif
    (void)level;
    by_plain(bytes, offsets, count, found);
}
