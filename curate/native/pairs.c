/* Band keys to verified twins: which rows share a key, which of those pairs are alike, and who stays.
 *
 * Rows are taken in an order; `rank` is a row's place in it, `position` its place in the columns. In each band a row has
 * a link to the last row before it with the same key: its mates are found by a walk along the links. A pair is looked
 * at once: first its sketches, then the exact Jaccard similarity of its sets.
 *
 * curate/dedupe/pairs/reference.py says the same in plain Python; tests hold the two together. Nothing here allocates
 * or keeps state: columns may be files mapped into memory, and a caller may stop after any row to let their pages go.
 */

#include "rows.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define AHEAD 16           /* ranks whose places in a table are fetched before they are looked at */
#define RANK 0x7FFFFFFFu   /* a link is 1 + rank; 0 leads nowhere */
#define JOINED 0x80000000u /* of a link: every mate further on is in the group of the row that has the link */
#define NOBODY 0xFFFFFFFFu /* of a first row: no row with its key stays so far */

enum { ALONE, NEAR, NEARLY, SAME_PROMPT, INSTRUCTIONS, CHARACTERS, APART }; /* curate/dedupe/pairs/kinds.py */

/* ---- links ---- */

/* Link rows with equal keys, of the keys whose high half is `part` modulo `parts`. With `first` each link leads to the
 * first row with that key, from that row too; else to the last one before. `table` holds mask + 1 zeros; rows whose
 * `use` is zero take no part. */
void thresher_link(const uint64_t *keys, const uint32_t *at, const uint8_t *use, size_t n, uint32_t part, uint32_t parts,
                   int first, uint32_t *table, size_t mask, uint32_t *links) {
    for (size_t rank = 0; rank < n; rank++) {
        uint64_t key = keys[at[rank]];
        if (rank + AHEAD < n) __builtin_prefetch(table + (keys[at[rank + AHEAD]] & mask), 1);
        if ((use && !use[at[rank]]) || (key >> 32) % parts != part) continue;
        size_t place = key & mask;
        while (table[place] && keys[at[table[place] - 1]] != key) place = (place + 1) & mask;
        uint32_t found = table[place];
        if (!found || !first) table[place] = (uint32_t)rank + 1;
        if (found || first) links[rank] = found ? found : (uint32_t)rank + 1;
    }
}

/* Links are laid row by row: near-duplicates share many bands, and what leads on from one lies in few lines of memory. */
static inline uint32_t *link_of(uint32_t *links, uint32_t bands, size_t row, uint32_t band) {
    return links + (size_t)bands * row + band;
}

/* ---- a pair ---- */

static int plausible(const rows_t *rows, uint32_t one, uint32_t other, uint32_t agreement) {
    const uint8_t *a = rows->sketches + (size_t)SLOTS * one, *b = rows->sketches + (size_t)SLOTS * other;
    uint32_t count = 0;
#if defined(__SSE2__)
    __m128i sum = _mm_setzero_si128();
    for (int i = 0; i < SLOTS; i += 16)
        sum = _mm_sub_epi8(sum, _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(a + i)),
                                               _mm_loadu_si128((const __m128i *)(b + i))));
    sum = _mm_sad_epu8(sum, _mm_setzero_si128());
    count = (uint32_t)(_mm_cvtsi128_si32(sum) + _mm_extract_epi16(sum, 4));
#else
    for (int i = 0; i < SLOTS; i++) count += a[i] == b[i];
#endif
    return count >= agreement;
}

typedef struct {
    uint32_t position, asked, answered; /* sizes of the sides */
    size_t mask;
    int filled; /* whether the table holds this row's sets */
} held_t;

static inline held_t held_of(const rows_t *rows, uint32_t position) {
    return (held_t){position, count_at(rows->asked_starts, position), count_at(rows->answered_starts, position), 0, 0};
}

static void hold(const rows_t *rows, held_t *held) {
    if (held->filled) return;
    held->mask = clear(rows->table, (size_t)held->asked + held->answered);
    fill(rows->table, held->mask, asked_of(rows, held->position));
    fill(rows->table, held->mask, answered_of(rows, held->position));
    held->filled = 1;
}

