/* The kernels over panels, for one instruction set. */

TARGET static inline float NAME(maximum)(NAME(ints) scores) {
  NAME(floats) values = (NAME(floats))scores;
  float result = 0;
  for (int lane = 0; lane < LANES; lane++) result = values[lane] > result ? values[lane] : result;
  return result;
}

/* The lanes whose score reaches a bound, lane l as bit l. */
TARGET static inline uint16_t NAME(reaching)(NAME(ints) scores, float bound) {
  NAME(flags) flags = __builtin_convertvector((NAME(floats))scores >= bound, NAME(flags));
  uint16_t bits = 0;
  __builtin_memcpy(&bits, &flags, sizeof flags);
  return bits;
}

TARGET static float NAME(panel_values)(const float *base, const int16_t *rows, long lines,
                                       const float *factors, const float *weights, float *values) {
  enum { VECTORS = 32 / LANES };
  NAME(ints) largest = {0};
  for (int c = 0; c < KERNELS_PANEL_WIDTH; c += VECTORS * LANES) {
    NAME(floats) sums[VECTORS];
    for (int v = 0; v < VECTORS; v++) sums[v] = FLOATS_AT(base + c + v * LANES);
    for (long p = 0; p < lines; p++) {
      float even = factors[2 * p], odd = factors[2 * p + 1];
      for (int v = 0; v < VECTORS; v++) {
        NAME(ints) pairs = PAIRS_AT(rows + 2 * (p * KERNELS_PANEL_WIDTH + c + v * LANES));
        sums[v] -= even * __builtin_convertvector((pairs << 16) >> 16, NAME(floats));
        sums[v] -= odd * __builtin_convertvector(pairs >> 16, NAME(floats));
      }
    }
    for (int v = 0; v < VECTORS; v++) {
      *(NAME(floats) *)(values + c + v * LANES) = sums[v];
      largest = __builtin_elementwise_max(largest, SCORES(sums[v], FLOATS_AT(weights + c + v * LANES)));
    }
  }
  return NAME(maximum)(largest);
}

/* VECTORS registers of columns for STATES states: their sums stay in registers. */
#define DEFINE_BLOCK(STATES, VECTORS)                                                                     \
  TARGET static uint32_t NAME(panel_##STATES)(                                                            \
      const float *base, const int16_t *rows, const int16_t *next, long lines, const int16_t *factors,    \
      const float *scales, const float *weights, const float *bounds, float *last) {                      \
    NAME(ints) maxima[STATES];                                                                            \
    for (int s = 0; s < STATES; s++) maxima[s] = (NAME(ints)){0};                                         \
    for (int c = 0; c < KERNELS_PANEL_WIDTH; c += VECTORS * LANES) {                                      \
      NAME(ints) sums[STATES][VECTORS];                                                                   \
      for (int s = 0; s < STATES; s++)                                                                    \
        for (int v = 0; v < VECTORS; v++) sums[s][v] = (NAME(ints)){0};                                   \
      for (long p = 0; p < lines; p++) {                                                                  \
        const long place = 2 * (p * KERNELS_PANEL_WIDTH + c);                                             \
        NAME(ints) pairs[VECTORS];                                                                        \
        /* What is read next, at the pace of what is read now. */                                         \
        for (int v = 0; v < VECTORS * LANES; v += 16) __builtin_prefetch(next + place + 2 * v, 0, 3);     \
        for (int v = 0; v < VECTORS; v++) pairs[v] = PAIRS_AT(rows + place + 2 * v * LANES);              \
        for (int s = 0; s < STATES; s++) {                                                                \
          int32_t both;                                                                                   \
          __builtin_memcpy(&both, factors + 2 * (p * STATES + s), 4);                                     \
          NAME(ints) factor = (NAME(ints)){0} + both;                                                     \
          for (int v = 0; v < VECTORS; v++) sums[s][v] = ADD_PAIRS(sums[s][v], pairs[v], factor);         \
        }                                                                                                 \
      }                                                                                                   \
      for (int v = 0; v < VECTORS; v++) {                                                                 \
        NAME(floats) from = FLOATS_AT(base + c + v * LANES), weight = FLOATS_AT(weights + c + v * LANES); \
        NAME(floats) value = from;                                                                        \
        for (int s = 0; s < STATES; s++) {                                                                \
          value = from - scales[s] * __builtin_convertvector(sums[s][v], NAME(floats));                   \
          maxima[s] = __builtin_elementwise_max(maxima[s], SCORES(value, weight));                        \
        }                                                                                                 \
        *(NAME(floats) *)(last + c + v * LANES) = value;                                                  \
      }                                                                                                   \
    }                                                                                                     \
    uint32_t states = 0;                                                                                  \
    for (int s = 0; s < STATES; s++)                                                                      \
      if (NAME(reaching)(maxima[s], bounds[s])) states |= 1u << s;                                        \
    return states;                                                                                        \
  }

DEFINE_BLOCK(1, WIDE)
DEFINE_BLOCK(2, WIDE)
DEFINE_BLOCK(3, 2)
DEFINE_BLOCK(4, 2)
DEFINE_BLOCK(5, 2)
DEFINE_BLOCK(6, 2)
#undef DEFINE_BLOCK

TARGET static uint32_t NAME(panel_states)(
    const float *base, const int16_t *rows, const int16_t *next, long lines, const int16_t *factors,
    const float *scales, long states, const float *weights, const float *bounds, float *last) {
  switch (states) {
  case 1: return NAME(panel_1)(base, rows, next, lines, factors, scales, weights, bounds, last);
  case 2: return NAME(panel_2)(base, rows, next, lines, factors, scales, weights, bounds, last);
  case 3: return NAME(panel_3)(base, rows, next, lines, factors, scales, weights, bounds, last);
  case 4: return NAME(panel_4)(base, rows, next, lines, factors, scales, weights, bounds, last);
  case 5: return NAME(panel_5)(base, rows, next, lines, factors, scales, weights, bounds, last);
  default: return NAME(panel_6)(base, rows, next, lines, factors, scales, weights, bounds, last);
  }
}

TARGET static uint64_t NAME(panel_columns)(const float *values, const float *weights, float threshold) {
  uint64_t columns = 0;
  for (int c = 0; c < KERNELS_PANEL_WIDTH; c += LANES) {
    columns |= (uint64_t)NAME(reaching)(SCORES(FLOATS_AT(values + c), FLOATS_AT(weights + c)), threshold) << c;
  }
  return columns;
}

TARGET static void NAME(panel_lines)(const int16_t *const *rows, long count, long start, int16_t *lines) {
  for (long row = 0; row < count; row += 2, lines += 2 * KERNELS_PANEL_WIDTH) {
    const int16_t *even = rows[row] + start, *odd = rows[row + (row + 1 < count)] + start;
    for (int c = 0; c < KERNELS_PANEL_WIDTH; c += LANES) {
      /* What is read next: rows go on for many panels. */
      __builtin_prefetch(even + c + 8 * KERNELS_PANEL_WIDTH, 0, 2);
      __builtin_prefetch(odd + c + 8 * KERNELS_PANEL_WIDTH, 0, 2);
      NAME(ints) low = __builtin_convertvector(*(const NAME(shorts) *)(even + c), NAME(ints));
      NAME(ints) high = __builtin_convertvector(*(const NAME(shorts) *)(odd + c), NAME(ints));
      *(NAME(ints) *)(lines + 2 * c) = (low & 0xFFFF) | high << 16;
    }
  }
}
