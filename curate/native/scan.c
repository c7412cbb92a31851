/* Lines of JSON to rows in one pass: which lines are certainly clean, and the columns of a block from them.
 *
 * A line is one of three. Blank: white space alone. Clean: RFC 8259 and UTF-8, no key twice in an object, no half of a
 * surrogate pair, no number near a limit, and a row of the simplest kind of its layout, in which no check of the
 * profile `any` finds a fault. To look at: anything else; Python reads it, decides, and words what it finds. A clean
 * line that is looked at costs time; a faulty one that passes for clean is a bug.
 *
 * The stages: bytes -> lines -> the members of a record, its strings unescaped into a scratch buffer -> turns, id and
 * label as spans -> copied to the caller's columns. The first faulty or doubtful byte ends a line's way.
 *
 * curate/core/read and curate/check say the same in Python; tests hold the two together. Nothing here allocates, keeps
 * state or knows Python: callers own the buffers and may call from many threads.
 */

#include <string.h>

#include "strings.h"

#define DEEPEST 64     /* levels; Python reads 254 */
#define MOST_KEYS 1024 /* of all objects that are open at once */
#define DIGITS 18      /* of an integer that every parser holds exactly */

enum layout { MESSAGES, SHAREGPT, ALPACA, PROMPT_COMPLETION, INPUT_OUTPUT, CLASSIFICATION, TEXT };
enum kind { ABSENT, NONE, EMPTY, STRING, INTEGER, BOOLEAN, HUGE_INTEGER, TURNS, OTHER }; /* NONE is null, EMPTY is [] */
enum role { SYSTEM, USER, ASSISTANT, UNKNOWN };

typedef struct { /* a string's text stands in the scratch; the bytes of other scalars stand in the line */
    enum kind kind;
    const uint8_t *at;
    size_t size;
} value_t;

typedef struct {
    uint64_t role;
    const uint8_t *at;
    size_t size;
} turn_t;

typedef struct { /* as curate/native/scanner.py has it, field by field */
    /* what is asked: */
    int64_t layout, most;      /* an `enum layout`; a longer line is looked at */
    const uint8_t *id;         /* the name of the field that holds the id */
    int64_t id_size;
    /* room to work in: */
    uint8_t *scratch; /* twice the size of the data, and 16 */
    turn_t *turns;    /* size of the data / 8 + 2 */
    /* what is found: */
    int64_t lines, rows, bytes, spoken, looks; /* lines read, clean rows, their bytes and turns, lines to look at */
    int64_t *look;                             /* line, start and end of each */
    /* columns of the clean rows, bytes with Arrow's offsets; `line` is null where none are asked for, `raw` (the lines
     * themselves) where those are not */
    uint8_t *raw, *ids, *has_id, *labels, *has_label, *texts, *roles;
    int64_t *line, *raw_ends, *id_ends, *label_ends, *turn_ends, *text_ends;
} scan_t;

typedef struct {
    const uint8_t *at, *end, *stop; /* of the line, and of the data */
    uint8_t *out;                   /* where the next string goes */
    size_t turns, open;             /* turns so far; keys of the open objects */
    uint64_t keys[MOST_KEYS];
    const scan_t *asked;
} line_t;

/* ---- values ---- */

static inline int string(line_t *line) { return unescape(&line->at, line->end, line->stop, &line->out); }

/* Skip white space; return the byte that follows, 0 at the line's end. */
static inline uint8_t skip(line_t *line) {
    while (line->at < line->end && (*line->at == ' ' || *line->at == '\t' || *line->at == '\r')) line->at++;
    return line->at < line->end ? *line->at : 0;
}

/* Pass a comma and the space behind it, or the closing bracket: 1, -1; 0 where neither stands there. */
static inline int next(line_t *line, uint8_t closing) {
    uint8_t here = skip(line);
    if (here == closing) return line->at++, -1;
    if (here != ',') return 0;
    return line->at++, skip(line), 1;
}

static int word(line_t *line, const char *letters, size_t size) {
    if ((size_t)(line->end - line->at) < size || memcmp(line->at, letters, size)) return 0;
    return line->at += size, 1;
}