/* Return the similarity of the row held with another, both sides of each as one set. */
static double whole(const rows_t *rows, held_t *held, uint32_t other, double least) {
    uint32_t answered = count_at(rows->answered_starts, other);
    uint32_t sizes = held->asked + held->answered + count_at(rows->asked_starts, other) + answered;
    double wanted = needed(sizes, least);
    hold(rows, held);
    uint32_t both = shared(rows->table, held->mask, asked_of(rows, other), wanted - answered);
    both += shared(rows->table, held->mask, answered_of(rows, other), wanted - both);
    return jaccard(both, sizes);
}

typedef set_t set_of_f(const rows_t *, uint32_t);

/* Return how alike a side of the row held, of `own` values, is to the other's; 0 where their sizes alone forbid it. */
static inline double side(const rows_t *rows, held_t *held, uint32_t own, const int64_t *starts, set_of_f *set_of,
                          uint32_t other, double least) {
    uint32_t count = count_at(starts, other), sizes = own + count;
    double wanted = needed(sizes, least);
    if (own < wanted || count < wanted) return 0;
    hold(rows, held);
    return jaccard(shared(rows->table, held->mask, set_of(rows, other), wanted), sizes);
}

/* Say whether two sets are alike, or both empty; the table is filled anew. */
static int are_alike(const rows_t *rows, set_t one, set_t other) {
    size_t mask = clear(rows->table, one.count);
    fill(rows->table, mask, one);
    double found = similarity(rows->table, mask, one.count, other, rows->threshold);
    return found < 0 || found >= rows->threshold;
}

/* Say whether the last questions, and the last answers, of two rows are alike, however long a history they share. */
static int last_are_alike(const rows_t *rows, held_t *held, uint32_t other) {
    set_t one = set_at(rows, rows->last, -1, rows->last_starts, held->position);
    set_t two = set_at(rows, rows->last, -1, rows->last_starts, other);
    if (!one.count || !two.count) return one.count == two.count;
    uint32_t asked = (uint32_t)*one.grams++, its_asked = (uint32_t)*two.grams++;
    held->filled = 0;
    return are_alike(rows, (set_t){one.grams, asked}, (set_t){two.grams, its_asked}) &&
           are_alike(rows, (set_t){one.grams + asked, one.count - 1 - asked},
                     (set_t){two.grams + its_asked, two.count - 1 - its_asked});
}

/* Return what the row held and another are to each other, and how alike: both sides, or the asked side alone. Pairs
 * below `least` are of no interest. */
static int judge(const rows_t *rows, held_t *held, uint32_t other, double least, double *alike) {
    uint32_t own = held->position;
    int same = rows->digests[own] == rows->digests[other];
    double asked = 1, answered = 1;
    if (!same) {
        asked = side(rows, held, held->asked, rows->asked_starts, asked_of, other, least);
        if (asked >= 0 && asked < least) return ALONE;
        answered = side(rows, held, held->answered, rows->answered_starts, answered_of, other, least);
    }
    double lower = asked < 0 ? answered : answered < 0 || asked < answered ? asked : answered;
    *alike = lower;
    if (lower >= rows->threshold) {
        if (rows->beside[own] != rows->beside[other]) return APART;
        if (lower == 1 && rows->signs[own] != rows->signs[other] && rows->signs[own] && rows->signs[other]) return APART;
        if (!last_are_alike(rows, held, other)) return APART;
        if (rows->under[own] != rows->under[other]) return INSTRUCTIONS;
        return !same && (rows->spaceless[own] || rows->spaceless[other]) ? CHARACTERS : NEAR;
    }
    if (lower >= least) return NEARLY;
    *alike = asked;
    return asked >= rows->threshold && answered >= 0 ? SAME_PROMPT : ALONE;
}

/* Write the exact similarity of pairs of positions: asked, answered (-1 where neither has the side), both sides as one
 * set. */
void thresher_compare(const rows_t *rows, const uint32_t *left, const uint32_t *right, size_t pairs, double *out) {
    for (size_t k = 0; k < pairs; k++, out += 3) {
        held_t held = held_of(rows, left[k]);
        hold(rows, &held);
        out[0] = similarity(rows->table, held.mask, held.asked, asked_of(rows, right[k]), 0);
        out[1] = similarity(rows->table, held.mask, held.answered, answered_of(rows, right[k]), 0);
        out[2] = whole(rows, &held, right[k], 0);
    }
}

/* ---- who belongs together: groups by links of any length ---- */

