#include "CKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* The kernels for one instruction set. */
typedef struct {
  float (*values)(const float *, const int16_t *, long, const float *, const float *, float *);
  uint32_t (*states)(const float *, const int16_t *, const int16_t *, long, const int16_t *, const float *, long,
                     const float *, const float *, float *);
  uint64_t (*columns)(const float *, const float *, float);
  void (*lines)(const int16_t *const *, long, long, int16_t *);
  void (*quantize)(const float *, const float *, float, long, int16_t *);
  void (*round)(const float *, float, uint32_t, long, int16_t *);
  void (*packed)(const int16_t *, long, const int16_t *, long, long, long, float *, long);
  int32_t (*dot_bytes)(const int8_t *, const int8_t *, long);
  int32_t (*dot_words)(const int16_t *, const int8_t *, long);
  double (*mixed_dot)(const float *, const double *, long);
  void (*mixed_subtract)(const float *, double, long, double *);
} kernel_set;

#define NAME(x) baseline_##x
#define TARGET
#define LANES 4
#define WIDE 4
#define TILE_ROWS 2
#define TILE_GROUPS 1
#if defined(__x86_64__)
#define MULTIPLY_PAIRS(a, b) _mm_madd_epi16((__m128i)(a), (__m128i)(b))
#else
#define MULTIPLY_PAIRS(a, b) ((((a) << 16) >> 16) * (((b) << 16) >> 16) + ((a) >> 16) * ((b) >> 16))
#endif
#include "instruction_set.h"

#if defined(__x86_64__)
#define NAME(x) avx2_##x
#define TARGET __attribute__((target("avx2,fma")))
#define LANES 8
#define WIDE 4
#define TILE_ROWS 4
#define TILE_GROUPS 1
#define MULTIPLY_PAIRS(a, b) _mm256_madd_epi16((__m256i)(a), (__m256i)(b))
#include "instruction_set.h"

#define NAME(x) avx512_##x
#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma")))
#define LANES 16
#define WIDE 4
#define TILE_ROWS 8
#define TILE_GROUPS 3
#define MULTIPLY_PAIRS(a, b) _mm512_madd_epi16((__m512i)(a), (__m512i)(b))
#include "instruction_set.h"

#define NAME(x) vnni_##x
#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma")))
#define LANES 16
#define WIDE 4
#define TILE_ROWS 8
#define TILE_GROUPS 3
#define MULTIPLY_PAIRS(a, b) _mm512_madd_epi16((__m512i)(a), (__m512i)(b))
#define ADD_PAIRS(sum, a, b) ((NAME(ints))_mm512_dpwssd_epi32((__m512i)(sum), (__m512i)(a), (__m512i)(b)))
#include "instruction_set.h"

int kernels_have_avx512(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

static const kernel_set *const sets[] = {&baseline_kernels, &avx2_kernels, &avx512_kernels, &vnni_kernels};

int kernels_set_count(void) {
  if (kernels_have_avx512()) return __builtin_cpu_supports("avx512vnni") ? 4 : 3;
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 2 : 1;
}
#else
int kernels_have_avx512(void) { return 0; }

static const kernel_set *const sets[] = {&baseline_kernels};

int kernels_set_count(void) { return 1; }
#endif

static const kernel_set *chosen;

void kernels_choose(int set) { __atomic_store_n(&chosen, sets[set], __ATOMIC_RELAXED); }

static const kernel_set *kernels(void) {
  /* Threads that race here choose the same. */
  const kernel_set *result = __atomic_load_n(&chosen, __ATOMIC_RELAXED);
  if (result) return result;
  kernels_choose(kernels_set_count() - 1);
  return kernels();
}

float kernels_panel_values(const float *base, const int16_t *rows, long lines, const float *factors,
                           const float *weights, float *values) {
  return kernels()->values(base, rows, lines, factors, weights, values);
}

uint32_t kernels_panel_states(const float *base, const int16_t *rows, const int16_t *next, long lines,
                              const int16_t *factors, const float *scales, long states, const float *weights,
                              const float *bounds, float *last) {
  return kernels()->states(base, rows, next, lines, factors, scales, states, weights, bounds, last);
}

uint64_t kernels_panel_columns(const float *values, const float *weights, float threshold) {
  return kernels()->columns(values, weights, threshold);
}

void kernels_panel_lines(const int16_t *const *rows, long count, long start, int16_t *lines) {
  kernels()->lines(rows, count, start, lines);
}

void kernels_panel_gather(const int16_t *row, const int32_t *indices, long count, int16_t *target, long panel_size) {
  /* How far ahead memory is asked for. */
  enum { AHEAD = 48 };
  for (long c = 0; c < count && c < AHEAD; c++) __builtin_prefetch(row + indices[c], 0, 2);
  for (long first = 0; first < count; first += KERNELS_PANEL_WIDTH, target += panel_size) {
    const long rest = count - first, width = rest < KERNELS_PANEL_WIDTH ? rest : KERNELS_PANEL_WIDTH;
    for (long c = 0; c < width; c++) {
      if (c + AHEAD < rest) __builtin_prefetch(row + indices[first + c + AHEAD], 0, 2);
      target[2 * c] = row[indices[first + c]];
    }
  }
}

void kernels_quantize(const float *source, const float *scales, float scale, long count, int16_t *target) {
  kernels()->quantize(source, scales, scale, count, target);
}

void kernels_round(const float *source, float scale, uint32_t number, long count, int16_t *target) {
  kernels()->round(source, scale, number, count, target);
}

void kernels_packed_products(const int16_t *left, long left_groups, const int16_t *right, long right_groups,
                             long chunks, long pairs, float *products, long stride) {
  kernels()->packed(left, left_groups, right, right_groups, chunks, pairs, products, stride);
}

int32_t kernels_dot_bytes(const int8_t *left, const int8_t *right, long count) {
  return kernels()->dot_bytes(left, right, count);
}

int32_t kernels_dot_words(const int16_t *left, const int8_t *right, long count) {
  return kernels()->dot_words(left, right, count);
}

double kernels_mixed_dot(const float *left, const double *right, long count) {
  return kernels()->mixed_dot(left, right, count);
}

void kernels_mixed_subtract(const float *row, double factor, long count, double *vector) {
  kernels()->mixed_subtract(row, factor, count, vector);
}