static inline size_t digits(line_t *line) {
    const uint8_t *start = line->at;
    while (line->at < line->end && (uint8_t)(*line->at - '0') < 10) line->at++;
    return (size_t)(line->at - start);
}

static int number(line_t *line, value_t *value) {
    const uint8_t *start = line->at;
    int minus = word(line, "-", 1), zero = line->at < line->end && *line->at == '0';
    size_t whole = digits(line), power = 0, fraction = 0;
    if (!whole || (zero && whole > 1)) return 0;
    if (word(line, ".", 1) && !(fraction = digits(line))) return 0;
    if (word(line, "e", 1) || word(line, "E", 1)) {
        if (!word(line, "+", 1)) word(line, "-", 1);
        if (!(power = digits(line))) return 0;
    }
    if (whole > 200 || power > 2) return 0; /* else at most 10^299: a double holds it */
    enum kind kind = whole > DIGITS || (minus && zero) ? HUGE_INTEGER : INTEGER;
    *value = (value_t){fraction || power ? OTHER : kind, start, (size_t)(line->at - start)};
    return 1;
}

typedef struct { /* a field that matters, and the slot of its value */
    const char *text;
    size_t size;
    int slot;
} name_t;

enum { FREE = -1, NULL_ONLY = -2, NEVER = -3, CHAT = -4, SILENT = -5, UNRATED = -6 };
/* any value; null; none; turns; null or []; any but true and false */
static int object(line_t *line, const name_t *names, value_t *slots, int depth);

/* Read the value that stands here. */
static int value(line_t *line, value_t *found, int depth) {
    const uint8_t *start = line->at;
    uint8_t *text = line->out;
    int more;
    switch (start < line->end ? *start : 0) {
    case '"':
        if (!string(line)) return 0;
        return *found = (value_t){STRING, text, (size_t)(line->out - text)}, 1;
    case '{':
        return found->kind = OTHER, object(line, NULL, NULL, depth + 1);
    case '[':
        line->at++, found->kind = OTHER;
        if (depth > DEEPEST) return 0;
        if (skip(line) == ']') return line->at++, found->kind = EMPTY, 1;
        for (value_t inner;;) {
            if (!value(line, &inner, depth + 1)) return 0;
            if (!(more = next(line, ']'))) return 0;
            if (more < 0) return 1;
        }
    case 'n':
        return found->kind = NONE, word(line, "null", 4);
    case 't':
        return *found = (value_t){BOOLEAN, start, 4}, word(line, "true", 4);
    case 'f':
        return *found = (value_t){BOOLEAN, start, 5}, word(line, "false", 5);
    default:
        return number(line, found);
    }
}

/* ---- objects ---- */

#define NAME(text, slot) {text, sizeof text - 1, slot}
#define MEDIUM(kind)                                                                                          \
    NAME(kind, SILENT), NAME(kind "s", SILENT), NAME(kind "_path", SILENT), NAME(kind "_paths", SILENT),         \
        NAME(kind "_file", SILENT), NAME(kind "_files", SILENT), NAME(kind "_url", SILENT), NAME(kind "_urls", SILENT)
#define MEDIA MEDIUM("image"), MEDIUM("video"), MEDIUM("audio")
#define TAUGHT NAME("reasoning_content", SILENT), NAME("reasoning", SILENT), NAME("thinking", SILENT)
#define PAIR                                                                                                  \
    MEDIA, TAUGHT, NAME("documents", SILENT), NAME("kto_tag", UNRATED), NAME("chosen", NEVER),                   \
        NAME("rejected", NEVER), NAME("preferred_output", NEVER), NAME("preferred_completion", NEVER),                \
        NAME("system", SILENT), NAME("system_prompt", SILENT), {0}
enum slot { FIRST, ASKED, ANSWER, BESIDE, NOTHING, ID, SLOTS }; /* FIRST is a system prompt; NOTHING must be empty */

