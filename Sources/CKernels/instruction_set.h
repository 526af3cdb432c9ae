/* All kernels for one instruction set. The including file defines

     NAME(x)                   x with the set's prefix
     TARGET                    a function attribute
     LANES                     floats in a vector register
     WIDE                      registers that a block of few states covers
     TILE_ROWS, TILE_GROUPS    the vectors on the left, and the groups on the right, whose products are computed at once
     MULTIPLY_PAIRS(a, b)      products of 16-bit integers, added in pairs
     ADD_PAIRS(sum, a, b)      the same, added to 32-bit integers, where one instruction does both

   No include guard: it is included once per instruction set. */

#ifndef ADD_PAIRS
#define ADD_PAIRS(sum, a, b) ((sum) + (NAME(ints))MULTIPLY_PAIRS(a, b))
#endif

#include "vectors.h"

#include "dot_kernels.h"
#include "mixed_kernels.h"
#include "packed_kernels.h"
#include "panel_kernels.h"
#include "rounding_kernels.h"

static const kernel_set NAME(kernels) = {
    NAME(panel_values), NAME(panel_states), NAME(panel_columns), NAME(panel_lines), NAME(quantize),
    NAME(round),        NAME(packed),       NAME(dot_bytes),     NAME(dot_words),   NAME(mixed_dot),
    NAME(mixed_subtract),
};

#undef FLOATS_AT
#undef WIDENED_AT
#undef PAIRS_AT
#undef SCORES
#undef NAME
#undef TARGET
#undef LANES
#undef WIDE
#undef TILE_ROWS
#undef TILE_GROUPS
#undef MULTIPLY_PAIRS
#undef ADD_PAIRS
