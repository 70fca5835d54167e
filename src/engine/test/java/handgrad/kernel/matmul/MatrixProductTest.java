package handgrad.kernel.matmul;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.blas.OpenBlas;
import handgrad.kernel.Allocation;
import handgrad.kernel.route.Route;
import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.VectorSupport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every implementation of the matrix product, against float64. */
class MatrixProductTest {
    private static final int[] SIZES = {1, 2, 7, 9, 15, 16, 17, 31, 33, 45, 64, 100, 207};
    private static final float PADDING = -77f;

    private final int threadsBefore = Parallel.threads();

    @AfterEach
    void restoreThreads() {
        Parallel.setThreads(threadsBefore);
    }

    interface Sgemm {
        void run(
                boolean transposeA,
                boolean transposeB,
                int m,
                int n,
                int k,
                float alpha,
                float[] a,
                int aOffset,
                int lda,
                float[] b,
                int bOffset,
                int ldb,
                float beta,
                float[] c,
                int cOffset,
                int ldc);
    }

    record Implementation(String name, Sgemm sgemm) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Implementation> implementations() {
        var all = new ArrayList<>(javaImplementations());
        all.add(new Implementation("routed", MatrixProduct::sgemm));
        all.add(routed("routed to Java", Route.JAVA));
        if (OpenBlas.isAvailable()) {
            all.add(routed("routed to OpenBLAS", Route.OPENBLAS));
            all.add(new Implementation("OpenBLAS", OpenBlas::sgemm));
        }
        return all;
    }

    private static Implementation routed(String name, Route route) {
        return new Implementation(
                name,
                (transposeA, transposeB, m, n, k, alpha, a, aOffset, lda, b, bOffset, ldb, beta, c, cOffset, ldc) ->
                        MatrixProduct.sgemm(
                                route,
                                transposeA,
                                transposeB,
                                m,
                                n,
                                k,
                                alpha,
                                a,
                                aOffset,
                                lda,
                                b,
                                bOffset,
                                ldb,
                                beta,
                                c,
                                cOffset,
                                ldc));
    }

    static List<Implementation> javaImplementations() {
        var scalar = new Implementation("scalar", ScalarMatmul::sgemm);
        return VectorSupport.ENABLED
                ? List.of(scalar, new Implementation("vector", VectorMatmul::sgemm))
                : List.of(scalar);
    }

    /** A product with operands in the middle of larger arrays, and its exact result in float64. */
    private static final class Problem {
        final boolean transposeA;
        final boolean transposeB;
        final int m;
        final int n;
        final int k;
        final int aOffset = 3;
        final int bOffset = 5;
        final int cOffset = 7;
        final int lda;
        final int ldb;
        final int ldc;
        final float[] a;
        final float[] b;
        final float[] c;

        Problem(boolean transposeA, boolean transposeB, int m, int n, int k, int slack) {
            this.transposeA = transposeA;
            this.transposeB = transposeB;
            this.m = m;
            this.n = n;
            this.k = k;
            lda = Math.max(1, (transposeA ? m : k) + slack);
            ldb = Math.max(1, (transposeB ? k : n) + slack);
            ldc = n + slack;
            var random = new SplittableRandom(31L * m + 7L * n + k);
            a = randoms(random, aOffset + (transposeA ? k : m) * lda);
            b = randoms(random, bOffset + (transposeB ? n : k) * ldb);
            c = randoms(random, cOffset + m * ldc);
            for (int index = 0; index < c.length; index++) {
                if (!insideC(index)) {
                    c[index] = PADDING;
                }
            }
        }

        boolean insideC(int index) {
            return index >= cOffset && (index - cOffset) % ldc < n;
        }

        float[] product(Sgemm sgemm, float alpha, float beta) {
            return product(sgemm, alpha, beta, c);
        }

        float[] product(Sgemm sgemm, float alpha, float beta, float[] start) {
            float[] result = start.clone();
            sgemm.run(
                    transposeA,
                    transposeB,
                    m,
                    n,
                    k,
                    alpha,
                    a,
                    aOffset,
                    lda,
                    b,
                    bOffset,
                    ldb,
                    beta,
                    result,
                    cOffset,
                    ldc);
            return result;
        }

