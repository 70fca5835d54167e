package handgrad.kernel.conv;

import handgrad.kernel.runtime.Parallel;
import java.util.Arrays;

/**
 * The largest element of each window of planes x (planes, height, width), where a size becomes
 * ⌊(size + 2·padding - kernel) / stride⌋ + 1. What a window has outside of the plane does not count; padding is less
 * than the kernel, so each has something inside. Where several are equal the first counts, row by row; a NaN is larger
 * than all numbers. As in PyTorch.
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
    public static void forward(WindowSizes sizes, float[] x, float[] out, int[] indices) {
        Parallel.overRows(
                sizes.planes(),
                blockPlanes(sizes),
                0,
                sizes,
                x,
                out,
                indices,
                (windows, in, largest, at, _, from, to) ->
                        rows(windows, in, from * windows.outHeight, to * windows.outHeight, largest, at));
    }

    /** The rows of output pixels from one to before another. */
    private static void rows(WindowSizes sizes, float[] x, int from, int to, float[] out, int[] indices) {
        int width = sizes.width;
        int outWidth = sizes.outWidth;
        for (int row = from; row < to; row++) {
            int plane = row / sizes.outHeight * sizes.height * width;
            int y = row % sizes.outHeight;
            int top = sizes.top(y);
            int bottom = sizes.bottom(y);
            for (int z = 0; z < outWidth; z++) {
                int left = sizes.left(z);
                int right = sizes.right(z);
                int best = top * width + left;
                float largest = x[plane + best];
                for (int i = top; i < bottom; i++) {
                    for (int at = i * width + left; at < i * width + right; at++) {
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
    }

    /** As the float32 form, in float64. */
    public static void forward(WindowSizes sizes, double[] x, double[] out, int[] indices) {
        int width = sizes.width;
        for (int at = 0; at < sizes.planes() * sizes.outHeight * sizes.outWidth; at++) {
            int plane = at / sizes.outWidth / sizes.outHeight * sizes.height * width;
            int y = at / sizes.outWidth % sizes.outHeight;
            int z = at % sizes.outWidth;
            int best = sizes.top(y) * width + sizes.left(z);
            for (int i = sizes.top(y); i < sizes.bottom(y); i++) {
                for (int j = sizes.left(z); j < sizes.right(z); j++) {
                    double candidate = x[plane + i * width + j];
                    if (candidate > x[plane + best] || Double.isNaN(candidate)) {
                        best = i * width + j;
                    }
                }
            }
            out[at] = x[plane + best];
            indices[at] = best;
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

    /** How many planes make a block. */
    static int blockPlanes(WindowSizes sizes) {
        return blockPlanes(sizes.height * sizes.width);
    }

    private static int blockPlanes(int area) {
        return Math.max(1, BLOCK_ELEMENTS / Math.max(1, area));
    }
}