static const name_t FIELDS[][48] = { /* a record with a field of a pair is one, whatever else it has */
    [MESSAGES] = {NAME("messages", CHAT), NAME("label", BESIDE), NAME("tools", NOTHING), NAME("functions", NULL_ONLY),
                  NAME("parallel_tool_calls", NEVER), PAIR},
    [SHAREGPT] = {NAME("conversations", CHAT), NAME("system", FIRST), NAME("tools", NOTHING),
                  NAME("functions", NULL_ONLY), NAME("label", UNRATED), PAIR},
    [ALPACA] = {NAME("instruction", ASKED), NAME("output", ANSWER), NAME("input", BESIDE), NAME("system", FIRST),
                NAME("history", NOTHING), NAME("tools", NULL_ONLY), NAME("label", UNRATED), PAIR},
    [PROMPT_COMPLETION] = {NAME("prompt", ASKED), NAME("completion", ANSWER), NAME("label", UNRATED),
                           NAME("system", FIRST), NAME("tools", NULL_ONLY), PAIR},
    [INPUT_OUTPUT] = {NAME("input", ASKED), NAME("output", ANSWER), NAME("system_prompt", FIRST),
                      NAME("tools", NULL_ONLY), NAME("label", UNRATED), PAIR},
    [CLASSIFICATION] = {NAME("text", ASKED), NAME("label", BESIDE), PAIR},
    [TEXT] = {NAME("text", ANSWER), PAIR},
};
static const name_t PARTS[][48] = { /* of a turn: 0 who, 1 what */
    [MESSAGES] = {NAME("role", 0), NAME("content", 1), NAME("name", NULL_ONLY), NAME("weight", NULL_ONLY),
                  NAME("tool_calls", NULL_ONLY), NAME("function_call", NULL_ONLY), NAME("tool_call_id", NULL_ONLY),
                  NAME("refusal", NULL_ONLY), NAME("train", NULL_ONLY), MEDIA, TAUGHT, {0}},
    [SHAREGPT] = {NAME("from", 0), NAME("value", 1), NAME("name", NULL_ONLY), NAME("weight", NULL_ONLY),
                  NAME("train", NULL_ONLY), NAME("refusal", SILENT), NAME("content", SILENT), MEDIA, TAUGHT, {0}},
};
static const name_t SPEAKERS[][12] = {
    [MESSAGES] = {NAME("user", USER), NAME("assistant", ASSISTANT), NAME("system", SYSTEM), {0}},
    [SHAREGPT] = {NAME("human", USER), NAME("gpt", ASSISTANT), NAME("user", USER), NAME("assistant", ASSISTANT),
                  NAME("system", SYSTEM), NAME("model", ASSISTANT), NAME("chatgpt", ASSISTANT), NAME("bing", ASSISTANT),
                  NAME("bard", ASSISTANT), {0}},
};

static inline int slot_of(const name_t *names, const uint8_t *text, size_t size, int otherwise) {
    for (; names && names->text; names++)
        if (names->size == size && !memcmp(names->text, text, size)) return names->slot;
    return otherwise;
}

/* Note a key, by a hash: two keys of one hash are looked at. Eight bytes at a time; the scratch has room behind it. */
static inline int is_new(line_t *line, size_t first, const uint8_t *key, size_t size) {
    uint64_t hash = size;
    for (size_t i = 0; i < size; i += 8) {
        uint64_t bytes;
        memcpy(&bytes, key + i, 8);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        if (size - i < 8) bytes <<= 64 - 8 * (size - i);
#else
        if (size - i < 8) bytes >>= 64 - 8 * (size - i);
#endif
        hash = (hash ^ bytes) * 0x9E3779B97F4A7C15u, hash ^= hash >> 32;
    }
    for (size_t i = first; i < line->open; i++)
        if (line->keys[i] == hash) return 0;
    if (line->open == MOST_KEYS) return 0;
    return line->keys[line->open++] = hash, 1;
}

