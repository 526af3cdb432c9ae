/* OpenBLAS as Debian ships it. CBLAS imports into Swift as it is; LAPACKE is not built there, so the
   few Fortran entry points that graft uses are declared here. */
#pragma once
#include <cblas.h>
#include <stddef.h>

/* Cholesky factorisation and solution of a symmetric positive definite system (LAPACK). */
void dposv_(const char *uplo, const blasint *n, const blasint *nrhs, double *a, const blasint *lda,
            double *b, const blasint *ldb, blasint *info, size_t uplo_length);

/* Singular value decomposition by divide and conquer (LAPACK). */
void dgesdd_(const char *jobz, const blasint *m, const blasint *n, double *a, const blasint *lda,
             double *s, double *u, const blasint *ldu, double *vt, const blasint *ldvt, double *work,
             const blasint *lwork, blasint *iwork, blasint *info, size_t jobz_length);
