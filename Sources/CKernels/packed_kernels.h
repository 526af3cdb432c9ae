/* Products of packed vectors of 16-bit integers, for one instruction set. */

enum { NAME(registers) = KERNELS_GROUP_SIZE / LANES };

/* The products of TILE_ROWS vectors of a group with those of GROUPS groups, over one chunk: their sums stay in
   registers until they are added to `products`, or stored there. */
#define DEFINE_TILE(FUNCTION, GROUPS)                                                                      \
  TARGET static inline void NAME(FUNCTION)(const int16_t *left, const int16_t *right, long group, long pairs, \
                                           int adding, float *products, long stride) {                     \
    enum { VECTORS = GROUPS * NAME(registers) };                                                           \
    NAME(ints) sums[TILE_ROWS][VECTORS];                                                                   \
    for (int row = 0; row < TILE_ROWS; row++)                                                              \
      for (int v = 0; v < VECTORS; v++) sums[row][v] = (NAME(ints)){0};                                    \
    for (long p = 0; p < pairs; p++) {                                                                     \
      NAME(ints) columns[VECTORS];                                                                         \
      for (int v = 0; v < VECTORS; v++)                                                                    \
        columns[v] = PAIRS_AT(right + v / NAME(registers) * group + v % NAME(registers) * 2 * LANES);      \
      for (int row = 0; row < TILE_ROWS; row++) {                                                          \
        int32_t both;                                                                                      \
        __builtin_memcpy(&both, left + 2 * row, 4);                                                        \
        NAME(ints) pair = (NAME(ints)){0} + both;                                                          \
        for (int v = 0; v < VECTORS; v++) sums[row][v] = ADD_PAIRS(sums[row][v], pair, columns[v]);        \
      }                                                                                                    \
      left += 2 * KERNELS_GROUP_SIZE;                                                                      \
      right += 2 * KERNELS_GROUP_SIZE;                                                                     \
    }                                                                                                      \
    for (int row = 0; row < TILE_ROWS; row++)                                                              \
      for (int v = 0; v < VECTORS; v++) {                                                                  \
        NAME(floats) sum = __builtin_convertvector(sums[row][v], NAME(floats));                            \
        float *const place = products + row * stride + v * LANES;                                          \
        *(NAME(floats) *)place = adding ? FLOATS_AT(place) + sum : sum;                                    \
      }                                                                                                    \
  }

DEFINE_TILE(tile, TILE_GROUPS)
DEFINE_TILE(narrow_tile, 1)
#undef DEFINE_TILE

TARGET static void NAME(packed)(const int16_t *left, long left_groups, const int16_t *right, long right_groups,
                                long chunks, long pairs, float *products, long stride) {
  const long chunk_size = 2 * KERNELS_GROUP_SIZE * pairs, group = chunks * chunk_size;
  for (long g = 0; g < right_groups;) {
    const int is_wide = right_groups - g >= TILE_GROUPS;
    for (long chunk = 0; chunk < chunks; chunk++)
      for (long row = 0; row < left_groups * KERNELS_GROUP_SIZE; row += TILE_ROWS)
        (is_wide ? NAME(tile) : NAME(narrow_tile))(
            left + row / KERNELS_GROUP_SIZE * group + chunk * chunk_size + row % KERNELS_GROUP_SIZE * 2,
            right + g * group + chunk * chunk_size, group, pairs, chunk > 0,
            products + row * stride + g * KERNELS_GROUP_SIZE, stride);
    g += is_wide ? TILE_GROUPS : 1;
  }
}
