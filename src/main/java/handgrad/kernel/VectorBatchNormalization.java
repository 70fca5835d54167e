package handgrad.kernel;

import static handgrad.kernel.Species.FLOAT;
import static handgrad.kernel.Species.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Batch normalisation on the Vector API; sums are over the columns from {@code first} to before {@code end}, at least as many
 * as a vector has lanes. The contract is that of {@link ScalarBatchNormalization}, bit for bit.
 *
 * <p>Data is read row after row, as it lies in memory: a walk down the columns of 1024 x 1024 floats meets the same few
 * sets of the cache in every row. The sums of the columns stay in the first-level cache, and four rows are added to them at
 * a time. A matrix that fits that cache is for {@link VectorSmallBatchNormalization}.
 *
 * <p>Where the columns do not fill the last vector, it moves back until it ends with them, and has sums of its own. What it
 * writes twice has the same values.
 */
final class VectorBatchNormalization {
    private VectorBatchNormalization() {}

    /** mean, variance and inverseDeviation of the columns. */
    static void statistics(
            float[] x,
            int rows,
            int features,
            int first,
            int end,
            float epsilon,
            int divisor,
            float[] mean,
            float[] variance,
            float[] inverseDeviation) {
        int last = end - LANES;
        float[] sums = Scratch.floats(end - first + LANES);
        Arrays.fill(sums, 0, end - first + LANES, 0f);
        VectorReduction.addRows(x, 0, rows, features, first, end, sums);
        for (int j = first; j < end; j += LANES) {
            FloatVector.fromArray(FLOAT, sums, j - first).div(rows).intoArray(mean, Math.min(j, last));
        }
        addSquares(x, rows, features, first, end, mean, sums);
        for (int j = first; j < end; j += LANES) {
            int at = Math.min(j, last);
            var spread = FloatVector.fromArray(FLOAT, sums, j - first).div(divisor);
            spread.intoArray(variance, at);
            FloatVector.broadcast(FLOAT, 1).div(spread.add(epsilon).sqrt()).intoArray(inverseDeviation, at);
        }
    }

    /** sums = Σ (x - mean)² over the rows. */
    private static void addSquares(float[] x, int rows, int features, int first, int end, float[] mean, float[] sums) {
        Arrays.fill(sums, 0, end - first + LANES, 0f);
        int last = end - LANES;
        int fours = (rows & -4) * features;
        int row = 0;
        for (; row < fours; row += 4 * features) {
            for (int j = first; j < end; j += LANES) {
                int column = Math.min(j, last);
                int at = row + column;
                var center = FloatVector.fromArray(FLOAT, mean, column);
                var difference0 = FloatVector.fromArray(FLOAT, x, at).sub(center);
                var difference1 = FloatVector.fromArray(FLOAT, x, at + features).sub(center);
                var difference2 =
                        FloatVector.fromArray(FLOAT, x, at + 2 * features).sub(center);
                var difference3 =
                        FloatVector.fromArray(FLOAT, x, at + 3 * features).sub(center);
                FloatVector.fromArray(FLOAT, sums, j - first)
                        .add(difference0.mul(difference0))
                        .add(difference1.mul(difference1))
                        .add(difference2.mul(difference2))
                        .add(difference3.mul(difference3))
                        .intoArray(sums, j - first);
            }
        }
        for (; row < rows * features; row += features) {
            for (int j = first; j < end; j += LANES) {
                int column = Math.min(j, last);
                var difference =
                        FloatVector.fromArray(FLOAT, x, row + column).sub(FloatVector.fromArray(FLOAT, mean, column));
                FloatVector.fromArray(FLOAT, sums, j - first)
                        .add(difference.mul(difference))
                        .intoArray(sums, j - first);
            }
        }
    }

