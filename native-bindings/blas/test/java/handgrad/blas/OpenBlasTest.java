package handgrad.blas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class OpenBlasTest {
    private static final int[] SIZES = {1, 2, 7, 8, 9, 16, 31, 33, 64, 100};

    @BeforeEach
    void needsOpenBlas() {
        assumeFalse("off".equals(Configuration.ofSystem().request()), "OpenBLAS was turned off for this run");
        assertThat(OpenBlas.isAvailable()).as(OpenBlas.description()).isTrue();
    }

    @Test
    void describesTheLibrary() {
        var library = OpenBlas.library().orElseThrow();

        assertThat(OpenBlas.description())
                .startsWith("OpenBLAS " + library.version() + ", core " + library.coreName() + ", " + library.origin());
    }

    static Stream<Arguments> shapes() {
        var random = new SplittableRandom(1);
        return Stream.iterate(0, index -> index < 60, index -> index + 1)
                .map(_ -> Arguments.of(size(random), size(random), size(random), random.nextInt(5), random.nextInt(9)));
    }

    private static int size(SplittableRandom random) {
        return SIZES[random.nextInt(SIZES.length)];
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void sgemmIsTheFloat64Product(int m, int n, int k, int padding, int offset) {
        for (boolean transposeA : new boolean[] {false, true}) {
            for (boolean transposeB : new boolean[] {false, true}) {
                var product = new Product(transposeA, transposeB, m, n, k, padding, offset);
                float[] a = toFloat(product.a);
                float[] b = toFloat(product.b);
                int lda = product.lda;
                int ldb = product.ldb;
                int ldc = product.ldc;
                for (float[] factors : new float[][] {{0.5f, 2}, {-1.5f, 1}, {1, 0}, {0, 0.5f}}) {
                    float alpha = factors[0];
                    float beta = factors[1];
                    float[] c = toFloat(product.c);
                    OpenBlas.sgemm(
                            transposeA,
                            transposeB,
                            m,
                            n,
                            k,
                            alpha,
                            a,
                            offset,
                            lda,
                            b,
                            offset,
                            ldb,
                            beta,
                            c,
                            offset,
                            ldc);
                    // Two roundings for each of the k terms and a few more, on numbers below 1 and sums below k.
                    double tolerance = 2 * (k + 4) * (k + 2) * Math.max(0.5, Math.abs(alpha)) * 0x1p-24;
                    assertClose(toDouble(c), product.expected(alpha, beta), tolerance);
                }
            }
        }
    }

    @Test
    void anEmptyProductChangesNothing() {
        float[] c = {1, 2};
        float[] none = {};
        OpenBlas.sgemm(false, false, 0, 2, 3, 1, none, 0, 3, new float[6], 0, 2, 0, c, 0, 2);
        OpenBlas.sgemm(false, false, 2, 0, 3, 1, new float[6], 0, 3, none, 0, 1, 0, c, 0, 1);

        assertThat(c).containsExactly(1, 2);
    }

    @Test
    void anEmptySumClearsNaN() {
        float[] c = {Float.NaN, Float.NaN};
        OpenBlas.sgemm(false, false, 1, 2, 0, 1, new float[0], 0, 1, new float[0], 0, 2, 0, c, 0, 2);

        assertThat(c).containsExactly(0, 0);
    }

    @Test
    void specialNumbersGoThrough() {
        assertThat(multiply(Float.NaN, 1)).isNaN();
        assertThat(multiply(Float.NaN, 0)).isNaN();
        assertThat(multiply(Float.POSITIVE_INFINITY, -2)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(multiply(Float.POSITIVE_INFINITY, 0)).isNaN();
        assertThat(multiply(Float.MAX_VALUE, 2)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(multiply(Float.MIN_NORMAL, 0.5f)).isEqualTo(Float.MIN_NORMAL / 2);
        assertThat(multiply(Float.MIN_VALUE, 1)).isEqualTo(Float.MIN_VALUE);
    }

    private static float multiply(float a, float b) {
        float[] c = new float[1];
        OpenBlas.sgemm(false, false, 1, 1, 1, 1, new float[] {a}, 0, 1, new float[] {b}, 0, 1, 0, c, 0, 1);
        return c[0];
    }

    @Test
    void threadsGetTheSameBits() throws Exception {
        var product = new Product(false, true, 64, 100, 33, 0, 0);
        float[] a = toFloat(product.a);
        float[] b = toFloat(product.b);
        Callable<float[]> multiply = () -> {
            float[] c = new float[64 * 100];
            for (int i = 0; i < 200; i++) {
                OpenBlas.sgemm(false, true, 64, 100, 33, 1, a, 0, 33, b, 0, 33, 1, c, 0, 100);
            }
            return c;
        };
        float[] alone = multiply.call();
        var tasks = new ArrayList<Callable<float[]>>();
        for (int i = 0; i < 8; i++) {
            tasks.add(multiply);
        }
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (var together : threads.invokeAll(tasks)) {
                assertThat(together.get()).isEqualTo(alone);
            }
        }
    }

    @Test
    void refusesArgumentsBeforeTheCall() {
        float[] matrix = new float[12];
        assertThatThrownBy(() ->
                        OpenBlas.sgemm(false, false, 3, 3, 4, 1, matrix, 0, 3, matrix, 0, 3, 0, new float[9], 0, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sgemm: lda 3 < k 4");
        assertThatThrownBy(() ->
                        OpenBlas.sgemm(false, false, 3, 3, 4, 1, matrix, 0, 4, matrix, 0, 3, 0, new float[8], 0, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sgemm: c has 8 elements, but (3, 3) at offset 0 with ldc 3 ends at 9");
    }

    /** Random matrices between NaN, and their product by plain loops. */
    private static final class Product {
        final boolean transposeA;
        final boolean transposeB;
        final int m;
        final int n;
        final int k;
        final int offset;
        final int lda;
        final int ldb;
        final int ldc;
        final double[] a;
        final double[] b;
        final double[] c;

        Product(boolean transposeA, boolean transposeB, int m, int n, int k, int padding, int offset) {
            this.transposeA = transposeA;
            this.transposeB = transposeB;
            this.m = m;
            this.n = n;
            this.k = k;
            this.offset = offset;
            lda = (transposeA ? m : k) + padding;
            ldb = (transposeB ? k : n) + padding;
            ldc = n + padding;
            a = matrix(transposeA ? k : m, transposeA ? m : k, lda, offset);
            b = matrix(transposeB ? n : k, transposeB ? k : n, ldb, offset);
            c = matrix(m, n, ldc, offset);
        }

        private static double[] matrix(int rows, int columns, int ld, int offset) {
            var random = new SplittableRandom(rows * 1000L + columns);
            double[] values = new double[offset + rows * ld];
            Arrays.fill(values, Double.NaN);
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    values[offset + i * ld + j] = (float) random.nextDouble(-1, 1);
                }
            }
            return values;
        }

        double[] expected(double alpha, double beta) {
            double[] expected = c.clone();
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    double sum = 0;
                    for (int p = 0; p < k; p++) {
                        sum += a[offset + (transposeA ? p * lda + i : i * lda + p)]
                                * b[offset + (transposeB ? j * ldb + p : p * ldb + j)];
                    }
                    expected[offset + i * ldc + j] = alpha * sum + beta * c[offset + i * ldc + j];
                }
            }
            return expected;
        }
    }

    private static void assertClose(double[] actual, double[] expected, double tolerance) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            if (!(Math.abs(actual[i] - expected[i]) <= tolerance) && Double.compare(actual[i], expected[i]) != 0) {
                assertThat(actual[i])
                        .as("element %d, tolerance %s", i, tolerance)
                        .isEqualTo(expected[i]);
            }
        }
    }

    private static float[] toFloat(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    private static double[] toDouble(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }
}
