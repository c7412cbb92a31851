/* Rows as they are compared: their columns, the sets of their sides, and the table in which the sets of one are looked up.
 * A set is 64-bit hashes, each once; it lies in memory, or in a file that was written when there were too many. */

#pragma once

#define _POSIX_C_SOURCE 200809L
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#define SLOTS 128
#define RECENT 32768 /* notes of sets read from files */

typedef struct {
    const uint32_t *at;        /* the position of each rank */
    const uint8_t *sketches;   /* SLOTS bytes a position: the low byte of each slot */
    const uint64_t *asked;     /* the set of a position's asked side is asked[asked_starts[p] .. asked_starts[p + 1]] */
    const int64_t *asked_starts;
    const uint64_t *answered;
    const int64_t *answered_starts;
    int asked_file, answered_file; /* open files of the same values, to be read instead; or -1 */
    const uint64_t *last;      /* of a row of several answers: how many values the set of its last question has, they, */
    const int64_t *last_starts; /* and those of the set of its last answer; of other rows nothing */
    const uint64_t *digests;   /* equal where both sides are the same text */
    const uint8_t *spaceless;  /* compared by characters */
    const uint64_t *beside;    /* the digest of what stands beside both sides' texts; 0 where nothing does */
    const uint64_t *signs;     /* that of the signs in them, which are no words; 0 where they are not known */
    const uint64_t *under;     /* the digest of the instructions; 0 where there are none */
    double threshold, least;   /* similarity from which a pair is a twin, and from which it is told of at all */
    uint32_t agreement, agreement_near;        /* bytes of the sketches of a pair that must agree for it to be looked at */
    uint64_t *table;           /* a power of two of places, at least 16 and twice the size of the largest row */
    uint64_t *read;            /* a ring of `room` values (the largest set or more), where sets are read from files */
    uint64_t room;
    uint64_t *recent;          /* RECENT notes, zeros at first: whose set was read, and how many values before it */
    uint64_t *count;           /* 0: the values that have been read, with those passed over at the end of the ring */
    uint32_t *failed;          /* set to 1 where a file could not be read */
} rows_t;

/* ---- sets ---- */

typedef struct {
    const uint64_t *grams;
    uint32_t count;
} set_t;

static inline uint32_t count_at(const int64_t *starts, uint32_t position) {
    return (uint32_t)(starts[position + 1] - starts[position]);
}

/* Return a set: where it lies, or read from its file into the ring, where it stays until as many values as fit there are
 * read: rows of a template meet again and again. A page of a mapped file would bring its neighbours into memory, which
 * are of no use: rows to be compared lie anywhere. */
static set_t set_at(const rows_t *rows, const uint64_t *grams, int file, const int64_t *starts, uint32_t position) {
    set_t set = {grams + starts[position], count_at(starts, position)};
    if (file < 0 || set.count == 0) return set;
    uint64_t owner = 2 * (uint64_t)position + (starts == rows->asked_starts) + 1;
    uint64_t *note = rows->recent + 2 * (owner % RECENT), place = note[1] % rows->room;
    if (note[0] == owner && *rows->count <= note[1] + rows->room) return (set_t){rows->read + place, set.count};
    place = *rows->count % rows->room;
    if (place + set.count > rows->room) *rows->count += rows->room - place, place = 0;
    size_t size = 8 * (size_t)set.count, done = 0;
    while (done < size) {
        ssize_t got = pread(file, (uint8_t *)(rows->read + place) + done, size - done,
                            (off_t)(8 * starts[position]) + (off_t)done);
        if (got <= 0) return *rows->failed = 1, (set_t){rows->read, 0};
        done += (size_t)got;
    }
    note[0] = owner, note[1] = *rows->count;
    *rows->count += set.count;
    return (set_t){rows->read + place, set.count};
}

static inline set_t asked_of(const rows_t *rows, uint32_t position) {
    return set_at(rows, rows->asked, rows->asked_file, rows->asked_starts, position);
}

static inline set_t answered_of(const rows_t *rows, uint32_t position) {
    return set_at(rows, rows->answered, rows->answered_file, rows->answered_starts, position);
}

/* ---- the table: the sets of a row, to look others up in ---- */

/* Make the table ready for `count` values; return the mask of its places. */
static size_t clear(uint64_t *table, size_t count) {
    size_t mask = 16;
    while (mask < 2 * count) mask *= 2;
    memset(table, 0, mask * sizeof *table);
    return mask - 1;
}

/* Put a set into the table. A value 0 marks an empty place, and is kept as 1. */
static void fill(uint64_t *table, size_t mask, set_t set) {
    for (uint32_t i = 0; i < set.count; i++) {
        uint64_t gram = set.grams[i] + !set.grams[i];
        size_t place = gram & mask;
        while (table[place] && table[place] != gram) place = (place + 1) & mask;
        table[place] = gram;
    }
}

/* Return how many values of a set are in the table: exact where these are `needed` or more. */
static uint32_t shared(const uint64_t *table, size_t mask, set_t set, double needed) {
    uint32_t found = 0;
    for (uint32_t i = 0; i < set.count && found + (set.count - i) >= needed; i++) {
        uint64_t gram = set.grams[i] + !set.grams[i];
        size_t place = gram & mask;
        while (table[place] && table[place] != gram) place = (place + 1) & mask;
        found += table[place] == gram;
    }
    return found;
}

/* What sets of these sizes in all must share to be alike by `least`; a little less, so that no rounding decides. */
static inline double needed(uint32_t sizes, double least) { return least * sizes / (1 + least) - 1e-6; }

static inline double jaccard(uint32_t both, uint32_t sizes) { return sizes ? (double)both / (sizes - both) : -1; }

/* Return the Jaccard similarity of a set with the one of `filled` values in the table; -1 where both are empty. Exact
 * where it is `least` or more, and below that where it is not. */
static double similarity(const uint64_t *table, size_t mask, uint32_t filled, set_t set, double least) {
    uint32_t sizes = filled + set.count;
    return jaccard(shared(table, mask, set, needed(sizes, least)), sizes);
}
