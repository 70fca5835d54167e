package handgrad.jmh;

import static handgrad.jmh.KernelOperands.CLASSES;
import static handgrad.jmh.KernelOperands.COLUMNS;

import handgrad.kernel.AdamStep;
import handgrad.kernel.Rows;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Compares each kernel of {@link KernelBenchmark} with float64, before it is timed. */
final class KernelCheck {
    private final KernelBenchmark kernel = new KernelBenchmark();
    private final KernelOperands operands;
    private final float[] a;
    private final float[] b;
    private final float[] d;
    private final int n;

    KernelCheck(KernelOperands operands) {
        this.operands = operands;
        a = operands.a;
        b = operands.b;
        d = operands.d;
        n = operands.n;
    }

    /** Compares all of them, then restores the operands. */
    void run() {
        elementwise();
        sums();
        batchNorm();
        softmax();
        embedding();
        updates();
        products();
        operands.c = RandomOperands.normals(3, n);
        Arrays.fill(d, 0);
    }

    private void elementwise() {
        kernel.add(operands);
        ResultCheck.require("add", i -> d[i], i -> (double) a[i] + b[i], n, 1e-6);
        kernel.relu(operands);
        ResultCheck.require("relu", i -> d[i], i -> Math.max(a[i], 0), n, 0);
        kernel.exp(operands);
        ResultCheck.require("exp", i -> d[i] / Math.exp(a[i]), _ -> 1, n, 1e-6);
        kernel.tanh(operands);
        ResultCheck.require("tanh", i -> d[i], i -> Math.tanh(a[i]), n, 1e-6);
        kernel.tanhBackward(operands);
        ResultCheck.require("tanhBackward", i -> d[i], i -> (1 - (double) a[i] * a[i]) * b[i], n, 1e-4);
    }

    private void sums() {
        double sum = IntStream.range(0, n).mapToDouble(i -> a[i]).sum();
        ResultCheck.require("sum", kernel.sum(operands), sum, 1e-2);
        kernel.columnSums(operands);
        ResultCheck.require(
                "columnSums", column -> operands.mean[column], column -> columnSum(a, column), operands.features, 1e-4);
    }

    private double columnSum(float[] x, int column) {
        return IntStream.range(0, operands.rows)
                .mapToDouble(row -> x[row * operands.features + column])
                .sum();
    }

    private void batchNorm() {
        kernel.batchNormForward(operands);
        ResultCheck.require("batchNormForward", i -> d[i], this::normalized, n, 1e-4);
        Arrays.fill(operands.mean, 0);
        Arrays.fill(operands.variance, 0);
        kernel.batchNormBackward(operands);
        // The gradient through a mean and a variance is orthogonal to 1 and to what was normalized.
        ResultCheck.require("batchNormBackward", column -> columnSum(d, column), _ -> 0, operands.features, 1e-3);
    }

    private double normalized(int i) {
        int column = i % operands.features;
        double mean = columnSum(a, column) / operands.rows;
        double variance = 0;
        for (int row = 0; row < operands.rows; row++) {
            double difference = a[row * operands.features + column] - mean;
            variance += difference * difference;
        }
        // The gain serves as the bias too.
        double gain = operands.gain[column];
        return gain * (a[i] - mean) / Math.sqrt(variance / operands.rows + 1e-5) + gain;
    }

    private void softmax() {
        double loss = kernel.softmax(operands);
        ResultCheck.require("softmax", loss, crossEntropy(), 1e-5);
        kernel.softmaxBackward(operands);
        // The gradients of the logits of a row cancel out.
        ResultCheck.require("softmaxBackward", this::rowSum, _ -> 0, n / CLASSES, 1e-6);
    }

    private double crossEntropy() {
        double loss = 0;
        int rows = n / CLASSES;
        for (int row = 0; row < rows; row++) {
            double sum = 0;
            for (int i = 0; i < CLASSES; i++) {
                sum += Math.exp(a[row * CLASSES + i]);
            }
            loss += Math.log(sum) - a[row * CLASSES + operands.indices[row]];
        }
        return loss / rows;
    }

    private double rowSum(int row) {
        return IntStream.range(0, CLASSES)
                .mapToDouble(i -> d[row * CLASSES + i])
                .sum();
    }

    private void embedding() {
        float[] table = new float[CLASSES * COLUMNS];
        Rows.scatterAdd(table, COLUMNS, operands.indices, operands.indices.length, a);
        double[] expected = new double[table.length];
        for (int i = 0; i < operands.indices.length * COLUMNS; i++) {
            expected[operands.indices[i / COLUMNS] * COLUMNS + i % COLUMNS] += a[i];
        }
        ResultCheck.require("embeddingBackward", i -> table[i], i -> expected[i], table.length, 1e-4);
    }

    private void updates() {
        float[] weights = d.clone();
        kernel.sgd(operands);
        ResultCheck.require("sgd", i -> d[i], i -> weights[i] - 1e-9 * a[i], n, 1e-6);
        float[] target = {1};
        float[] momentum = {0.5f};
        float[] square = {0.25f};
        AdamStep.of(1, 0.9, 0.999, 0, 1, 0.01, 1, 1e-8).run(target, new float[] {2}, momentum, square, 1);
        ResultCheck.require("adam, mean", momentum[0], 0.65, 1e-6);
        ResultCheck.require("adam, square", square[0], 0.24975 + 0.004, 1e-6);
        ResultCheck.require("adam", target[0], 1 - 0.01 * 0.65 / Math.sqrt(0.25375), 1e-6);
    }

    private void products() {
        kernel.matmul(operands);
        ResultCheck.require("matmul", i -> d[i], this::product, n, 1e-4);
        kernel.matmulJava(operands);
        ResultCheck.require("matmulJava", i -> d[i], this::product, n, 1e-4);
    }

    private double product(int i) {
        int inputs = operands.size.inputs;
        int features = operands.features;
        double sum = 0;
        for (int p = 0; p < inputs; p++) {
            sum += (double) a[i / features * inputs + p] * b[p * features + i % features];
        }
        return sum;
    }
}
