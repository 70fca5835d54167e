package handgrad.kernel.conv;

import java.util.Arrays;

/**
 * Sequences (N, T, C) unfolded for a convolution: each position with the k - 1 positions before it, d apart, end to
 * end, oldest first, so that the convolution is one matrix product. There are T - (k - 1)·d positions with all their
 * taps.
 */
public final class Unfold {
    private Unfold() {}

    /**
     * out[n, t, j·C + c] = x[n, t + j·d, c]; x is (batch, length, channels), out (batch, length - (k-1)·d, k·channels).
     */
    public static void forward(Object x, int batch, int length, int channels, int taps, int dilation, Object out) {
        int positions = length - (taps - 1) * dilation;
        int to = 0;
        for (int n = 0; n < batch; n++) {
            for (int t = 0; t < positions; t++) {
                int from = (n * length + t) * channels;
                for (int j = 0; j < taps; j++) {
                    System.arraycopy(x, from + j * dilation * channels, out, to, channels);
                    to += channels;
                }
            }
        }
    }

    /** dX[n, t + j·d, c] = Σ over the (t, j) that it was copied to of dOut[n, t, j·C + c], in the order of t. */
    public static void backward(float[] dOut, int batch, int length, int channels, int taps, int dilation, float[] dX) {
        int positions = length - (taps - 1) * dilation;
        Arrays.fill(dX, 0, batch * length * channels, 0);
        int from = 0;
        for (int n = 0; n < batch; n++) {
            for (int t = 0; t < positions; t++) {
                for (int j = 0; j < taps; j++) {
                    int to = (n * length + t + j * dilation) * channels;
                    for (int c = 0; c < channels; c++) {
                        dX[to + c] += dOut[from + c];
                    }
                    from += channels;
                }
            }
        }
    }

    /** As the float32 form, in float64. */
    public static void backward(
            double[] dOut, int batch, int length, int channels, int taps, int dilation, double[] dX) {
        int positions = length - (taps - 1) * dilation;
        Arrays.fill(dX, 0, batch * length * channels, 0);
        int from = 0;
        for (int n = 0; n < batch; n++) {
            for (int t = 0; t < positions; t++) {
                for (int j = 0; j < taps; j++) {
                    int to = (n * length + t + j * dilation) * channels;
                    for (int c = 0; c < channels; c++) {
                        dX[to + c] += dOut[from + c];
                    }
                    from += channels;
                }
            }
        }
    }

    /**
     * The last positions of x, into columns of out: out[n, t, column + c] = x[n, T - T' + t, c]; x is (batch, length,
     * channels), out (batch, positions, width).
     */
    public static void crop(
            Object x, int batch, int length, int channels, Object out, int positions, int width, int column) {
        for (int n = 0; n < batch; n++) {
            int from = (n * length + length - positions) * channels;
            int to = n * positions * width + column;
            for (int t = 0; t < positions; t++) {
                System.arraycopy(x, from, out, to, channels);
                from += channels;
                to += width;
            }
        }
    }

    /** dX[n, T - T' + t, c] += dOut[n, t, column + c]. */
    public static void cropBackward(
            float[] dOut, int batch, int length, int channels, float[] dX, int positions, int width, int column) {
        for (int n = 0; n < batch; n++) {
            int to = (n * length + length - positions) * channels;
            int from = n * positions * width + column;
            for (int t = 0; t < positions; t++) {
                for (int c = 0; c < channels; c++) {
                    dX[to + c] += dOut[from + c];
                }
                to += channels;
                from += width;
            }
        }
    }

    /** As the float32 form, in float64. */
    public static void cropBackward(
            double[] dOut, int batch, int length, int channels, double[] dX, int positions, int width, int column) {
        for (int n = 0; n < batch; n++) {
            int to = (n * length + length - positions) * channels;
            int from = n * positions * width + column;
            for (int t = 0; t < positions; t++) {
                for (int c = 0; c < channels; c++) {
                    dX[to + c] += dOut[from + c];
                }
                to += channels;
                from += width;
            }
        }
    }
}
