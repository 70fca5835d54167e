package handgrad.kernel.norm;

import static handgrad.kernel.runtime.Species.FLOAT;
import static handgrad.kernel.runtime.Species.LANES;

import handgrad.kernel.Reduction;
import handgrad.kernel.VectorReduction;
import handgrad.kernel.runtime.Scratch;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

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

    /** mean, rest, variance and inverseDeviation of the columns. */
    static void statistics(NormalizationArrays arrays, int first, int end) {
        var mean = (float[]) arrays.mean;
        var variance = (float[]) arrays.variance;
        var inverseDeviation = (float[]) arrays.inverseDeviation;
        int rows = arrays.rows;
        int sample = Math.min(rows, Reduction.BLOCK_ROWS);
        float trust = ScalarBatchNormalization.trust(rows);
        int width = end - first + LANES;
        float[] sums = Scratch.floats(3 * width);
        int pivots = 2 * width;
        VectorReduction.sumRows((float[]) arrays.x, 0, sample, arrays.features, first, end, sums);
        for (int c = 0; c < end - first; c += LANES) {
            FloatVector.fromArray(FLOAT, sums, c).div(sample).intoArray(sums, pivots + c);
        }
        addRows(arrays, first, end, sums, true);
        for (int c = 0; c < end - first; c += LANES) {
            int at = Math.min(first + c, end - LANES);
            var sum = FloatVector.fromArray(FLOAT, sums, c);
            var squares = FloatVector.fromArray(FLOAT, sums, width + c);
            var pivot = FloatVector.fromArray(FLOAT, sums, pivots + c);
            var shift = sum.div(rows);
            var center = pivot.add(shift);
            center.intoArray(mean, at);
            pivot.sub(center).add(shift).intoArray(arrays.rest, at);
            var ofMean = sum.mul(shift);
            var spread = squares.sub(ofMean).max(0f).div(arrays.divisor);
            spread = spread.blend(Float.NaN, ofMean.compare(VectorOperators.GT, squares.mul(trust)));
            spread.intoArray(variance, at);
            FloatVector.broadcast(FLOAT, 1)
                    .div(spread.add((float) arrays.epsilon).sqrt())
                    .intoArray(inverseDeviation, at);
        }
    }

    /**
     * Two sums of each column over the rows, from 0 and from {@code width} on: of the deviations from the pivots, which
     * stand after them, and their squares; or of dOut and dOut ∘ normalized.
     */
    private static void addRows(NormalizationArrays arrays, int first, int end, float[] sums, boolean deviations) {
        int width = end - first + LANES;
        int whole = (end - first) / LANES * LANES;
        double[] totals = Reduction.beginSums(sums, 2 * width, arrays.rows);
        for (int i = 0; i < arrays.rows; i += 4) {
            if (deviations) {
                addUpTo4Deviations(arrays, i, first, whole, sums, 0, width);
                if (whole < end - first) {
                    addUpTo4Deviations(arrays, i, end - LANES, LANES, sums, whole, width);
                }
            } else {
                addUpTo4Products(arrays, i, first, whole, sums, 0, width);
                if (whole < end - first) {
                    addUpTo4Products(arrays, i, end - LANES, LANES, sums, whole, width);
                }
            }
            Reduction.endRows(sums, totals, 2 * width, Math.min(i + 4, arrays.rows), arrays.rows);
        }
    }

    private static void addUpTo4Deviations(
            NormalizationArrays arrays, int firstRow, int column, int columns, float[] sums, int at, int width) {
        var x = (float[]) arrays.x;
        int features = arrays.features;
        int rows = Math.min(4, arrays.rows - firstRow);
        int row = firstRow * features + column;
        if (rows == 4) {
            int row1 = row + features;
            int row2 = row + 2 * features;
            int row3 = row + 3 * features;
            for (int j = 0; j < columns; j += LANES) {
                var pivot = FloatVector.fromArray(FLOAT, sums, 2 * width + at + j);
                var d0 = FloatVector.fromArray(FLOAT, x, row + j).sub(pivot);
                var d1 = FloatVector.fromArray(FLOAT, x, row1 + j).sub(pivot);
                var d2 = FloatVector.fromArray(FLOAT, x, row2 + j).sub(pivot);
                var d3 = FloatVector.fromArray(FLOAT, x, row3 + j).sub(pivot);
                FloatVector.fromArray(FLOAT, sums, at + j)
                        .add(d0)
                        .add(d1)
                        .add(d2)
                        .add(d3)
                        .intoArray(sums, at + j);
                FloatVector.fromArray(FLOAT, sums, width + at + j)
                        .add(d0.mul(d0))
                        .add(d1.mul(d1))
                        .add(d2.mul(d2))
                        .add(d3.mul(d3))
                        .intoArray(sums, width + at + j);
            }
            return;
        }
        for (int end = row + rows * features; row < end; row += features) {
            for (int j = 0; j < columns; j += LANES) {
                var d = FloatVector.fromArray(FLOAT, x, row + j)
                        .sub(FloatVector.fromArray(FLOAT, sums, 2 * width + at + j));
                FloatVector.fromArray(FLOAT, sums, at + j).add(d).intoArray(sums, at + j);
                FloatVector.fromArray(FLOAT, sums, width + at + j).add(d.mul(d)).intoArray(sums, width + at + j);
            }
        }
    }

    /** normalized and out of the rows {@code from} to before {@code to}, all columns. */
    static void normalize(NormalizationArrays arrays, int from, int to) {
        int features = arrays.features;
        int whole = features - features % LANES;
        for (int row = from * features; row < to * features; row += features) {
            normalizeRow(arrays, row, 0, whole);
            if (whole < features) {
                normalizeRow(arrays, row, features - LANES, LANES);
            }
        }
    }

    private static void normalizeRow(NormalizationArrays arrays, int row, int column, int width) {
        var x = (float[]) arrays.x;
        var weight = (float[]) arrays.weight;
        var bias = (float[]) arrays.bias;
        var mean = (float[]) arrays.mean;
        var inverseDeviation = (float[]) arrays.inverseDeviation;
        float[] rest = arrays.rest;
        var normalized = (float[]) arrays.normalized;
        var out = (float[]) arrays.out;
        for (int j = column; j < column + width; j += LANES) {
            var unit = FloatVector.fromArray(FLOAT, x, row + j)
                    .sub(FloatVector.fromArray(FLOAT, mean, j))
                    .sub(FloatVector.fromArray(FLOAT, rest, j))
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
        var means = (float[]) arrays.means;
        int features = arrays.features;
        int last = end - LANES;
        int width = end - first + LANES;
        float[] sums = Scratch.floats(2 * width);
        addRows(arrays, first, end, sums, false);
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
        var means = (float[]) arrays.means;
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

    private static void addUpTo4Products(
            NormalizationArrays arrays, int firstRow, int column, int columns, float[] sums, int at, int width) {
        var dOut = (float[]) arrays.dOut;
        var normalized = (float[]) arrays.normalized;
        int features = arrays.features;
        int rows = Math.min(4, arrays.rows - firstRow);
        int row = firstRow * features + column;
        if (rows == 4) {
            int row1 = row + features;
            int row2 = row + 2 * features;
            int row3 = row + 3 * features;
            for (int j = 0; j < columns; j += LANES) {
                var d0 = FloatVector.fromArray(FLOAT, dOut, row + j);
                var d1 = FloatVector.fromArray(FLOAT, dOut, row1 + j);
                var d2 = FloatVector.fromArray(FLOAT, dOut, row2 + j);
                var d3 = FloatVector.fromArray(FLOAT, dOut, row3 + j);
                FloatVector.fromArray(FLOAT, sums, at + j)
                        .add(d0)
                        .add(d1)
                        .add(d2)
                        .add(d3)
                        .intoArray(sums, at + j);
                FloatVector.fromArray(FLOAT, sums, width + at + j)
                        .add(d0.mul(FloatVector.fromArray(FLOAT, normalized, row + j)))
                        .add(d1.mul(FloatVector.fromArray(FLOAT, normalized, row1 + j)))
                        .add(d2.mul(FloatVector.fromArray(FLOAT, normalized, row2 + j)))
                        .add(d3.mul(FloatVector.fromArray(FLOAT, normalized, row3 + j)))
                        .intoArray(sums, width + at + j);
            }
            return;
        }
        for (int end = row + rows * features; row < end; row += features) {
            for (int j = 0; j < columns; j += LANES) {
                var d = FloatVector.fromArray(FLOAT, dOut, row + j);
                FloatVector.fromArray(FLOAT, sums, at + j).add(d).intoArray(sums, at + j);
                FloatVector.fromArray(FLOAT, sums, width + at + j)
                        .add(d.mul(FloatVector.fromArray(FLOAT, normalized, row + j)))
                        .intoArray(sums, width + at + j);
            }
        }
    }
}
