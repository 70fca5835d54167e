package handgrad.kernel;

import static handgrad.kernel.Species.FLOAT;
import static handgrad.kernel.Species.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Batch normalisation on the Vector API, over the columns from {@code first} to before {@code end}; the contract is that of
 * {@link ScalarBatchNormalization}, bit for bit.
 *
 * <p>Data is read row after row, as it lies in memory: a walk down the columns of 1024 x 1024 floats meets the same few
 * sets of the cache in every row. The sums of the columns stay in the first-level cache, and four rows are added to them at
 * a time.
 *
 * <p>Where the columns do not fill the last vector, one vector that ends with the columns is done on its own. It does some
 * columns again, with the same values.
 */
final class VectorBatchNormalization {
    private VectorBatchNormalization() {}

    /** The columns from {@code first} to before {@code end}, at least as many as a vector has lanes. */
    static void forward(
            float[] x,
            int rows,
            int features,
            int first,
            int end,
            float[] gain,
            float[] bias,
            float epsilon,
            int divisor,
            float[] mean,
            float[] variance,
            float[] inverseDeviation,
            float[] normalized,
            float[] out) {
        int filled = first + FLOAT.loopBound(end - first);
        forwardOfFilled(
                x,
                rows,
                features,
                first,
                filled,
                gain,
                bias,
                epsilon,
                divisor,
                mean,
                variance,
                inverseDeviation,
                normalized,
                out);
        if (filled < end) {
            forwardOfFilled(
                    x,
                    rows,
                    features,
                    end - LANES,
                    end,
                    gain,
                    bias,
                    epsilon,
                    divisor,
                    mean,
                    variance,
                    inverseDeviation,
                    normalized,
                    out);
        }
    }

    private static void forwardOfFilled(
            float[] x,
            int rows,
            int features,
            int first,
            int end,
            float[] gain,
            float[] bias,
            float epsilon,
            int divisor,
            float[] mean,
            float[] variance,
            float[] inverseDeviation,
            float[] normalized,
            float[] out) {
        sums(x, rows, features, first, end, mean);
        for (int j = first; j < end; j += LANES) {
            FloatVector.fromArray(FLOAT, mean, j).div(rows).intoArray(mean, j);
        }
        squares(x, rows, features, first, end, mean, variance);
        for (int j = first; j < end; j += LANES) {
            var spread = FloatVector.fromArray(FLOAT, variance, j).div(divisor);
            spread.intoArray(variance, j);
            FloatVector.broadcast(FLOAT, 1).div(spread.add(epsilon).sqrt()).intoArray(inverseDeviation, j);
        }
        for (int row = 0; row < rows * features; row += features) {
            for (int j = first; j < end; j += LANES) {
                var unit = FloatVector.fromArray(FLOAT, x, row + j)
                        .sub(FloatVector.fromArray(FLOAT, mean, j))
                        .mul(FloatVector.fromArray(FLOAT, inverseDeviation, j));
                unit.intoArray(normalized, row + j);
                FloatVector.fromArray(FLOAT, gain, j)
                        .mul(unit)
                        .add(FloatVector.fromArray(FLOAT, bias, j))
                        .intoArray(out, row + j);
            }
        }
    }

    /** sum[j] = Σ x over the rows. */
    private static void sums(float[] x, int rows, int features, int first, int end, float[] sum) {
        Arrays.fill(sum, first, end, 0f);
        int fours = (rows & -4) * features;
        int row = 0;
        for (; row < fours; row += 4 * features) {
            for (int j = first; j < end; j += LANES) {
                int at = row + j;
                FloatVector.fromArray(FLOAT, sum, j)
                        .add(FloatVector.fromArray(FLOAT, x, at))
                        .add(FloatVector.fromArray(FLOAT, x, at + features))
                        .add(FloatVector.fromArray(FLOAT, x, at + 2 * features))
                        .add(FloatVector.fromArray(FLOAT, x, at + 3 * features))
                        .intoArray(sum, j);
            }
        }
        for (; row < rows * features; row += features) {
            for (int j = first; j < end; j += LANES) {
                FloatVector.fromArray(FLOAT, sum, j)
                        .add(FloatVector.fromArray(FLOAT, x, row + j))
                        .intoArray(sum, j);
            }
        }
    }

    /** sum[j] = Σ (x - mean)² over the rows. */
    private static void squares(float[] x, int rows, int features, int first, int end, float[] mean, float[] sum) {
        Arrays.fill(sum, first, end, 0f);
        int fours = (rows & -4) * features;
        int row = 0;
        for (; row < fours; row += 4 * features) {
            for (int j = first; j < end; j += LANES) {
                int at = row + j;
                var center = FloatVector.fromArray(FLOAT, mean, j);
                var difference0 = FloatVector.fromArray(FLOAT, x, at).sub(center);
                var difference1 = FloatVector.fromArray(FLOAT, x, at + features).sub(center);
                var difference2 =
                        FloatVector.fromArray(FLOAT, x, at + 2 * features).sub(center);
                var difference3 =
                        FloatVector.fromArray(FLOAT, x, at + 3 * features).sub(center);
                FloatVector.fromArray(FLOAT, sum, j)
                        .add(difference0.mul(difference0))
                        .add(difference1.mul(difference1))
                        .add(difference2.mul(difference2))
                        .add(difference3.mul(difference3))
                        .intoArray(sum, j);
            }
        }
        for (; row < rows * features; row += features) {
            for (int j = first; j < end; j += LANES) {
                var difference = FloatVector.fromArray(FLOAT, x, row + j).sub(FloatVector.fromArray(FLOAT, mean, j));
                FloatVector.fromArray(FLOAT, sum, j)
                        .add(difference.mul(difference))
                        .intoArray(sum, j);
            }
        }
    }

