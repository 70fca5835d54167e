package handgrad.kernel.conv;

import handgrad.kernel.runtime.Parallel;
import java.util.Arrays;

/**
 * The largest element of each window of planes x (planes, height, width); windows are square, inside of the plane and
 * {@code stride} apart, so there are ⌊(size - kernel) / stride⌋ + 1 along a dimension. Where several are equal the
 * first counts, row by row; a NaN is larger than all numbers. As in PyTorch.
 */
public final class MaxPooling {
    /** Elements of x in a block of {@link Parallel}, about. */
    private static final int BLOCK_ELEMENTS = 1 << 15;

    private MaxPooling() {}

    /**
     * Writes the largest element of each window and its index.
     *
     * @param out (planes, outHeight, outWidth), written
     * @param indices (planes, outHeight, outWidth), written: the index of the element within its plane
     */
    public static void forward(
            float[] x, int planes, int height, int width, int kernel, int stride, float[] out, int[] indices) {
        int outWidth = (width - kernel) / stride + 1;
        int outHeight = (height - kernel) / stride + 1;
        int blockPlanes = blockPlanes(height * width);
        Parallel.blocks(Math.ceilDiv(planes, blockPlanes), block -> {
            int end = Math.min(planes, (block + 1) * blockPlanes);
            for (int row = block * blockPlanes * outHeight; row < end * outHeight; row++) {
                int plane = row / outHeight * height * width;
                int first = row % outHeight * stride * width;
                for (int z = 0; z < outWidth; z++) {
                    int best = first + z * stride;
                    float largest = x[plane + best];
                    for (int i = 0; i < kernel; i++) {
                        for (int j = 0; j < kernel; j++) {
                            int at = first + i * width + z * stride + j;
                            float candidate = x[plane + at];
                            boolean larger = candidate > largest || Float.isNaN(candidate);
                            largest = larger ? candidate : largest;
                            best = larger ? at : best;
                        }
                    }
                    out[row * outWidth + z] = largest;
                    indices[row * outWidth + z] = best;
                }
            }
        });
    }

    /** As the float32 form, in float64. */
    public static void forward(
            double[] x, int planes, int height, int width, int kernel, int stride, double[] out, int[] indices) {
        int outWidth = (width - kernel) / stride + 1;
        int outHeight = (height - kernel) / stride + 1;
        for (int row = 0; row < planes * outHeight; row++) {
            int plane = row / outHeight * height * width;
            int first = row % outHeight * stride * width;
            for (int z = 0; z < outWidth; z++) {
                int best = first + z * stride;
                for (int i = 0; i < kernel; i++) {
                    for (int j = 0; j < kernel; j++) {
                        int at = first + i * width + z * stride + j;
                        if (x[plane + at] > x[plane + best] || Double.isNaN(x[plane + at])) {
                            best = at;
                        }
                    }
                }
                out[row * outWidth + z] = x[plane + best];
                indices[row * outWidth + z] = best;
            }
        }
    }

    /**
     * dX[p, indices[p, …]] = Σ over the windows that chose that element of dOut[p, …], 0 elsewhere.
     *
     * @param dOut (planes, outArea)
     * @param indices (planes, outArea), as forward wrote them
     * @param dX (planes, area), written
     */
    public static void backward(float[] dOut, int[] indices, int planes, int outArea, int area, float[] dX) {
        int blockPlanes = blockPlanes(area);
        Parallel.blocks(Math.ceilDiv(planes, blockPlanes), block -> {
            int end = Math.min(planes, (block + 1) * blockPlanes);
            Arrays.fill(dX, block * blockPlanes * area, end * area, 0);
            for (int plane = block * blockPlanes; plane < end; plane++) {
                for (int i = plane * outArea; i < (plane + 1) * outArea; i++) {
                    dX[plane * area + indices[i]] += dOut[i];
                }
            }
        });
    }

    /** As the float32 form, in float64. */
    public static void backward(double[] dOut, int[] indices, int planes, int outArea, int area, double[] dX) {
        Arrays.fill(dX, 0, planes * area, 0);
        for (int i = 0; i < planes * outArea; i++) {
            dX[i / outArea * area + indices[i]] += dOut[i];
        }
    }

    private static int blockPlanes(int area) {
        return Math.max(1, BLOCK_ELEMENTS / Math.max(1, area));
    }
}
