package handgrad.kernel.norm;

import handgrad.kernel.Reduction;
import handgrad.kernel.runtime.Species;
import jdk.incubator.vector.FloatVector;

/**
 * The loops of {@link SpatialBatchNormalization} over a plane, or a block of one, on the Vector API, without fused
 * multiply-add. Each does the elements that fill whole vectors, of the sums those that fill all partial sums, and
 * returns how many they are.
 */
final class VectorSpatialBatchNormalization {
    private static final int PARTIAL_SUMS = Reduction.PARTIAL_SUMS;

    private VectorSpatialBatchNormalization() {}

    static int addDeviations(float[] x, int at, int length, float pivot, float[] sums) {
        int whole = length - length % PARTIAL_SUMS;
        for (int lane = 0; lane < PARTIAL_SUMS; lane += Species.LANES) {
            var sum = FloatVector.fromArray(Species.FLOAT, sums, lane);
            var squares = FloatVector.fromArray(Species.FLOAT, sums, PARTIAL_SUMS + lane);
            for (int i = at + lane; i < at + whole; i += PARTIAL_SUMS) {
                var deviation = FloatVector.fromArray(Species.FLOAT, x, i).sub(pivot);
                sum = sum.add(deviation);
                squares = squares.add(deviation.mul(deviation));
            }
            sum.intoArray(sums, lane);
            squares.intoArray(sums, PARTIAL_SUMS + lane);
        }
        return whole;
    }

    static int addProducts(
            float[] dOut, float[] x, int at, int length, float mean, float inverseDeviation, float[] sums) {
        int whole = length - length % PARTIAL_SUMS;
        for (int lane = 0; lane < PARTIAL_SUMS; lane += Species.LANES) {
            var sum = FloatVector.fromArray(Species.FLOAT, sums, lane);
            var products = FloatVector.fromArray(Species.FLOAT, sums, PARTIAL_SUMS + lane);
            var units = FloatVector.fromArray(Species.FLOAT, sums, 2 * PARTIAL_SUMS + lane);
            for (int i = at + lane; i < at + whole; i += PARTIAL_SUMS) {
                var d = FloatVector.fromArray(Species.FLOAT, dOut, i);
                var normalized =
                        FloatVector.fromArray(Species.FLOAT, x, i).sub(mean).mul(inverseDeviation);
                sum = sum.add(d);
                products = products.add(d.mul(normalized));
                units = units.add(normalized);
            }
            sum.intoArray(sums, lane);
            products.intoArray(sums, PARTIAL_SUMS + lane);
            units.intoArray(sums, 2 * PARTIAL_SUMS + lane);
        }
        return whole;
    }

    static int apply(
            float[] x, int plane, int area, float weight, float bias, float mean, float inverseDeviation, float[] out) {
        int whole = Species.FLOAT.loopBound(area);
        for (int i = plane; i < plane + whole; i += Species.LANES) {
            FloatVector.fromArray(Species.FLOAT, x, i)
                    .sub(mean)
                    .mul(inverseDeviation)
                    .mul(weight)
                    .add(bias)
                    .intoArray(out, i);
        }
        return whole;
    }

    static int backward(NormalizationArrays arrays, int channel, int plane, float offset, float slope, float scale) {
        var dOut = (float[]) arrays.dOut;
        var x = (float[]) arrays.x;
        var dX = (float[]) arrays.dX;
        float mean = ((float[]) arrays.mean)[channel];
        float inverseDeviation = ((float[]) arrays.inverseDeviation)[channel];
        int area = arrays.area;
        int whole = Species.FLOAT.loopBound(area);
        for (int i = plane; i < plane + whole; i += Species.LANES) {
            var normalized =
                    FloatVector.fromArray(Species.FLOAT, x, i).sub(mean).mul(inverseDeviation);
            FloatVector.fromArray(Species.FLOAT, dOut, i)
                    .sub(offset)
                    .sub(normalized.mul(slope))
                    .mul(scale)
                    .intoArray(dX, i);
        }
        return whole;
    }
}
