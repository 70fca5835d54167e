package handgrad.kernel.norm;

import handgrad.kernel.runtime.Scratch;
import handgrad.kernel.runtime.Species;
import jdk.incubator.vector.FloatVector;

/**
 * Batch normalisation of a matrix that fits the first-level cache, two vectors of columns at a time: their sums stay in
 * registers and hide each other's latency. The contract is that of {@link ScalarBatchNormalization}, bit for bit.
 * Larger matrices are for {@link VectorBatchNormalization}.
 *
 * <p>A pass is two methods, each too large for the compiler to put it into another. With as many operations on vectors
 * in one, C2 comes to its limit of bytecodes and leaves the last operations as calls, whose vectors are objects.
 *
 * <p>Where the features do not fill the last vectors, these move back until they end with the row; what they write
 * twice has the same values.
 */
final class VectorSmallBatchNormalization {
    private VectorSmallBatchNormalization() {}

    /** The rows are one block, so they have the pivot of all, and no column is done again for it. */
    static void forward(NormalizationArrays arrays) {
        statistics(arrays);
        normalize(arrays);
    }

    private static void statistics(NormalizationArrays arrays) {
        var x = (float[]) arrays.x;
        var mean = (float[]) arrays.mean;
        float[] rest = arrays.rest;
        var variance = (float[]) arrays.variance;
        var inverseDeviation = (float[]) arrays.inverseDeviation;
        int rows = arrays.rows;
        int features = arrays.features;
        int divisor = arrays.divisor;
        float epsilon = (float) arrays.epsilon;
        int last = features - Species.LANES;
        for (int j = 0; j < features; j += 2 * Species.LANES) {
            int j0 = Math.min(j, last);
            int j1 = Math.min(j + Species.LANES, last);
            var sum0 = FloatVector.zero(Species.FLOAT);
            var sum1 = FloatVector.zero(Species.FLOAT);
            for (int row = 0; row < rows * features; row += features) {
                sum0 = sum0.add(FloatVector.fromArray(Species.FLOAT, x, row + j0));
                sum1 = sum1.add(FloatVector.fromArray(Species.FLOAT, x, row + j1));
            }
            var pivot0 = sum0.div(rows);
            var pivot1 = sum1.div(rows);
            sum0 = FloatVector.zero(Species.FLOAT);
            sum1 = FloatVector.zero(Species.FLOAT);
            var squares0 = FloatVector.zero(Species.FLOAT);
            var squares1 = FloatVector.zero(Species.FLOAT);
            for (int row = 0; row < rows * features; row += features) {
                var difference0 =
                        FloatVector.fromArray(Species.FLOAT, x, row + j0).sub(pivot0);
                var difference1 =
                        FloatVector.fromArray(Species.FLOAT, x, row + j1).sub(pivot1);
                sum0 = sum0.add(difference0);
                sum1 = sum1.add(difference1);
                squares0 = squares0.add(difference0.mul(difference0));
                squares1 = squares1.add(difference1.mul(difference1));
            }
            var shift0 = sum0.div(rows);
            var shift1 = sum1.div(rows);
            var center0 = pivot0.add(shift0);
            var center1 = pivot1.add(shift1);
            var rest0 = pivot0.sub(center0).add(shift0);
            var rest1 = pivot1.sub(center1).add(shift1);
            var spread0 = squares0.sub(sum0.mul(shift0)).max(0f).div(divisor);
            var spread1 = squares1.sub(sum1.mul(shift1)).max(0f).div(divisor);
            var one = FloatVector.broadcast(Species.FLOAT, 1);
            var inverse0 = one.div(spread0.add(epsilon).sqrt());
            var inverse1 = one.div(spread1.add(epsilon).sqrt());
            center0.intoArray(mean, j0);
            center1.intoArray(mean, j1);
            rest0.intoArray(rest, j0);
            rest1.intoArray(rest, j1);
            spread0.intoArray(variance, j0);
            spread1.intoArray(variance, j1);
            inverse0.intoArray(inverseDeviation, j0);
            inverse1.intoArray(inverseDeviation, j1);
        }
    }

    private static void normalize(NormalizationArrays arrays) {
        var x = (float[]) arrays.x;
        var weight = (float[]) arrays.weight;
        var bias = (float[]) arrays.bias;
        var mean = (float[]) arrays.mean;
        float[] rest = arrays.rest;
        var inverseDeviation = (float[]) arrays.inverseDeviation;
        var normalized = (float[]) arrays.normalized;
        var out = (float[]) arrays.out;
        int rows = arrays.rows;
        int features = arrays.features;
        int last = features - Species.LANES;
        for (int j = 0; j < features; j += 2 * Species.LANES) {
            int j0 = Math.min(j, last);
            int j1 = Math.min(j + Species.LANES, last);
            var center0 = FloatVector.fromArray(Species.FLOAT, mean, j0);
            var center1 = FloatVector.fromArray(Species.FLOAT, mean, j1);
            var rest0 = FloatVector.fromArray(Species.FLOAT, rest, j0);
            var rest1 = FloatVector.fromArray(Species.FLOAT, rest, j1);
            var inverse0 = FloatVector.fromArray(Species.FLOAT, inverseDeviation, j0);
            var inverse1 = FloatVector.fromArray(Species.FLOAT, inverseDeviation, j1);
            var weight0 = FloatVector.fromArray(Species.FLOAT, weight, j0);
            var weight1 = FloatVector.fromArray(Species.FLOAT, weight, j1);
            var bias0 = FloatVector.fromArray(Species.FLOAT, bias, j0);
            var bias1 = FloatVector.fromArray(Species.FLOAT, bias, j1);
            for (int row = 0; row < rows * features; row += features) {
                var unit0 = FloatVector.fromArray(Species.FLOAT, x, row + j0)
                        .sub(center0)
                        .sub(rest0)
                        .mul(inverse0);
                var unit1 = FloatVector.fromArray(Species.FLOAT, x, row + j1)
                        .sub(center1)
                        .sub(rest1)
                        .mul(inverse1);
                unit0.intoArray(normalized, row + j0);
                unit1.intoArray(normalized, row + j1);
                weight0.mul(unit0).add(bias0).intoArray(out, row + j0);
                weight1.mul(unit1).add(bias1).intoArray(out, row + j1);
            }
        }
    }

