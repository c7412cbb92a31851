/* Asterisks that say something: those of products, powers, pointers and globs, and not those of bold type and lists.
 *
 *   run        one to three * beside no other; a longer one says nothing
 *   operator   one between two words or between two that are none, but for a list's; two between what is calculated with
 *   emphasis   a run that may open it (something stands behind it, and it ends no word), or close it, and whose next or
 *              last run of as many on its line that is no operator may close or open it. What is alone is a sign
 *
 * curate/dedupe/signatures/stars.py says it in Python.
 */

#pragma once

#include "characters.h"

#define MOST_STARS 3

typedef struct {
    ptrdiff_t from, to;
    uint8_t before, after;
} run_t;

static inline run_t run_between(text_t text, ptrdiff_t from, ptrdiff_t to) {
    return (run_t){from, to, byte_at(text, from - 1), byte_at(text, to)};
}

/* Return the run of a *, or more than MOST_STARS of it where it is a longer one. */
static inline run_t run_of(text_t text, ptrdiff_t i) {
    ptrdiff_t from = i, to = i + 1;
    while (from > i - MOST_STARS && byte_at(text, from - 1) == '*') from--;
    while (to <= i + MOST_STARS && byte_at(text, to) == '*') to++;
    return run_between(text, from, to);
}

/* Say whether both * of two work on something: a ** b, a**b, f(x)**2; bold type does not. */
static inline int is_power(text_t text, run_t run) {
    if (run.before == ' ') return run.after == ' ' && byte_at(text, run.from - 2) > ' ';
    int behind = run.before < 0x80 ? of_word(run.before) || closes(run.before) : is_digit(text, run.from - 1);
    return behind && (run.after < 0x80 ? of_word(run.after) || run.after == '(' : is_digit(text, run.to));
}

static inline int works(text_t text, run_t run) {
    ptrdiff_t stars = run.to - run.from;
    return stars == 1 ? of_word(run.before) == of_word(run.after) : stars == 2 && is_power(text, run);
}

static inline int may_open(run_t run) { return run.after > ' ' && (of_word(run.after) || !of_word(run.before)); }
static inline int may_close(run_t run) { return run.before > ' ' && (of_word(run.before) || !of_word(run.after)); }
static inline int may_be_emphasis(text_t text, run_t run) { return (may_open(run) || may_close(run)) && !works(text, run); }

static int is_closed(text_t text, run_t run) {
    ptrdiff_t from = run.to, to, size = text.end - text.at;
    for (; from < size && text.at[from] != '\n'; from = to) {
        for (to = from; to < size && text.at[to] == '*';) to++;
        run_t other = run_between(text, from, to);
        if (to - from == run.to - run.from && may_be_emphasis(text, other)) return may_close(other);
        to += to == from;
    }
    return 0;
}

static int is_opened(text_t text, run_t run) {
    ptrdiff_t from, to = run.from;
    for (; to > 0 && text.at[to - 1] != '\n'; to = from) {
        for (from = to; from > 0 && text.at[from - 1] == '*';) from--;
        run_t other = run_between(text, from, to);
        if (to - from == run.to - run.from && may_be_emphasis(text, other)) return may_open(other);
        from -= to == from;
    }
    return 0;
}

/* Say whether a * is a sign where it stands. */
static int is_star(text_t text, ptrdiff_t i) {
    run_t run = run_of(text, i);
    if (run.to - run.from > MOST_STARS) return 0;
    if (works(text, run)) return run.to - run.from > 1 || run.after != ' ' || !opens_line(text, i);
    if (!may_be_emphasis(text, run)) return 0;
    return !(may_open(run) && is_closed(text, run)) && !(may_close(run) && is_opened(text, run));
}