    /** The columns from {@code first} to before {@code end}, at least as many as a vector has lanes. */
    static void backward(
            float[] dOut,
            float[] normalized,
            int rows,
            int features,
            int first,
            int end,
            float[] gain,
            float[] inverseDeviation,
            int divisor,
            float[] dGain,
            float[] dBias,
            float[] dX) {
        int filled = first + FLOAT.loopBound(end - first);
        backwardOfFilled(
                dOut,
                normalized,
                rows,
                features,
                first,
                filled,
                first,
                gain,
                inverseDeviation,
                divisor,
                dGain,
                dBias,
                dX);
        if (filled < end) {
            backwardOfFilled(
                    dOut,
                    normalized,
                    rows,
                    features,
                    end - LANES,
                    end,
                    filled,
                    gain,
                    inverseDeviation,
                    divisor,
                    dGain,
                    dBias,
                    dX);
        }
    }

    /** dGain and dBias, which are added to, from column {@code fresh} on: those before have their sum already. */
    private static void backwardOfFilled(
            float[] dOut,
            float[] normalized,
            int rows,
            int features,
            int first,
            int end,
            int fresh,
            float[] gain,
            float[] inverseDeviation,
            int divisor,
            float[] dGain,
            float[] dBias,
            float[] dX) {
        int width = end - first;
        float[] sums = Scratch.floats(2 * width);
        sumsAndProducts(dOut, normalized, rows, features, first, width, sums);
        for (int j = fresh; j < end; j++) {
            dBias[j] += sums[j - first];
            dGain[j] += sums[width + j - first];
        }
        for (int c = 0; c < width; c += LANES) {
            FloatVector.fromArray(FLOAT, sums, c).div(rows).intoArray(sums, c);
            FloatVector.fromArray(FLOAT, sums, width + c).div(divisor).intoArray(sums, width + c);
        }
        for (int row = first; row < rows * features; row += features) {
            for (int c = 0; c < width; c += LANES) {
                int at = row + c;
                var scale = FloatVector.fromArray(FLOAT, gain, first + c)
                        .mul(FloatVector.fromArray(FLOAT, inverseDeviation, first + c));
                var slope =
                        FloatVector.fromArray(FLOAT, normalized, at).mul(FloatVector.fromArray(FLOAT, sums, width + c));
                scale.mul(FloatVector.fromArray(FLOAT, dOut, at)
                                .sub(FloatVector.fromArray(FLOAT, sums, c))
                                .sub(slope))
                        .intoArray(dX, at);
            }
        }
    }

    /** sums[c] = Σ dOut and sums[width + c] = Σ dOut ∘ normalized over the rows of column first + c. */
    private static void sumsAndProducts(
            float[] dOut, float[] normalized, int rows, int features, int first, int width, float[] sums) {
        Arrays.fill(sums, 0, 2 * width, 0f);
        int fours = (rows & -4) * features;
        int row = first;
        for (; row < fours; row += 4 * features) {
            for (int c = 0; c < width; c += LANES) {
                int at = row + c;
                var d0 = FloatVector.fromArray(FLOAT, dOut, at);
                var d1 = FloatVector.fromArray(FLOAT, dOut, at + features);
                var d2 = FloatVector.fromArray(FLOAT, dOut, at + 2 * features);
                var d3 = FloatVector.fromArray(FLOAT, dOut, at + 3 * features);
                FloatVector.fromArray(FLOAT, sums, c)
                        .add(d0)
                        .add(d1)
                        .add(d2)
                        .add(d3)
                        .intoArray(sums, c);
                FloatVector.fromArray(FLOAT, sums, width + c)
                        .add(d0.mul(FloatVector.fromArray(FLOAT, normalized, at)))
                        .add(d1.mul(FloatVector.fromArray(FLOAT, normalized, at + features)))
                        .add(d2.mul(FloatVector.fromArray(FLOAT, normalized, at + 2 * features)))
                        .add(d3.mul(FloatVector.fromArray(FLOAT, normalized, at + 3 * features)))
                        .intoArray(sums, width + c);
            }
        }
        for (; row < rows * features; row += features) {
            for (int c = 0; c < width; c += LANES) {
                var d = FloatVector.fromArray(FLOAT, dOut, row + c);
                FloatVector.fromArray(FLOAT, sums, c).add(d).intoArray(sums, c);
                FloatVector.fromArray(FLOAT, sums, width + c)
                        .add(d.mul(FloatVector.fromArray(FLOAT, normalized, row + c)))
                        .intoArray(sums, width + c);
            }
        }
    }
}