    /** normalized and out of the rows {@code from} to before {@code to}, all columns. */
    static void apply(
            float[] x,
            int from,
            int to,
            int features,
            float[] gain,
            float[] bias,
            float[] mean,
            float[] inverseDeviation,
            float[] normalized,
            float[] out) {
        int last = features - LANES;
        for (int row = from * features; row < to * features; row += features) {
            for (int j = 0; j < features; j += LANES) {
                int column = Math.min(j, last);
                var unit = FloatVector.fromArray(FLOAT, x, row + column)
                        .sub(FloatVector.fromArray(FLOAT, mean, column))
                        .mul(FloatVector.fromArray(FLOAT, inverseDeviation, column));
                unit.intoArray(normalized, row + column);
                FloatVector.fromArray(FLOAT, gain, column)
                        .mul(unit)
                        .add(FloatVector.fromArray(FLOAT, bias, column))
                        .intoArray(out, row + column);
            }
        }
    }

    /**
     * Adds to dGain and dBias, so of a vector that was moved back only the columns that no other vector had; writes what
     * {@link #backwardRows} takes off, Σ dOut / rows and from {@code features} on Σ (dOut ∘ normalized) / divisor.
     */
    static void backwardSums(
            float[] dOut,
            float[] normalized,
            int rows,
            int features,
            int first,
            int end,
            int divisor,
            float[] dGain,
            float[] dBias,
            float[] means) {
        int last = end - LANES;
        int width = end - first + LANES;
        float[] sums = Scratch.floats(2 * width);
        addRowsAndProducts(dOut, normalized, rows, features, first, end, sums, width);
        for (int j = first; j < end; j += LANES) {
            int c = j - first;
            var sum = FloatVector.fromArray(FLOAT, sums, c);
            var product = FloatVector.fromArray(FLOAT, sums, width + c);
            if (j <= last) {
                FloatVector.fromArray(FLOAT, dBias, j).add(sum).intoArray(dBias, j);
                FloatVector.fromArray(FLOAT, dGain, j).add(product).intoArray(dGain, j);
            } else {
                for (int i = j; i < end; i++) {
                    dBias[i] += sums[c + i - last];
                    dGain[i] += sums[width + c + i - last];
                }
            }
            int at = Math.min(j, last);
            sum.div(rows).intoArray(means, at);
            product.div(divisor).intoArray(means, features + at);
        }
    }

    /** dX of the rows {@code from} to before {@code to}, all columns. */
    static void backwardRows(
            float[] dOut,
            float[] normalized,
            int from,
            int to,
            int features,
            float[] gain,
            float[] inverseDeviation,
            float[] means,
            float[] dX) {
        int last = features - LANES;
        for (int row = from * features; row < to * features; row += features) {
            for (int j = 0; j < features; j += LANES) {
                int column = Math.min(j, last);
                int at = row + column;
                var scale = FloatVector.fromArray(FLOAT, gain, column)
                        .mul(FloatVector.fromArray(FLOAT, inverseDeviation, column));
                var slope = FloatVector.fromArray(FLOAT, normalized, at)
                        .mul(FloatVector.fromArray(FLOAT, means, features + column));
                scale.mul(FloatVector.fromArray(FLOAT, dOut, at)
                                .sub(FloatVector.fromArray(FLOAT, means, column))
                                .sub(slope))
                        .intoArray(dX, at);
            }
        }
    }

    /** sums = Σ dOut over the rows, and from {@code width} on Σ dOut ∘ normalized. */
    private static void addRowsAndProducts(
            float[] dOut, float[] normalized, int rows, int features, int first, int end, float[] sums, int width) {
        Arrays.fill(sums, 0, 2 * width, 0f);
        int last = end - LANES;
        int fours = (rows & -4) * features;
        int row = 0;
        for (; row < fours; row += 4 * features) {
            for (int j = first; j < end; j += LANES) {
                int c = j - first;
                int at = row + Math.min(j, last);
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
            for (int j = first; j < end; j += LANES) {
                int c = j - first;
                int at = row + Math.min(j, last);
                var d = FloatVector.fromArray(FLOAT, dOut, at);
                FloatVector.fromArray(FLOAT, sums, c).add(d).intoArray(sums, c);
                FloatVector.fromArray(FLOAT, sums, width + c)
                        .add(d.mul(FloatVector.fromArray(FLOAT, normalized, at)))
                        .intoArray(sums, width + c);
            }
        }
    }
}
