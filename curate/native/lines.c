/* Lines as bytes: counted, left out, written one behind the other. */

#include "texts.h"

/* Return how many lines the data has, the last perhaps without an end: room for that many rows is enough. */
int64_t thresher_lines(const uint8_t *data, size_t size) {
    int64_t lines = size > 0 && data[size - 1] != '\n';
    while (size) {
        size_t part = size < 255 * 16 ? size : 255 * 16;
        uint8_t counts[16] = {0}; /* of every sixteenth byte: no more than a byte holds */
        for (size_t i = 0; i < part / 16 * 16; i += 16)
            for (size_t j = 0; j < 16; j++) counts[j] += data[i + j] == '\n';
        for (size_t j = 0; j < 16; j++) lines += counts[j];
        for (size_t i = part / 16 * 16; i < part; i++) lines += data[i] == '\n';
        data += part, size -= part;
    }
    return lines;
}

/* Write whole lines of the data to `out`, which has room for all of them, but for those whose numbers stand in `gone`,
 * ascending; the first line has the number `first`. Return how many bytes were written. */
size_t thresher_without(const uint8_t *data, size_t size, uint64_t first, const uint64_t *gone, size_t count,
                        uint8_t *out) {
    const uint8_t *at = data, *stop = data + size;
    uint8_t *begun = out;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *from = at;
        while (first < gone[i] && at < stop) {
            const uint8_t *end = memchr(at, '\n', (size_t)(stop - at));
            at = end ? end + 1 : stop, first++;
        }
        memcpy(out, from, (size_t)(at - from)), out += at - from;
        const uint8_t *end = at < stop ? memchr(at, '\n', (size_t)(stop - at)) : NULL;
        at = end ? end + 1 : stop, first++;
    }
    memcpy(out, at, (size_t)(stop - at));
    return (size_t)(out - begun) + (size_t)(stop - at);
}

/* Write n lines, each with a line end; return how many bytes were written. */
size_t thresher_ended(const uint8_t *views, const uint8_t *const *buffers, size_t n, uint8_t *out) {
    uint8_t *at = out;
    for (size_t i = 0; i < n; i++) {
        text_t line = text_of(views, buffers, i);
        memcpy(at, line.at, (size_t)(line.end - line.at)), at += line.end - line.at;
        *at++ = '\n';
    }
    return (size_t)(at - out);
}

/* Return the version of the doors of this library: one more whenever what one takes or gives changes. */
int thresher_doors(void) { return 6; }
