/* Vectors of floats with vectors of doubles, for one instruction set. */

enum { NAME(wide) = LANES / 2 };
typedef double NAME(doubles) __attribute__((vector_size(LANES * 4), aligned(8)));
typedef float NAME(half_floats) __attribute__((vector_size(LANES * 2), aligned(4)));

#define DOUBLES_AT(pointer) (*(const NAME(doubles) *)(pointer))
#define AS_DOUBLES_AT(pointer) __builtin_convertvector(*(const NAME(half_floats) *)(pointer), NAME(doubles))

TARGET static double NAME(mixed_dot)(const float *left, const double *right, long count) {
  /* Each addition to one sum would wait for the one before it. */
  enum { SUMS = 4 };
  NAME(doubles) sums[SUMS] = {{0}, {0}, {0}, {0}};
  long c = 0;
  for (; c + SUMS * NAME(wide) <= count; c += SUMS * NAME(wide))
    for (int part = 0; part < SUMS; part++) {
      const long place = c + part * NAME(wide);
      sums[part] += AS_DOUBLES_AT(left + place) * DOUBLES_AT(right + place);
    }
  NAME(doubles) all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  double sum = 0;
  for (int lane = 0; lane < NAME(wide); lane++) sum += all[lane];
  for (; c < count; c++) sum += left[c] * right[c];
  return sum;
}

TARGET static void NAME(mixed_subtract)(const float *row, double factor, long count, double *vector) {
  long c = 0;
  for (; c + NAME(wide) <= count; c += NAME(wide))
    *(NAME(doubles) *)(vector + c) = DOUBLES_AT(vector + c) - factor * AS_DOUBLES_AT(row + c);
  for (; c < count; c++) vector[c] -= factor * row[c];
}

#undef DOUBLES_AT
#undef AS_DOUBLES_AT
