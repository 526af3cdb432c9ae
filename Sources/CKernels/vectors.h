/* Vectors of an instruction set, for the kernels. */

typedef float NAME(floats) __attribute__((vector_size(LANES * 4), aligned(4)));
typedef int32_t NAME(ints) __attribute__((vector_size(LANES * 4), aligned(4)));
typedef uint32_t NAME(bits) __attribute__((vector_size(LANES * 4)));
typedef int16_t NAME(shorts) __attribute__((vector_size(LANES * 2), aligned(2)));
typedef int16_t NAME(pairs) __attribute__((vector_size(LANES * 4)));
typedef int8_t NAME(bytes) __attribute__((vector_size(LANES * 2), aligned(1)));
typedef _Bool NAME(flags) __attribute__((ext_vector_type(LANES)));

#define FLOATS_AT(pointer) (*(const NAME(floats) *)(pointer))
#define WIDENED_AT(pointer) \
  ((NAME(ints))__builtin_convertvector(*(const NAME(bytes) *)(pointer), NAME(pairs)))
#define PAIRS_AT(pointer) (*(const NAME(ints) *)(pointer))
/* Scores as integers: floats that are not negative are in the order of their bits. */
#define SCORES(values, weights) \
  ((NAME(ints))((NAME(floats))((NAME(ints))(values) & 0x7FFFFFFF) * (weights)))
