package handgrad.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import handgrad.kernel.norm.BatchNormalization;
import handgrad.kernel.norm.LayerNormalization;
import handgrad.kernel.norm.NormalizationArrays;
import handgrad.kernel.norm.ScalarBatchNormalization;
import handgrad.kernel.runtime.Parallel;
import handgrad.random.TorchRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Loops large enough to be cut into blocks: the bits of the uncut scalar loop, at any number of threads. */
class SharedLoopsTest {
    private static final int ROWS = 401;

    /** Full blocks of columns and a last one that does not fill a vector. */
    private static final int COLUMNS = 325;

    private static final int N = ROWS * COLUMNS;

    private final int threadsBefore = Parallel.threads();
    private final TorchRandom random = TorchRandom.seeded(7);

    @AfterEach
    void restoreThreads() {
        Parallel.setThreads(threadsBefore);
    }

    /** Runs a loop once and returns the arrays that it wrote. */
    @FunctionalInterface
    private interface Loop {
        float[][] run();
    }

    private float[] randn(int n) {
        float[] x = new float[n];
        random.randn(x);
        return x;
    }

    private static float[][] results(float[]... arrays) {
        return arrays;
    }

    private static void requireSameBits(String name, Loop loop) {
        Parallel.setThreads(1);
        float[][] alone = loop.run();
        for (int threads = 2; threads <= 4; threads++) {
            Parallel.setThreads(threads);
            requireEqual(name + " on " + threads + " threads", loop.run(), alone);
        }
    }

