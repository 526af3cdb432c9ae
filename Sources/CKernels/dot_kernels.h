/* The products of two vectors of integers, for one instruction set. */

/* The product of two vectors. Bytes become 16-bit integers, whose products are added in pairs. */
#define DEFINE_DOT(FUNCTION, ELEMENT, LOAD)                                                      \
  TARGET static int32_t NAME(FUNCTION)(const ELEMENT *left, const int8_t *right, long count) {   \
    enum { STEP = 2 * LANES };                                                                   \
    NAME(ints) sums[2] = {{0}, {0}};                                                             \
    long c = 0;                                                                                  \
    for (; c + 2 * STEP <= count; c += 2 * STEP)                                                 \
      for (int part = 0; part < 2; part++) {                                                     \
        const long place = c + part * STEP;                                                      \
        sums[part] += (NAME(ints))MULTIPLY_PAIRS(LOAD(left + place), WIDENED_AT(right + place)); \
      }                                                                                          \
    NAME(ints) all = sums[0] + sums[1];                                                          \
    int32_t sum = 0;                                                                             \
    for (int lane = 0; lane < LANES; lane++) sum += all[lane];                                   \
    for (; c < count; c++) sum += left[c] * right[c];                                            \
    return sum;                                                                                  \
  }

DEFINE_DOT(dot_bytes, int8_t, WIDENED_AT)
DEFINE_DOT(dot_words, int16_t, PAIRS_AT)
#undef DEFINE_DOT
