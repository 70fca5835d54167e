package handgrad.kernel.matmul;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.blas.OpenBlas;
import handgrad.kernel.Allocation;
import handgrad.kernel.route.Form;
import handgrad.kernel.route.Route;
import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.VectorSupport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every implementation of the matrix product, against float64. */
class MatrixProductTest {
    private static final int[] SIZES = {1, 2, 7, 9, 15, 16, 17, 31, 33, 45, 64, 100, 207};
    private static final float PADDING = -77f;

    private final int threadsBefore = Parallel.threads();

    @AfterEach
    void restoreThreads() {
        Parallel.setThreads(threadsBefore);
    }

    interface Multiplication {
        void run(Product product, float[] a, float[] b, float[] c);
    }

    record Implementation(String name, Multiplication multiplication) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Implementation> implementations() {
        var all = new ArrayList<>(javaImplementations());
        all.add(new Implementation("routed", MatrixProduct::multiply));
        all.add(routed("routed to Java", Route.JAVA));
        if (OpenBlas.isAvailable()) {
            all.add(routed("routed to OpenBLAS", Route.OPENBLAS));
            all.add(new Implementation("OpenBLAS", MatrixProductTest::multiplyByOpenBlas));
        }
        return all;
    }

    private static Implementation routed(String name, Route route) {
        return new Implementation(name, (product, a, b, c) -> MatrixProduct.multiply(route, product, a, b, c));
    }

    /** One call. */
    private static void multiplyByOpenBlas(Product p, float[] a, float[] b, float[] c) {
        boolean transposeA = p.form.transposesA();
        boolean transposeB = p.form.transposesB();
        float beta = p.accumulate ? 1 : 0;
        int lda = Math.max(1, p.lda);
        int ldb = Math.max(1, p.ldb);
        int ldc = Math.max(1, p.ldc);
        OpenBlas.sgemm(
                transposeA,
                transposeB,
                p.m,
                p.n,
                p.k,
                1,
                a,
                p.aOffset,
                lda,
                b,
                p.bOffset,
                ldb,
                beta,
                c,
                p.cOffset,
                ldc);
    }

    static List<Implementation> javaImplementations() {
        var scalar = new Implementation("scalar", ScalarMatmul::multiply);
        return VectorSupport.ENABLED
                ? List.of(scalar, new Implementation("vector", VectorMatmul::multiply))
                : List.of(scalar);
    }

    /** What a product is compared with: the sums in float64, and those of the magnitudes. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Exact(double[] sums, double[] magnitudes) {}

    private record Name(Form form, int m, int n, int k, int slack, boolean accumulate) {}

    /** Every implementation is held against the same sums. */
    private static final Map<Name, Exact> EXACT = new HashMap<>();

    @AfterAll
    static void forget() {
        EXACT.clear();
    }

    /** A product with operands in the middle of larger arrays, and its exact result in float64. */
    private static final class Problem {
        final Form form;
        final int m;
        final int n;
        final int k;
        final int aOffset = 3;
        final int bOffset = 5;
        final int cOffset = 7;
        final int lda;
        final int ldb;
        final int ldc;
        final int slack;
        final float[] a;
        final float[] b;
        final float[] c;

