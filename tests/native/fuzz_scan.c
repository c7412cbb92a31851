/* Lines that are nearly JSON, in buffers of their exact size, through the scanner and the digests.
 *
 * Built with AddressSanitizer and UBSan: a byte read or written beyond a buffer, or undefined arithmetic, ends the run.
 * It also checks what must hold: every line is blank, clean or to look at; columns begin where the one before ends; and
 * what is cleared without columns is what is cleared with them. usage: fuzz_scan ROUNDS SEED
 */

#include "../../curate/native/scan.c"

#include "fuzz.h"

int64_t thresher_lines(const uint8_t *, size_t);
size_t thresher_without(const uint8_t *, size_t, uint64_t, const uint64_t *, size_t, uint8_t *);
void thresher_digests(const uint8_t *, const int64_t *, size_t, int, uint64_t *);

static const char *const ROWS[] = {
    "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"assistant\",\"content\":\"\\u00e9\\ud83d\\ude00\"}],\"id\":1}",
    "{\"conversations\":[{\"from\":\"human\",\"value\":\"\xe6\x97\xa5\"},{\"from\":\"gpt\",\"value\":\"b\"}],\"system\":\"c\"}",
    "{\"instruction\":\"a\",\"input\":\"b\",\"output\":\"c\",\"system\":\"d\",\"history\":[],\"id\":\"x\"}",
    "{\"prompt\":\"a\",\"completion\":\"\xc2\xa0 b\",\"x\":[1,-2.5e3,{\"a\":null,\"b\":[true,false]}]}",
    "{\"input\":\"a\",\"output\":\"a much longer answer than sixteen bytes\",\"system_prompt\":\"c\"}",
    "{\"text\":\"a\",\"label\":12}",
    "{ \"text\" : \"a\\n\\\"\\\\\" }\t",
};
static const char *const BITS[] = {"\"", "\\", "{", "}", "[", "]", ",", ":", "\\u12", "\xf0\x9f", "\xe2\x80\x83", "1e9", "\r", " ", "null"};

static size_t write_line(uint8_t *out, int layout) {
    const char *row = ROWS[draw(4) ? (uint32_t)layout : draw(7)];
    size_t size = strlen(row);
    memcpy(out, row, size);
    for (uint32_t edits = draw(3); edits--;) {
        size_t at = draw((uint32_t)size + 1), cut = draw(4);
        const char *bit = BITS[draw(sizeof BITS / sizeof *BITS)];
        size_t put = draw(2) ? strlen(bit) : 0;
        if (at + cut > size) cut = size - at;
        memmove(out + at + put, out + at + cut, size - at - cut);
        memcpy(out + at, bit, put), size += put, size -= cut;
    }
    for (size_t i = 0; i < size; i++)
        if (draw(200) == 0) out[i] = (uint8_t)draw(256);
    return draw(30) ? size : draw((uint32_t)size + 1);
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    state = strtoull(argv[2], NULL, 10);
    uint8_t draft[4096];
    int64_t cleared = 0;
    for (int round = 0; round < atoi(argv[1]); round++) {
        int layout = (int)draw(7);
        size_t size = 0;
        for (uint32_t lines = draw(6); lines--;) size += write_line(draft + size, layout), draft[size++] = '\n';
        if (size && draw(2)) size -= 1 + draw(3) % size;
        uint8_t *data = memcpy(exact(size), draft, size);
        size_t n = (size_t)thresher_lines(data, size), turns = size / 8 + 2;
        int64_t *ends[6], *again = exact(n * 24);
        uint8_t *bytes[4];
        for (int i = 0; i < 6; i++) ends[i] = exact((i == 5 ? turns + 1 : n + 1) * 8);
        for (int i = 0; i < 4; i++) bytes[i] = exact(size);
        scan_t scan = {.layout = layout, .most = 60 + draw(4) * 60, .id = (const uint8_t *)"id", .id_size = 2,
                       .scratch = exact(2 * size + 16), .turns = exact(turns * sizeof(turn_t)), .look = exact(n * 24),
                       .ids = bytes[1], .has_id = exact(n), .labels = bytes[2], .has_label = exact(n),
                       .texts = bytes[3], .roles = exact(turns), .raw = bytes[0], .line = ends[0], .raw_ends = ends[1],
                       .id_ends = ends[2], .label_ends = ends[3], .turn_ends = ends[4], .text_ends = ends[5]};
        scan_t bare = {.layout = layout, .most = scan.most, .id = scan.id, .id_size = -1,
                       .scratch = scan.scratch, .turns = scan.turns, .look = again};
        thresher_scan(data, size, &scan);
        thresher_scan(data, size, &bare);
        REQUIRE(scan.lines == (int64_t)n && scan.rows + scan.looks <= scan.lines && scan.spoken <= (int64_t)turns);
        REQUIRE(bare.rows >= scan.rows && bare.lines == scan.lines); /* an id may be doubtful */
        REQUIRE(ends[4][scan.rows] == scan.spoken && ends[5][scan.spoken] <= (int64_t)size);
        for (int64_t i = 1; i <= scan.rows; i++)
            for (int k = 1; k < 5; k++) REQUIRE(ends[k][i] >= ends[k][i - 1]);
        REQUIRE(ends[1][scan.rows] == scan.bytes && scan.bytes <= (int64_t)size);
        uint64_t *digests = exact(n * 8), *others = exact(n * 8);
        thresher_digests(bytes[0], ends[1], (size_t)scan.rows, 0, digests);
#if defined(__x86_64__)
        if (__builtin_cpu_supports("avx512f")) {
            thresher_digests(bytes[0], ends[1], (size_t)scan.rows, 2, others);
            REQUIRE(!memcmp(digests, others, (size_t)scan.rows * 8));
        }
#endif
        size_t gone = 0; /* lines without some of them, and without all of them */
        for (size_t i = 0; i < n; i++)
            if (draw(2)) digests[gone++] = 7 + i;
        REQUIRE(thresher_without(data, size, 7, digests, gone, bytes[0]) <= size);
        for (size_t i = 0; i < n; i++) digests[i] = 7 + i;
        REQUIRE(thresher_without(data, size, 7, digests, n, bytes[0]) == 0);
        cleared += scan.rows;
        free(scan.scratch), free(scan.turns), free(scan.look), free(scan.has_id), free(scan.has_label), free(scan.roles);
        for (int i = 0; i < 6; i++) free(ends[i]);
        for (int i = 0; i < 4; i++) free(bytes[i]);
        free(digests), free(others), free(again), free(data);
    }
    if (!cleared) return fputs("no line was clean\n", stderr), 1;
    return puts("no fault"), 0;
}
