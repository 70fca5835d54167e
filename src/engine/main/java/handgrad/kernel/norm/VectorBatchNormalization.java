package handgrad.kernel.norm;

import static handgrad.kernel.runtime.Species.FLOAT;
import static handgrad.kernel.runtime.Species.LANES;

import handgrad.kernel.VectorReduction;
import handgrad.kernel.runtime.Scratch;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Batch normalisation on the Vector API; sums are over the columns from {@code first} to before {@code end}, at least
 * as many as a vector has lanes. The contract is that of {@link ScalarBatchNormalization}, bit for bit.
 *
 * <p>Data is read row after row, as it lies in memory: a walk down the columns of 1024 x 1024 floats meets the same few
 * sets of the cache in every row. The sums of the columns stay in the first-level cache, and four rows are added to
 * them at a time. A matrix that fits that cache is for {@link VectorSmallBatchNormalization}.
 *
 * <p>Where the columns do not fill the last vector, it moves back until it ends with them, and has sums of its own.
 * What it writes twice has the same values.
 */
final class VectorBatchNormalization {
    private VectorBatchNormalization() {}

    /** mean, variance and inverseDeviation of the columns. */
    static void statistics(NormalizationArrays arrays, int first, int end) {
        var x = (float[]) arrays.x;
        var mean = (float[]) arrays.mean;
        var variance = (float[]) arrays.variance;
        var inverseDeviation = (float[]) arrays.inverseDeviation;
        int rows = arrays.rows;
        int features = arrays.features;
        float epsilon = (float) arrays.epsilon;
        int last = end - LANES;
        float[] sums = Scratch.floats(end - first + LANES);
        Arrays.fill(sums, 0, end - first + LANES, 0f);
        VectorReduction.addRows(x, 0, rows, features, first, end, sums);
        for (int j = first; j < end; j += LANES) {
            FloatVector.fromArray(FLOAT, sums, j - first).div(rows).intoArray(mean, Math.min(j, last));
        }
        addSquares(arrays, first, end, sums);
        for (int j = first; j < end; j += LANES) {
            int at = Math.min(j, last);
            var spread = FloatVector.fromArray(FLOAT, sums, j - first).div(arrays.divisor);
            spread.intoArray(variance, at);
            FloatVector.broadcast(FLOAT, 1).div(spread.add(epsilon).sqrt()).intoArray(inverseDeviation, at);
        }
    }

    /** sums = Σ (x - mean)² over the rows. */
    private static void addSquares(NormalizationArrays arrays, int first, int end, float[] sums) {
        int width = end - first;
        int whole = width - width % LANES;
        Arrays.fill(sums, 0, width + LANES, 0f);
        for (int i = 0; i < arrays.rows; i += 4) {
            addSquaresOfUpTo4Rows(arrays, i, first, whole, sums, 0);
            if (whole < width) {
                addSquaresOfUpTo4Rows(arrays, i, end - LANES, LANES, sums, whole);
            }
        }
    }

    private static void addSquaresOfUpTo4Rows(
            NormalizationArrays arrays, int firstRow, int column, int width, float[] sums, int sumsAt) {
        var x = (float[]) arrays.x;
        var mean = (float[]) arrays.mean;
        int features = arrays.features;
        int row = firstRow * features;
        int rows = Math.min(4, arrays.rows - firstRow);
        if (rows == 4) {
            int at = row + column;
            for (int j = 0; j < width; j += LANES) {
                var center = FloatVector.fromArray(FLOAT, mean, column + j);
                var difference0 = FloatVector.fromArray(FLOAT, x, at + j).sub(center);
                var difference1 =
                        FloatVector.fromArray(FLOAT, x, at + features + j).sub(center);
                var difference2 =
                        FloatVector.fromArray(FLOAT, x, at + 2 * features + j).sub(center);
                var difference3 =
                        FloatVector.fromArray(FLOAT, x, at + 3 * features + j).sub(center);
                FloatVector.fromArray(FLOAT, sums, sumsAt + j)
                        .add(difference0.mul(difference0))
                        .add(difference1.mul(difference1))
                        .add(difference2.mul(difference2))
                        .add(difference3.mul(difference3))
                        .intoArray(sums, sumsAt + j);
            }
            return;
        }
        for (int at = row + column; at < row + column + rows * features; at += features) {
            for (int j = 0; j < width; j += LANES) {
                var difference =
                        FloatVector.fromArray(FLOAT, x, at + j).sub(FloatVector.fromArray(FLOAT, mean, column + j));
                FloatVector.fromArray(FLOAT, sums, sumsAt + j)
                        .add(difference.mul(difference))
                        .intoArray(sums, sumsAt + j);
            }
        }
    }