        Problem(Form form, int m, int n, int k, int slack) {
            this.form = form;
            this.m = m;
            this.n = n;
            this.k = k;
            this.slack = slack;
            lda = Math.max(1, (form.transposesA() ? m : k) + slack);
            ldb = Math.max(1, (form.transposesB() ? k : n) + slack);
            ldc = n + slack;
            var random = new SplittableRandom(31L * m + 7L * n + k);
            a = randoms(random, aOffset + (form.transposesA() ? k : m) * lda);
            b = randoms(random, bOffset + (form.transposesB() ? n : k) * ldb);
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

        /** The product with the matrices where they lie. */
        Product layout(boolean accumulate) {
            return Product.ofThread(form, m, n, k)
                    .a(aOffset, lda)
                    .b(bOffset, ldb)
                    .c(cOffset, ldc)
                    .accumulate(accumulate);
        }

        float[] product(Multiplication multiplication, boolean accumulate) {
            return product(multiplication, accumulate, c);
        }

        float[] product(Multiplication multiplication, boolean accumulate, float[] start) {
            float[] result = start.clone();
            multiplication.run(layout(accumulate), a, b, result);
            return result;
        }

        /** The same product, done in blocks of so many rows. */
        float[] productByRows(Multiplication multiplication, boolean accumulate, int blockRows) {
            float[] result = c.clone();
            for (int i = 0; i < m; i += blockRows) {
                var rows = Product.ofThread(form, Math.min(blockRows, m - i), n, k)
                        .a(aOffset + i * (form.transposesA() ? 1 : lda), lda)
                        .b(bOffset, ldb)
                        .c(cOffset + i * ldc, ldc)
                        .accumulate(accumulate);
                multiplication.run(rows, a, b, result);
            }
            return result;
        }

        /** The rounding error of any order of summation stays under 4 √k 2^-24 times the sum of the magnitudes. */
        void assertClose(float[] actual, boolean accumulate) {
            var expected = EXACT.computeIfAbsent(new Name(form, m, n, k, slack, accumulate), _ -> exact(accumulate));
            for (int index = 0; index < c.length; index++) {
                if (!insideC(index)) {
                    if (actual[index] != PADDING) {
                        assertThat(actual[index]).as("padding at %d", index).isEqualTo(PADDING);
                    }
                    continue;
                }
                double bound = 4 * Math.sqrt(k + 1) * 0x1p-24 * expected.magnitudes[index];
                if (!(Math.abs(actual[index] - expected.sums[index]) <= bound)) {
                    int i = (index - cOffset) / ldc;
                    int j = (index - cOffset) % ldc;
                    assertThat((double) actual[index])
                            .as("C[%d, %d] of %dx%dx%d %s", i, j, m, n, k, form)
                            .isEqualTo(expected.sums[index]);
                }
            }
        }

        private Exact exact(boolean accumulate) {
            double[] sums = new double[c.length];
            double[] magnitudes = new double[c.length];
            for (int index = 0; index < c.length; index++) {
                if (!insideC(index)) {
                    continue;
                }
                int i = (index - cOffset) / ldc;
                int j = (index - cOffset) % ldc;
                double exact = accumulate ? c[index] : 0;
                double magnitude = Math.abs(exact);
                for (int p = 0; p < k; p++) {
                    double left = a[aOffset + (form.transposesA() ? p * lda + i : i * lda + p)];
                    double right = b[bOffset + (form.transposesB() ? j * ldb + p : p * ldb + j)];
                    exact += left * right;
                    magnitude += Math.abs(left * right);
                }
                sums[index] = exact;
                magnitudes[index] = magnitude;
            }
            return new Exact(sums, magnitudes);
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
        for (var form : Form.values()) {
            for (int i = 0; i < SIZES.length; i++) {
                for (int j = 0; j < SIZES.length; j++) {
                    // Each pair of m and n with one k, so that all pairs of sizes occur in each place.
                    int k = SIZES[(i + j) % SIZES.length];
                    var problem = new Problem(form, SIZES[i], SIZES[j], k, 3);
                    problem.assertClose(problem.product(implementation.multiplication(), false), false);
                }
            }
        }
    }

    /**
     * Sizes on both sides of the Java kernel's blocks, 256 of k, 2048 columns, 64 rows, and of its choices between
     * tiles; and of the calls of OpenBLAS, which are of a million multiply-adds where 16 rows are not more.
     */
    @ParameterizedTest
    @MethodSource("implementations")
    void isCloseToFloat64AroundTheBlocks(Implementation implementation) {
        for (var form : Form.values()) {
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
                var problem = new Problem(form, size[0], size[1], size[2], 3);
                for (boolean accumulate : new boolean[] {false, true}) {
                    problem.assertClose(problem.product(implementation.multiplication(), accumulate), accumulate);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void readsNothingBehindTheArrays(Implementation implementation) {
        for (var form : Form.values()) {
            for (int size : SIZES) {
                var problem = new Problem(form, size, size, size, 0);
                problem.assertClose(problem.product(implementation.multiplication(), false), false);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void addsToCOrOverwritesIt(Implementation implementation) {
        for (boolean accumulate : new boolean[] {false, true}) {
            for (var form : Form.values()) {
                var problem = new Problem(form, 33, 45, 17, 1);
                problem.assertClose(problem.product(implementation.multiplication(), accumulate), accumulate);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void overwritesNan(Implementation implementation) {
        for (int k : new int[] {0, 1, 33, 257}) {
            for (int n : new int[] {7, 32, 45, 130}) {
                var problem = new Problem(Form.NN, 9, n, k, 0);
                float[] start = problem.c.clone();
                Arrays.fill(start, problem.cOffset, start.length, Float.NaN);
                problem.assertClose(problem.product(implementation.multiplication(), false, start), false);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void keepsCWhenThereIsNothingToAdd(Implementation implementation) {
        var problem = new Problem(Form.NN, 9, 45, 0, 2);
        problem.assertClose(problem.product(implementation.multiplication(), true), true);
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void doesNothingToAnEmptyMatrix(Implementation implementation) {
        for (var problem : List.of(new Problem(Form.NN, 0, 4, 3, 1), new Problem(Form.NN, 4, 0, 3, 1))) {
            assertThat(problem.product(implementation.multiplication(), false)).containsExactly(problem.c);
        }
    }

    @Test
    void takesEmptyMatricesWhoseLeadingDimensionIsZero() {
        float[] empty = {};
        float[] c = {Float.NaN, Float.NaN};
        MatrixProduct.multiply(Product.ofThread(Form.NN, 1, 2, 0), empty, empty, c);
        assertThat(c).containsExactly(0f, 0f);
        MatrixProduct.multiply(Product.ofThread(Form.TN, 0, 2, 1), empty, c, empty);
        MatrixProduct.multiply(Product.ofThread(Form.NN, 2, 0, 1), c, empty, empty);
        assertThat(c).containsExactly(0f, 0f);
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void passesNanAndInfinityOn(Implementation implementation) {
        for (var form : Form.values()) {
            var problem = new Problem(form, 9, 45, 17, 0);
            Arrays.fill(problem.b, 0f);
            problem.a[problem.aOffset] = Float.NaN;
            problem.a[problem.aOffset + (form.transposesA() ? 1 : problem.lda)] = Float.POSITIVE_INFINITY;
            float[] result = problem.product(implementation.multiplication(), false);
            for (int j = 0; j < problem.n; j++) {
                assertThat(result[problem.cOffset + j]).as("NaN times 0").isNaN();
                assertThat(result[problem.cOffset + problem.ldc + j])
                        .as("infinity times 0")
                        .isNaN();
                assertThat(result[problem.cOffset + 2 * problem.ldc + j]).isZero();
            }
        }
    }

    private static void requireBits(float[] actual, float[] expected) {
        assertThat(Arrays.mismatch(actual, expected))
                .as("first element that differs")
                .isEqualTo(-1);
    }

    @ParameterizedTest
    @MethodSource("javaImplementations")
    void givesTheSameBitsHoweverRowsAreSplit(Implementation implementation) {
        for (var form : Form.values()) {
            var problem = new Problem(form, 100, 45, 33, 3);
            for (boolean accumulate : new boolean[] {false, true}) {
                float[] whole = problem.product(implementation.multiplication(), accumulate);
                for (int rows : new int[] {1, 5, 6, 7, 64, 99}) {
                    requireBits(problem.productByRows(implementation.multiplication(), accumulate, rows), whole);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("javaImplementations")
    void givesTheBitsOfThePlainLoops(Implementation implementation) {
        for (var form : Form.values()) {
            for (int n : SIZES) {
                for (int k : new int[] {5, 64, 300}) {
                    for (int m : new int[] {3, 15}) {
                        var problem = new Problem(form, m, n, k, 3);
                        for (boolean accumulate : new boolean[] {false, true}) {
                            requireBits(
                                    problem.product(implementation.multiplication(), accumulate),
                                    problem.product(ScalarMatmul::multiply, accumulate));
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
                new Problem(Form.TN, 530, 60, 260, 3),
                new Problem(Form.TN, 600, 8, 513, 0),
                new Problem(Form.NT, 8, 207, 300, 3),
                new Problem(Form.NT, 33, 130, 129, 0))) {
            for (boolean accumulate : new boolean[] {false, true}) {
                assertThat(TransposedProduct.pays(problem.layout(accumulate)))
                        .isEqualTo(VectorSupport.BITS == 256 && (problem.form == Form.TN || !accumulate));
                requireBits(
                        problem.product(implementation.multiplication(), accumulate),
                        problem.product(ScalarMatmul::multiply, accumulate));
            }
        }
    }

    @Test
    void givesTheSameBitsWithAnyNumberOfThreads() {
        // Blocks of rows, and of columns.
        for (int[] size : new int[][] {{250, 150}, {50, 1100}}) {
            for (var form : Form.values()) {
                for (boolean accumulate : new boolean[] {false, true}) {
                    var problem = new Problem(form, size[0], size[1], 300, 3);
                    Parallel.setThreads(1);
                    float[] alone = problem.product(MatrixProduct::multiply, accumulate);
                    problem.assertClose(alone, accumulate);
                    for (int threads : new int[] {2, 3, 8}) {
                        Parallel.setThreads(threads);
                        float[] together = problem.product(MatrixProduct::multiply, accumulate);
                        assertThat(Arrays.mismatch(together, alone))
                                .as("first element that differs with %d threads", threads)
                                .isEqualTo(-1);
                    }
                }
            }
        }
    }

    /**
     * Of different products at the same time, some inside a block of the pool, none may change the layout of another.
     */
    @Test
    void multipliesInManyThreadsAtOnce() {
        Parallel.setThreads(4);
        var problems = new ArrayList<Problem>();
        for (var form : Form.values()) {
            problems.add(new Problem(form, 70, 33, 300, 3));
            problems.add(new Problem(form, 250, 150, 300, 0));
        }
        var alone = problems.stream()
                .map(problem -> problem.product(MatrixProduct::multiply, true))
                .toList();
        var together = new float[4 * problems.size()][];
        Parallel.blocks(
                together.length,
                block ->
                        together[block] = problems.get(block % problems.size()).product(MatrixProduct::multiply, true));
        for (int block = 0; block < together.length; block++) {
            assertThat(Arrays.mismatch(together[block], alone.get(block % problems.size())))
                    .as("first element that differs in block %d", block)
                    .isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @Tag("allocation")
    @MethodSource("javaImplementations")
    void allocatesNothing(Implementation implementation) {
        // A narrow product, and one whose A is packed, both less than two blocks of rows.
        for (var problem : List.of(new Problem(Form.NT, 15, 33, 17, 3), new Problem(Form.NN, 15, 140, 17, 3))) {
            float[] c = problem.c.clone();
            assertThat(Allocation.leastBytes(
                            () -> implementation.multiplication().run(problem.layout(true), problem.a, problem.b, c)))
                    .isZero();
        }
    }

    @Test
    void multipliesInFloat64() {
        // (1 2 3; 4 5 6) (1 0; 2 1; 3 2) = (14 8; 32 17), in every form.
        double[] a = {1, 2, 3, 4, 5, 6};
        double[] aTransposed = {1, 4, 2, 5, 3, 6};
        double[] b = {1, 0, 2, 1, 3, 2};
        double[] bTransposed = {1, 2, 3, 0, 1, 2};
        for (var form : Form.values()) {
            double[] c = {Double.NaN, Double.NaN, -7, Double.NaN, Double.NaN, -7};
            double[] left = form.transposesA() ? aTransposed : a;
            double[] right = form.transposesB() ? bTransposed : b;
            MatrixProduct.multiply(Product.ofThread(form, 2, 2, 3).c(0, 3), left, right, c);
            assertThat(c).containsExactly(14, 8, -7, 32, 17, -7);
            var added = Product.ofThread(form, 2, 2, 3).c(0, 3).accumulate(true);
            MatrixProduct.multiply(added, left, right, c);
            assertThat(c).containsExactly(28, 16, -7, 64, 34, -7);
        }
    }
}
