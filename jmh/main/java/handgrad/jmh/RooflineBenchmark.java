package handgrad.jmh;

import handgrad.kernel.Activation;
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
import handgrad.kernel.runtime.Parallel;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Question: how close is each kernel to what this machine can do at all?
 *
 * <p>Method: the roofline of Williams, Waterman and Patterson (Communications of the ACM, 2009). In one run are measured:
 * the peak, by fused multiply-adds that stay in registers; the bandwidth of a copy in each level of the memory; and each
 * kernel at the size of the lectures' models and over arrays of 64 MB. The roof over a kernel is the lesser of the peak and of
 * its arithmetic intensity (operations for each byte that it has to read or write) times the bandwidth of the level that its
 * arrays fit into.
 *
 * <p>What to expect: elementwise loops lie under the slope, matrix products under the flat. A kernel can exceed a roof made
 * of copies if it only reads.
 *
 * <p>What it taught: the table in the results says what share of its roof each kernel reaches, and so where there is still
 * something to gain.
 */
@State(Scope.Thread)
public class RooflineBenchmark {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int TURNS = 1000;
    private static final int CHAINS = 10;

    /** The operations of a call of {@link #peak}; a fused multiply-add counts as two. */
    static double peakFlop() {
        return 2.0 * CHAINS * TURNS * SPECIES.length();
    }

    /**
     * Fused multiply-adds on registers: as many chains as keep every unit busy while each waits for its own last result. A
     * chain is what is added to, because x86 has an instruction for that; with another operand C2 would copy a register first.
     */
    @Benchmark
    public float peak() {
        var left = FloatVector.broadcast(SPECIES, 0.5f);
        var right = FloatVector.broadcast(SPECIES, 2);
        var sum0 = FloatVector.broadcast(SPECIES, 0);
        var sum1 = sum0.add(1);
        var sum2 = sum0.add(2);
        var sum3 = sum0.add(3);
        var sum4 = sum0.add(4);
        var sum5 = sum0.add(5);
        var sum6 = sum0.add(6);
        var sum7 = sum0.add(7);
        var sum8 = sum0.add(8);
        var sum9 = sum0.add(9);
        for (int i = 0; i < TURNS; i++) {
            sum0 = left.fma(right, sum0);
            sum1 = left.fma(right, sum1);
            sum2 = left.fma(right, sum2);
            sum3 = left.fma(right, sum3);
            sum4 = left.fma(right, sum4);
            sum5 = left.fma(right, sum5);
            sum6 = left.fma(right, sum6);
            sum7 = left.fma(right, sum7);
            sum8 = left.fma(right, sum8);
            sum9 = left.fma(right, sum9);
        }
        return sum0.add(sum1)
                .add(sum2.add(sum3))
                .add(sum4.add(sum5).add(sum6.add(sum7)))
                .add(sum8.add(sum9))
                .reduceLanes(VectorOperators.ADD);
    }

    /** Chain i begins at i, and each turn adds 1. */
    @Setup
    public void checkPeak() {
        double ofStarts = CHAINS * (CHAINS - 1) / 2.0;
        Reference.require("peak", peak(), (ofStarts + CHAINS * TURNS) * SPECIES.length(), 0.5);
    }

    /** Memory to copy within. */
    @State(Scope.Thread)
    public static class Memory {
        /** Source and destination together. */
        @Param({"16", "512", "16384", "262144"})
        public int kilobytes;

        private float[] source = {};
        private float[] destination = {};

        /** Fills the source and checks a copy. */
        @Setup
        public void fill() {
            source = Reference.normals(1, kilobytes * 1024 / 2 / Float.BYTES);
            destination = new float[source.length];
            new RooflineBenchmark().copy(this);
            if (!Arrays.equals(source, destination)) {
                throw new StudyException("copy: the copy differs");
            }
        }
    }

    /** The JDK's copy. */
    @Benchmark
    public float[] copy(Memory memory) {
        System.arraycopy(memory.source, 0, memory.destination, 0, memory.source.length);
        return memory.destination;
    }

    /**
     * What a kernel has to do.
     *
     * @param flop operations
     * @param bytes of the arrays that it reads plus those that it writes
     */
    record Work(double flop, double bytes) {
        /** Operations for each byte. */
        double intensity() {
            return flop / bytes;
        }
    }