/* Read the turns of a chat; each says something. */
static int chat(line_t *line) {
    int layout = (int)line->asked->layout;
    line->at++;
    for (int more;;) {
        value_t parts[2] = {{ABSENT, 0, 0}, {ABSENT, 0, 0}};
        if (skip(line) != '{' || !object(line, PARTS[layout], parts, 2)) return 0;
        if (parts[0].kind != STRING || parts[1].kind != STRING || blank(parts[1].at, parts[1].size)) return 0;
        int role = slot_of(SPEAKERS[layout], parts[0].at, parts[0].size, UNKNOWN);
        if (role == UNKNOWN) return 0;
        line->asked->turns[line->turns++] = (turn_t){(uint64_t)role, parts[1].at, parts[1].size};
        if (!(more = next(line, ']'))) return 0;
        if (more < 0) return 1;
    }
}

/* Read an object; the values of the fields that are named go to their slots. */
static int object(line_t *line, const name_t *names, value_t *slots, int depth) {
    size_t first = line->open;
    const scan_t *asked = line->asked;
    line->at++;
    if (depth > DEEPEST) return 0;
    if (skip(line) == '}') return line->at++, 1;
    for (int more;;) {
        value_t found = {TURNS, 0, 0};
        const uint8_t *start = line->at;
        uint8_t *key = line->out;
        if (skip(line) != '"' || !string(line)) return 0;
        size_t size = (size_t)(line->out - key);
        if ((size_t)(line->at - start) != size + 2 || !is_new(line, first, key, size)) return 0; /* escaped, or twice */
        int slot = slot_of(names, key, size, FREE), chats;
        int is_id = depth == 0 && size == (size_t)asked->id_size && !memcmp(key, asked->id, size);
        line->out = key;
        if (skip(line) != ':') return 0;
        line->at++, chats = skip(line) == '[' && slot == CHAT;
        if (slot == NEVER || (slot == CHAT && !chats) || !(chats ? chat(line) : value(line, &found, depth))) return 0;
        if ((slot == NULL_ONLY && found.kind != NONE) || (slot == SILENT && found.kind > EMPTY)) return 0;
        if (slot == UNRATED && found.kind == BOOLEAN) return 0; /* a verdict on the answer */
        if (slot >= 0) slots[slot] = found;
        if (is_id) slots[ID] = found;
        if (!(more = next(line, '}'))) return 0;
        if (more < 0) return line->open = first, 1;
    }
}

/* ---- rows ---- */

/* Add a turn that says something. */
static int speak(line_t *line, enum role role, const value_t *said) {
    if (said->kind != STRING || blank(said->at, said->size)) return 0;
    line->asked->turns[line->turns++] = (turn_t){role, said->at, said->size};
    return 1;
}

/* Make a question of an instruction and its input: two line breaks between them. */
static void join(line_t *line, value_t *asked, const value_t *input) {
    uint8_t *start = line->out;
    memcpy(start, asked->at, asked->size);
    memcpy(start + asked->size, "\n\n", 2);
    memcpy(start + asked->size + 2, input->at, input->size);
    asked->at = start, asked->size += input->size + 2;
}

/* Say whether user and assistant take turns, after a system prompt or none; an assistant may be alone. */
static int in_order(const turn_t *turn, size_t count) {
    if (count == 1) return turn->role == ASSISTANT;
    if (turn->role == SYSTEM) turn++, count--;
    for (size_t i = 0; i < count; i++)
        if (turn[i].role != (i % 2 ? ASSISTANT : USER)) return 0;
    return count > 0 && count % 2 == 0;
}