        /** The same product, done in blocks of so many rows. */
        float[] productByRows(Sgemm sgemm, float alpha, float beta, int blockRows) {
            float[] result = c.clone();
            for (int i = 0; i < m; i += blockRows) {
                int ai = aOffset + i * (transposeA ? 1 : lda);
                int rows = Math.min(blockRows, m - i);
                sgemm.run(
                        transposeA,
                        transposeB,
                        rows,
                        n,
                        k,
                        alpha,
                        a,
                        ai,
                        lda,
                        b,
                        bOffset,
                        ldb,
                        beta,
                        result,
                        cOffset + i * ldc,
                        ldc);
            }
            return result;
        }

        /** The rounding error of any order of summation stays under 4 √k 2^-24 times the sum of the magnitudes. */
        void assertClose(float[] actual, float alpha, float beta) {
            for (int index = 0; index < c.length; index++) {
                if (!insideC(index)) {
                    assertThat(actual[index]).as("padding at %d", index).isEqualTo(PADDING);
                    continue;
                }
                int i = (index - cOffset) / ldc;
                int j = (index - cOffset) % ldc;
                double exact = beta == 0 ? 0 : (double) beta * c[index];
                double magnitude = Math.abs(exact);
                for (int p = 0; p < k; p++) {
                    double left = a[aOffset + (transposeA ? p * lda + i : i * lda + p)];
                    double right = b[bOffset + (transposeB ? j * ldb + p : p * ldb + j)];
                    exact += alpha * left * right;
                    magnitude += Math.abs(alpha * left * right);
                }
                double bound = 4 * Math.sqrt(k + 1) * 0x1p-24 * magnitude;
                if (!(Math.abs(actual[index] - exact) <= bound)) {
                    assertThat((double) actual[index])
                            .as("C[%d, %d] of %dx%dx%d %b %b", i, j, m, n, k, transposeA, transposeB)
                            .isEqualTo(exact);
                }
            }
        }

