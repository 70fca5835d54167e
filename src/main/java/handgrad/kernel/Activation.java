package handgrad.kernel;

/** Loops of the activations; all arrays have n elements. */
public final class Activation {
    /** √(2/π). */
    private static final double GELU_SCALE = 0.7978845608028654;

    /** The factor of x³ in the tanh form of GELU (Hendrycks and Gimpel 2016, https://arxiv.org/abs/1606.08415). */
    private static final double GELU_CUBE = 0.044715;

    private Activation() {}

    /** dX = (1 - y²) ∘ dOut, where y = tanh x. */
    public static void tanhBackward(float[] y, float[] dOut, float[] dX, int n) {
        for (int i = 0; i < n; i++) {
            dX[i] = (1 - y[i] * y[i]) * dOut[i];
        }
    }

    /** As the float32 form, in float64. */
    public static void tanhBackward(double[] y, double[] dOut, double[] dX, int n) {
        for (int i = 0; i < n; i++) {
            dX[i] = (1 - y[i] * y[i]) * dOut[i];
        }
    }

    /** dX = dOut where y > 0, otherwise 0, where y = max(x, 0). */
    public static void reluBackward(float[] y, float[] dOut, float[] dX, int n) {
        for (int i = 0; i < n; i++) {
            dX[i] = y[i] > 0 ? dOut[i] : 0;
        }
    }

    /** As the float32 form, in float64. */
    public static void reluBackward(double[] y, double[] dOut, double[] dX, int n) {
        for (int i = 0; i < n; i++) {
            dX[i] = y[i] > 0 ? dOut[i] : 0;
        }
    }

    /** t = tanh(√(2/π) · (x + 0.044715 x³)), out = x · (1 + t) / 2; x, t and out are three arrays. */
    public static void gelu(float[] x, float[] t, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            t[i] = (float) GELU_SCALE * x[i] * (1 + (float) GELU_CUBE * x[i] * x[i]);
        }
        Elementwise.unary(UnaryOperation.TANH, t, t, n);
        for (int i = 0; i < n; i++) {
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
        for (int i = 0; i < n; i++) {
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
