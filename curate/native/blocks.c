/* Texts to digests of their blocks: how deep each line stands, where that says something, as it does in Python and YAML.
 *
 *   level   of a line that is not blank: how many of the lines before that still hold it stand less deep; of MOST at most.
 *           Of a statement also among statements: what goes on with one, or is a comment, holds none
 *   beyond  whether a key stands deeper than the one of the item that holds it (- a:), and belongs to that
 *   blocks  a text has them where a line after one that ends in a colon stands deeper, or a statement after such a
 *           statement, or a key after an item that is one
 *   digest  h = SEED, h = (h ^ levels) * WORD and h ^= h >> 32 for each line, then mixed; 0 of a text without blocks
 *
 * statements.h has the words. Tabs for spaces, two spaces for four and blank lines change nothing.
 * curate/dedupe/signatures/blocks.py says it in Python; tests hold the two together. Nothing here allocates or keeps state.
 */

#include "statements.h"

#define SEED 0xB10C5
#define MOST 64

typedef struct { /* the lines that hold what comes next */
    uint32_t widths[MOST], columns[MOST]; /* the column of a key that an item holds, if it has nothing else */
    uint32_t depth, before;               /* before: the width of the last line */
} held_t;

/* Return how many lines hold the next one. */
static inline uint32_t level_of(held_t *held, uint32_t width) {
    while (held->depth && held->widths[held->depth - 1] >= width) held->depth--;
    return held->depth;
}

static inline void hold(held_t *held, const line_t *line) {
    held->before = line->width;
    if (held->depth == MOST) return;
    held->widths[held->depth] = line->width;
    held->columns[held->depth++] = line->item && line->bare ? line->column : UINT32_MAX;
}

static uint64_t blocks_of(text_t text) {
    held_t lines = {.depth = 0}, statements = {.depth = 0};
    open_t open = {0};
    int colon = 0, ends = 0, item = 0, blocks = 0; /* ends: the last line that is no comment, in a colon */
    uint64_t h = SEED;
    for (const uint8_t *at = text.at, *end; at < text.end; at = end + 1) {
        end = memchr(at, '\n', (size_t)(text.end - at));
        if (!end) end = text.end;
        line_t line = read_line(at, end, &open);
        if (line.at == line.end) continue;
        uint64_t levels = level_of(&lines, line.width);
        blocks |= colon && line.width > lines.before;
        hold(&lines, &line);
        colon = line.colon;
        if (line.statement) {
            uint64_t level = level_of(&statements, line.width);
            int beyond = level && line.key && !line.item && line.column > statements.columns[level - 1];
            blocks |= (ends || (item && line.key)) && line.width > statements.before;
            hold(&statements, &line);
            item = line.item && line.key;
            levels |= (2 * level + (uint64_t)beyond + 1) << 8;
        }
        if (!line.comment) ends = line.colon;
        h = step(h, levels);
    }
    return blocks ? mix64(h) | 1 : 0;
}

/* Say whether a dash stands before the word that a byte ends. */
static int has_dash(text_t text, const uint8_t *at) {
    while (at > text.at && at[-1] > ' ') at--;
    while (at > text.at && is_blank(at[-1])) at--;
    return at > text.at && at[-1] == '-';
}

/* Say whether a line but the first is indented, and a colon stands where blocks need one: at a line's end, before a
 * comment, or in an item. */
static int may_have_blocks(text_t text) {
    const uint8_t *at = text.at, *end = text.end;
    do {
        at = memchr(at, '\n', (size_t)(end - at));
        if (!at || ++at == end) return 0;
    } while (!is_blank(*at));
    for (at = text.at; (at = memchr(at, ':', (size_t)(end - at))); at++) {
        const uint8_t *next = at + 1;
        while (next < end && (is_blank(*next) || *next == '\r')) next++;
        if (next < end && (*next == '\n' || *next == '#')) return 1;
        if (next > at + 1 && has_dash(text, at)) return 1;
    }
    return 0;
}

/* Write the digest of the blocks of each of n texts. */
void thresher_blocks(const uint8_t *views, const uint8_t *const *buffers, size_t n, uint64_t *digests) {
    for (size_t i = 0; i < n; i++) {
        text_t text = text_of(views, buffers, i);
        digests[i] = may_have_blocks(text) ? blocks_of(text) : 0;
    }
}
