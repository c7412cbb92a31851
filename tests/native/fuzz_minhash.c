/* Random texts in buffers of their exact size, through both doors of the kernel at every level.
 *
 * Built with AddressSanitizer and UBSan: a byte read or written beyond a buffer, or undefined arithmetic, ends the run.
 * It also checks what must hold: the levels agree, no shingle stands twice in a set, and the room that the header
 * promises is enough, and a digest of signs is never 0. usage: fuzz_minhash ROUNDS SEED
 */

#include "fuzz.h"

int thresher_best(void);
size_t thresher_sign(const uint8_t *, const uint8_t *const *, size_t, uint64_t, uint32_t, const uint32_t *,
                     const uint32_t *, int, uint32_t *, uint64_t *, int64_t *, uint64_t *);
void thresher_signs(const uint8_t *, const uint8_t *const *, size_t, uint64_t *);
void thresher_blocks(const uint8_t *, const uint8_t *const *, size_t, uint64_t *);
void thresher_bands(const uint32_t *, size_t, uint32_t, uint32_t, int, uint64_t *);

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    state = strtoull(argv[2], NULL, 10);
    uint32_t a[128], b[128];
    for (int k = 0; k < 128; k++) a[k] = draw(1u << 31) * 2 + 1, b[k] = draw(1u << 31);
    for (int round = 0; round < atoi(argv[1]); round++) {
        size_t n = draw(6), all = 0;
        uint8_t *views = exact(16 * n);
        const uint8_t *buffers[6] = {0};
        for (size_t i = 0; i < n; i++) { /* every text in a buffer of its own, or within its view */
            uint32_t length = draw(8) ? draw(90) : draw(20) ? draw(2000) : draw(90000), view[4] = {length, 0, (uint32_t)i, 0};
            uint8_t *text = exact(length);
            for (uint32_t k = 0; k < length; k++) text[k] = draw(4) ? "aB z_9\t.\n-*+!#:"[draw(15)] : (uint8_t)draw(256);
            if (length <= 12) memcpy(view + 1, text, length);
            memcpy(views + 16 * i, view, 16);
            buffers[i] = text, all += length;
        }
        uint64_t *signs = exact(8 * n);
        thresher_signs(views, buffers, n, signs);
        for (size_t i = 0; i < n; i++) REQUIRE(signs[i] != 0);
        thresher_blocks(views, buffers, n, signs);
        uint64_t salt = draw(2) ? 0 : draw(1u << 31);
        uint32_t min_words = draw(12), *signatures[3];
        uint64_t *grams = exact(8 * (all / 2 + n)), *digests = exact(8 * n);
        int64_t *starts = exact(8 * (n + 1));
        for (int level = 0; level <= thresher_best(); level++) {
            signatures[level] = exact(4 * 128 * n);
            size_t written = thresher_sign(views, buffers, n, salt, min_words, a, b, level, signatures[level], grams,
                                           starts, digests);
            REQUIRE((int64_t)written == starts[n] && written <= all / 2 + n);
            REQUIRE(!memcmp(signatures[level], signatures[0], 4 * 128 * n));
        }
        for (size_t i = 0; i < n; i++) {
            int64_t count = starts[i + 1] - starts[i];
            for (int64_t k = 1; k < count && count < 2000; k++)
                for (int64_t j = 0; j < k; j++) REQUIRE(grams[starts[i] + k] != grams[starts[i] + j]);
        }
        uint32_t rows = 1 + draw(8), bands = 128 / rows;
        uint64_t *keys = exact(8 * bands * n), *others = exact(8 * bands * n);
        thresher_bands(signatures[0], n, bands, rows, 0, keys);
        thresher_bands(signatures[0], n, bands, rows, thresher_best(), others);
        REQUIRE(!memcmp(keys, others, 8 * bands * n));
        for (size_t i = 0; i < n; i++) free((void *)buffers[i]);
        for (int level = 0; level <= thresher_best(); level++) free(signatures[level]);
        free(views), free(grams), free(digests), free(starts), free(keys), free(others), free(signs);
    }
    puts("no fault");
    return 0;
}