    /** normalized and out of the rows {@code from} to before {@code to}, all columns. */
    static void apply(NormalizationArrays arrays, int from, int to) {
        int features = arrays.features;
        int whole = features - features % LANES;
        for (int row = from * features; row < to * features; row += features) {
            applyToRow(arrays, row, 0, whole);
            if (whole < features) {
                applyToRow(arrays, row, features - LANES, LANES);
            }
        }
    }

    private static void applyToRow(NormalizationArrays arrays, int row, int column, int width) {
        var x = (float[]) arrays.x;
        var weight = (float[]) arrays.weight;
        var bias = (float[]) arrays.bias;
        var mean = (float[]) arrays.mean;
        var inverseDeviation = (float[]) arrays.inverseDeviation;
        var normalized = (float[]) arrays.normalized;
        var out = (float[]) arrays.out;
        for (int j = column; j < column + width; j += LANES) {
            var unit = FloatVector.fromArray(FLOAT, x, row + j)
                    .sub(FloatVector.fromArray(FLOAT, mean, j))
                    .mul(FloatVector.fromArray(FLOAT, inverseDeviation, j));
            unit.intoArray(normalized, row + j);
            FloatVector.fromArray(FLOAT, weight, j)
                    .mul(unit)
                    .add(FloatVector.fromArray(FLOAT, bias, j))
                    .intoArray(out, row + j);
        }
    }

    /**
     * Adds to dWeight and dBias, so of a vector that was moved back only the columns that no other vector had; writes
     * what {@link #backwardRows} takes off, Σ dOut / rows and from {@code features} on Σ (dOut ∘ normalized) / divisor.
     */
    static void backwardSums(NormalizationArrays arrays, int first, int end) {
        var dWeight = (float[]) arrays.dWeight;
        var dBias = (float[]) arrays.dBias;
        float[] means = arrays.means;
        int features = arrays.features;
        int last = end - LANES;
        int width = end - first + LANES;
        float[] sums = Scratch.floats(2 * width);
        addRowsAndProducts(arrays, first, end, sums, width);
        for (int j = first; j < end; j += LANES) {
            int c = j - first;
            var sum = FloatVector.fromArray(FLOAT, sums, c);
            var product = FloatVector.fromArray(FLOAT, sums, width + c);
            if (j <= last) {
                FloatVector.fromArray(FLOAT, dBias, j).add(sum).intoArray(dBias, j);
                FloatVector.fromArray(FLOAT, dWeight, j).add(product).intoArray(dWeight, j);
            } else {
                for (int i = j; i < end; i++) {
                    dBias[i] += sums[c + i - last];
                    dWeight[i] += sums[width + c + i - last];
                }
            }
            int at = Math.min(j, last);
            sum.div(arrays.rows).intoArray(means, at);
            product.div(arrays.divisor).intoArray(means, features + at);
        }
    }

    /** dX of the rows {@code from} to before {@code to}, all columns. */
    static void backwardRows(NormalizationArrays arrays, int from, int to) {
        int features = arrays.features;
        int whole = features - features % LANES;
        for (int row = from * features; row < to * features; row += features) {
            backwardRow(arrays, row, 0, whole);
            if (whole < features) {
                backwardRow(arrays, row, features - LANES, LANES);
            }
        }
    }

