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
  int32_t (*dot_bytes)(const int8_t *, const int8_t *, long);
  int32_t (*dot_words)(const int16_t *, const int8_t *, long);
} kernel_set;

#define KERNEL_SET(prefix)                                                                              \
  {prefix##_panel_values, prefix##_panel_states, prefix##_panel_columns, prefix##_panel_lines, prefix##_quantize, \
   prefix##_dot_bytes,    prefix##_dot_words}

#define NAME(x) baseline_##x
#define TARGET
#define LANES 4
#define WIDE 4
#if defined(__x86_64__)
#define MULTIPLY_PAIRS(a, b) _mm_madd_epi16((__m128i)(a), (__m128i)(b))
#else
#define MULTIPLY_PAIRS(a, b) ((((a) << 16) >> 16) * (((b) << 16) >> 16) + ((a) >> 16) * ((b) >> 16))
#endif
#include "panel_kernels.h"
static const kernel_set baseline = KERNEL_SET(baseline);

#if defined(__x86_64__)
#define NAME(x) avx2_##x
#define TARGET __attribute__((target("avx2,fma")))
#define LANES 8
#define WIDE 4
#define MULTIPLY_PAIRS(a, b) _mm256_madd_epi16((__m256i)(a), (__m256i)(b))
#include "panel_kernels.h"
static const kernel_set avx2 = KERNEL_SET(avx2);

#define NAME(x) avx512_##x
#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma")))
#define LANES 16
#define WIDE 4
#define MULTIPLY_PAIRS(a, b) _mm512_madd_epi16((__m512i)(a), (__m512i)(b))
#include "panel_kernels.h"
static const kernel_set avx512 = KERNEL_SET(avx512);

int kernels_have_avx512(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

static const kernel_set *best_kernels(void) {
  if (kernels_have_avx512()) return &avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &avx2;
  return &baseline;
}
#else
int kernels_have_avx512(void) { return 0; }

static const kernel_set *best_kernels(void) { return &baseline; }
#endif

static const kernel_set *kernels(void) {
  /* Threads that race here store the same address. */
  static const kernel_set *chosen;
  const kernel_set *result = __atomic_load_n(&chosen, __ATOMIC_RELAXED);
  if (!result) {
    result = best_kernels();
    __atomic_store_n(&chosen, result, __ATOMIC_RELAXED);
  }
  return result;
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

int32_t kernels_dot_bytes(const int8_t *left, const int8_t *right, long count) {
  return kernels()->dot_bytes(left, right, count);
}

int32_t kernels_dot_words(const int16_t *left, const int8_t *right, long count) {
  return kernels()->dot_words(left, right, count);
}
