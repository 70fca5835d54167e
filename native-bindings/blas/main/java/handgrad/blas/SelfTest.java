package handgrad.blas;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleSupplier;

/**
 * Multiplies small matrices with a library that is about to be used and compares with plain float64 loops.
 *
 * <p>OpenBLAS has one set of kernels per processor family, and each has its edges: rows that do not fill a register, a
 * last block of k, a shape that takes the path for small matrices. Most wrong versions were wrong there and only on
 * some processors, so a version number does not replace a look. The shapes lie on and beside the multiples of 8, 16 and
 * 32, and hold those of known faults: k = 0 with NaN in C (OpenBLAS #2914); on Apple M4, whose short way is taken
 * without transposes and with alpha = 1 and beta = 0, 45x33 by 33x33 (#5429) and 3x2 by 2x4 (#5528); on arm64 a row by
 * a column, a scalar product that began with what a register held (#5917). And k = 520 is longer than a block of k on
 * most processors. What was wrong with several threads of OpenBLAS's own, as on Neoverse V2 (#5643), is not looked for:
 * here it has one.
 *
 * <p>A matrix lies at an offset, once with padding between its rows and once without, which some kernels are for alone.
 * The padding of A and B is NaN and spoils a product that uses it; the padding of C must come back as it was. Version
 * 0.3.34 has a kernel for SME, without padding, that is an empty function for factors other than 1 and 0.
 *
 * <p>An element may differ from the float64 one by 2 (k + 3) u (|alpha| Σ|a||b| + |beta c|), u being the unit roundoff:
 * the bound of Higham, Accuracy and Stability of Numerical Algorithms (2nd ed., §3.1), for any order of summation.
 */
final class SelfTest {
    private static final double ROUNDOFF = 0x1p-24;

    /** m, n, k. Neighbours differ in their transposes and factors, hence the repeated one. */
    private static final int[][] SHAPES = {
        {7, 9, 0}, {1, 1, 1}, {1, 7, 8}, {7, 1, 9}, {8, 9, 1}, {9, 8, 7}, {16, 16, 16}, {31, 33, 16},
        {33, 31, 9}, {33, 7, 31}, {45, 33, 33}, {45, 33, 33}, {45, 33, 33}, {45, 33, 33}, {64, 9, 64}, {1, 100, 33},
        {100, 1, 64}, {64, 9, 100}, {33, 16, 0}, {8, 64, 31}, {16, 7, 100}, {31, 100, 8}, {100, 16, 31}, {100, 33, 16},
        {3, 4, 2}, {1, 1, 100}, {1, 1, 33}, {1, 1, 64}, {9, 8, 520}, {1, 31, 129}
    };

    private static final float[] ALPHAS = {1, -0.75f, 1};
    private static final float[] BETAS = {0, 1, 0.5f};
    private static final int OFFSET = 3;
    private static final int[] PADDINGS = {5, 0};

    /** Not final, or the compiler would do the arithmetic on it by itself. */
    private static volatile float smallestNormal = Float.MIN_NORMAL;

    private SelfTest() {}

    static void run(Binding binding) throws UnusableLibraryException {
        for (int padding : PADDINGS) {
            for (int i = 0; i < SHAPES.length; i++) {
                check(binding, i, padding);
            }
        }
        checkGradualUnderflow();
    }

    private static void check(Binding binding, int index, int padding) throws UnusableLibraryException {
        int m = SHAPES[index][0];
        int n = SHAPES[index][1];
        int k = SHAPES[index][2];
        boolean transposeA = (index & 1) != 0;
        boolean transposeB = (index & 2) != 0;
        float alpha = ALPHAS[index % ALPHAS.length];
        float beta = BETAS[index % BETAS.length];
        var random = new SplittableRandom(index);
        int lda = (transposeA ? m : k) + padding;
        int ldb = (transposeB ? k : n) + padding;
        int ldc = n + padding;
        // Numbers that a float holds.
        DoubleSupplier number = () -> (float) random.nextDouble(-1, 1);
        double[] a = matrix(transposeA ? k : m, transposeA ? m : k, lda, Double.NaN, number);
        double[] b = matrix(transposeB ? n : k, transposeB ? k : n, ldb, Double.NaN, number);
        double[] c = matrix(m, n, ldc, 7, beta == 0 ? () -> Double.NaN : number);
        float[] left = toFloat(a);
        float[] right = toFloat(b);
        float[] product = toFloat(c);
        binding.sgemm(
                transposeA,
                transposeB,
                m,
                n,
                k,
                alpha,
                left,
                OFFSET,
                lda,
                right,
                OFFSET,
                ldb,
                beta,
                product,
                OFFSET,
                ldc);
        String name = "sgemm " + m + "x" + n + "x" + k + (transposeA ? " T" : " N") + (transposeB ? "T" : "N");

        for (int position = 0; position < c.length; position++) {
            int row = Math.floorDiv(position - OFFSET, ldc);
            int column = Math.floorMod(position - OFFSET, ldc);
            if (row < 0 || row >= m || column >= n) {
                if (Double.compare(product[position], c[position]) != 0) {
                    throw new UnusableLibraryException("failed its self-test: " + name + " writes outside of C");
                }
                continue;
            }
            double sum = 0;
            double magnitude = 0;
            for (int i = 0; i < k; i++) {
                double term = a[OFFSET + (transposeA ? i * lda + row : row * lda + i)]
                        * b[OFFSET + (transposeB ? column * ldb + i : i * ldb + column)];
                sum += term;
                magnitude += Math.abs(term);
            }
            double before = beta == 0 ? 0 : beta * c[position];
            double expected = alpha * sum + before;
            double tolerance = 2 * (k + 3) * ROUNDOFF * (Math.abs(alpha) * magnitude + Math.abs(before));
            // Not ">": a NaN must fail.
            if (!(Math.abs(product[position] - expected) <= tolerance)) {
                throw new UnusableLibraryException("failed its self-test: " + name + " gives " + product[position]
                        + " for C[" + row + "][" + column + "], right is " + expected);
            }
        }
    }

    private static double[] matrix(int rows, int columns, int leading, double padding, DoubleSupplier number) {
        double[] values = new double[OFFSET + rows * leading];
        Arrays.fill(values, padding);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                values[OFFSET + row * leading + column] = number.getAsDouble();
            }
        }
        return values;
    }

    private static float[] toFloat(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    /**
     * A library linked with -ffast-math makes the processor flush subnormal numbers to zero in the thread that loads it
     * and in those started from it, against the Java language (§4.2.4).
     */
    private static void checkGradualUnderflow() throws UnusableLibraryException {
        var kept = new AtomicBoolean();
        var fresh = new Thread(() -> kept.set(keepsSubnormals()));
        fresh.start();
        try {
            fresh.join();
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
            throw new UnusableLibraryException("its self-test was interrupted");
        }
        if (!keepsSubnormals() || !kept.get()) {
            throw new UnusableLibraryException("it makes the processor flush subnormal numbers to zero");
        }
    }

    private static boolean keepsSubnormals() {
        return smallestNormal / 2 != 0;
    }
}
