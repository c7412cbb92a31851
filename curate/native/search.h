/* A place among values that ascend. */

#pragma once

#include <stddef.h>
#include <stdint.h>

/* Return the place of the first of n values, ascending, that is not below one; n where all are. */
static inline size_t place_of(const uint64_t *values, size_t n, uint64_t value) {
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (values[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
