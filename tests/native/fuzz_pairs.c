/* Random rows in buffers of their exact size, linked, compared, settled and joined.
 *
 * Built with AddressSanitizer and UBSan. It also checks what must hold: a link leads back, a row goes for one that stays,
 * and a group's first row leads to itself. usage: fuzz_pairs ROUNDS SEED
 */

#define _POSIX_C_SOURCE 200809L
#include "fuzz.h"

typedef struct {
    const uint32_t *at;
    const uint8_t *sketches;
    const uint64_t *asked;
    const int64_t *asked_starts;
    const uint64_t *answered;
    const int64_t *answered_starts;
    int asked_file, answered_file;
    const uint64_t *last;
    const int64_t *last_starts;
    const uint64_t *digests;
    const uint8_t *spaceless;
    const uint64_t *beside, *signs;
    const uint64_t *under;
    double threshold, least;
    uint32_t agreement, agreement_near;
    uint64_t *table, *read, room, *recent, *count;
    uint32_t *failed;
} rows_t;

typedef struct {
    size_t n;
    uint32_t bands, *links, *seen, *parents;
    int twins;
} join_t;

typedef struct {
    size_t n;
    uint32_t bands, heads, *links, *firsts, drops, *seen;
    uint8_t *gone;
    uint32_t *match;
    uint8_t *kind;
    double *alike;
    const join_t *joined;
    uint32_t *group, *stays;
} star_t;

void thresher_link(const uint64_t *, const uint32_t *, const uint8_t *, size_t, uint32_t, uint32_t, int, uint32_t *,
                   size_t, uint32_t *);
void thresher_star(const rows_t *, star_t *, size_t, size_t);
void thresher_join(const rows_t *, const join_t *, size_t, size_t);
void thresher_compare(const rows_t *, const uint32_t *, const uint32_t *, size_t, double *);

static uint32_t first_of(const uint32_t *parents, uint32_t i) {
    while (parents[i] != i) i = parents[i];
    return i;
}

static void *held[64];
static int n_held;
static void *zeros(size_t size) {
    return held[n_held++] = memset(exact(size), 0, size);
}

/* No value is in sets of two sides, and 0 and 1 are one: so it is with hashes. */
static uint64_t *sets(size_t n, uint64_t from, int64_t **starts) {
    uint64_t *values = zeros(8 * 20 * n);
    int64_t count = 0;
    *starts = zeros(8 * (n + 1));
    for (size_t i = 0; i < n; i++) {
        uint32_t size = draw(3) ? draw(20) : 0;
        uint64_t value = from + draw(3);
        for (uint32_t k = 0; k < size; k++, value += 1 + draw(2) + !value) values[count++] = value;
        (*starts)[i + 1] = count;
    }
    return values;
}