static uint32_t root_of(uint32_t *parents, uint32_t row) {
    while (parents[row] != row) row = parents[row] = parents[parents[row]];
    return row;
}

static uint32_t unite(uint32_t *parents, uint32_t one, uint32_t other) {
    return parents[one] = parents[other] = one < other ? one : other;
}

typedef struct {
    size_t n;
    uint32_t bands, *links; /* n x bands, to the last mate; noted there, that all before are joined */
    uint32_t *seen;         /* n: the row that last looked at this one, plus 1 */
    uint32_t *parents;      /* n: an earlier row of the same group; in the end the first */
    int twins;              /* rows are joined that are NEAR, or whose both sides as one set reach `least` */
} join_t;

static int belong(const rows_t *rows, held_t *held, uint32_t mate, int twins) {
    double alike;
    if (!plausible(rows, held->position, mate, twins ? rows->agreement_near : rows->agreement)) return 0;
    if (twins) return judge(rows, held, mate, rows->threshold, &alike) == NEAR;
    return rows->digests[held->position] == rows->digests[mate] || whole(rows, held, mate, rows->least) >= rows->least;
}

/* Return a link drawn past the rows that stay, which a star joins itself; with no star `gone` is null, and none is. */
static inline uint32_t drawn(const join_t *all, const uint8_t *gone, uint32_t band, uint32_t *link) {
    while (gone && *link & RANK && !gone[(*link & RANK) - 1])
        *link = (*link & JOINED) | (*link_of(all->links, all->bands, (*link & RANK) - 1, band) & RANK);
    return *link;
}

/* Join a row with earlier ones, but for those it has looked at: all that lead to its group already are passed over. */
static void join(const rows_t *rows, const join_t *all, held_t *held, size_t row, const uint8_t *gone) {
    uint32_t own = root_of(all->parents, (uint32_t)row), once = (uint32_t)row + 1;
    for (uint32_t band = 0; band < all->bands; band++) {
        uint32_t *link = link_of(all->links, all->bands, row, band), mate, joined = JOINED;
        for (uint32_t next = drawn(all, gone, band, link), *further; (mate = next & RANK); next = *further) {
            further = link_of(all->links, all->bands, mate - 1, band);
            drawn(all, gone, band, further);
            uint32_t other = root_of(all->parents, mate - 1);
            if (other != own && all->seen[mate - 1] != once) {
                all->seen[mate - 1] = once;
                if (belong(rows, held, rows->at[mate - 1], all->twins)) own = other = unite(all->parents, own, other);
            }
            if (other != own)
                joined = 0;
            else if (*further & JOINED || !*further)
                break;
        }
        if (*link) *link |= joined;
    }
}

/* Join rows `from` to `to`, all before them being joined. */
void thresher_join(const rows_t *rows, const join_t *all, size_t from, size_t to) {
    for (size_t row = from; row < to; row++) {
        held_t held = held_of(rows, rows->at[row]);
        join(rows, all, &held, row, NULL);
    }
}

/* ---- who stays: a star around every row that is kept ---- */

typedef struct {
    size_t n;
    uint32_t bands, heads;   /* of both sides as one set; and of the asked side alone */
    uint32_t *links;         /* n x bands, to the last mate */
    uint32_t *firsts;        /* n x heads, to the first mate; in a first row: to the first of them that stays */
    uint32_t drops;          /* a bit for each kind that drops the row */
    uint32_t *seen;          /* n, zero */
    uint8_t *gone;           /* n; a row that is gone already is passed over: none is where rows are joined */
    uint32_t *match;         /* n: the rank that decided */
    uint8_t *kind;           /* n */
    double *alike;           /* n */
    const join_t *joined;    /* who belongs together, whoever stays; shares `seen`. None, if null */
    uint32_t *group, *stays; /* n: the first of a row's group, of which one row stays; and by a first: that row, plus 1 */
} star_t;

static inline int better(const star_t *star, int kind, double alike, uint32_t match, size_t row) {
    int drops = star->drops >> kind & 1, dropped = star->drops >> star->kind[row] & 1;
    if (star->kind[row] == ALONE || drops != dropped) return star->kind[row] == ALONE || drops;
    return alike > star->alike[row] || (alike == star->alike[row] && match < star->match[row]);
}

