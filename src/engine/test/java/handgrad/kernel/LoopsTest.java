package handgrad.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import handgrad.kernel.norm.BatchNormalization;
import handgrad.kernel.norm.NormalizationArrays;
import handgrad.kernel.norm.ScalarBatchNormalization;
import handgrad.kernel.runtime.VectorSupport;
import handgrad.random.TorchRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The loops of layers and losses: vector against scalar code bit for bit, and float32 against float64. */
@Tag("no-product")
class LoopsTest {
    private static final int[] ROWS = {2, 3, 7, 33};
    private static final int[] COLUMNS = {1, 2, 3, 7, 15, 16, 17, 31, 33, 64, 100, 207};

    private final TorchRandom random = TorchRandom.seeded(11);

    private float[] randn(int n) {
        float[] x = new float[n];
        random.randn(x);
        return x;
    }

    private static double[] toDouble(float[] x) {
        double[] wide = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            wide[i] = x[i];
        }
        return wide;
    }

    private static void requireClose(float[] actual, double[] expected, double tolerance) {
        for (int i = 0; i < actual.length; i++) {
            assertThat((double) actual[i]).isEqualTo(expected[i], within(tolerance * (1 + Math.abs(expected[i]))));
        }
    }

    @Test
    void row_sums_have_the_bits_of_the_scalar_loop() {
        assumeTrue(VectorSupport.ENABLED, "the Vector API is off");
        for (int n : COLUMNS) {
            float[] x = randn(n + 5);
            assertThat(VectorReduction.sum(x, 5, n)).isEqualTo(ScalarReduction.sum(x, 5, n));
        }
    }

    @Test
    void arithmetic_is_float64_rounded_once_from_any_offset_and_in_place() {
        for (var operation : BinaryOperation.values()) {
            for (int n : COLUMNS) {
                float[] a = randn(n + 5);
                float[] b = randn(n + 3);
                float[] expected = new float[n + 2];
                float[] byScalar = a.clone();
                for (int i = 0; i < n; i++) {
                    expected[2 + i] = (float) operation.function.applyAsDouble(a[5 + i], b[3 + i]);
                    byScalar[5 + i] = (float) operation.function.applyAsDouble(a[5 + i], b[1]);
                }
                float[] out = new float[n + 2];
                new BinaryLoop(operation, a, b, out).run(5, true, 3, true, 2, n);
                assertThat(out).isEqualTo(expected);
                new BinaryLoop(operation, a, b, a).run(5, true, 1, false, 5, n);
                assertThat(a).isEqualTo(byScalar);
            }
        }
    }

    @Test
    void sums_follow_float64() {
        for (int rows : ROWS) {
            for (int columns : COLUMNS) {
                float[] x = randn(rows * columns);
                float[] byRow = new float[rows];
                double[] byRowExact = new double[rows];
                Reduction.sum(x, rows, columns, 1, byRow);
                Reduction.sum(toDouble(x), rows, columns, 1, byRowExact);
                requireClose(byRow, byRowExact, 1e-5);
                float[] byColumn = new float[columns];
                double[] byColumnExact = new double[columns];
                Reduction.sum(x, 1, rows, columns, byColumn);
                Reduction.sum(toDouble(x), 1, rows, columns, byColumnExact);
                requireClose(byColumn, byColumnExact, 1e-5);
            }
        }
    }

    @Test
    void batch_normalization_has_the_bits_of_the_scalar_loop_and_follows_float64() {
        for (int rows : ROWS) {
            for (int columns : COLUMNS) {
                int n = rows * columns;
                float[] x = randn(n);
                float[] weight = randn(columns);
                float[] bias = randn(columns);
                float[] inverse = new float[columns];
                float[] unit = new float[n];
                float[] out = new float[n];
                BatchNormalization.forward(forward(rows, columns, x, weight, bias, inverse, unit, out));

                float[] scalarUnit = new float[n];
                float[] scalarOut = new float[n];
                ScalarBatchNormalization.forward(
                        forward(rows, columns, x, weight, bias, new float[columns], scalarUnit, scalarOut));
                assertThat(unit).isEqualTo(scalarUnit);
                assertThat(out).isEqualTo(scalarOut);

                double[] exactOut = new double[n];
                var exact = NormalizationArrays.ofMatrix(rows, columns);
                exact.x = toDouble(x);
                exact.weight = toDouble(weight);
                exact.bias = toDouble(bias);
                exact.epsilon = 1e-5f;
                exact.divisor = rows - 1;
                exact.mean = new double[columns];
                exact.variance = new double[columns];
                exact.inverseDeviation = new double[columns];
                exact.normalized = new double[n];
                exact.out = exactOut;
                BatchNormalization.forward(exact);
                // Two rows that are nearly equal lose digits in their difference, so the bound is wide.
                requireClose(out, exactOut, 1e-3);

                float[] dOut = randn(n);
                float[] dWeight = randn(columns);
                float[] dBias = randn(columns);
                float[] scalarDWeight = dWeight.clone();
                float[] scalarDBias = dBias.clone();
                float[] dX = new float[n];
                float[] scalarDX = new float[n];
                var arrays = NormalizationArrays.ofMatrix(rows, columns);
                arrays.dOut = dOut;
                arrays.normalized = unit;
                arrays.weight = weight;
                arrays.inverseDeviation = inverse;
                arrays.divisor = rows - 1;
                arrays.dWeight = dWeight;
                arrays.dBias = dBias;
                arrays.dX = dX;
                BatchNormalization.backward(arrays);
                arrays.dWeight = scalarDWeight;
                arrays.dBias = scalarDBias;
                arrays.dX = scalarDX;
                ScalarBatchNormalization.backward(arrays);
                assertThat(dX).isEqualTo(scalarDX);
                assertThat(dWeight).isEqualTo(scalarDWeight);
                assertThat(dBias).isEqualTo(scalarDBias);
            }
        }
    }

    private static NormalizationArrays forward(
            int rows,
            int columns,
            float[] x,
            float[] weight,
            float[] bias,
            float[] inverse,
            float[] unit,
            float[] out) {
        var arrays = NormalizationArrays.ofMatrix(rows, columns);
        arrays.x = x;
        arrays.weight = weight;
        arrays.bias = bias;
        arrays.epsilon = 1e-5f;
        arrays.divisor = rows - 1;
        arrays.mean = new float[columns];
        arrays.variance = new float[columns];
        arrays.inverseDeviation = inverse;
        arrays.normalized = unit;
        arrays.out = out;
        return arrays;
    }

    @Test
    void softmax_has_the_bits_of_the_scalar_loop_and_follows_float64() {
        for (int rows : ROWS) {
            for (int classes : COLUMNS) {
                float[] logits = randn(rows * classes);
                int[] targets = new int[rows];
                random.randint(0, classes, targets);
                float[] probabilities = new float[rows * classes];
                double[] exact = new double[rows * classes];
                double loss = SoftmaxCrossEntropy.forward(logits, targets, rows, classes, probabilities);
                assertThat(loss)
                        .isEqualTo(
                                SoftmaxCrossEntropy.forward(toDouble(logits), targets, rows, classes, exact),
                                within(1e-5));
                requireClose(probabilities, exact, 1e-6);

                float[] row = new float[classes];
                float[] scalarRow = new float[classes];
                if (VectorSupport.fillFused(classes)) {
                    assertThat(VectorSoftmax.largest(logits, 0, classes))
                            .isEqualTo(ScalarSoftmax.largest(logits, 0, classes));
                    VectorSoftmax.expOfDifference(logits, 0, 1, row, classes);
                    ScalarSoftmax.expOfDifference(logits, 0, 1, scalarRow, classes);
                    assertThat(row).isEqualTo(scalarRow);
                    VectorSoftmax.scale(row, 0, classes, 0.3f);
                    ScalarSoftmax.scale(scalarRow, 0, classes, 0.3f);
                    assertThat(row).isEqualTo(scalarRow);
                }

                float[] dLogits = new float[rows * classes];
                double[] exactGradient = new double[rows * classes];
                SoftmaxCrossEntropy.backward(probabilities, targets, rows, classes, dLogits);
                SoftmaxCrossEntropy.backward(exact, targets, rows, classes, exactGradient);
                requireClose(dLogits, exactGradient, 1e-6);
            }
        }
    }

    @Test
    void functions_have_the_bits_of_the_scalar_loop() {
        assumeTrue(VectorSupport.ENABLED && VectorSupport.FMA, VectorSupport.description());
        for (int n : COLUMNS) {
            float[] x = randn(n);
            float[] vector = new float[n];
            float[] scalar = new float[n];
            VectorElementwise.tanh(x, vector, 0, n);
            ScalarElementwise.tanh(x, scalar, 0, n);
            assertThat(vector).isEqualTo(scalar);
            VectorElementwise.exp(x, vector, 0, n);
            ScalarElementwise.exp(x, scalar, 0, n);
            assertThat(vector).isEqualTo(scalar);
            VectorElementwise.sigmoid(x, vector, 0, n);
            ScalarElementwise.sigmoid(x, scalar, 0, n);
            assertThat(vector).isEqualTo(scalar);
            Elementwise.unary(UnaryOperation.ABSOLUTE, x, x, n);
            VectorElementwise.log(x, vector, 0, n);
            ScalarElementwise.log(x, scalar, 0, n);
            assertThat(vector).isEqualTo(scalar);
        }
    }
}
