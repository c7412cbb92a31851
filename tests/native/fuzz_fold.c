/* Random UTF-8 in buffers of its exact size through `thresher_fold`, with a table of random characters.
 *
 * Built with AddressSanitizer and UBSan: a byte read or written beyond a buffer ends the run. It also checks that a text is
 * unknown exactly where it has a character that the table has not, and that nothing grows. usage: fuzz_fold ROUNDS SEED
 */

#include "fuzz.h"

size_t thresher_ended(const uint8_t *, const uint8_t *const *, size_t, uint8_t *);
void thresher_fold(const uint8_t *, const uint8_t *const *, size_t, const uint16_t *, uint8_t *, int64_t *, uint8_t *);

static size_t write_utf8(uint32_t code, uint8_t *to) {
    if (code < 0x80) return to[0] = (uint8_t)code, 1;
    if (code < 0x800) return to[0] = (uint8_t)(0xC0 | code >> 6), to[1] = (uint8_t)(0x80 | (code & 63)), 2;
    size_t size = code < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i; i--, code >>= 6) to[i] = (uint8_t)(0x80 | (code & 63));
    return to[0] = (uint8_t)((size == 3 ? 0xE0 : 0xF0) | code), size;
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    state = strtoull(argv[2], NULL, 10);
    uint16_t *table = exact(2 * 0x10000);
    for (uint32_t code = 0; code < 0x10000; code++) {
        uint32_t most = code < 0x80 ? 1 : code < 0x800 ? 0x7FF : 0xD7FF;
        table[code] = (uint16_t)(draw(12) ? 1 + draw(most) : 0);
    }
    for (int round = 0; round < atoi(argv[1]); round++) {
        size_t n = draw(6), all = 0;
        uint8_t *views = exact(16 * n), *unknown = exact(n), missing[6] = {0};
        const uint8_t *buffers[6] = {0};
        for (size_t i = 0; i < n; i++) {
            uint8_t room[4 * 90];
            uint32_t size = 0, foreign = draw(3);
            for (uint32_t k = draw(90); k; k--) {
                uint32_t code = !foreign || draw(3) ? draw(0x80) : draw(9) ? 0x80 + draw(0x780) : 0x800 + draw(0x10000);
                if (code >= 0xD800 && code < 0xE000) code = 0x20;
                missing[i] |= code >= 0x10000 || (code >= 0x80 && !table[code]);
                size += (uint32_t)write_utf8(code, room + size);
            }
            uint8_t *text = memcpy(exact(size), room, size);
            uint32_t view[4] = {size, 0, (uint32_t)i, 0};
            if (size <= 12) memcpy(view + 1, text, size);
            memcpy(views + 16 * i, view, 16);
            buffers[i] = text, all += size;
        }
        uint8_t *out = exact(all);
        int64_t *ends = exact(8 * (n + 1));
        thresher_fold(views, buffers, n, table, out, ends, unknown);
        REQUIRE(ends[0] == 0 && ends[n] <= (int64_t)all);
        uint8_t *lines = exact(all + n);
        REQUIRE(thresher_ended(views, buffers, n, lines) == all + n && (!n || lines[all + n - 1] == '\n'));
        for (size_t i = 0; i < n; i++) {
            REQUIRE(unknown[i] == missing[i] && ends[i] <= ends[i + 1]);
            REQUIRE(!unknown[i] || ends[i] == ends[i + 1]);
            free((void *)buffers[i]);
        }
        free(views), free(unknown), free(out), free(ends), free(lines);
    }
    free(table);
    puts("no fault");
    return 0;
}
