package handgrad.kernel;

import handgrad.kernel.runtime.Parallel;

/** Loops of the activations; all arrays have n elements. Threads share those of more than {@link Parallel#BLOCK}. */
public final class Activation {
    /** √(2/π). */
    private static final double GELU_SCALE = 0.7978845608028654;

    /** The factor of x³ in the tanh form of GELU (Hendrycks and Gimpel 2016, https://arxiv.org/abs/1606.08415). */
    private static final double GELU_CUBE = 0.044715;

    private Activation() {}

    /** dX = (1 - y²) ∘ dOut, where y = tanh x. */
    public static void tanhBackward(float[] y, float[] dOut, float[] dX, int n) {
        if (n <= Parallel.BLOCK) {
            tanhBackward(y, dOut, dX, 0, n);
        } else {
            Parallel.ranges(n, Parallel.BLOCK, (from, to) -> tanhBackward(y, dOut, dX, from, to));
        }
    }

    private static void tanhBackward(float[] y, float[] dOut, float[] dX, int from, int to) {
        for (int i = from; i < to; i++) {
            dX[i] = (1 - y[i] * y[i]) * dOut[i];
        }
    }

    /** As the float32 form, in float64. */
    public static void tanhBackward(double[] y, double[] dOut, double[] dX, int n) {
        for (int i = 0; i < n; i++) {
            dX[i] = (1 - y[i] * y[i]) * dOut[i];
        }
    }

    /** dX = y (1 - y) ∘ dOut, where y = 1 / (1 + e⁻ˣ). */
    public static void sigmoidBackward(float[] y, float[] dOut, float[] dX, int n) {
        if (n <= Parallel.BLOCK) {
            sigmoidBackward(y, dOut, dX, 0, n);
        } else {
            Parallel.ranges(n, Parallel.BLOCK, (from, to) -> sigmoidBackward(y, dOut, dX, from, to));
        }
    }

    private static void sigmoidBackward(float[] y, float[] dOut, float[] dX, int from, int to) {
        for (int i = from; i < to; i++) {
            dX[i] = y[i] * (1 - y[i]) * dOut[i];
        }
    }

    /** As the float32 form, in float64. */
    public static void sigmoidBackward(double[] y, double[] dOut, double[] dX, int n) {
        for (int i = 0; i < n; i++) {
            dX[i] = y[i] * (1 - y[i]) * dOut[i];
        }
    }

    /**
     * Of rows x = [f, g], each half with {@code channels} elements: t = [tanh f, tanh(g / 2)], and out = tanh f ∘ σ(g) with
     * σ(g) = (1 + tanh(g / 2)) / 2, so that one call of tanh does both halves. x and t are (rows, 2·channels), out (rows,
     * channels); t may be x.
     */
    public static void gate(float[] x, float[] t, float[] out, int rows, int channels) {
        int blockRows = Parallel.rows(2 * channels);
        if (rows <= blockRows) {
            gate(x, t, out, 0, rows, channels);
        } else {
            Parallel.ranges(rows, blockRows, (from, to) -> gate(x, t, out, from, to, channels));
        }
    }

    private static void gate(float[] x, float[] t, float[] out, int from, int to, int channels) {
        for (int i = from; i < to; i++) {
            int f = 2 * i * channels;
            int g = f + channels;
            for (int c = 0; c < channels; c++) {
                t[f + c] = x[f + c];
                t[g + c] = 0.5f * x[g + c];
            }
        }
        Elementwise.unary(UnaryOperation.TANH, t, t, 2 * from * channels, 2 * to * channels);
        for (int i = from; i < to; i++) {
            int f = 2 * i * channels;
            int g = f + channels;
            for (int c = 0; c < channels; c++) {
                out[i * channels + c] = t[f + c] * (0.5f + 0.5f * t[g + c]);
            }
        }
    }

    /** As the float32 form, in float64. */
    public static void gate(double[] x, double[] t, double[] out, int rows, int channels) {
        for (int i = 0; i < rows; i++) {
            int f = 2 * i * channels;
            int g = f + channels;
            for (int c = 0; c < channels; c++) {
                t[f + c] = Math.tanh(x[f + c]);
                t[g + c] = Math.tanh(x[g + c] / 2);
                out[i * channels + c] = t[f + c] * (0.5 + 0.5 * t[g + c]);
            }
        }
    }

