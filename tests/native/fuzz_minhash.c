/* Random texts in buffers of their exact size, through both doors of the kernel at every level.
 *
 * Built with AddressSanitizer and UBSan: a byte read or written beyond a buffer, or undefined arithmetic, ends the run.
 * It also checks what must hold: the levels agree, a signature's shingles are as many as were written, and the room that
 * the header promises is enough. usage: fuzz_minhash ROUNDS SEED
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int thresher_best(void);
void thresher_sign(const uint8_t *, const int64_t *, size_t, uint64_t, uint32_t, const uint32_t *, const uint32_t *, int,
                   uint32_t *, uint32_t *, uint32_t *);
size_t thresher_shingles(const uint8_t *, const int64_t *, size_t, uint64_t, uint32_t, uint64_t *, int64_t *, uint32_t *);
size_t thresher_sets(uint64_t *, int64_t *, size_t);
void thresher_shared(const uint64_t *, const int64_t *, const int64_t *, const int64_t *, size_t, uint32_t *);

static uint64_t state;
static uint32_t draw(uint32_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}

static void *exact(size_t size) {
    void *room = malloc(size ? size : 1);
    if (!room) exit(3);
    return room;
}

#define REQUIRE(what) \
    if (!(what)) return fprintf(stderr, "round %d: not " #what "\n", round), 1

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    state = strtoull(argv[2], NULL, 10);
    uint32_t a[128], b[128];
    for (int k = 0; k < 128; k++) a[k] = draw(1u << 31) * 2 + 1, b[k] = draw(1u << 31);
    for (int round = 0; round < atoi(argv[1]); round++) {
        size_t n = draw(6);
        int64_t *offsets = exact((n + 1) * sizeof *offsets), *starts = exact((n + 1) * sizeof *starts);
        offsets[0] = 0;
        for (size_t i = 0; i < n; i++) offsets[i + 1] = offsets[i] + draw(draw(20) ? 90 : 9000);
        size_t size = (size_t)offsets[n];
        uint8_t *bytes = exact(size);
        for (size_t i = 0; i < size; i++) bytes[i] = draw(3) ? "ab 9_.\xc3\xa9"[draw(8)] : (uint8_t)draw(256);
        uint64_t salt = draw(2) ? 0 : draw(1u << 30);
        uint32_t min_words = draw(12);
        uint32_t *words = exact(n * 4), *counts = exact(n * 4), *again = exact(n * 4);
        uint64_t *values = exact((size / 2 + n + 1) * sizeof *values);
        size_t all = thresher_shingles(bytes, offsets, n, salt, min_words, values, starts, words);
        REQUIRE(all <= size / 2 + n && (size_t)starts[n] == all);
        uint32_t *first = exact(n * 512), *other = exact(n * 512);
        for (int level = 0; level <= thresher_best(); level++) {
            thresher_sign(bytes, offsets, n, salt, min_words, a, b, level, level ? other : first, again, counts);
            REQUIRE(!level || !memcmp(first, other, n * 512));
            REQUIRE(!memcmp(words, again, n * 4));
            for (size_t i = 0; i < n; i++) REQUIRE(counts[i] == starts[i + 1] - starts[i]);
        }
        size_t left = thresher_sets(values, starts, n);
        REQUIRE(left <= all && (size_t)starts[n] == left);
        for (size_t i = 0; i < n; i++) {
            int64_t one = (int64_t)i, two = (int64_t)draw((uint32_t)n);
            uint32_t own, common;
            thresher_shared(values, starts, &one, &one, 1, &own);
            thresher_shared(values, starts, &one, &two, 1, &common);
            REQUIRE(own == starts[i + 1] - starts[i] && common <= own);
        }
        free(offsets), free(starts), free(bytes), free(words), free(counts), free(again), free(values), free(first), free(other);
    }
    return puts("no fault"), 0;
}
