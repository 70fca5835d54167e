package handgrad.kernel;

import jdk.incubator.vector.FloatVector;

/**
 * Batch normalisation on the Vector API, a block of columns at a time: one vector holds a row's part of the block, so the
 * statistics of a block stay in registers and its data, rows x lanes, in the first-level cache between the passes. Where
 * the features do not fill the last block, forward moves that block back until it does; it writes some columns twice, with
 * the same values, and needs no tail. Backward adds to dGain and dBias, so it must not, and leaves the rest to the scalar
 * loops.
 */
final class VectorBatchNormalization {
    private VectorBatchNormalization() {}

    static void forward(
            float[] x,
            int rows,
            int features,
            float[] gain,
            float[] bias,
            float epsilon,
            int divisor,
            float[] mean,
            float[] variance,
            float[] inverseDeviation,
            float[] normalized,
            float[] out) {
        int last = features - Species.LANES;
        for (int j = 0; j < last; j += Species.LANES) {
            forwardBlock(
                    j,
                    x,
                    rows,
                    features,
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
        forwardBlock(
                last,
                x,
                rows,
                features,
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

    private static void forwardBlock(
            int j,
            float[] x,
            int rows,
            int features,
            float[] gain,
            float[] bias,
            float epsilon,
            int divisor,
            float[] mean,
            float[] variance,
            float[] inverseDeviation,
            float[] normalized,
            float[] out) {
        var sum = FloatVector.zero(Species.FLOAT);
        for (int i = 0; i < rows; i++) {
            sum = sum.add(FloatVector.fromArray(Species.FLOAT, x, i * features + j));
        }
        var center = sum.div(rows);
        var squares = FloatVector.zero(Species.FLOAT);
        for (int i = 0; i < rows; i++) {
            var difference =
                    FloatVector.fromArray(Species.FLOAT, x, i * features + j).sub(center);
            squares = squares.add(difference.mul(difference));
        }
        var spread = squares.div(divisor);
        var inverse =
                FloatVector.broadcast(Species.FLOAT, 1).div(spread.add(epsilon).sqrt());
        center.intoArray(mean, j);
        spread.intoArray(variance, j);
        inverse.intoArray(inverseDeviation, j);
        var g = FloatVector.fromArray(Species.FLOAT, gain, j);
        var b = FloatVector.fromArray(Species.FLOAT, bias, j);
        for (int i = 0; i < rows; i++) {
            int at = i * features + j;
            var unit = FloatVector.fromArray(Species.FLOAT, x, at).sub(center).mul(inverse);
            unit.intoArray(normalized, at);
            g.mul(unit).add(b).intoArray(out, at);
        }
    }

    /** The gradients of as many features as fill whole vectors; returns how many those are. */
    static int backward(
            float[] dOut,
            float[] normalized,
            int rows,
            int features,
            float[] gain,
            float[] inverseDeviation,
            int divisor,
            float[] dGain,
            float[] dBias,
            float[] dX) {
        int j = 0;
        for (; j <= features - Species.LANES; j += Species.LANES) {
            backwardBlock(j, dOut, normalized, rows, features, gain, inverseDeviation, divisor, dGain, dBias, dX);
        }
        return j;
    }

    private static void backwardBlock(
            int j,
            float[] dOut,
            float[] normalized,
            int rows,
            int features,
            float[] gain,
            float[] inverseDeviation,
            int divisor,
            float[] dGain,
            float[] dBias,
            float[] dX) {
        var sum = FloatVector.zero(Species.FLOAT);
        var product = FloatVector.zero(Species.FLOAT);
        for (int i = 0; i < rows; i++) {
            int at = i * features + j;
            var d = FloatVector.fromArray(Species.FLOAT, dOut, at);
            sum = sum.add(d);
            product = product.add(d.mul(FloatVector.fromArray(Species.FLOAT, normalized, at)));
        }
        FloatVector.fromArray(Species.FLOAT, dBias, j).add(sum).intoArray(dBias, j);
        FloatVector.fromArray(Species.FLOAT, dGain, j).add(product).intoArray(dGain, j);
        var scale = FloatVector.fromArray(Species.FLOAT, gain, j)
                .mul(FloatVector.fromArray(Species.FLOAT, inverseDeviation, j));
        var meanGradient = sum.div(rows);
        var slope = product.div(divisor);
        for (int i = 0; i < rows; i++) {
            int at = i * features + j;
            var d = FloatVector.fromArray(Species.FLOAT, dOut, at);
            var unit = FloatVector.fromArray(Species.FLOAT, normalized, at);
            scale.mul(d.sub(meanGradient).sub(unit.mul(slope))).intoArray(dX, at);
        }
    }
}