    /** df = (1 - tanh² f) ∘ σ(g) ∘ dOut, dg = tanh f ∘ (1 - tanh²(g / 2)) / 4 ∘ dOut, with t as forward wrote it. */
    public static void gateBackward(float[] t, float[] dOut, float[] dX, int rows, int channels) {
        int blockRows = Parallel.rows(2 * channels);
        if (rows <= blockRows) {
            gateBackward(t, dOut, dX, 0, rows, channels);
        } else {
            Parallel.ranges(rows, blockRows, (from, to) -> gateBackward(t, dOut, dX, from, to, channels));
        }
    }

    private static void gateBackward(float[] t, float[] dOut, float[] dX, int from, int to, int channels) {
        for (int i = from; i < to; i++) {
            int f = 2 * i * channels;
            int g = f + channels;
            for (int c = 0; c < channels; c++) {
                float tanh = t[f + c];
                float half = t[g + c];
                float d = dOut[i * channels + c];
                dX[f + c] = (1 - tanh * tanh) * (0.5f + 0.5f * half) * d;
                dX[g + c] = 0.25f * tanh * (1 - half * half) * d;
            }
        }
    }

    /** As the float32 form, in float64. */
    public static void gateBackward(double[] t, double[] dOut, double[] dX, int rows, int channels) {
        for (int i = 0; i < rows; i++) {
            int f = 2 * i * channels;
            int g = f + channels;
            for (int c = 0; c < channels; c++) {
                double tanh = t[f + c];
                double half = t[g + c];
                double d = dOut[i * channels + c];
                dX[f + c] = (1 - tanh * tanh) * (0.5 + 0.5 * half) * d;
                dX[g + c] = 0.25 * tanh * (1 - half * half) * d;
            }
        }
    }

    /** t = tanh(√(2/π) · (x + 0.044715 x³)), out = x · (1 + t) / 2; x, t and out are three arrays. */
    public static void gelu(float[] x, float[] t, float[] out, int n) {
        if (n <= Parallel.BLOCK) {
            gelu(x, t, out, 0, n);
        } else {
            Parallel.ranges(n, Parallel.BLOCK, (from, to) -> gelu(x, t, out, from, to));
        }
    }

    private static void gelu(float[] x, float[] t, float[] out, int from, int to) {
        for (int i = from; i < to; i++) {
            t[i] = (float) GELU_SCALE * x[i] * (1 + (float) GELU_CUBE * x[i] * x[i]);
        }
        Elementwise.unary(UnaryOperation.TANH, t, t, from, to);
        for (int i = from; i < to; i++) {
            out[i] = 0.5f * x[i] * (1 + t[i]);
        }
    }

    /** As the float32 form, in float64. */
    public static void gelu(double[] x, double[] t, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            t[i] = Math.tanh(GELU_SCALE * x[i] * (1 + GELU_CUBE * x[i] * x[i]));
            out[i] = 0.5 * x[i] * (1 + t[i]);
        }
    }

    /** dX = dOut ∘ ((1 + t) / 2 + x / 2 · (1 - t²) · √(2/π) · (1 + 3 · 0.044715 x²)), with t as forward wrote it. */
    public static void geluBackward(float[] x, float[] t, float[] dOut, float[] dX, int n) {
        if (n <= Parallel.BLOCK) {
            geluBackward(x, t, dOut, dX, 0, n);
        } else {
            Parallel.ranges(n, Parallel.BLOCK, (from, to) -> geluBackward(x, t, dOut, dX, from, to));
        }
    }

    private static void geluBackward(float[] x, float[] t, float[] dOut, float[] dX, int from, int to) {
        for (int i = from; i < to; i++) {
            float slope = (float) GELU_SCALE * (1 + (float) (3 * GELU_CUBE) * x[i] * x[i]);
            dX[i] = dOut[i] * 0.5f * (1 + t[i] + x[i] * (1 - t[i] * t[i]) * slope);
        }
    }

    /** As the float32 form, in float64. */
    public static void geluBackward(double[] x, double[] t, double[] dOut, double[] dX, int n) {
        for (int i = 0; i < n; i++) {
            double slope = GELU_SCALE * (1 + 3 * GELU_CUBE * x[i] * x[i]);
            dX[i] = dOut[i] * 0.5 * (1 + t[i] + x[i] * (1 - t[i] * t[i]) * slope);
        }
    }
}
