/* Texts as they are compared, where an alphabet knows what becomes of every character of theirs: in form NFKC and lower
 * case, a space for what is no part of a word, signs that tell spelled in ASCII; and each character a word of its own
 * where most letters are of a script without spaces. curate/dedupe/forms.py says the same by Polars, and has the texts
 * that are unknown here: those whose characters change with their neighbours.
 */

#include "search.h"
#include "texts.h"

typedef struct { /* what becomes of a character; curate/dedupe/alphabet.py */
    uint32_t at;        /* its form is pool[at .. at + size] */
    uint8_t size, rank; /* rank: its canonical combining class */
    uint16_t kind;
    uint8_t letters, spaceless; /* in its form: those that are not ASCII, and those of scripts without spaces */
    uint16_t unused;
} cell_t;

enum {
    UNKNOWN = 1,   /* its form depends on more than this file looks at */
    CHANGED = 2,   /* NFKC of the character alone is something else */
    MARK = 4,      /* a neighbour before may change it, or change places with it */
    SECOND = 8,    /* a mark that makes one character with some that stand before */
    WHOLE = 16,    /* it is no composition */
    EMOJI = 32,    /* a symbol (So); */
    MODIFIER = 64, /* and what may follow it (Sk) */
    JOINER = 128,  /* nothing after either of them */
    DROPPED = 256, /* as if it were not there */
};

typedef struct {
    const uint16_t *pages; /* 0x1100: of each 256 characters, whose cells start at 256 * page; 0 where nobody has looked */
    const cell_t *cells;
    const uint8_t *pool;
    const uint64_t *pairs; /* ascending: first << 32 | second, which make one character */
    size_t n_pairs;
    uint8_t *wanted; /* 0x1100: set to 1 where a page is missing */
    int spelled;     /* signs are spelled: none is dropped */
} alphabet_t;

typedef struct {
    uint32_t starter;  /* the last character of rank 0, if it is whole */
    uint8_t rank;      /* of the last character */
    uint8_t changed;   /* whether that one is */
    uint8_t emoji;     /* 1 after a symbol, 2 after one and its modifier */
    uint32_t letters, spaceless;
} before_t;

/* Return how many bytes at the start of a text are ASCII, as far as eight of them are looked at at once. */
INLINE size_t ascii_run(text_t text) {
    const uint8_t *at = text.at;
    for (uint64_t bytes; text.end - at >= 8; at += 8) {
        memcpy(&bytes, at, 8);
        if (bytes & 0x80 * ONES) break;
    }
    return (size_t)(at - text.at);
}

static int is_pair(const alphabet_t *alphabet, uint32_t first, uint32_t second) {
    uint64_t pair = (uint64_t)first << 32 | second;
    size_t place = place_of(alphabet->pairs, alphabet->n_pairs, pair);
    return place < alphabet->n_pairs && alphabet->pairs[place] == pair;
}

/* Return whether a mark stays as and where it is (Unicode Standard Annex 15: quick check, and what blocks a composition). */
static int stays(const alphabet_t *alphabet, const before_t *before, uint32_t code, const cell_t *cell) {
    if (before->changed || (cell->rank && before->rank > cell->rank)) return 0;
    if (!(cell->kind & SECOND) || (before->rank && before->rank >= cell->rank)) return 1;
    return before->starter && !is_pair(alphabet, before->starter, code);
}

/* Note the pages that the rest of a text needs and nobody has made. */
static void want(const alphabet_t *alphabet, text_t text) {
    while (text.at < text.end) {
        uint32_t code = *text.at < 0x80 ? *text.at++ : take(&text.at);
        if (code >= 0x80 && !alphabet->pages[code >> 8]) alphabet->wanted[code >> 8] = 1;
    }
}

enum { DONE, NOT_KNOWN, NO_PAGE, NO_ROOM };

/* Write a text in its form, from `*out` on, which goes behind it. */
static int fold(text_t text, const alphabet_t *alphabet, before_t *before, uint8_t **out, const uint8_t *end) {
    uint8_t *to = *out;
    while (text.at < text.end) {
        size_t run = ascii_run(text);
        if (to + run + 8 > end) return NO_ROOM;
        if (run) *before = (before_t){text.at[run - 1], 0, 0, 0, before->letters, before->spaceless};
        for (; run; run -= 8, text.at += 8, to += 8) {
            uint64_t bytes;
            memcpy(&bytes, text.at, 8);
            bytes = lower(bytes);
            memcpy(to, &bytes, 8);
        }
        for (int i = 0; i < 8 && text.at < text.end; i++) {
            uint32_t code = *text.at;
            if (code < 0x80) {
                if (to == end) return NO_ROOM;
                *to++ = (uint8_t)(code | 32u * (code - 'A' < 26)), text.at++;
                uint8_t emoji = before->emoji == 1 && (code == '^' || code == '`') ? 2 : 0; /* modifiers in ASCII */
                *before = (before_t){code, 0, 0, emoji, before->letters, before->spaceless};
                continue;
            }
            text_t rest = text;
            code = take(&text.at);
            uint32_t page = alphabet->pages[code >> 8];
            if (!page) return want(alphabet, rest), NO_PAGE;
            const cell_t *cell = alphabet->cells + 256 * page + (code & 255);
            uint32_t kind = cell->kind, emoji = before->emoji;
            if (kind & UNKNOWN) return NOT_KNOWN;
            if (kind & DROPPED) continue;
            before->emoji = (uint8_t)(kind & EMOJI ? 1 : kind & MODIFIER && emoji == 1 ? 2 : 0);
            if (kind & JOINER && emoji) continue;
            if (kind & MARK && !stays(alphabet, before, code, cell)) return NOT_KNOWN;
            if (!cell->rank) before->starter = kind & WHOLE ? code : 0;
            before->rank = cell->rank, before->changed = (kind & CHANGED) != 0;
            before->letters += cell->letters, before->spaceless += cell->spaceless;
            if (to + cell->size > end) return NO_ROOM;
            memcpy(to, alphabet->pool + cell->at, cell->size), to += cell->size;
        }
    }
    *out = to;
    return DONE;
}