    /**
     * The gradients. dWeight and dBias are added to, so of a block that was moved back only the columns that no other
     * block had are added.
     */
    static void backward(NormalizationArrays arrays) {
        sums(arrays);
        gradient(arrays);
    }

    private static void sums(NormalizationArrays arrays) {
        var dOut = (float[]) arrays.dOut;
        var normalized = (float[]) arrays.normalized;
        var dWeight = (float[]) arrays.dWeight;
        var dBias = (float[]) arrays.dBias;
        float[] means = Scratch.shared(2 * arrays.features);
        arrays.means = means;
        int rows = arrays.rows;
        int features = arrays.features;
        int divisor = arrays.divisor;
        float[] sums = Scratch.floats(4 * Species.LANES);
        int last = features - Species.LANES;
        for (int j = 0; j < features; j += 2 * Species.LANES) {
            int j0 = Math.min(j, last);
            int j1 = Math.min(j + Species.LANES, last);
            var sum0 = FloatVector.zero(Species.FLOAT);
            var sum1 = FloatVector.zero(Species.FLOAT);
            var product0 = FloatVector.zero(Species.FLOAT);
            var product1 = FloatVector.zero(Species.FLOAT);
            for (int row = 0; row < rows * features; row += features) {
                var d0 = FloatVector.fromArray(Species.FLOAT, dOut, row + j0);
                var d1 = FloatVector.fromArray(Species.FLOAT, dOut, row + j1);
                sum0 = sum0.add(d0);
                sum1 = sum1.add(d1);
                product0 = product0.add(d0.mul(FloatVector.fromArray(Species.FLOAT, normalized, row + j0)));
                product1 = product1.add(d1.mul(FloatVector.fromArray(Species.FLOAT, normalized, row + j1)));
            }
            if (j + 2 * Species.LANES <= features) {
                FloatVector.fromArray(Species.FLOAT, dBias, j0).add(sum0).intoArray(dBias, j0);
                FloatVector.fromArray(Species.FLOAT, dBias, j1).add(sum1).intoArray(dBias, j1);
                FloatVector.fromArray(Species.FLOAT, dWeight, j0).add(product0).intoArray(dWeight, j0);
                FloatVector.fromArray(Species.FLOAT, dWeight, j1).add(product1).intoArray(dWeight, j1);
            } else {
                sum0.intoArray(sums, 0);
                sum1.intoArray(sums, j1 - j0);
                product0.intoArray(sums, 2 * Species.LANES);
                product1.intoArray(sums, 2 * Species.LANES + j1 - j0);
                for (int c = j; c < features; c++) {
                    dBias[c] += sums[c - j0];
                    dWeight[c] += sums[2 * Species.LANES + c - j0];
                }
            }
            sum0.div(rows).intoArray(means, j0);
            sum1.div(rows).intoArray(means, j1);
            product0.div(divisor).intoArray(means, features + j0);
            product1.div(divisor).intoArray(means, features + j1);
        }
    }

    private static void gradient(NormalizationArrays arrays) {
        var dOut = (float[]) arrays.dOut;
        var normalized = (float[]) arrays.normalized;
        var weight = (float[]) arrays.weight;
        var inverseDeviation = (float[]) arrays.inverseDeviation;
        var means = (float[]) arrays.means;
        var dX = (float[]) arrays.dX;
        int rows = arrays.rows;
        int features = arrays.features;
        int last = features - Species.LANES;
        for (int j = 0; j < features; j += 2 * Species.LANES) {
            int j0 = Math.min(j, last);
            int j1 = Math.min(j + Species.LANES, last);
            var scale0 = FloatVector.fromArray(Species.FLOAT, weight, j0)
                    .mul(FloatVector.fromArray(Species.FLOAT, inverseDeviation, j0));
            var scale1 = FloatVector.fromArray(Species.FLOAT, weight, j1)
                    .mul(FloatVector.fromArray(Species.FLOAT, inverseDeviation, j1));
            var mean0 = FloatVector.fromArray(Species.FLOAT, means, j0);
            var mean1 = FloatVector.fromArray(Species.FLOAT, means, j1);
            var slope0 = FloatVector.fromArray(Species.FLOAT, means, features + j0);
            var slope1 = FloatVector.fromArray(Species.FLOAT, means, features + j1);
            for (int row = 0; row < rows * features; row += features) {
                var d0 = FloatVector.fromArray(Species.FLOAT, dOut, row + j0);
                var d1 = FloatVector.fromArray(Species.FLOAT, dOut, row + j1);
                var unit0 = FloatVector.fromArray(Species.FLOAT, normalized, row + j0);
                var unit1 = FloatVector.fromArray(Species.FLOAT, normalized, row + j1);
                scale0.mul(d0.sub(mean0).sub(unit0.mul(slope0))).intoArray(dX, row + j0);
                scale1.mul(d1.sub(mean1).sub(unit1.mul(slope1))).intoArray(dX, row + j1);
            }
        }
    }
}
