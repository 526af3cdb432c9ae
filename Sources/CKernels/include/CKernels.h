/* The few loops that Swift cannot spell: SIMD beyond the baseline instruction set, chosen when the
   program runs. Each has a scalar twin in Swift, which the tests hold it to.

   Most work on panels: some columns of a matrix of 16-bit integers. Rows 2p and 2p + 1 of a panel are
   stored as one line of KERNELS_PANEL_WIDTH pairs, an element of the even row before that of the odd one.
   Where the number of rows is odd, the last line's odd elements do not matter, but their factors are 0.

   Vectors over the columns of a panel have KERNELS_PANEL_WIDTH elements. None may hold a NaN. Pointers need
   the alignment of their elements only. */
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KERNELS_PANEL_WIDTH 64

/* The most states of one call. */
#define KERNELS_LARGEST_STATES 6

/* values = base - sum over j of factors[j] * row j, for 2 * lines rows, and returns the largest
   |values[c]| * weights[c]. */
float kernels_panel_values(const float *base, const int16_t *rows, long lines, const float *factors,
                           const float *weights, float *values);

/* The same for several states with integer factors: v[s] = base - scales[s] * (sum over j of
   factors[j of state s] * row j). The sums must stay within 32 bits in whatever order they are added.

   next     the rows of the panel that will be asked for next; only a hint
   factors  per line, per state, the factors of the even and the odd row
   states   1...KERNELS_LARGEST_STATES
   bounds   per state, positive
   last     receives v[states - 1]
   Returns the states with |v[s][c]| * weights[c] >= bounds[s] for a column c, state s as bit s. */
uint32_t kernels_panel_states(const float *base, const int16_t *rows, const int16_t *next, long lines,
                              const int16_t *factors, const float *scales, long states, const float *weights,
                              const float *bounds, float *last);

/* The columns with |values[c]| * weights[c] >= threshold, column c as bit c. */
uint64_t kernels_panel_columns(const float *values, const float *weights, float threshold);

/* The lines of a panel, one for every two of `count` rows, whose columns begin at `rows[j] + start`. */
void kernels_panel_lines(const int16_t *const *rows, long count, long start, int16_t *lines);

/* One row of several panels, `panel_size` elements from one to the next: in column c of panel p the element
   indices[p * KERNELS_PANEL_WIDTH + c] of a row in memory, which is read from afar and in no order. `target` is the
   row's element for the first column of the first panel. */
void kernels_panel_gather(const int16_t *row, const int32_t *indices, long count, int16_t *target, long panel_size);

/* target[c] = source[c] * scale * scales[c], rounded to the nearest integer and held within
   -32767...32767. */
void kernels_quantize(const float *source, const float *scales, float scale, long count, int16_t *target);

/* target[c] = the integer below source[c] * scale or the one above, at random: above with the probability that makes
   the mean right. Which it is depends on number + c alone. Both integers must be in -32768...32767. */
void kernels_round(const float *source, float scale, uint32_t number, long count, int16_t *target);

/* Vectors of 16-bit integers whose products with each other are wanted are packed, KERNELS_GROUP_SIZE of them in a
   group, and cut into chunks of some pairs of elements: chunk after chunk, pair after pair, of each vector in turn. */
#define KERNELS_GROUP_SIZE 16

/* The products of all vectors of some groups with all of others: element (i, j) of `products`, rows of which are
   `stride` elements apart, is that of vector i on the left with vector j on the right. A chunk's product must stay
   within 32 bits in whatever order it is added. */
void kernels_packed_products(const int16_t *left, long left_groups, const int16_t *right, long right_groups,
                             long chunks, long pairs, float *products, long stride);

/* The sum of left[c] * right[c]. It must stay within 32 bits in whatever order it is added; no element of
   left is -128. */
int32_t kernels_dot_bytes(const int8_t *left, const int8_t *right, long count);

/* The same for a vector of wider integers. */
int32_t kernels_dot_words(const int16_t *left, const int8_t *right, long count);

/* The sum of left[c] * right[c], in double precision. */
double kernels_mixed_dot(const float *left, const double *right, long count);

/* vector -= factor * row, in double precision. */
void kernels_mixed_subtract(const float *row, double factor, long count, double *vector);

/* The number of instruction sets that have kernels here and that the processor has, the plainest one first. The last
   one is used. */
int kernels_set_count(void);

/* Uses another one of them from now on: for tests, since all compute the same. */
void kernels_choose(int set);

/* Whether the processor and the system have AVX-512 as the kernels here and OpenBLAS's for Skylake use it. */
int kernels_have_avx512(void);

#ifdef __cplusplus
}
#endif