        private static float[] randoms(SplittableRandom random, int length) {
            float[] values = new float[length];
            for (int i = 0; i < length; i++) {
                values[i] = random.nextFloat(-1f, 1f);
            }
            return values;
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void isCloseToFloat64ForEveryShapeAndForm(Implementation implementation) {
        for (int form = 0; form < 4; form++) {
            for (int i = 0; i < SIZES.length; i++) {
                for (int j = 0; j < SIZES.length; j++) {
                    // Each pair of m and n with one k, so that all pairs of sizes occur in each place.
                    int k = SIZES[(i + j) % SIZES.length];
                    var problem = new Problem(form % 2 == 1, form > 1, SIZES[i], SIZES[j], k, 3);
                    problem.assertClose(problem.product(implementation.sgemm(), 1f, 0f), 1f, 0f);
                }
            }
        }
    }

    /**
     * Sizes on both sides of the Java kernel's blocks, 256 of k, 2048 columns, 64 rows, and of its choices between tiles; and of
     * the calls of OpenBLAS, which are of a million multiply-adds where 16 rows are not more.
     */
    @ParameterizedTest
    @MethodSource("implementations")
    void isCloseToFloat64AroundTheBlocks(Implementation implementation) {
        for (int form = 0; form < 4; form++) {
            for (int[] size : new int[][] {
                {63, 31, 255},
                {64, 33, 256},
                {65, 127, 257},
                {7, 128, 513},
                {8, 129, 3},
                {5, 2079, 9},
                {71, 2081, 2},
                {70, 40, 64},
                {100, 100, 100},
                {130, 90, 101},
                {17, 260, 241},
                {25, 48, 32},
                {26, 47, 31},
                {530, 60, 260}
            }) {
                var problem = new Problem(form % 2 == 1, form > 1, size[0], size[1], size[2], 3);
                for (float beta : new float[] {0f, 1f}) {
                    problem.assertClose(problem.product(implementation.sgemm(), 1f, beta), 1f, beta);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void readsNothingBehindTheArrays(Implementation implementation) {
        for (int form = 0; form < 4; form++) {
            for (int size : SIZES) {
                var problem = new Problem(form % 2 == 1, form > 1, size, size, size, 0);
                problem.assertClose(problem.product(implementation.sgemm(), 1f, 0f), 1f, 0f);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void scalesByAlphaAndBeta(Implementation implementation) {
        for (float alpha : new float[] {0f, 1f, -0.5f}) {
            for (float beta : new float[] {0f, 1f, 0.3f}) {
                for (int form = 0; form < 4; form++) {
                    var problem = new Problem(form % 2 == 1, form > 1, 33, 45, 17, 1);
                    problem.assertClose(problem.product(implementation.sgemm(), alpha, beta), alpha, beta);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void overwritesNanWhenBetaIsZero(Implementation implementation) {
        for (int k : new int[] {0, 1, 33, 257}) {
            for (int n : new int[] {7, 32, 45, 130}) {
                var problem = new Problem(false, false, 9, n, k, 0);
                float[] start = problem.c.clone();
                Arrays.fill(start, problem.cOffset, start.length, Float.NaN);
                problem.assertClose(problem.product(implementation.sgemm(), 1f, 0f, start), 1f, 0f);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void scalesCWhenThereIsNothingToSum(Implementation implementation) {
        var problem = new Problem(false, false, 9, 45, 0, 2);
        problem.assertClose(problem.product(implementation.sgemm(), 1f, 0.3f), 1f, 0.3f);
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void doesNothingToAnEmptyMatrix(Implementation implementation) {
        for (var problem : List.of(new Problem(false, false, 0, 4, 3, 1), new Problem(false, false, 4, 0, 3, 1))) {
            assertThat(problem.product(implementation.sgemm(), 1f, 0f)).containsExactly(problem.c);
        }
    }

    @Test
    void takesEmptyMatricesWhoseLeadingDimensionIsZero() {
        float[] empty = {};
        float[] c = {Float.NaN, Float.NaN};
        MatrixProduct.sgemm(false, false, 1, 2, 0, 1f, empty, 0, 0, empty, 0, 2, 0f, c, 0, 2);
        assertThat(c).containsExactly(0f, 0f);
        MatrixProduct.sgemm(true, false, 0, 2, 1, 1f, empty, 0, 0, c, 0, 2, 0f, empty, 0, 2);
        MatrixProduct.sgemm(false, false, 2, 0, 1, 1f, c, 0, 1, empty, 0, 0, 0f, empty, 0, 0);
        assertThat(c).containsExactly(0f, 0f);
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void passesNanAndInfinityOn(Implementation implementation) {
        for (int form = 0; form < 4; form++) {
            var problem = new Problem(form % 2 == 1, form > 1, 9, 45, 17, 0);
            Arrays.fill(problem.b, 0f);
            problem.a[problem.aOffset] = Float.NaN;
            problem.a[problem.aOffset + (problem.transposeA ? 1 : problem.lda)] = Float.POSITIVE_INFINITY;
            float[] result = problem.product(implementation.sgemm(), 1f, 0f);
            for (int j = 0; j < problem.n; j++) {
                assertThat(result[problem.cOffset + j]).as("NaN times 0").isNaN();
                assertThat(result[problem.cOffset + problem.ldc + j])
                        .as("infinity times 0")
                        .isNaN();
                assertThat(result[problem.cOffset + 2 * problem.ldc + j]).isZero();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("javaImplementations")
    void givesTheSameBitsHoweverRowsAreSplit(Implementation implementation) {
        for (int form = 0; form < 4; form++) {
            var problem = new Problem(form % 2 == 1, form > 1, 100, 45, 33, 3);
            float[] whole = problem.product(implementation.sgemm(), 0.7f, 0.3f);
            for (int rows : new int[] {1, 5, 6, 7, 64, 99}) {
                assertThat(problem.productByRows(implementation.sgemm(), 0.7f, 0.3f, rows))
                        .containsExactly(whole);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("javaImplementations")
    void givesTheBitsOfThePlainLoops(Implementation implementation) {
        for (int form = 0; form < 4; form++) {
            for (int n : SIZES) {
                for (int k : new int[] {5, 64, 300}) {
                    for (int m : new int[] {3, 15}) {
                        var problem = new Problem(form % 2 == 1, form > 1, m, n, k, 3);
                        for (float alpha : new float[] {1f, 0.7f}) {
                            for (float beta : new float[] {0f, 1f, 0.3f}) {
                                assertThat(problem.product(implementation.sgemm(), alpha, beta))
                                        .containsExactly(problem.product(ScalarMatmul::sgemm, alpha, beta));
                            }
                        }
                    }
                }
            }
        }
    }

    /** Aᵀ B with long rows of A, and A Bᵀ with a large B. */
    @ParameterizedTest
    @MethodSource("javaImplementations")
    void givesTheBitsOfThePlainLoopsWhereTheTransposedProductIsFaster(Implementation implementation) {
        for (var problem : List.of(
                new Problem(true, false, 530, 60, 260, 3),
                new Problem(true, false, 600, 8, 513, 0),
                new Problem(false, true, 8, 207, 300, 3),
                new Problem(false, true, 33, 130, 129, 0))) {
            for (float beta : new float[] {0f, 1f, 0.3f}) {
                assertThat(TransposedProduct.pays(
                                problem.transposeA,
                                problem.transposeB,
                                problem.m,
                                problem.n,
                                problem.k,
                                1f,
                                problem.lda,
                                beta))
                        .isEqualTo(VectorSupport.BITS == 256 && (problem.transposeA || beta == 0f));
                assertThat(problem.product(implementation.sgemm(), 1f, beta))
                        .containsExactly(problem.product(ScalarMatmul::sgemm, 1f, beta));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 8})
    void givesTheSameBitsWithAnyNumberOfThreads(int threads) {
        for (int form = 0; form < 8; form++) {
            // Blocks of rows, and of columns.
            int m = form < 4 ? 250 : 50;
            int n = form < 4 ? 150 : 1100;
            var problem = new Problem(form % 2 == 1, form % 4 > 1, m, n, 300, 3);
            Parallel.setThreads(1);
            float[] alone = problem.product(MatrixProduct::sgemm, 0.7f, 0.3f);
            Parallel.setThreads(threads);
            assertThat(problem.product(MatrixProduct::sgemm, 0.7f, 0.3f)).containsExactly(alone);
            problem.assertClose(alone, 0.7f, 0.3f);
        }
    }

    @ParameterizedTest
    @MethodSource("javaImplementations")
    void allocatesNothing(Implementation implementation) {
        // A narrow product, and one whose A is packed, both less than two blocks of rows.
        for (var problem :
                List.of(new Problem(false, true, 15, 33, 17, 3), new Problem(false, false, 15, 140, 17, 3))) {
            float[] c = problem.c.clone();
            assertThat(Allocation.leastBytes(() -> implementation
                            .sgemm()
                            .run(
                                    false,
                                    problem.transposeB,
                                    problem.m,
                                    problem.n,
                                    problem.k,
                                    1f,
                                    problem.a,
                                    problem.aOffset,
                                    problem.lda,
                                    problem.b,
                                    problem.bOffset,
                                    problem.ldb,
                                    1f,
                                    c,
                                    problem.cOffset,
                                    problem.ldc)))
                    .isZero();
        }
    }

    @Test
    void multipliesInFloat64() {
        // (1 2 3; 4 5 6) (1 0; 2 1; 3 2) = (14 8; 32 17), in all four forms.
        double[] a = {1, 2, 3, 4, 5, 6};
        double[] aTransposed = {1, 4, 2, 5, 3, 6};
        double[] b = {1, 0, 2, 1, 3, 2};
        double[] bTransposed = {1, 2, 3, 0, 1, 2};
        for (int form = 0; form < 4; form++) {
            boolean transposeA = form % 2 == 1;
            boolean transposeB = form > 1;
            double[] c = {Double.NaN, Double.NaN, -7, Double.NaN, Double.NaN, -7};
            double[] left = transposeA ? aTransposed : a;
            double[] right = transposeB ? bTransposed : b;
            int lda = transposeA ? 2 : 3;
            int ldb = transposeB ? 3 : 2;
            MatrixProduct.dgemm(transposeA, transposeB, 2, 2, 3, 1, left, 0, lda, right, 0, ldb, 0, c, 0, 3);
            assertThat(c).containsExactly(14, 8, -7, 32, 17, -7);
            MatrixProduct.dgemm(transposeA, transposeB, 2, 2, 3, 2, left, 0, lda, right, 0, ldb, -1, c, 0, 3);
            assertThat(c).containsExactly(14, 8, -7, 32, 17, -7);
        }
    }
}