enum { MAY_NOT_DROP, BY_BANDS, BY_PROMPT }; /* who proposed a pair that may drop the row */

static void meet(const rows_t *rows, star_t *star, held_t *held, uint32_t mate, size_t row, int may_drop,
                 double least) {
    double alike;
    int kind = judge(rows, held, rows->at[mate], least, &alike);
    if (kind == NEAR && star->joined && may_drop == BY_BANDS && /* only what bands propose: groups are the same in any order */
        plausible(rows, held->position, rows->at[mate], rows->agreement_near)) {
        uint32_t *parents = star->joined->parents;
        unite(parents, root_of(parents, (uint32_t)row), root_of(parents, mate));
    }
    if (kind == ALONE || (!may_drop && star->drops >> kind & 1) || !better(star, kind, alike, mate, row)) return;
    star->kind[row] = (uint8_t)kind, star->alike[row] = alike, star->match[row] = mate;
}

/* Return the next mate that stays, links over those that went being drawn shorter. */
static inline uint32_t next_kept(const star_t *star, uint32_t band, uint32_t *link) {
    while (*link && star->gone[*link - 1]) *link = *link_of(star->links, star->bands, *link - 1, band);
    return *link;
}

/* Hold a row against the first that stays of those with its prompt, band by band. */
static void meet_by_prompt(const rows_t *rows, star_t *star, held_t *held, size_t row, int may_drop) {
    uint32_t once = (uint32_t)row + 1;
    for (uint32_t band = 0; band < star->heads; band++) {
        uint32_t first = *link_of(star->firsts, star->heads, row, band);
        if (!first || first == once) continue;
        uint32_t kept = *link_of(star->firsts, star->heads, first - 1, band);
        if (kept == NOBODY || star->seen[kept - 1] == (once | JOINED)) continue;
        star->seen[kept - 1] = once | JOINED;
        meet(rows, star, held, kept - 1, row, may_drop, rows->least);
    }
}

/* Note in each band whether a row is the first that stays of those with its prompt. */
static void note_by_prompt(star_t *star, size_t row) {
    uint32_t once = (uint32_t)row + 1;
    for (uint32_t band = 0; band < star->heads; band++) {
        uint32_t first = *link_of(star->firsts, star->heads, row, band);
        if (!first) continue;
        uint32_t *kept = link_of(star->firsts, star->heads, first - 1, band);
        if (first == once || *kept == NOBODY) *kept = star->gone[row] ? NOBODY : once;
    }
}

/* Settle the rows `from` to `to`, all before them being settled: a row is told of, or goes, for the row most like it of
 * those that stay; the earliest, where several are. */
void thresher_star(const rows_t *rows, star_t *star, size_t from, size_t to) {
    int by_prompt = star->drops >> SAME_PROMPT & 1 ? BY_PROMPT : 0;
    for (size_t row = from; row < to; row++) {
        held_t held = held_of(rows, rows->at[row]);
        uint32_t once = (uint32_t)row + 1;
        double least = rows->least;
        uint32_t agreement = rows->agreement;
        if (star->group && star->stays[star->group[row]]) star->gone[row] = 1;
        for (uint32_t band = 0; band < star->bands && !star->gone[row]; band++) {
            uint32_t *link = link_of(star->links, star->bands, row, band), mate;
            for (; (mate = next_kept(star, band, link)); link = link_of(star->links, star->bands, mate - 1, band)) {
                if (star->seen[mate - 1] == once) continue;
                star->seen[mate - 1] = once;
                if (!plausible(rows, held.position, rows->at[mate - 1], agreement)) continue;
                meet(rows, star, &held, mate - 1, row, BY_BANDS, least);
                if (!by_prompt && star->drops >> star->kind[row] & 1 && star->alike[row] >= rows->threshold)
                    least = rows->threshold, agreement = rows->agreement_near; /* what is less alike is not told of */
            }
        }
        star->gone[row] |= star->drops >> star->kind[row] & 1;
        if (star->joined) join(rows, star->joined, &held, row, star->gone);
        if (!star->gone[row] && (star->kind[row] == ALONE || by_prompt)) meet_by_prompt(rows, star, &held, row, by_prompt);
        star->gone[row] |= star->drops >> star->kind[row] & 1;
        if (star->group && !star->gone[row]) star->stays[star->group[row]] = once;
        note_by_prompt(star, row);
    }
}
