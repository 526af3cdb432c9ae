/* hnswlib's header with its helpers renamed. They are ordinary functions, so that a program which uses hnswlib
   itself would have them twice. */
#pragma once
#if defined(__x86_64__)
#include <cpuid.h>
#include <x86intrin.h>
#endif

#define cpuid chnsw_cpuid
#define xgetbv chnsw_xgetbv
#define AVXCapable chnsw_AVXCapable
#include <hnswlib/hnswlib.h>
#undef cpuid
#undef xgetbv
#undef AVXCapable
