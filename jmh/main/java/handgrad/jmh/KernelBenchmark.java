package handgrad.jmh;

import static handgrad.jmh.KernelOperands.CLASSES;
import static handgrad.jmh.KernelOperands.COLUMNS;

import handgrad.kernel.Activation;
import handgrad.kernel.AdamStep;
import handgrad.kernel.BinaryOperation;
import handgrad.kernel.Elementwise;
import handgrad.kernel.Reduction;
import handgrad.kernel.Rows;
import handgrad.kernel.SoftmaxCrossEntropy;
import handgrad.kernel.UnaryOperation;
import handgrad.kernel.Update;
import handgrad.kernel.matmul.MatrixProduct;
import handgrad.kernel.matmul.VectorMatmul;
import handgrad.kernel.norm.BatchNormalization;
import handgrad.kernel.norm.NormalizationArrays;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Question: how close is each kernel to what this machine can do at all?
 *
 * <p>Method: the roofline of Williams, Waterman and Patterson (Communications of the ACM, 2009). {@link RoofBenchmark}
 * measures the peak and the bandwidth of each level of the memory, in the same run. Each kernel is measured at the size
 * of the lectures' models and over arrays of 64 MB, after {@link KernelCheck} has compared its results with float64.
 * The roof over a kernel is the lesser of two: the peak, and its arithmetic intensity ({@link KernelWork}: operations
 * for each byte that it has to read or write) times the bandwidth of the level that its arrays fit into.
 *
 * <p>What to expect: elementwise loops lie under the slope, matrix products under the flat. A kernel can exceed a roof
 * made of copies if it only reads.
 *
 * <p>What it taught: the table in the results says what share of its roof each kernel reaches, and so where there is
 * still something to gain.
 */
@State(Scope.Thread)
public class KernelBenchmark {
    /** d = a + b. */
    @Benchmark
    public float[] add(KernelOperands o) {
        Elementwise.binary(BinaryOperation.ADD, o.a, o.b, o.d, o.n);
        return o.d;
    }

    /** d = max(a, 0). */
    @Benchmark
    public float[] relu(KernelOperands o) {
        Elementwise.unary(UnaryOperation.RELU, o.a, o.d, o.n);
        return o.d;
    }

    /** d = eᵃ. */
    @Benchmark
    public float[] exp(KernelOperands o) {
        Elementwise.unary(UnaryOperation.EXP, o.a, o.d, o.n);
        return o.d;
    }

    /** d = tanh a. */
    @Benchmark
    public float[] tanh(KernelOperands o) {
        Elementwise.unary(UnaryOperation.TANH, o.a, o.d, o.n);
        return o.d;
    }

    /** d = (1 - a²) ∘ b. */
    @Benchmark
    public float[] tanhBackward(KernelOperands o) {
        Activation.tanhBackward(o.a, o.b, o.d, o.n);
        return o.d;
    }

    /** Σ a. */
    @Benchmark
    public double sum(KernelOperands o) {
        return Reduction.sum(o.a, 0, o.n);
    }

    /** The sum of each column of a. */
    @Benchmark
    public float[] columnSums(KernelOperands o) {
        Reduction.sum(o.a, 1, o.rows, o.features, o.mean);
        return o.mean;
    }

    /** d = gain ∘ normalized a + bias. */
    @Benchmark
    public float[] batchNormForward(KernelOperands o) {
        var arrays = NormalizationArrays.ofMatrix(o.rows, o.features);
        arrays.x = o.a;
        arrays.weight = o.gain;
        arrays.bias = o.gain;
        arrays.epsilon = 1e-5f;
        arrays.divisor = o.rows;
        arrays.mean = o.mean;
        arrays.variance = o.variance;
        arrays.inverseDeviation = o.inverse;
        arrays.normalized = o.c;
        arrays.out = o.d;
        BatchNormalization.forward(arrays);
        return o.d;
    }

    /** d = the gradient of the input, from b and the normalized c. */
    @Benchmark
    public float[] batchNormBackward(KernelOperands o) {
        var arrays = NormalizationArrays.ofMatrix(o.rows, o.features);
        arrays.dOut = o.b;
        arrays.normalized = o.c;
        arrays.weight = o.gain;
        arrays.inverseDeviation = o.inverse;
        arrays.divisor = o.rows;
        arrays.dWeight = o.mean;
        arrays.dBias = o.variance;
        arrays.dX = o.d;
        BatchNormalization.backward(arrays);
        return o.d;
    }

    /** c = the softmax of rows of 27 logits. */
    @Benchmark
    public double softmax(KernelOperands o) {
        return SoftmaxCrossEntropy.forward(o.a, o.indices, o.n / CLASSES, CLASSES, o.c);
    }

    /** d = the gradient of the logits, from their probabilities c. */
    @Benchmark
    public float[] softmaxBackward(KernelOperands o) {
        SoftmaxCrossEntropy.backward(o.c, o.indices, o.n / CLASSES, CLASSES, o.d);
        return o.d;
    }

    /** d -= rate · a. */
    @Benchmark
    public float[] sgd(KernelOperands o) {
        Update.addScaled(o.d, -1e-9f, o.a, o.n);
        return o.d;
    }

    /** A step of Adam on d. */
    @Benchmark
    public float[] adam(KernelOperands o) {
        AdamStep.of(1, 0.9, 0.999, 0, 1, 1e-9, 1, 1e-8).run(o.d, o.a, o.b, o.c, o.n);
        return o.d;
    }

    /** The rows of a, added to those of a table of 27. */
    @Benchmark
    public float[] embeddingBackward(KernelOperands o) {
        Rows.scatterAdd(o.d, COLUMNS, o.indices, o.indices.length, o.a);
        return o.d;
    }

    /** d = a b as handgrad routes it. */
    @Benchmark
    public float[] matmul(KernelOperands o) {
        MatrixProduct.multiply(o.product(), o.a, o.b, o.d);
        return o.d;
    }

    /** d = a b by the Java kernel. */
    @Benchmark
    public float[] matmulJava(KernelOperands o) {
        VectorMatmul.multiply(o.product(), o.a, o.b, o.d);
        return o.d;
    }
}
