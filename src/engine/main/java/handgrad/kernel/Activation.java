package handgrad.kernel;

import handgrad.kernel.runtime.Parallel;

/** Loops of the activations. The arrays of a call are all float[] or all double[]. */
public final class Activation {
    /** √(2/π). */
    private static final double GELU_SCALE = 0.7978845608028654;

    /** The factor of x³ in the tanh form of GELU (Hendrycks and Gimpel 2016, https://arxiv.org/abs/1606.08415). */
    private static final double GELU_CUBE = 0.044715;

    /** From here on the tanh of GELU is 1 or -1, in float64 too, and x² is kept from overflow. */
    private static final double GELU_FAR = 10;

    /** From here on the density of the normal distribution is 0, in float64 too. */
    private static final double GELU_NORMAL_FAR = 40;

    private static final ElementwiseLoop TANH_BACKWARD = ElementwiseLoop.of(
            (y, dOut, dX, _, _, from, to) -> {
                for (int i = from; i < to; i++) {
                    dX[i] = (1 - y[i] * y[i]) * dOut[i];
                }
            },
            (y, dOut, _, _) -> (1 - y * y) * dOut);

    private static final ElementwiseLoop SIGMOID_BACKWARD = ElementwiseLoop.of(
            (y, dOut, dX, _, _, from, to) -> {
                for (int i = from; i < to; i++) {
                    dX[i] = y[i] * (1 - y[i]) * dOut[i];
                }
            },
            (y, dOut, _, _) -> y * (1 - y) * dOut);

    private static final RowLoop GATE = new RowLoop(
            (x, t, out, _, channels, from, to) -> {
                for (int i = from; i < to; i++) {
                    int f = 2 * i * channels;
                    int g = f + channels;
                    for (int c = 0; c < channels; c++) {
                        t[f + c] = x[f + c];
                        t[g + c] = 0.5f * x[g + c];
                    }
                }
                Elementwise.tanh(t, t, 2 * from * channels, 2 * to * channels);
                for (int i = from; i < to; i++) {
                    int f = 2 * i * channels;
                    int g = f + channels;
                    for (int c = 0; c < channels; c++) {
                        out[i * channels + c] = t[f + c] * (0.5f + 0.5f * t[g + c]);
                    }
                }
            },
            (x, t, out, _, channels, from, to) -> {
                for (int i = from; i < to; i++) {
                    int f = 2 * i * channels;
                    int g = f + channels;
                    for (int c = 0; c < channels; c++) {
                        t[f + c] = StrictMath.tanh(x[f + c]);
                        t[g + c] = StrictMath.tanh(x[g + c] / 2);
                        out[i * channels + c] = t[f + c] * (0.5 + 0.5 * t[g + c]);
                    }
                }
            });

