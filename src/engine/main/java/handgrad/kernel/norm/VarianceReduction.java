package handgrad.kernel.norm;

import handgrad.kernel.WideMoments;
import handgrad.kernel.runtime.Parallel;
import java.util.Arrays;

/**
 * The variance over one dimension of an array seen as (outer, n, inner), by the statistics of batch normalisation: a
 * row is a channel of one image, a column a feature of a matrix. The bound is that of {@link BatchNormalization}.
 */
public final class VarianceReduction {
    private VarianceReduction() {}

    /**
     * out[o·inner + j] = Σ over i of (x[(o·n + i)·inner + j] - mean)² / divisor; x is (outer, n, inner), out is (outer,
     * inner). Both are float[], or both double[].
     *
     * @param root whether to take the root, which may be a float where the variance is none
     */
    public static void of(Object x, int outer, int n, int inner, int divisor, boolean root, Object out) {
        if (inner == 1) {
            var arrays = NormalizationArrays.ofImages(1, outer, n);
            prepare(arrays, x, divisor, out);
            Parallel.ranges(outer, Parallel.rows(n), (first, end) -> {
                for (int c = first; c < end; c++) {
                    SpatialBatchNormalization.statistics(arrays, c);
                }
            });
            write(arrays, root, out, 0);
            return;
        }
        var arrays = NormalizationArrays.ofMatrix(n, inner);
        prepare(arrays, x, divisor, out);
        for (int o = 0; o < outer; o++) {
            if (outer > 1) {
                arrays.x = slice(x, o * n * inner, (o + 1) * n * inner);
            }
            BatchNormalization.statistics(arrays);
            write(arrays, root, out, o * inner);
        }
    }

    private static void prepare(NormalizationArrays arrays, Object x, int divisor, Object out) {
        boolean float32 = x instanceof float[];
        int features = arrays.features;
        arrays.x = x;
        arrays.weight = out;
        arrays.divisor = divisor;
        arrays.epsilon = 0;
        arrays.mean = float32 ? new float[features] : new double[features];
        arrays.variance = float32 ? new float[features] : new double[features];
        arrays.inverseDeviation = float32 ? new float[features] : new double[features];
        arrays.rest = new float[features];
    }

    private static Object slice(Object x, int from, int to) {
        return x instanceof float[] floats
                ? Arrays.copyOfRange(floats, from, to)
                : Arrays.copyOfRange((double[]) x, from, to);
    }

    private static void write(NormalizationArrays arrays, boolean root, Object out, int at) {
        if (!root) {
            System.arraycopy(arrays.variance, 0, out, at, arrays.features);
            return;
        }
        for (int j = 0; j < arrays.features; j++) {
            if (out instanceof double[] deviations) {
                deviations[at + j] = Math.sqrt(((double[]) arrays.variance)[j]);
            } else {
                float variance = ((float[]) arrays.variance)[j];
                ((float[]) out)[at + j] = (float) Math.sqrt(
                        arrays.hasDigits(variance) ? variance : wide(arrays, j).squares() / arrays.divisor);
            }
        }
    }

    private static WideMoments wide(NormalizationArrays arrays, int column) {
        var x = (float[]) arrays.x;
        int area = arrays.area;
        return WideMoments.of(arrays.rows * area, i -> x[arrays.plane(i / area, column) + i % area]);
    }
}
