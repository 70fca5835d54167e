package handgrad.kernel.conv;

import handgrad.kernel.runtime.Parallel;
import java.util.Arrays;

/**
 * The mean of each window of planes x (planes, height, width), where a size becomes ⌊(size + 2·padding - kernel) /
 * stride⌋ + 1. What a window has outside of the plane counts as zeros, as in PyTorch. Forward adds
 * in float64 for both types.
 */
public final class AveragePooling {
    private AveragePooling() {}

    /**
     * out[p, y, z] = Σ over i, j of x[p, y·stride + i - padding, z·stride + j - padding] / taps, where taps is the
     * number of pixels of a window and x is 0 outside of its plane.
     *
     * @param out (planes, outHeight, outWidth), written
     */
    public static void forward(WindowSizes sizes, float[] x, float[] out) {
        int planes = sizes.planes();
        Parallel.overRows(
                planes, MaxPooling.blockPlanes(sizes), 0, sizes, x, x, out, (windows, in, _, means, _, from, to) -> {
                    forward(windows, in, means, from, to);
                });
    }

    private static void forward(WindowSizes sizes, float[] x, float[] out, int from, int to) {
        int outArea = sizes.outHeight * sizes.outWidth;
        for (int at = from * outArea; at < to * outArea; at++) {
            int plane = at / outArea * sizes.height;
            int y = at / sizes.outWidth % sizes.outHeight;
            int left = sizes.left(at % sizes.outWidth);
            int right = sizes.right(at % sizes.outWidth);
            double sum = 0;
            for (int row = plane + sizes.top(y); row < plane + sizes.bottom(y); row++) {
                for (int in = row * sizes.width + left; in < row * sizes.width + right; in++) {
                    sum += x[in];
                }
            }
            out[at] = (float) (sum / sizes.taps());
        }
    }

    /** As the float32 form, in float64. */
    public static void forward(WindowSizes sizes, double[] x, double[] out) {
        Arrays.fill(out, 0, sizes.planes() * sizes.outHeight * sizes.outWidth, 0);
        visit(sizes, (in, at) -> out[at] += x[in]);
        for (int at = 0; at < sizes.planes() * sizes.outHeight * sizes.outWidth; at++) {
            out[at] /= sizes.taps();
        }
    }

    /**
     * dX[p, u, v] = Σ over the windows (y, z) that see the pixel of dOut[p, y, z] / taps, in the order of the windows.
     *
     * @param dOut (planes, outHeight, outWidth)
     * @param dX (planes, height, width), written
     */
    public static void backward(WindowSizes sizes, float[] dOut, float[] dX) {
        int planes = sizes.planes();
        Parallel.overRows(
                planes, MaxPooling.blockPlanes(sizes), 0, sizes, dOut, dOut, dX, (windows, d, _, in, _, from, to) -> {
                    backward(windows, d, in, from, to);
                });
    }

    private static void backward(WindowSizes sizes, float[] dOut, float[] dX, int from, int to) {
        int outArea = sizes.outHeight * sizes.outWidth;
        Arrays.fill(dX, from * sizes.height * sizes.width, to * sizes.height * sizes.width, 0);
        for (int at = from * outArea; at < to * outArea; at++) {
            int plane = at / outArea * sizes.height;
            int y = at / sizes.outWidth % sizes.outHeight;
            int left = sizes.left(at % sizes.outWidth);
            int right = sizes.right(at % sizes.outWidth);
            float share = dOut[at] / sizes.taps();
            for (int row = plane + sizes.top(y); row < plane + sizes.bottom(y); row++) {
                for (int in = row * sizes.width + left; in < row * sizes.width + right; in++) {
                    dX[in] += share;
                }
            }
        }
    }

    /** As the float32 form, in float64. */
    public static void backward(WindowSizes sizes, double[] dOut, double[] dX) {
        Arrays.fill(dX, 0, sizes.planes() * sizes.height * sizes.width, 0);
        visit(sizes, (in, at) -> dX[in] += dOut[at] / sizes.taps());
    }

    /** A pixel of a window, by its place and by that of the window's output. */
    private interface Pixel {
        void visit(int in, int out);
    }

    private static void visit(WindowSizes sizes, Pixel pixel) {
        int out = 0;
        for (int p = 0; p < sizes.planes(); p++) {
            for (int y = 0; y < sizes.outHeight; y++) {
                for (int z = 0; z < sizes.outWidth; z++, out++) {
                    for (int row = sizes.top(y); row < sizes.bottom(y); row++) {
                        for (int column = sizes.left(z); column < sizes.right(z); column++) {
                            pixel.visit((p * sizes.height + row) * sizes.width + column, out);
                        }
                    }
                }
            }
        }
    }
}
