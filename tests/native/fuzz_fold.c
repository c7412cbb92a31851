/* Random UTF-8 in buffers of its exact size through `thresher_fold`, by an alphabet of random cells, into rooms of any size.
 *
 * Built with AddressSanitizer and UBSan: a byte read or written beyond a buffer ends the run. It also checks that a text is
 * unknown only where it has a character that may make it so, that all pages that such a text lacks are wanted, that ASCII
 * is written in lower case, and that a form is the same in any room. usage: fuzz_fold ROUNDS SEED
 */

#include "fuzz.h"

enum { UNKNOWN = 1, MARK = 4, PAGES = 0x1100, POOL = 64 }; /* curate/native/fold.c */

typedef struct {
    uint32_t at;
    uint8_t size, rank;
    uint16_t kind;
    uint8_t letters, spaceless;
    uint16_t unused;
} cell_t;

typedef struct {
    const uint16_t *pages;
    const cell_t *cells;
    const uint8_t *pool;
    const uint64_t *pairs;
    size_t n_pairs;
    uint8_t *wanted;
    int spelled;
} alphabet_t;

size_t thresher_ended(const uint8_t *, const uint8_t *const *, size_t, uint8_t *);
size_t thresher_fold(const uint8_t *, const uint8_t *const *, size_t, size_t, const alphabet_t *, uint32_t, uint8_t *,
                     size_t, int64_t *, uint8_t *);

static size_t write_utf8(uint32_t code, uint8_t *to) {
    if (code < 0x80) return to[0] = (uint8_t)code, 1;
    if (code < 0x800) return to[0] = (uint8_t)(0xC0 | code >> 6), to[1] = (uint8_t)(0x80 | (code & 63)), 2;
    size_t size = code < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i; i--, code >>= 6) to[i] = (uint8_t)(0x80 | (code & 63));
    return to[0] = (uint8_t)((size == 3 ? 0xE0 : 0xF0) | code), size;
}

/* Cells of four pages, the first of which is nobody's; their forms are letters of two bytes and of one. */
static cell_t *draw_cells(void) {
    cell_t *cells = exact(4 * 256 * sizeof *cells);
    for (int i = 0; i < 4 * 256; i++) {
        uint32_t from = 2 * draw(POOL / 4), size = 2 * draw(POOL / 4 + 1);
        uint16_t kind = (uint16_t)(draw(3) ? 0 : draw(9) ? draw(512) & ~UNKNOWN : UNKNOWN);
        cells[i] = (cell_t){from, (uint8_t)size, (uint8_t)(draw(2) ? draw(5) : 0), kind, (uint8_t)draw(3), (uint8_t)draw(2), 0};
    }
    return cells;
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    state = strtoull(argv[2], NULL, 10);
    for (int round = 0; round < atoi(argv[1]); round++) {
        int letters = (int)draw(2); /* few letters: then most are of scripts without spaces */
        cell_t *cells = draw_cells();
        uint8_t *pool = exact(POOL), *wanted = memset(exact(PAGES), 0, PAGES);
        uint16_t *pages = exact(2 * PAGES);
        uint64_t *pairs = exact(8 * 9);
        for (int i = 0; i < POOL; i += 2) pool[i] = letters && draw(2) ? 'a' : 0xC3, pool[i + 1] = pool[i] == 'a' ? '_' : 0xA9;
        for (int i = 0; i < PAGES; i++) pages[i] = (uint16_t)(draw(40) ? 1 + draw(3) : 0);
        for (uint64_t i = 0; i < 9; i++) pairs[i] = (i ? pairs[i - 1] : 0) + ((uint64_t)draw(200) << 32 | draw(200));
        alphabet_t alphabet = {pages, cells, pool, pairs, 9, wanted, (int)draw(2)};
        size_t n = draw(6);
        uint8_t *views = exact(16 * n), *found = exact(n), *again = exact(n), strange[6] = {0}, lacking[6] = {0};
        const uint8_t *buffers[6] = {0};
        uint32_t sizes[6];
        for (size_t i = 0; i < n; i++) {
            uint8_t room[4 * 90];
            uint32_t size = 0, foreign = draw(3);
            for (uint32_t k = draw(90); k; k--) {
                uint32_t code = !foreign || draw(3) ? draw(letters ? 0x80 : 'A') : draw(9) ? 0x80 + draw(0x780) : 0x800 + draw(0x10F800);
                if (code >= 0xD800 && code < 0xE000) code = 0x20;
                uint32_t page = pages[code >> 8], kind = cells[256 * page + (code & 255)].kind;
                lacking[i] |= code >= 0x80 && !page;
                strange[i] |= code >= 0x80 && page && kind & (UNKNOWN | MARK);
                size += (uint32_t)write_utf8(code, room + size);
            }
            uint8_t *text = memcpy(exact(size), room, size);
            uint32_t view[4] = {size, 0, (uint32_t)i, 0};
            if (size <= 12) memcpy(view + 1, text, size);
            memcpy(views + 16 * i, view, 16);
            buffers[i] = text, sizes[i] = size;
        }
        size_t most = 1 << 15, all = 0;
        uint8_t *out = exact(most);
        int64_t *ends = exact(8 * (n + 1)), *own = exact(8 * (n + 1));
        REQUIRE(thresher_fold(views, buffers, 0, n, &alphabet, 8, out, most, ends, found) == n && ends[0] == 0);
        for (size_t i = 0, from = 0, room = draw(200); i < n; from = i, room = 2 * room + 1) { /* room by room */
            uint8_t *some = exact(room);
            i = thresher_fold(views, buffers, from, n, &alphabet, 8, some, room, own, again);
            REQUIRE(i >= from && own[i] <= (int64_t)room);
            REQUIRE(!memcmp(out + ends[from], some, (size_t)own[i]) && ends[i] - ends[from] == own[i]);
            REQUIRE(!memcmp(found + from, again + from, i - from));
            free(some);
        }
        for (size_t i = 0; i < n; i++) {
            REQUIRE(ends[i] <= ends[i + 1] && (!(found[i] & 3) || ends[i] == ends[i + 1]));
            REQUIRE((!(found[i] & 1) || strange[i]) && (!(found[i] & 2) || lacking[i]));
            REQUIRE(found[i] & 1 || !lacking[i] || found[i] & 2);
            const uint8_t *text = buffers[i];
            int plain = 1;
            for (size_t k = 0; k < sizes[i]; k++) plain &= text[k] < 0x80;
            for (size_t k = 0; plain && k < sizes[i]; k++)
                REQUIRE(out[ends[i] + (int64_t)k] == (uint8_t)(text[k] + 32 * (text[k] >= 'A' && text[k] <= 'Z')));
            all += sizes[i];
        }
        uint8_t *lines = exact(all + n);
        REQUIRE(thresher_ended(views, buffers, n, lines) == all + n && (!n || lines[all + n - 1] == '\n'));
        for (size_t i = 0; i < n; i++) free((void *)buffers[i]);
        free(views), free(found), free(again), free(out), free(ends), free(own), free(lines);
        free(cells), free(pool), free(wanted), free(pages), free(pairs);
    }
    puts("no fault");
    return 0;
}
