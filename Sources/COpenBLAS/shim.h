/* OpenBLAS as Debian ships it. CBLAS imports into Swift as it is; LAPACKE is not built there, so the
   few Fortran entry points that graft uses are declared here when they are needed. */
#pragma once
#include <cblas.h>