    private static void backwardRow(NormalizationArrays arrays, int row, int column, int width) {
        var dOut = (float[]) arrays.dOut;
        var normalized = (float[]) arrays.normalized;
        var weight = (float[]) arrays.weight;
        var inverseDeviation = (float[]) arrays.inverseDeviation;
        var dX = (float[]) arrays.dX;
        float[] means = arrays.means;
        int features = arrays.features;
        for (int j = column; j < column + width; j += LANES) {
            var scale = FloatVector.fromArray(FLOAT, weight, j).mul(FloatVector.fromArray(FLOAT, inverseDeviation, j));
            var slope = FloatVector.fromArray(FLOAT, normalized, row + j)
                    .mul(FloatVector.fromArray(FLOAT, means, features + j));
            scale.mul(FloatVector.fromArray(FLOAT, dOut, row + j)
                            .sub(FloatVector.fromArray(FLOAT, means, j))
                            .sub(slope))
                    .intoArray(dX, row + j);
        }
    }

    /** sums = Σ dOut over the rows, and from {@code width} on Σ dOut ∘ normalized. */
    private static void addRowsAndProducts(NormalizationArrays arrays, int first, int end, float[] sums, int width) {
        Arrays.fill(sums, 0, 2 * width, 0f);
        int whole = (end - first) / LANES * LANES;
        for (int i = 0; i < arrays.rows; i += 4) {
            addUpTo4RowsAndProducts(arrays, i, first, whole, sums, 0, width);
            if (whole < end - first) {
                addUpTo4RowsAndProducts(arrays, i, end - LANES, LANES, sums, whole, width + whole);
            }
        }
    }

    private static void addUpTo4RowsAndProducts(
            NormalizationArrays arrays, int firstRow, int column, int width, float[] sums, int sumsAt, int productsAt) {
        var dOut = (float[]) arrays.dOut;
        var normalized = (float[]) arrays.normalized;
        int features = arrays.features;
        int rows = Math.min(4, arrays.rows - firstRow);
        int at = firstRow * features + column;
        if (rows == 4) {
            int at1 = at + features;
            int at2 = at + 2 * features;
            int at3 = at + 3 * features;
            for (int j = 0; j < width; j += LANES) {
                var d0 = FloatVector.fromArray(FLOAT, dOut, at + j);
                var d1 = FloatVector.fromArray(FLOAT, dOut, at1 + j);
                var d2 = FloatVector.fromArray(FLOAT, dOut, at2 + j);
                var d3 = FloatVector.fromArray(FLOAT, dOut, at3 + j);
                FloatVector.fromArray(FLOAT, sums, sumsAt + j)
                        .add(d0)
                        .add(d1)
                        .add(d2)
                        .add(d3)
                        .intoArray(sums, sumsAt + j);
                FloatVector.fromArray(FLOAT, sums, productsAt + j)
                        .add(d0.mul(FloatVector.fromArray(FLOAT, normalized, at + j)))
                        .add(d1.mul(FloatVector.fromArray(FLOAT, normalized, at1 + j)))
                        .add(d2.mul(FloatVector.fromArray(FLOAT, normalized, at2 + j)))
                        .add(d3.mul(FloatVector.fromArray(FLOAT, normalized, at3 + j)))
                        .intoArray(sums, productsAt + j);
            }
            return;
        }
        for (int row = at; row < at + rows * features; row += features) {
            for (int j = 0; j < width; j += LANES) {
                var d = FloatVector.fromArray(FLOAT, dOut, row + j);
                FloatVector.fromArray(FLOAT, sums, sumsAt + j).add(d).intoArray(sums, sumsAt + j);
                FloatVector.fromArray(FLOAT, sums, productsAt + j)
                        .add(d.mul(FloatVector.fromArray(FLOAT, normalized, row + j)))
                        .intoArray(sums, productsAt + j);
            }
        }
    }
}
