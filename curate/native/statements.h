/* Lines as Python and YAML read them: without their comments, and those that only go on with what stands above them.
 *
 *   line        anything up to a line feed, without the white space around it; its width is that of its spaces and tabs
 *               in front (to the next eighth place)
 *   comment     from a # on that stands first, or behind a space, tab or colon, and in no string
 *   string      from a ' or " to the next of its kind on its line; from three to three, on any. What stands behind a
 *               backslash is none of these
 *   statement   a line that is no comment alone, and goes on with no bracket, string of three quotes or backslash of a
 *               line before. A fence, ``` or ~~~, closes all that is open
 *   item        a statement behind one - or several, each with a space; what it holds stands in its column
 *   key         a statement whose first word ends in a colon
 *
 * curate/dedupe/signatures/statements.py says it in Python.
 */

#pragma once

#include "texts.h"

typedef struct { /* what the lines so far left open */
    uint32_t brackets;
    uint8_t quote;
    int joined; /* by a backslash */
} open_t;

typedef struct {
    const uint8_t *at, *end; /* empty where it is blank */
    uint32_t width, column;  /* of what an item holds */
    int colon;               /* at its end, or before its comment */
    int comment, statement, item, key;
    int bare; /* nothing stands behind its key */
} line_t;

static inline int is_blank(uint8_t c) { return c == ' ' || c == '\t'; }
static inline int is_quote(uint8_t c) { return c == '\'' || c == '"'; }
static inline int are_three(const uint8_t *at, const uint8_t *end, uint8_t c) {
    return end - at >= 3 && at[0] == c && at[1] == c && at[2] == c;
}

/* Return the width, from one on, of what stands before the first byte of a line that is no space or tab; go there. */
static inline uint32_t indented(const uint8_t **at, const uint8_t *end, uint32_t width) {
    for (; *at < end && is_blank(**at); ++*at) width = **at == ' ' ? width + 1 : (width | 7) + 1;
    return width;
}

/* Return the end of a string on a line, whose first quote is at `at`; behind that quote where no other closes it. */
static inline const uint8_t *string_end(const uint8_t *at, const uint8_t *end) {
    for (const uint8_t *next = at + 1; next < end; next++) {
        if (*next == *at) return next + 1;
        if (*next == '\\') next++;
    }
    return at + 1;
}

static const uint8_t TELLS[256] = { /* what is looked at */
    ['\''] = 1, ['"'] = 1, ['\\'] = 1, ['#'] = 1, ['('] = 1, [')'] = 1, ['['] = 1, [']'] = 1, ['{'] = 1, ['}'] = 1,
};

/* Return where the comment of a line starts, or its end; note what the line opens and closes. */
static const uint8_t *code_end(const line_t *line, open_t *open) {
    const uint8_t *at = line->at, *end = line->end;
    while (at < end) {
        uint8_t c = *at;
        if (c == '\\') {
            at += 2;
        } else if (open->quote) {
            int closed = are_three(at, end, open->quote);
            if (closed) open->quote = 0;
            at += closed ? 3 : 1;
        } else if (is_quote(c)) {
            int opened = are_three(at, end, c);
            if (opened) open->quote = c;
            at = opened ? at + 3 : string_end(at, end);
        } else {
            if (c == '#' && (at == line->at || is_blank(at[-1]) || at[-1] == ':')) return at;
            if (c == '(' || c == '[' || c == '{') open->brackets++;
            if (c == ')' || c == ']' || c == '}') open->brackets -= open->brackets > 0;
            at++;
        }
        while (at < end && !TELLS[*at]) at++;
    }
    return end;
}

static inline int is_fence(const line_t *line) {
    return are_three(line->at, line->end, '`') || are_three(line->at, line->end, '~');
}

/* Note of a statement which ends at `end` whether it is an item, and whether it is a key. */
static inline void read_key(line_t *line, const uint8_t *end) {
    const uint8_t *at = line->at;
    line->column = line->width;
    while (end - at >= 2 && *at == '-' && is_blank(at[1])) at++, line->column = indented(&at, end, line->column + 1), line->item = 1;
    while (at < end && !is_blank(*at)) at++;
    line->key = at > line->at && at[-1] == ':', line->bare = line->key && at == end;
}

/* Return the line at `at`, which ends with the text or before a line feed. */
static line_t read_line(const uint8_t *at, const uint8_t *end, open_t *open) {
    line_t line = {.at = at, .end = end};
    line.width = indented(&line.at, end, 0);
    while (line.end > line.at && (is_blank(line.end[-1]) || line.end[-1] == '\r')) line.end--;
    if (line.at == line.end) return line;
    if (is_fence(&line)) *open = (open_t){0};
    int goes_on = open->brackets || open->quote || open->joined;
    const uint8_t *code = code_end(&line, open);
    line.comment = code == line.at, open->joined = code == line.end && code[-1] == '\\' && !open->quote;
    while (code > line.at && is_blank(code[-1])) code--;
    line.colon = line.end[-1] == ':' || (code > line.at && code[-1] == ':');
    line.statement = !goes_on && !line.comment;
    if (line.statement) read_key(&line, code);
    return line;
}