    private static void requireEqual(String name, float[][] actual, float[][] expected) {
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).as(name).isEqualTo(expected[i]);
        }
    }

    @Test
    void batch_normalization() {
        float[] x = randn(N);
        float[] weight = randn(COLUMNS);
        float[] bias = randn(COLUMNS);
        float[] dOut = randn(N);
        float[] mean = new float[COLUMNS];
        float[] inverse = new float[COLUMNS];
        float[] out = new float[N];
        float[][] expected = batchNormalization(
                ScalarBatchNormalization::forward,
                ScalarBatchNormalization::backward,
                x,
                weight,
                bias,
                dOut,
                mean,
                inverse,
                out);
        requireSameBits("batch normalisation", () -> {
            float[][] own = batchNormalization(
                    BatchNormalization::forward,
                    BatchNormalization::backward,
                    x,
                    weight,
                    bias,
                    dOut,
                    new float[COLUMNS],
                    new float[COLUMNS],
                    new float[N]);
            requireEqual("batch normalisation", own, expected);
            return own;
        });
        requireSameBits("batch normalisation in evaluation", () -> {
            float[] ownUnit = new float[N];
            float[] ownOut = new float[N];
            var arrays = NormalizationArrays.ofMatrix(ROWS, COLUMNS);
            arrays.x = x;
            arrays.weight = weight;
            arrays.bias = bias;
            arrays.mean = mean;
            arrays.inverseDeviation = inverse;
            arrays.normalized = ownUnit;
            arrays.out = ownOut;
            BatchNormalization.apply(arrays);
            // In training the mean is not rounded to a float.
            for (int i = 0; i < N; i += 97) {
                assertThat(ownOut[i]).isEqualTo(out[i], within(1e-5f));
            }
            return results(ownUnit, ownOut);
        });
    }

    /** mean, variance, inverse, unit, out, dWeight, dBias and dX. */
    private static float[][] batchNormalization(
            Consumer<NormalizationArrays> forward,
            Consumer<NormalizationArrays> backward,
            float[] x,
            float[] weight,
            float[] bias,
            float[] dOut,
            float[] mean,
            float[] inverse,
            float[] out) {
        float[] variance = new float[COLUMNS];
        float[] unit = new float[N];
        float[] dWeight = weight.clone();
        float[] dBias = bias.clone();
        float[] dX = new float[N];
        var arrays = NormalizationArrays.ofMatrix(ROWS, COLUMNS);
        arrays.x = x;
        arrays.weight = weight;
        arrays.bias = bias;
        arrays.epsilon = 1e-5f;
        arrays.divisor = ROWS;
        arrays.mean = mean;
        arrays.variance = variance;
        arrays.inverseDeviation = inverse;
        arrays.normalized = unit;
        arrays.out = out;
        forward.accept(arrays);
        arrays.dOut = dOut;
        arrays.dWeight = dWeight;
        arrays.dBias = dBias;
        arrays.dX = dX;
        backward.accept(arrays);
        return results(mean, variance, inverse, unit, out, dWeight, dBias, dX);
    }

    @Test
    void column_sums() {
        for (int columns : new int[] {5, 27, COLUMNS, 1024}) {
            int rows = 2 * Parallel.BLOCK / columns;
            float[] x = randn(rows * columns);
            float[] start = randn(columns);
            float[] expected = start.clone();
            ScalarReduction.addRows(x, 0, rows, columns, 0, columns, expected, 0);
            requireSameBits("sums of " + columns + " columns", () -> {
                float[] sums = start.clone();
                Reduction.addRows(x, 0, rows, columns, sums, 0);
                assertThat(sums).isEqualTo(expected);
                return results(sums);
            });
        }
    }

    @Test
    void row_sums_and_copies_of_rows() {
        float[] x = randn(N);
        int[] indices = new int[2 * ROWS];
        random.randint(0, ROWS, indices);
        requireSameBits("rows", () -> {
            float[] sums = new float[ROWS];
            Reduction.sum(x, ROWS, COLUMNS, 1, sums);
            for (int i = 0; i < ROWS; i++) {
                assertThat(sums[i]).isEqualTo(ScalarReduction.sum(x, i * COLUMNS, COLUMNS));
            }
            float[] gathered = new float[2 * N];
            Rows.gather(x, COLUMNS, indices, 2 * ROWS, gathered);
            float[] filled = new float[N];
            Rows.fill(sums, COLUMNS, filled, ROWS);
            assertThat(gathered[N + 3]).isEqualTo(x[indices[ROWS] * COLUMNS + 3]);
            assertThat(filled[N - 1]).isEqualTo(sums[COLUMNS - 1]);
            return results(sums, gathered, filled);
        });
    }

    @Test
    void softmax_and_cross_entropy() {
        int classes = 27;
        int rows = 3 * Parallel.BLOCK / classes;
        float[] logits = randn(rows * classes);
        int[] targets = new int[rows];
        random.randint(0, classes, targets);
        targets[4] = -100;
        double[] exact = new double[rows * classes];
        double[] wide = new double[rows * classes];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = logits[i];
        }
        double exactLoss = SoftmaxCrossEntropy.forward(wide, targets, rows, classes, exact);
        requireSameBits("cross-entropy", () -> {
            float[] probabilities = new float[rows * classes];
            double loss = SoftmaxCrossEntropy.forward(logits, targets, rows, classes, probabilities);
            assertThat(loss).isEqualTo(exactLoss, within(1e-6));
            float[] dLogits = new float[rows * classes];
            SoftmaxCrossEntropy.backward(probabilities, targets, rows, classes, dLogits);
            assertThat(dLogits[4 * classes + 1]).isZero();
            assertThat((double) dLogits[5 * classes + targets[5]])
                    .isEqualTo((exact[5 * classes + targets[5]] - 1) / (rows - 1), within(1e-9));
            return results(new float[] {(float) loss}, probabilities, dLogits);
        });
    }

    @Test
    void elementwise_functions() {
        float[] x = randn(N);
        float[] y = randn(N);
        for (var operation : UnaryOperation.values()) {
            requireSameBits(operation.name(), () -> {
                float[] out = new float[N];
                Elementwise.unary(operation, x, out, N);
                float[] uncut = new float[N];
                operation.loop.float32().run(x, x, uncut, 0, 0, 0, N);
                assertThat(out).isEqualTo(uncut);
                return results(out);
            });
        }
        for (var operation : BinaryOperation.values()) {
            requireSameBits(operation.name(), () -> {
                float[] out = new float[N];
                Elementwise.binary(operation, x, y, out, N);
                float[] byScalar = new float[N];
                new BinaryLoop(operation, x, y, byScalar).run(0, true, 3, false, 0, N);
                for (int i = 0; i < N; i += 997) {
                    assertThat(out[i]).isEqualTo((float) operation.function.applyAsDouble(x[i], y[i]));
                    assertThat(byScalar[i]).isEqualTo((float) operation.function.applyAsDouble(x[i], y[3]));
                }
                return results(out, byScalar);
            });
        }
        requireSameBits("power and fill", () -> {
            float[] out = new float[N];
            Elementwise.power(x, 2, out, N);
            assertThat(out[N - 1]).isEqualTo(x[N - 1] * x[N - 1]);
            float[] filled = new float[N];
            Elementwise.fill(3, filled, N);
            assertThat(filled).containsOnly(3);
            return results(out, filled);
        });
    }

    @Test
    void activations_and_updates() {
        float[] x = randn(N);
        float[] y = randn(N);
        var loops = new ArrayList<Loop>(List.of(
                () -> {
                    float[] out = new float[N];
                    Activation.tanhBackward(x, y, out, N);
                    assertThat(out[N - 1]).isEqualTo((1 - x[N - 1] * x[N - 1]) * y[N - 1]);
                    return results(out);
                },
                () -> {
                    float[] out = new float[N];
                    Activation.sigmoidBackward(x, y, out, N);
                    return results(out);
                },
                () -> {
                    float[] out = new float[N];
                    Rectifier.reluBackward(x, y, out, N);
                    return results(out);
                },
                () -> {
                    float[] t = new float[N];
                    float[] out = new float[N];
                    float[] dX = new float[N];
                    Activation.geluTanh(x, t, out, N);
                    Activation.geluTanhBackward(x, t, y, dX, N);
                    return results(t, out, dX);
                },
                () -> {
                    float[] phi = new float[N];
                    float[] out = new float[N];
                    float[] dX = new float[N];
                    Activation.gelu(x, phi, out, N);
                    Activation.geluBackward(x, phi, y, dX, N);
                    return results(phi, out, dX);
                },
                () -> {
                    int channels = 64;
                    int rows = N / (2 * channels);
                    float[] t = new float[N];
                    float[] out = new float[rows * channels];
                    float[] dX = new float[N];
                    Activation.gate(x, t, out, rows, channels);
                    Activation.gateBackward(t, y, dX, rows, channels);
                    return results(t, out, dX);
                },
                () -> {
                    float[] unit = new float[N];
                    float[] out = new float[N];
                    var arrays = NormalizationArrays.ofMatrix(ROWS, COLUMNS);
                    arrays.x = x;
                    arrays.weight = y;
                    arrays.bias = x;
                    arrays.epsilon = 1e-5f;
                    arrays.inverseDeviation = new float[ROWS];
                    arrays.normalized = unit;
                    arrays.out = out;
                    LayerNormalization.forward(arrays);
                    return results(unit, out);
                },
                () -> {
                    float[] target = x.clone();
                    Update.addScaled(target, -0.1f, y, N);
                    Update.blend(target, 0.9f, 0.1f, y, N);
                    float[] mean = new float[N];
                    float[] square = new float[N];
                    AdamStep.of(1, 0.9, 0.999, 0, 1, 0.1, 1, 1e-8).run(target, y, mean, square, N);
                    assertThat(mean[N - 1]).isEqualTo(0.1f * y[N - 1]);
                    float[] velocity = new float[N];
                    RmsPropStep.of(1, 0.9, 0, 1e-3, 0.9, 0.1).run(target, y, square, mean, velocity, N);
                    return results(target, mean, square, velocity);
                }));
        for (int i = 0; i < loops.size(); i++) {
            requireSameBits("loop " + i, loops.get(i));
        }
    }
}
