/* A small BLAS that calls itself OpenBLAS. The macros give it a version, a build and one fault. */

#ifndef CONFIG
#define CONFIG "OpenBLAS 0.3.31 STUB MAX_THREADS=2"
#endif
#ifndef THREADS
#define THREADS 1
#endif
#ifndef PARALLEL
#define PARALLEL 1
#endif

#ifndef NO_CONFIG
char *openblas_get_config(void) { return CONFIG; }
#endif
char *openblas_get_corename(void) { return "Stub"; }
int openblas_get_parallel(void) { return PARALLEL; }
int openblas_get_num_threads(void) { return THREADS; }
void openblas_set_num_threads(int threads) { (void)threads; }

#ifdef OVERLAP_IS_WRONG
#include <unistd.h>
static int inside;
#endif

#ifdef FLUSH_TO_ZERO
#include <xmmintrin.h>
#endif

#ifndef WRONG
#define WRONG(m, n, k) 0
#endif

#ifdef OVERLAP_IS_WRONG
#define ENTER int alone = __atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST) == 1; usleep(200);
#define LEAVE if (!alone) c[0] += 1; __atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST);
#elif defined(FLUSH_TO_ZERO)
#define ENTER _mm_setcsr(_mm_getcsr() | 0x8040);
#define LEAVE
#else
#define ENTER
#define LEAVE
#endif

#ifndef KEEPS_C
#define KEEPS_C 0
#endif
#ifndef WRITES_PAST
#define WRITES_PAST 0
#endif

#ifndef NO_SGEMM
void cblas_sgemm(int order, int ta, int tb, int m, int n, int k, float alpha, const float *a, int lda,
                 const float *b, int ldb, float beta, float *c, int ldc) {
    (void)order;
    ENTER
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) {
            double sum = 0;
            for (int p = 0; p < k; p++)
                sum += (double)(ta == 112 ? a[p * lda + i] : a[i * lda + p]) *
                       (double)(tb == 112 ? b[j * ldb + p] : b[p * ldb + j]);
            c[i * ldc + j] = (float)(alpha * sum + (KEEPS_C || beta != 0 ? beta * c[i * ldc + j] : 0));
        }
    if (WRONG(m, n, k)) c[(m - 1) * ldc + n - 1] += 0.001f;
    if (WRITES_PAST) c[m * ldc - 1] = 0;
    LEAVE
}
#endif