    /** The work of a kernel, by its method; operations for an element are counted in its source. */
    static Work work(String method, Operands.Size size) {
        int n = size.rows * size.features;
        int logits = n / CLASSES * CLASSES;
        return switch (method) {
            case "add" -> elementwise(n, 1, 3);
            case "relu" -> elementwise(n, 1, 2);
            case "exp" -> elementwise(n, 21, 2);
            case "tanh" -> elementwise(n, 36, 2);
            case "tanhBackward" -> elementwise(n, 3, 3);
            case "sum", "columnSums", "embeddingBackward" -> elementwise(n, 1, 1);
            case "sgd" -> elementwise(n, 2, 3);
            case "adam" -> elementwise(n, 14, 7);
            case "batchNormForward" -> elementwise(n, 8, 3);
            case "batchNormBackward" -> elementwise(n, 7, 3);
            case "softmax" -> elementwise(logits, 25, 2);
            case "softmaxBackward" -> elementwise(logits, 1, 2);
            case "matmul", "matmulJava" -> {
                double m = size.rows;
                double k = size.inputs;
                double features = size.features;
                yield new Work(2 * m * k * features, Float.BYTES * (m * k + k * features + m * features));
            }
            default -> throw new IllegalArgumentException("unknown kernel " + method);
        };
    }

    private static Work elementwise(int n, double flopEach, int arrays) {
        return new Work(n * flopEach, (double) n * arrays * Float.BYTES);
    }

    private static final int CLASSES = 27;
    private static final int COLUMNS = 10;

    /** What the kernels compute with. */
    @State(Scope.Thread)
    public static class Operands {
        /** Shapes: x is (rows, features), a matrix product (rows, inputs) (inputs, features). */
        public enum Size {
            /** The hidden layer of the lectures' perceptron. */
            LECTURE(32, 30, 200),
            /** 64 MB; the matrix product writes them. */
            LARGE(16_384, 128, 1024);

            final int rows;
            final int inputs;
            final int features;

            Size(int rows, int inputs, int features) {
                this.rows = rows;
                this.inputs = inputs;
                this.features = features;
            }
        }

        /** Which. */
        @Param({"LECTURE", "LARGE"})
        public Size size = Size.LECTURE;

        private int rows;
        private int features;
        private int n;
        private float[] a = {};
        private float[] b = {};
        private float[] c = {};
        private float[] d = {};
        private float[] gain = {};
        private float[] mean = {};
        private float[] variance = {};
        private float[] inverse = {};
        private int[] indices = {};

        /** Draws the operands and, at the small size, compares every result with float64. */
        @Setup
        public void draw() {
            Parallel.setThreads(1);
            FunctionWarmup.run();
            rows = size.rows;
            features = size.features;
            n = rows * features;
            a = Reference.normals(1, n);
            b = Reference.normals(2, n);
            c = Reference.normals(3, n);
            d = new float[n];
            gain = Reference.normals(4, features);
            mean = new float[features];
            variance = new float[features];
            inverse = new float[features];
            indices = new int[n / COLUMNS];
            for (int i = 0; i < indices.length; i++) {
                indices[i] = i % CLASSES;
            }
            if (size == Size.LECTURE) {
                new RooflineBenchmark().check(this);
            }
            Arrays.fill(inverse, 1);
        }
    }