/* Of some positions two sets, behind the size of the first. */
static uint64_t *pairs_of_sets(size_t n, int64_t **starts) {
    uint64_t *values = zeros(8 * 13 * n);
    int64_t count = 0;
    *starts = zeros(8 * (n + 1));
    for (size_t i = 0; i < n; i++) {
        uint32_t sizes[2] = {draw(7), draw(7)};
        if (draw(2)) {
            values[count++] = sizes[0];
            for (int side = 0; side < 2; side++)
                for (uint32_t k = 0; k < sizes[side]; k++) values[count++] = k;
        }
        (*starts)[i + 1] = count;
    }
    return values;
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    state = strtoull(argv[2], NULL, 10);
    for (int round = 0; round < atoi(argv[1]); round++) {
        size_t positions = 1 + draw(60), n = draw(2) ? positions : draw((uint32_t)positions + 1);
        uint32_t bands = draw(5), heads = draw(4), *at = zeros(4 * positions);
        rows_t rows = {.at = at, .threshold = 0.8, .least = draw(2) ? 0.7 : 0.8, .agreement = draw(8), 
                       .asked_file = -1, .answered_file = -1};
        rows.agreement_near = rows.agreement + draw(9);
        for (uint32_t i = 0; i < positions; i++) at[i] = i;
        for (uint32_t i = (uint32_t)positions; i > 1; i--) { /* any order, and only the first n of it */
            uint32_t j = draw(i), other = at[j];
            at[j] = at[i - 1], at[i - 1] = other;
        }
        uint8_t *sketches = zeros(128 * positions), *spaceless = zeros(positions), *use = zeros(positions);
        for (size_t i = 0; i < 128 * positions; i++) sketches[i] = (uint8_t)draw(9);
        uint64_t *digests = zeros(8 * positions), *under = zeros(8 * positions), *keys = zeros(8 * positions);
        uint64_t *beside = zeros(8 * positions), *signs = zeros(8 * positions);
        for (size_t i = 0; i < positions; i++)
            digests[i] = draw(90), under[i] = draw(4), beside[i] = !draw(9), signs[i] = draw(3),
            spaceless[i] = !draw(5), use[i] = draw(5) > 0;
        uint64_t *values = sets(positions, 0, (int64_t **)&rows.asked_starts);
        rows.asked = values;
        rows.answered = sets(positions, 1000, (int64_t **)&rows.answered_starts);
        rows.last = pairs_of_sets(positions, (int64_t **)&rows.last_starts);
        rows.sketches = sketches, rows.digests = digests, rows.spaceless = spaceless, rows.under = under;
        rows.beside = beside, rows.signs = signs;
        rows.table = zeros(8 * 128);
        rows.room = 20 + draw(200), rows.read = zeros(8 * rows.room), rows.failed = zeros(4);
        rows.recent = zeros(16 * 32768), rows.count = zeros(8);
        FILE *file = draw(2) ? tmpfile() : NULL;
        if (file) { /* one side's sets from a file, as they are where they do not fit */
            fwrite(rows.asked, 8, (size_t)rows.asked_starts[positions], file), fflush(file);
            rows.asked_file = fileno(file), rows.asked = NULL;
        }
        uint32_t *links = zeros(4 * bands * n), *firsts = zeros(4 * heads * n), *own = zeros(4 * n);
        for (uint32_t band = 0; band < bands + heads; band++) {
            uint32_t parts = 1 + draw(3);
            memset(own, 0, 4 * n);
            for (size_t i = 0; i < positions; i++) keys[i] = (uint64_t)draw(9) << 32 | draw(2);
            for (uint32_t part = 0; part < parts; part++)
                thresher_link(keys, at, band < bands ? NULL : use, n, part, parts, band >= bands, zeros(4 * 256), 255, own);
            for (size_t i = 0; i < n; i++) {
                REQUIRE(own[i] <= i + (band >= bands));
                *(band < bands ? links + bands * i + band : firsts + heads * i + band - bands) = own[i];
            }
        }
        join_t joins[3];
        for (int k = 0; k < 3; k++) {
            joins[k] = (join_t){n, bands, zeros(4 * bands * n), zeros(4 * n), zeros(4 * n), k > 0};
            memcpy(joins[k].links, links, 4 * bands * n);
            for (uint32_t i = 0; i < n; i++) joins[k].parents[i] = i;
        }
        for (size_t i = 0; i < n; i += 7)
            for (int k = 0; k < 2; k++) thresher_join(&rows, joins + k, i, i + 7 < n ? i + 7 : n);
        star_t star = {n, bands, heads, links, firsts, 1u << 1, joins[2].seen, zeros(n), zeros(4 * n), zeros(n),
                       zeros(8 * n), draw(2) ? joins + 2 : NULL, NULL, NULL};
        for (size_t i = 0; i < n && !star.joined; i++) star.gone[i] = !draw(9);
        if (!star.joined && draw(2)) star.group = zeros(4 * n), star.stays = zeros(4 * n);
        for (uint32_t i = 0; star.group && i < n; i++) star.group[i] = first_of(joins[1].parents, i);
        for (size_t i = 0; i < n; i += 5) thresher_star(&rows, &star, i, i + 5 < n ? i + 5 : n);
        for (size_t i = 0; i < n; i++) REQUIRE(!star.kind[i] || (star.match[i] < i && !star.gone[star.match[i]]));
        for (uint32_t i = 0; star.group && i < n; i++)
            REQUIRE(star.gone[i] || star.stays[star.group[i]] == i + 1); /* of a group one row stays */
        for (uint32_t i = 0; i < n; i++) { /* twins are joined alike with a star beside them and without */
            for (int k = 0; k < 3; k++) REQUIRE(joins[k].parents[i] <= i);
            REQUIRE(!star.joined || first_of(joins[1].parents, i) == first_of(joins[2].parents, i));
        }
        double *read = zeros(8 * 3 * n), *mapped = zeros(8 * 3 * n);
        uint32_t *others = zeros(4 * n);
        for (size_t i = 0; i < n; i++) others[i] = draw((uint32_t)positions);
        thresher_compare(&rows, at, others, n, read);
        rows.asked = values, rows.asked_file = -1;
        thresher_compare(&rows, at, others, n, mapped); /* what lies in the ring is what lies in the file */
        REQUIRE(!memcmp(read, mapped, 8 * 3 * n));
        REQUIRE(!*rows.failed);
        if (file) fclose(file);
        while (n_held) free(held[--n_held]);
    }
    puts("no fault");
    return 0;
}
