/* Texts to digests of their blocks: how deep each line stands, where that says something, as it does in Python and YAML.
 *
 *   line    anything up to a line feed that is not blank; its width is that of its spaces and tabs in front (to the next
 *           eighth place)
 *   level   of a line: how many of the lines before that still hold it stand less deep; of MOST at most
 *   blocks  a text has them where the line after one that ends in a colon stands deeper
 *   digest  h = SEED, h = (h ^ level) * WORD and h ^= h >> 32 for each line, then mixed; 0 of a text without blocks
 *
 * Tabs for spaces, two spaces for four and blank lines change nothing. curate/dedupe/signatures/blocks.py says it in
 * Python; tests hold the two together. Nothing here allocates or keeps state.
 */

#include "texts.h"

#define SEED 0xB10C5
#define MOST 64

typedef struct {
    uint32_t width;
    const uint8_t *at, *end; /* without the white space around it; empty where it is blank */
} line_t;

/* Return the line at `at`; its white space at the end is spaces, tabs and carriage returns. */
static inline line_t line_of(const uint8_t *at, const uint8_t *end) {
    line_t line = {0, at, end};
    for (; line.at < end && (*line.at == ' ' || *line.at == '\t'); line.at++)
        line.width = *line.at == ' ' ? line.width + 1 : (line.width | 7) + 1;
    while (line.end > line.at && (line.end[-1] == ' ' || line.end[-1] == '\t' || line.end[-1] == '\r')) line.end--;
    return line;
}

static uint64_t blocks_of(text_t text) {
    uint32_t widths[MOST], depth = 0, before = 0;
    int colon = 0, opens = 0;
    uint64_t h = SEED;
    for (const uint8_t *at = text.at, *end; at < text.end; at = end + 1) {
        end = memchr(at, '\n', (size_t)(text.end - at));
        if (!end) end = text.end;
        line_t line = line_of(at, end);
        if (line.at == line.end) continue;
        while (depth && widths[depth - 1] >= line.width) depth--;
        h = step(h, depth);
        if (depth < MOST) widths[depth++] = line.width;
        opens |= colon && line.width > before;
        before = line.width, colon = line.end[-1] == ':';
    }
    return opens ? mix64(h) | 1 : 0;
}

/* Say whether a line of a text ends in a colon, and is not its last. */
static int may_open(text_t text) {
    for (const uint8_t *at = text.at; at < text.end && (at = memchr(at, '\n', (size_t)(text.end - at))); at++) {
        const uint8_t *last = at;
        while (last > text.at && (last[-1] == ' ' || last[-1] == '\t' || last[-1] == '\r')) last--;
        if (last > text.at && last[-1] == ':') return 1;
    }
    return 0;
}

/* Write the digest of the blocks of each of n texts. */
void thresher_blocks(const uint8_t *views, const uint8_t *const *buffers, size_t n, uint64_t *digests) {
    for (size_t i = 0; i < n; i++) {
        text_t text = text_of(views, buffers, i);
        digests[i] = may_open(text) ? blocks_of(text) : 0;
    }
}