static inline int is_letter(uint8_t byte) { return (uint8_t)((byte | 32) - 'a') < 26; }

static inline int is_of_word(uint32_t code) { return code >= 0x80 || is_letter((uint8_t)code) || code - '0' < 10; }
static inline int is_space(uint8_t byte) { return byte == ' ' || (uint8_t)(byte - '\t') < 5; }

/* Return whether a character connects words; of those that NFKC leaves. */
static inline int connects(uint32_t code) { return code == '_' || code == 0x203F || code == 0x2040 || code == 0x2054; }

/* Write a form whose signs are spelled, each of its characters with a space behind it and no other; return the end. `to`
 * may lie before. */
static uint8_t *spaced(const uint8_t *at, const uint8_t *end, uint8_t *to) {
    while (at < end) {
        const uint8_t *from = at;
        uint32_t code = *at < 0x80 ? *at++ : take(&at);
        if (code < 0x80 && is_space((uint8_t)code)) continue;
        size_t size = (size_t)(at - from);
        memmove(to, from, size), to += size, *to++ = ' ';
    }
    return to;
}

/* Write another form with a space between the characters of its words, and behind a ! that ends what another says; what
 * else stands between them is a sign where it stands. */
static uint8_t *parted(const uint8_t *at, const uint8_t *end, uint8_t *to) {
    uint32_t before = ' ';
    while (at < end) {
        const uint8_t *from = at;
        uint32_t code = *at < 0x80 ? *at++ : take(&at);
        if (connects(code)) continue;
        if (is_of_word(code) && (is_of_word(before) || (before == '!' && code >= 0x80))) *to++ = ' ';
        size_t size = (size_t)(at - from);
        memmove(to, from, size), to += size, before = code;
    }
    return to;
}

/* Return whether a form has fewer words than `most`. */
static int is_short(const uint8_t *at, const uint8_t *end, uint32_t most) {
    uint32_t words = 0;
    for (int inside = 0, was = 0; at < end && words < most; at++, was = inside) {
        inside = is_letter(*at) || (uint8_t)(*at - '0') < 10 || *at == '_' || *at > 0x7F;
        words += inside && !was;
    }
    return words < most;
}

/* Write the forms of texts `from` to `n`, which are UTF-8, one behind the other into `out`, which has `room` bytes; `ends`
 * (n + 1) has where each starts and ends. Return the first whose form has no room: those after it are not looked at.
 * `found` has a bit for what each is: not known, and then left empty; in want of a page, too; without spaces; of fewer
 * words than `few`. */
size_t thresher_fold(const uint8_t *views, const uint8_t *const *buffers, size_t from, size_t n, const alphabet_t *alphabet,
                     uint32_t few, uint8_t *out, size_t room, int64_t *ends, uint8_t *found) {
    uint8_t *at = out;
    ends[from] = 0;
    for (size_t i = from; i < n; i++) {
        before_t before = {0};
        uint8_t *end = at;
        int done = fold(text_of(views, buffers, i), alphabet, &before, &end, out + room);
        found[i] = (uint8_t)(done == NOT_KNOWN ? 1 : done == NO_PAGE ? 2 : 0);
        if (done == NO_ROOM) return i;
        if (done != DONE) end = at;
        if (done == DONE && before.spaceless) {
            for (const uint8_t *byte = at; byte < end; byte++) before.letters += (uint32_t)is_letter(*byte);
            size_t size = (size_t)(end - at);
            if (2 * before.spaceless > before.letters) {
                if (3 * size > (size_t)(out + room - at)) return i;
                memmove(at + 2 * size, at, size); /* what is written, at most twice as much, stays behind what is read */
                end = (alphabet->spelled ? spaced : parted)(at + 2 * size, at + 3 * size, at);
                found[i] |= 4;
            }
        }
        if (done == DONE && is_short(at, end, few)) found[i] |= 8;
        at = end;
        ends[i + 1] = at - out;
    }
    return n;
}

/* Write how many characters of each text are not ASCII: bytes that start one of several. */
void thresher_beyond_ascii(const uint8_t *views, const uint8_t *const *buffers, size_t n, int64_t *counts) {
    for (size_t i = 0; i < n; i++) {
        text_t text = text_of(views, buffers, i);
        int64_t count = 0;
        while (text.at < text.end) {
            size_t part = (size_t)(text.end - text.at) < 255 * 16 ? (size_t)(text.end - text.at) : 255 * 16;
            uint8_t some[16] = {0}; /* of every sixteenth byte: no more than a byte holds */
            for (size_t k = 0; k < part / 16 * 16; k += 16)
                for (size_t j = 0; j < 16; j++) some[j] += text.at[k + j] >= 0xC0;
            for (size_t j = 0; j < 16; j++) count += some[j];
            for (size_t k = part / 16 * 16; k < part; k++) count += text.at[k] >= 0xC0;
            text.at += part;
        }
        counts[i] = count;
    }
}
