package handgrad.kernel.matmul;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.kernel.Allocation;
import handgrad.kernel.route.Form;
import handgrad.kernel.route.RouteInUse;
import handgrad.kernel.runtime.Parallel;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Batches of products against single products in float64, and their bits at every number of threads. */
class BatchedProductTest {
    private final int threadsBefore = Parallel.threads();

    @AfterEach
    void restoreThreads() {
        Parallel.setThreads(threadsBefore);
    }

    /** A batch of two dimensions; an operand has each of them or repeats its matrix along it. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Problem(
            Form form, int m, int n, int k, int[] sizes, boolean[] hasA, boolean[] hasB, boolean[] hasC) {
        float[] drawn(int elements, boolean[] has, long seed) {
            float[] drawn = new float[count(has) * elements];
            var random = new SplittableRandom(seed);
            for (int i = 0; i < drawn.length; i++) {
                drawn[i] = (float) random.nextGaussian();
            }
            return drawn;
        }

        int count(boolean[] has) {
            return (has[0] ? sizes[0] : 1) * (has[1] ? sizes[1] : 1);
        }

        int matrix(int first, int second, boolean[] has) {
            return (has[0] ? first : 0) * (has[1] ? sizes[1] : 1) + (has[1] ? second : 0);
        }

        boolean accumulates() {
            return !hasC[0] || !hasC[1];
        }

        BatchedProduct batch() {
            var batch = BatchedProduct.ofThread(form, m, n, k, accumulates());
            batch.addDimension(sizes[1], hasA[1], hasB[1], hasC[1]);
            batch.addDimension(sizes[0], hasA[0], hasB[0], hasC[0]);
            return batch;
        }

        double[] expected(float[] a, float[] b, float[] c) {
            double[] out = new double[c.length];
            for (int i = 0; i < out.length && accumulates(); i++) {
                out[i] = c[i];
            }
            for (int first = 0; first < sizes[0]; first++) {
                for (int second = 0; second < sizes[1]; second++) {
                    int aAt = matrix(first, second, hasA) * m * k;
                    int bAt = matrix(first, second, hasB) * k * n;
                    int cAt = matrix(first, second, hasC) * m * n;
                    for (int i = 0; i < m; i++) {
                        for (int j = 0; j < n; j++) {
                            for (int p = 0; p < k; p++) {
                                out[cAt + i * n + j] += (double) a[aAt + (form.transposesA() ? p * m + i : i * k + p)]
                                        * b[bAt + (form.transposesB() ? j * k + p : p * n + j)];
                            }
                        }
                    }
                }
            }
            return out;
        }
    }

    /** Small products in one block and in many, few large ones, and sums along each dimension. */
    private static List<Problem> problems(Form form) {
        boolean[] all = {true, true};
        boolean[] first = {true, false};
        boolean[] second = {false, true};
        boolean[] none = {false, false};
        return List.of(
                new Problem(form, 3, 5, 7, new int[] {2, 3}, all, all, all),
                new Problem(form, 16, 16, 33, new int[] {8, 40}, all, all, all),
                new Problem(form, 17, 64, 40, new int[] {9, 30}, first, all, all),
                new Problem(form, 17, 9, 40, new int[] {20, 30}, all, second, all),
                new Problem(form, 140, 150, 160, new int[] {2, 2}, all, all, all),
                new Problem(form, 20, 30, 40, new int[] {70, 3}, all, all, first),
                new Problem(form, 20, 30, 40, new int[] {3, 70}, all, first, second),
                new Problem(form, 20, 30, 40, new int[] {3, 5}, all, all, none));
    }

    @ParameterizedTest
    @EnumSource
    void has_the_products_of_its_matrices(Form form) {
        for (var problem : problems(form)) {
            float[] a = problem.drawn(problem.m * problem.k, problem.hasA, 1);
            float[] b = problem.drawn(problem.k * problem.n, problem.hasB, 2);
            float[] c = problem.drawn(problem.m * problem.n, problem.hasC, 3);
            double[] expected = problem.expected(a, b, c);
            double[] wide = doubles(c);
            problem.batch().multiply(doubles(a), doubles(b), wide);
            assertThat(largestError(wide, expected)).as(problem.toString()).isLessThan(1e-10);
            problem.batch().multiply(a, b, c);
            assertThat(largestError(doubles(c), expected))
                    .as(problem.toString())
                    .isLessThan(1e-3);
        }
    }

    private static double largestError(double[] actual, double[] expected) {
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(actual[i] - expected[i]));
        }
        return largest;
    }

    private static double[] doubles(float[] x) {
        double[] doubles = new double[x.length];
        Arrays.setAll(doubles, i -> x[i]);
        return doubles;
    }

    @ParameterizedTest
    @EnumSource
    void has_the_same_bits_at_every_number_of_threads(Form form) {
        for (var problem : problems(form)) {
            float[] a = problem.drawn(problem.m * problem.k, problem.hasA, 1);
            float[] b = problem.drawn(problem.k * problem.n, problem.hasB, 2);
            float[] before = problem.drawn(problem.m * problem.n, problem.hasC, 3);
            Parallel.setThreads(1);
            float[] alone = before.clone();
            problem.batch().multiply(a, b, alone);
            for (int threads : new int[] {2, 3, 8}) {
                Parallel.setThreads(threads);
                float[] together = before.clone();
                problem.batch().multiply(a, b, together);
                assertThat(Arrays.mismatch(together, alone))
                        .as("first element that differs with %d threads, %s", threads, problem)
                        .isEqualTo(-1);
            }
        }
    }

    @ParameterizedTest
    @Tag("allocation")
    @EnumSource
    void allocates_nothing_for_one_block(Form form) {
        boolean[] all = {true, true};
        var problem = new Problem(form, 8, 16, 24, new int[] {2, 3}, all, new boolean[] {true, false}, all);
        float[] a = problem.drawn(problem.m * problem.k, problem.hasA, 1);
        float[] b = problem.drawn(problem.k * problem.n, problem.hasB, 2);
        float[] c = problem.drawn(problem.m * problem.n, problem.hasC, 3);
        double[] wideA = doubles(a);
        double[] wideB = doubles(b);
        double[] wideC = doubles(c);
        assertThat(Allocation.leastBytes(() -> problem.batch().multiply(wideA, wideB, wideC)))
                .isZero();
        // OpenBLAS may allocate views of the arrays.
        if (!RouteInUse.ROUTE.openBlas(form, problem.m, problem.n, problem.k)) {
            assertThat(Allocation.leastBytes(() -> problem.batch().multiply(a, b, c)))
                    .isZero();
        }
    }
}