    private void check(Operands o) {
        float[] a = o.a;
        float[] b = o.b;
        float[] d = o.d;
        int n = o.n;
        add(o);
        Reference.require("add", i -> d[i], i -> (double) a[i] + b[i], n, 1e-6);
        relu(o);
        Reference.require("relu", i -> d[i], i -> Math.max(a[i], 0), n, 0);
        exp(o);
        Reference.require("exp", i -> d[i] / Math.exp(a[i]), _ -> 1, n, 1e-6);
        tanh(o);
        Reference.require("tanh", i -> d[i], i -> Math.tanh(a[i]), n, 1e-6);
        tanhBackward(o);
        Reference.require("tanhBackward", i -> d[i], i -> (1 - (double) a[i] * a[i]) * b[i], n, 1e-4);
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += a[i];
        }
        Reference.require("sum", sum(o), sum, 1e-2);
        columnSums(o);
        Reference.require("columnSums", column -> o.mean[column], column -> columnSum(o, column), o.features, 1e-4);
        batchNormForward(o);
        Reference.require("batchNormForward", i -> d[i], i -> normalized(o, i), n, 1e-4);
        Arrays.fill(o.mean, 0);
        Arrays.fill(o.variance, 0);
        batchNormBackward(o);
        // The gradient through a mean and a variance is orthogonal to 1 and to what was normalized.
        Reference.require("batchNormBackward", column -> columnSum(o.d, o, column), _ -> 0, o.features, 1e-3);
        o.c = Reference.normals(3, n);
        double loss = softmax(o);
        Reference.require("softmax", loss, crossEntropy(o), 1e-5);
        softmaxBackward(o);
        int logits = n / CLASSES;
        Reference.require(
                "softmaxBackward",
                row -> Arrays.stream(doubles(d, row * CLASSES, CLASSES)).sum(),
                _ -> 0,
                logits,
                1e-6);
        float[] weights = d.clone();
        sgd(o);
        Reference.require("sgd", i -> d[i], i -> weights[i] - 1e-9 * a[i], n, 1e-6);
        matmul(o);
        Reference.require("matmul", i -> d[i], i -> product(o, i), n, 1e-4);
        matmulJava(o);
        Reference.require("matmulJava", i -> d[i], i -> product(o, i), n, 1e-4);
        checkAdam(o);
        checkEmbedding(o);
        o.c = Reference.normals(3, n);
        Arrays.fill(d, 0);
    }

    private void checkAdam(Operands o) {
        float[] target = {1};
        float[] momentum = {0.5f};
        float[] square = {0.25f};
        Update.adam(target, new float[] {2}, momentum, square, 0.9f, 0.1f, 0.999f, 0.001f, 1, 0.01f, 1, 1e-8f, 1);
        Reference.require("adam, mean", momentum[0], 0.65, 1e-6);
        Reference.require("adam, square", square[0], 0.24975 + 0.004, 1e-6);
        Reference.require("adam", target[0], 1 - 0.01 * 0.65 / Math.sqrt(0.25375), 1e-6);
        o.c = Reference.normals(3, o.n);
    }

    private void checkEmbedding(Operands o) {
        Arrays.fill(o.gain, 0);
        float[] table = new float[CLASSES * COLUMNS];
        Rows.scatterAdd(table, COLUMNS, o.indices, o.indices.length, o.a);
        double[] expected = new double[table.length];
        for (int i = 0; i < o.indices.length * COLUMNS; i++) {
            expected[o.indices[i / COLUMNS] * COLUMNS + i % COLUMNS] += o.a[i];
        }
        Reference.require("embeddingBackward", i -> table[i], i -> expected[i], table.length, 1e-4);
    }

    private static double columnSum(Operands o, int column) {
        return columnSum(o.a, o, column);
    }

    private static double columnSum(float[] x, Operands o, int column) {
        double sum = 0;
        for (int row = 0; row < o.rows; row++) {
            sum += x[row * o.features + column];
        }
        return sum;
    }

    private static double normalized(Operands o, int i) {
        int column = i % o.features;
        double mean = columnSum(o, column) / o.rows;
        double variance = 0;
        for (int row = 0; row < o.rows; row++) {
            double difference = o.a[row * o.features + column] - mean;
            variance += difference * difference;
        }
        return o.gain[column] * (o.a[i] - mean) / Math.sqrt(variance / o.rows + 1e-5) + o.gain[column];
    }

    private static double crossEntropy(Operands o) {
        double loss = 0;
        int rows = o.n / CLASSES;
        for (int row = 0; row < rows; row++) {
            double sum = 0;
            for (int i = 0; i < CLASSES; i++) {
                sum += Math.exp(o.a[row * CLASSES + i]);
            }
            loss += Math.log(sum) - o.a[row * CLASSES + o.indices[row]];
        }
        return loss / rows;
    }

    private static double product(Operands o, int i) {
        double sum = 0;
        for (int p = 0; p < o.size.inputs; p++) {
            sum += (double) o.a[i / o.features * o.size.inputs + p] * o.b[p * o.features + i % o.features];
        }
        return sum;
    }

    private static double[] doubles(float[] values, int offset, int n) {
        double[] doubles = new double[n];
        for (int i = 0; i < n; i++) {
            doubles[i] = values[offset + i];
        }
        return doubles;
    }

    /** d = a + b. */
    @Benchmark
    public float[] add(Operands o) {
        Elementwise.binary(BinaryOperation.ADD, o.a, 0, 1, o.b, 0, 1, o.d, 0, o.n);
        return o.d;
    }

    /** d = max(a, 0). */
    @Benchmark
    public float[] relu(Operands o) {
        Elementwise.unary(UnaryOperation.RELU, o.a, o.d, o.n);
        return o.d;
    }

    /** d = eᵃ. */
    @Benchmark
    public float[] exp(Operands o) {
        Elementwise.unary(UnaryOperation.EXP, o.a, o.d, o.n);
        return o.d;
    }

    /** d = tanh a. */
    @Benchmark
    public float[] tanh(Operands o) {
        Elementwise.unary(UnaryOperation.TANH, o.a, o.d, o.n);
        return o.d;
    }

    /** d = (1 - a²) ∘ b. */
    @Benchmark
    public float[] tanhBackward(Operands o) {
        Activation.tanhBackward(o.a, o.b, o.d, o.n);
        return o.d;
    }

    /** Σ a. */
    @Benchmark
    public float sum(Operands o) {
        return Reduction.sum(o.a, 0, o.n);
    }

    /** The sum of each column of a. */
    @Benchmark
    public float[] columnSums(Operands o) {
        Reduction.sum(o.a, 1, o.rows, o.features, o.mean);
        return o.mean;
    }

    /** d = gain ∘ normalized a + bias. */
    @Benchmark
    public float[] batchNormForward(Operands o) {
        BatchNormalization.forward(
                o.a, o.rows, o.features, o.gain, o.gain, 1e-5f, o.rows, o.mean, o.variance, o.inverse, o.c, o.d);
        return o.d;
    }

    /** d = the gradient of the input, from b and the normalized c. */
    @Benchmark
    public float[] batchNormBackward(Operands o) {
        BatchNormalization.backward(o.b, o.c, o.rows, o.features, o.gain, o.inverse, o.rows, o.mean, o.variance, o.d);
        return o.d;
    }

    /** c = the softmax of rows of 27 logits. */
    @Benchmark
    public double softmax(Operands o) {
        return SoftmaxCrossEntropy.forward(o.a, o.indices, o.n / CLASSES, CLASSES, o.c);
    }

    /** d = the gradient of the logits, from their probabilities c. */
    @Benchmark
    public float[] softmaxBackward(Operands o) {
        SoftmaxCrossEntropy.backward(o.c, o.indices, o.n / CLASSES, CLASSES, o.d);
        return o.d;
    }

    /** d -= rate · a. */
    @Benchmark
    public float[] sgd(Operands o) {
        Update.addScaled(o.d, -1e-9f, o.a, o.n);
        return o.d;
    }

    /** A step of Adam on d. */
    @Benchmark
    public float[] adam(Operands o) {
        Update.adam(o.d, o.a, o.b, o.c, 0.9f, 0.1f, 0.999f, 0.001f, 1, 1e-9f, 1, 1e-8f, o.n);
        return o.d;
    }

    /** The rows of a, added to those of a table of 27. */
    @Benchmark
    public float[] embeddingBackward(Operands o) {
        Rows.scatterAdd(o.d, COLUMNS, o.indices, o.indices.length, o.a);
        return o.d;
    }

    /** d = a b as handgrad routes it. */
    @Benchmark
    public float[] matmul(Operands o) {
        int inputs = o.size.inputs;
        MatrixProduct.sgemm(
                false, false, o.rows, o.features, inputs, 1, o.a, 0, inputs, o.b, 0, o.features, 0, o.d, 0, o.features);
        return o.d;
    }

    /** d = a b by the Java kernel. */
    @Benchmark
    public float[] matmulJava(Operands o) {
        int inputs = o.size.inputs;
        VectorMatmul.sgemm(
                false, false, o.rows, o.features, inputs, 1, o.a, 0, inputs, o.b, 0, o.features, 0, o.d, 0, o.features);
        return o.d;
    }
}