    private static final RowLoop GATE_BACKWARD = new RowLoop(
            (t, dOut, dX, _, channels, from, to) -> {
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
            },
            (t, dOut, dX, _, channels, from, to) -> {
                for (int i = from; i < to; i++) {
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
            });

    private static final RowLoop GELU_TANH = RowLoop.keeping(
            (x, t, out, _, _, from, to) -> {
                for (int i = from; i < to; i++) {
                    float near = Math.clamp(x[i], (float) -GELU_FAR, (float) GELU_FAR);
                    t[i] = (float) GELU_SCALE * near * (1 + (float) GELU_CUBE * near * near);
                }
                Elementwise.tanh(t, t, from, to);
                for (int i = from; i < to; i++) {
                    out[i] = 0.5f * Math.max(x[i], (float) -GELU_FAR) * (1 + t[i]);
                }
            },
            x -> {
                double near = Math.clamp(x, -GELU_FAR, GELU_FAR);
                return StrictMath.tanh(GELU_SCALE * near * (1 + GELU_CUBE * near * near));
            },
            (x, t) -> 0.5 * Math.max(x, -GELU_FAR) * (1 + t));

    private static final RowLoop GELU_TANH_BACKWARD = RowLoop.of(
            (x, t, dOut, dX, _, from, to) -> {
                for (int i = from; i < to; i++) {
                    float near = Math.clamp(x[i], (float) -GELU_FAR, (float) GELU_FAR);
                    float slope = (float) GELU_SCALE * (1 + (float) (3 * GELU_CUBE) * near * near);
                    dX[i] = 0.5f * (1 + t[i] + near * (1 - t[i] * t[i]) * slope) * dOut[i];
                }
            },
            (x, t, dOut) -> {
                double near = Math.clamp(x, -GELU_FAR, GELU_FAR);
                double slope = GELU_SCALE * (1 + 3 * GELU_CUBE * near * near);
                return 0.5 * (1 + t + near * (1 - t * t) * slope) * dOut;
            });

    private static final RowLoop GELU = RowLoop.keeping(
            (x, phi, out, _, _, from, to) -> {
                Elementwise.normalCdf(x, phi, from, to);
                for (int i = from; i < to; i++) {
                    out[i] = Math.max(x[i], -Float.MAX_VALUE) * phi[i];
                }
            },
            NormalDistribution::cdf,
            (x, phi) -> Math.max(x, -Double.MAX_VALUE) * phi);

    /** Keeps the density in dX until the rest is known. */
    private static final RowLoop GELU_BACKWARD = RowLoop.of(
            (x, phi, dOut, dX, _, from, to) -> {
                for (int i = from; i < to; i++) {
                    float near = Math.clamp(x[i], (float) -GELU_NORMAL_FAR, (float) GELU_NORMAL_FAR);
                    dX[i] = -0.5f * near * near;
                }
                Elementwise.exp(dX, dX, from, to);
                for (int i = from; i < to; i++) {
                    float near = Math.clamp(x[i], (float) -GELU_NORMAL_FAR, (float) GELU_NORMAL_FAR);
                    dX[i] = (phi[i] + (float) NormalDistribution.DENSITY_AT_0 * near * dX[i]) * dOut[i];
                }
            },
            (x, phi, dOut) -> {
                double near = Math.clamp(x, -GELU_NORMAL_FAR, GELU_NORMAL_FAR);
                return (phi + NormalDistribution.DENSITY_AT_0 * near * StrictMath.exp(-0.5 * near * near)) * dOut;
            });

    private static final RowLoop SILU = RowLoop.keeping(
            (x, s, out, _, _, from, to) -> {
                Elementwise.sigmoid(x, s, from, to);
                for (int i = from; i < to; i++) {
                    out[i] = Math.max(x[i], -Float.MAX_VALUE) * s[i];
                }
            },
            UnaryOperation.SIGMOID.function,
            (x, s) -> Math.max(x, -Double.MAX_VALUE) * s);

    private static final RowLoop SILU_BACKWARD = RowLoop.of(
            (x, s, dOut, dX, _, from, to) -> {
                for (int i = from; i < to; i++) {
                    float finite = Math.clamp(x[i], -Float.MAX_VALUE, Float.MAX_VALUE);
                    dX[i] = dOut[i] * s[i] * (1 + finite * (1 - s[i]));
                }
            },
            (x, s, dOut) -> dOut * s * (1 + Math.clamp(x, -Double.MAX_VALUE, Double.MAX_VALUE) * (1 - s)));

    private Activation() {}

    /** dX = (1 - y²) ∘ dOut, where y = tanh x. */
    public static void tanhBackward(Object y, Object dOut, Object dX, int n) {
        TANH_BACKWARD.run(y, dOut, dX, 0, 0, n);
    }

    /** dX = y (1 - y) ∘ dOut, where y = 1 / (1 + e⁻ˣ). */
    public static void sigmoidBackward(Object y, Object dOut, Object dX, int n) {
        SIGMOID_BACKWARD.run(y, dOut, dX, 0, 0, n);
    }

    /**
     * Of rows x = [f, g], each half with {@code channels} elements: t = [tanh f, tanh(g / 2)], and out = tanh f ∘ σ(g)
     * with σ(g) = (1 + tanh(g / 2)) / 2, so that one call of tanh does both halves. x and t are (rows, 2·channels), out
     * (rows, channels); t may be x.
     */
    public static void gate(Object x, Object t, Object out, int rows, int channels) {
        GATE.run(rows, Parallel.rows(2 * channels), channels, x, t, out, out);
    }

    /** df = (1 - tanh² f) ∘ σ(g) ∘ dOut, dg = tanh f ∘ (1 - tanh²(g / 2)) / 4 ∘ dOut, with t as forward wrote it. */
    public static void gateBackward(Object t, Object dOut, Object dX, int rows, int channels) {
        GATE_BACKWARD.run(rows, Parallel.rows(2 * channels), channels, t, dOut, dX, dX);
    }

    /** t = tanh(√(2/π) · (x + 0.044715 x³)), out = x · (1 + t) / 2; x, t and out are three arrays. */
    public static void geluTanh(Object x, Object t, Object out, int n) {
        GELU_TANH.run(n, Parallel.BLOCK, 1, x, t, out, out);
    }

    /** dX = dOut ∘ ((1 + t) / 2 + x / 2 · (1 - t²) · √(2/π) · (1 + 3 · 0.044715 x²)), with t as forward wrote it. */
    public static void geluTanhBackward(Object x, Object t, Object dOut, Object dX, int n) {
        GELU_TANH_BACKWARD.run(n, Parallel.BLOCK, 1, x, t, dOut, dX);
    }

    /** phi = Φ(x), the probability that a normal number is below x, out = x ∘ phi; x, phi and out are three arrays. */
    public static void gelu(Object x, Object phi, Object out, int n) {
        GELU.run(n, Parallel.BLOCK, 1, x, phi, out, out);
    }

    /** dX = dOut ∘ (phi + x ∘ e^(-x²/2) / √(2π)), with phi as forward wrote it; dX is none of the others. */
    public static void geluBackward(Object x, Object phi, Object dOut, Object dX, int n) {
        GELU_BACKWARD.run(n, Parallel.BLOCK, 1, x, phi, dOut, dX);
    }

    /** s = 1 / (1 + e⁻ˣ), out = x ∘ s; x, s and out are three arrays. */
    public static void silu(Object x, Object s, Object out, int n) {
        SILU.run(n, Parallel.BLOCK, 1, x, s, out, out);
    }

    /** dX = dOut ∘ s ∘ (1 + x ∘ (1 - s)), with s as forward wrote it. */
    public static void siluBackward(Object x, Object s, Object dOut, Object dX, int n) {
        SILU_BACKWARD.run(n, Parallel.BLOCK, 1, x, s, dOut, dX);
    }
}