/* Say whether the line is a row of its layout with nothing doubtful; its turns are then those from `*first` on. */
static int record(line_t *line, value_t *slots, size_t *first) {
    const int layout = (int)line->asked->layout, flat = layout > SHAREGPT;
    value_t *system = &slots[FIRST], *beside = &slots[BESIDE], *nothing = &slots[NOTHING];
    line->turns = *first = 1; /* one is kept for a system prompt that stands elsewhere */
    if (skip(line) != '{' || !object(line, FIELDS[layout], slots, 0) || skip(line) || line->at < line->end) return 0;
    if (slots[ID].kind == HUGE_INTEGER) return 0;
    if (nothing->kind > EMPTY && (flat || nothing->kind != STRING || nothing->size)) return 0;
    if (system->kind == STRING && system->size) {
        if (blank(system->at, system->size)) return 0;
        line->asked->turns[*first = 0] = (turn_t){SYSTEM, system->at, system->size};
    } else if (system->kind > NONE && system->kind != STRING && layout != PROMPT_COMPLETION) /* there it may be any */
        return 0;
    if (layout == ALPACA) {
        if (beside->kind > NONE && (beside->kind != STRING || slots[ASKED].kind != STRING)) return 0;
        if (beside->size) join(line, &slots[ASKED], beside);
    }
    if (flat && layout != TEXT && !speak(line, USER, &slots[ASKED])) return 0;
    if (layout == CLASSIFICATION) {
        slots[ANSWER] = *beside;
        if (beside->kind == INTEGER || beside->kind == BOOLEAN) slots[ANSWER].kind = STRING;
    } else if (beside->kind == BOOLEAN && layout == MESSAGES)
        return 0; /* a verdict on the answer */
    else if (layout != MESSAGES || beside->kind != STRING)
        beside->kind = ABSENT; /* no label */
    if (flat && !speak(line, ASSISTANT, &slots[ANSWER])) return 0;
    return in_order(line->asked->turns + *first, line->turns - *first);
}

static inline void append(uint8_t *bytes, int64_t *ends, int64_t row, const uint8_t *at, size_t size) {
    memcpy(bytes + ends[row], at, size);
    ends[row + 1] = ends[row] + (int64_t)size;
}

static void append_if(uint8_t *bytes, int64_t *ends, uint8_t *has, int64_t row, const value_t *value, int given) {
    has[row] = (uint8_t)given;
    append(bytes, ends, row, given ? value->at : bytes, given ? value->size : 0);
}

/* Write a clean line's row to the columns. */
static void keep(scan_t *scan, const line_t *line, const uint8_t *start, const value_t *slots, size_t first) {
    int64_t row = scan->rows;
    const value_t *id = &slots[ID], *label = &slots[BESIDE];
    scan->line[row] = scan->lines;
    if (scan->raw) append(scan->raw, scan->raw_ends, row, start, (size_t)(line->end - start));
    append_if(scan->ids, scan->id_ends, scan->has_id, row, id, id->kind == STRING || id->kind == INTEGER);
    append_if(scan->labels, scan->label_ends, scan->has_label, row, label, label->kind != ABSENT);
    for (const turn_t *turn = scan->turns + first; turn < scan->turns + line->turns; turn++) {
        scan->roles[scan->spoken] = (uint8_t)turn->role;
        append(scan->texts, scan->text_ends, scan->spoken++, turn->at, turn->size);
    }
    scan->turn_ends[row + 1] = scan->spoken;
}

/* Tell the lines of the data apart, and fill the columns with the clean ones, in their order. */
void thresher_scan(const uint8_t *data, size_t size, scan_t *scan) {
    const uint8_t *stop = data + size;
    line_t line = {.stop = stop, .asked = scan};
    if (scan->raw) scan->raw_ends[0] = 0;
    if (scan->line) scan->id_ends[0] = scan->label_ends[0] = scan->turn_ends[0] = scan->text_ends[0] = 0;
    for (const uint8_t *start = data, *end; start < stop; start = end + 1, scan->lines++) {
        value_t slots[SLOTS] = {{ABSENT, 0, 0}};
        size_t first;
        end = memchr(start, '\n', (size_t)(stop - start));
        if (!end) end = stop;
        line.at = start, line.end = end > start && end[-1] == '\r' ? end - 1 : end;
        line.out = scan->scratch, line.open = 0;
        int short_enough = line.end - start <= scan->most;
        if (short_enough && !skip(&line) && line.at == line.end) continue; /* blank */
        if (short_enough && record(&line, slots, &first)) {
            if (scan->line) keep(scan, &line, start, slots, first);
            scan->rows++, scan->bytes += line.end - start;
            continue;
        }
        int64_t *look = scan->look + 3 * scan->looks++;
        look[0] = scan->lines, look[1] = start - data, look[2] = end - data;
    }
}
