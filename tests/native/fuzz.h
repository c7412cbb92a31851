/* What the fuzzers share: numbers drawn from a seed, buffers of their exact size, and what must hold. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;
static uint32_t draw(uint32_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}

/* Return room for so many bytes and no more, none of them zero yet. */
static void *exact(size_t size) {
    void *room = malloc(size ? size : 1);
    if (!room) exit(3);
    return memset(room, 0xAA, size ? size : 1);
}

#define REQUIRE(what) \
    if (!(what)) return fprintf(stderr, "round %d: not " #what "\n", round), 1
