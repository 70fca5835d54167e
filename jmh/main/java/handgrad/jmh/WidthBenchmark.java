package handgrad.jmh;

import handgrad.kernel.BinaryOperation;
import handgrad.kernel.Elementwise;
import handgrad.kernel.Reduction;
import handgrad.kernel.UnaryOperation;
import handgrad.kernel.matmul.Product;
import handgrad.kernel.matmul.VectorMatmul;
import handgrad.kernel.route.Form;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Question: how wide should a vector be?
 *
 * <p>Method: handgrad's own kernels with vectors of 128, 256 and 512 bits, chosen by {@code -Dhandgrad.vector}, each
 * width in a process of its own; 4096 elements, and a matrix product of 128 x 128 x 128.
 *
 * <p>What to expect: twice the width is at most twice the speed. A processor that splits vectors of 512 bits into
 * halves gains only from fewer instructions, and where arrays are not aligned every access of 512 bits splits a cache
 * line.
 *
 * <p>What it taught: the default is the widest; the findings say what that is worth here.
 */
@State(Scope.Thread)
public class WidthBenchmark {
    private static final int N = 4096;
    private static final int SIZE = 128;

    private final float[] a = RandomOperands.normals(1, SIZE * SIZE);
    private final float[] b = RandomOperands.normals(2, SIZE * SIZE);
    private final float[] out = new float[SIZE * SIZE];

    /** Compares each result with float64. */
    @Setup
    public void check() {
        FunctionWarmup.run();
        multiply();
        ResultCheck.require("multiply", i -> out[i], i -> (double) a[i] * b[i], N, 1e-6);
        exp();
        ResultCheck.require("exp", i -> out[i] / Math.exp(a[i]), _ -> 1, N, 1e-6);
        tanh();
        ResultCheck.require("tanh", i -> out[i], i -> Math.tanh(a[i]), N, 1e-6);
        double sum = 0;
        for (int i = 0; i < N; i++) {
            sum += a[i];
        }
        ResultCheck.require("sum", sum(), sum, 1e-2);
        matmul();
        ResultCheck.require("matmul", i -> out[i], i -> product(i / SIZE, i % SIZE), SIZE * SIZE, 1e-3);
    }

    private double product(int row, int column) {
        double sum = 0;
        for (int p = 0; p < SIZE; p++) {
            sum += (double) a[row * SIZE + p] * b[p * SIZE + column];
        }
        return sum;
    }

    /** out = a ∘ b. */
    @Benchmark
    public float[] multiply() {
        Elementwise.binary(BinaryOperation.MULTIPLY, a, b, out, N);
        return out;
    }

    /** out = eᵃ. */
    @Benchmark
    public float[] exp() {
        Elementwise.unary(UnaryOperation.EXP, a, out, N);
        return out;
    }

    /** out = tanh a. */
    @Benchmark
    public float[] tanh() {
        Elementwise.unary(UnaryOperation.TANH, a, out, N);
        return out;
    }

    /** Σ a. */
    @Benchmark
    public double sum() {
        return Reduction.sum(a, 0, N);
    }

    /** out = a b by the Java kernel. */
    @Benchmark
    public float[] matmul() {
        VectorMatmul.multiply(Product.ofThread(Form.NN, SIZE, SIZE, SIZE), a, b, out);
        return out;
    }
}
