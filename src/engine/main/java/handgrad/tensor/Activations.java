package handgrad.tensor;

import static handgrad.tensor.Requirements.require;
import static handgrad.tensor.Requirements.requireAlike;
import static handgrad.tensor.Requirements.requireApart;
import static handgrad.tensor.Requirements.requireElements;
import static handgrad.tensor.Requirements.rows;

import handgrad.kernel.Activation;
import handgrad.kernel.Elementwise;
import handgrad.kernel.Rectifier;
import handgrad.kernel.UnaryOperation;

/**
 * Activation functions, elementwise, each with its backward pass under it, into tensors that the caller owns.
 *
 * <p>They take every number: NaN gives NaN, and the infinities give the limits, with gradients too. Errors are stated
 * for FLOAT32, in ulp (units in the last place) of the exact result and absolutely; that of a gradient is for a dOut of
 * 1 and grows with dOut. FLOAT64 is as near, in its own ulp.
 */
public final class Activations {
    private Activations() {}

    private static void elementwise(Op op, UnaryOperation operation, Tensor x, Tensor out) {
        requireAlike(op.toString(), "out", x, out);
        Elementwise.unary(operation, x.elements(), out.elements(), x.shape().elements());
        tell(op, x, out);
    }

    private static void tell(Op op, Tensor x, Tensor out) {
        if (Tracing.isOn()) {
            Tracing.record(op, out, x);
        }
    }

    private static void requireGradients(String operation, Tensor kept, Tensor dOut, Tensor dX) {
        requireAlike(operation, "dOut", kept, dOut);
        requireAlike(operation, "dX", kept, dX);
    }

    /** Checks the tensors of an activation that keeps another one than its output for its backward pass. */
    private static void requireKept(String operation, Tensor x, String name, Tensor kept, Tensor out) {
        requireAlike(operation, name, x, kept);
        requireAlike(operation, "out", x, out);
        requireApart(operation, name, kept, "x", x);
        requireApart(operation, "out", out, "x", x);
        requireApart(operation, "out", out, name, kept);
    }

    /**
     * out = tanh x, to 1.2 ulp.
     *
     * @param x (…)
     * @param out (…), written; may be x
     */
    public static void tanh(Tensor x, Tensor out) {
        elementwise(Op.TANH, UnaryOperation.TANH, x, out);
    }

    /**
     * dX = (1 - y²) ∘ dOut, where y = tanh x; to 1 ulp and 3e-7: from |x| = 9.1 on, where y is 1 or -1, it is 0.
     *
     * @param y (…), the output of {@link #tanh}
     * @param dOut (…)
     * @param dX (…), written; may be dOut
     */
    public static void tanhBackward(Tensor y, Tensor dOut, Tensor dX) {
        requireGradients("tanhBackward", y, dOut, dX);
        Activation.tanhBackward(
                y.elements(), dOut.elements(), dX.elements(), y.shape().elements());
    }

    /**
     * out = 1 / (1 + e⁻ˣ), to 2.6 ulp; from x = -87.4 down a subnormal number, from -104 down 0.
     *
     * @param x (…)
     * @param out (…), written; may be x
     */
    public static void sigmoid(Tensor x, Tensor out) {
        elementwise(Op.SIGMOID, UnaryOperation.SIGMOID, x, out);
    }

    /**
     * dX = y ∘ (1 - y) ∘ dOut, where y = 1 / (1 + e⁻ˣ); to 4 ulp and 2e-7: from x = 17 on, where y is 1, it is 0.
     *
     * @param y (…), the output of {@link #sigmoid}
     * @param dOut (…)
     * @param dX (…), written; may be dOut
     */
    public static void sigmoidBackward(Tensor y, Tensor dOut, Tensor dX) {
        requireGradients("sigmoidBackward", y, dOut, dX);
        Activation.sigmoidBackward(
                y.elements(), dOut.elements(), dX.elements(), y.shape().elements());
    }

    /**
     * The gated activation of WaveNet, of x = [f, g] with its last dimension cut in halves.
     *
     * <pre>
     * t = [tanh f, tanh(g / 2)];  out = tanh f ∘ σ(g), where σ(g) = 1 / (1 + e⁻ᵍ) = (1 + tanh(g / 2)) / 2
     * </pre>
     *
     * To 4e-7: from g = -17 down, where tanh(g / 2) is -1, it is 0.
     *
     * @param x (…, 2·channels)
     * @param t (…, 2·channels), written; may be x
     * @param out (…, channels), written
     */
    public static void gate(Tensor x, Tensor t, Tensor out) {
        requireAlike("gate", "t", x, t);
        int channels = requireHalves("gate", "x", x, "out", out);
        Activation.gate(x.elements(), t.elements(), out.elements(), out.shape().outer(-1), channels);
        tell(Op.GATE, x, out);
    }

    /**
     * df = (1 - tanh² f) ∘ σ(g) ∘ dOut, dg = tanh f ∘ σ(g) ∘ (1 - σ(g)) ∘ dOut, dX = [df, dg]; to 4e-7.
     *
     * @param t (…, 2·channels), as forward wrote it
     * @param dOut (…, channels)
     * @param dX (…, 2·channels), written; may be t
     */
    public static void gateBackward(Tensor t, Tensor dOut, Tensor dX) {
        requireAlike("gateBackward", "dX", t, dX);
        int channels = requireHalves("gateBackward", "t", t, "dOut", dOut);
        Activation.gateBackward(
                t.elements(), dOut.elements(), dX.elements(), dOut.shape().outer(-1), channels);
    }

    /** The number of channels of a half, the last size of it, where the whole has twice as many in its rows. */
    private static int requireHalves(String operation, String name, Tensor whole, String halfName, Tensor half) {
        require(operation, halfName, half, whole.dtype());
        int channels = half.shape().rank() == 0 ? 0 : half.size(-1);
        int rows = rows(operation, name, whole, 2L * channels);
        requireElements(operation, halfName, half, rows, channels);
        return channels;
    }

    /**
     * out = max(x, 0).
     *
     * @param x (…)
     * @param out (…), written; may be x
     */
    public static void relu(Tensor x, Tensor out) {
        elementwise(Op.RELU, UnaryOperation.RELU, x, out);
    }

    /**
     * dX = dOut where x > 0, otherwise 0; where x is 0 there is no derivative, and dX is 0 as in PyTorch. Where x is
     * NaN, so is dX.
     *
     * @param y (…), the output of {@link #relu}
     * @param dOut (…)
     * @param dX (…), written; may be dOut
     */
    public static void reluBackward(Tensor y, Tensor dOut, Tensor dX) {
        requireGradients("reluBackward", y, dOut, dX);
        Rectifier.reluBackward(
                y.elements(), dOut.elements(), dX.elements(), y.shape().elements());
    }

    /**
     * out = x where x > 0, otherwise negativeSlope · x, to 1.5 ulp.
     *
     * @param x (…)
     * @param negativeSlope from 0, so that the output has the sign of x, to the largest float; FLOAT32 rounds it
     * @param out (…), written; may be x
     */
    public static void leakyRelu(Tensor x, double negativeSlope, Tensor out) {
        requireSlope("leakyRelu", negativeSlope);
        requireAlike("leakyRelu", "out", x, out);
        Rectifier.leakyRelu(
                x.elements(), negativeSlope, out.elements(), x.shape().elements());
        if (Tracing.isOn()) {
            Tracing.record(Op.LEAKY_RELU, new double[] {negativeSlope}, out, x);
        }
    }

    /**
     * dX = dOut where x > 0, otherwise negativeSlope · dOut; so also where x is 0 and there is no derivative, as in
     * PyTorch. Where x is NaN, so is dX.
     *
     * @param y (…), the output of {@link #leakyRelu}
     * @param negativeSlope as given to forward
     * @param dOut (…)
     * @param dX (…), written; may be dOut
     */
    public static void leakyReluBackward(Tensor y, double negativeSlope, Tensor dOut, Tensor dX) {
        requireSlope("leakyReluBackward", negativeSlope);
        requireGradients("leakyReluBackward", y, dOut, dX);
        Rectifier.leakyReluBackward(
                y.elements(),
                negativeSlope,
                dOut.elements(),
                dX.elements(),
                y.shape().elements());
    }

    /** Checks the slope of a leaky ReLU: from 0 to the largest float. */
    private static void requireSlope(String operation, double negativeSlope) {
        if (!(negativeSlope >= 0)) {
            throw new IllegalArgumentException(
                    operation + ": the negative slope must be at least 0, it is " + negativeSlope);
        }
        if (negativeSlope > Float.MAX_VALUE) {
            throw new IllegalArgumentException(operation + ": the negative slope must be at most " + Float.MAX_VALUE
                    + ", the largest float, it is " + negativeSlope);
        }
    }

    /**
     * GELU, x Φ(x), of Hendrycks and Gimpel 2016 (https://arxiv.org/abs/1606.08415): PyTorch's {@code gelu(x)}. Φ(x) =
     * (1 + erf(x / √2)) / 2 is the probability that a number of the standard normal distribution is below x.
     *
     * <pre>
     * phi = Φ(x);  out = x ∘ phi
     * </pre>
     *
     * To 7 ulp, also where x is far below 0, and, where phi is subnormal, below x = -13, 1e-43.
     *
     * @param x (…)
     * @param phi (…), written; not x
     * @param out (…), written; neither x nor phi
     */
    public static void gelu(Tensor x, Tensor phi, Tensor out) {
        requireKept("gelu", x, "phi", phi, out);
        Activation.gelu(x.elements(), phi.elements(), out.elements(), x.shape().elements());
        tell(Op.GELU, x, out);
    }

    /**
     * dX = dOut ∘ (phi + x ∘ φ(x)), with the density φ(x) = e^(-x²/2) / √(2π); to 8 ulp and, because it crosses 0 near
     * x = -0.75, 3e-7.
     *
     * @param x (…), as given to {@link #gelu}
     * @param phi (…), as forward wrote it
     * @param dOut (…)
     * @param dX (…), written; none of the others
     */
    public static void geluBackward(Tensor x, Tensor phi, Tensor dOut, Tensor dX) {
        requireAlike("geluBackward", "phi", x, phi);
        requireGradients("geluBackward", x, dOut, dX);
        requireApart("geluBackward", "dX", dX, "x", x);
        requireApart("geluBackward", "dX", dX, "phi", phi);
        requireApart("geluBackward", "dX", dX, "dOut", dOut);
        Activation.geluBackward(
                x.elements(),
                phi.elements(),
                dOut.elements(),
                dX.elements(),
                x.shape().elements());
    }

    /**
     * The tanh form of GELU, PyTorch's {@code gelu(x, approximate="tanh")}.
     *
     * <pre>
     * t = tanh(√(2/π) · (x + 0.044715 x³));  out = x ∘ (1 + t) / 2
     * </pre>
     *
     * To 4 ulp and, where x is negative, 3e-7: from x = -5.5 down, where t is -1, it is -0.
     *
     * @param x (…)
     * @param t (…), written; not x
     * @param out (…), written; neither x nor t
     */
    public static void geluTanh(Tensor x, Tensor t, Tensor out) {
        requireKept("geluTanh", x, "t", t, out);
        Activation.geluTanh(
                x.elements(), t.elements(), out.elements(), x.shape().elements());
        tell(Op.GELU_TANH, x, out);
    }

    /**
     * dX = dOut ∘ (1 + t + x ∘ (1 - t²) ∘ √(2/π) · (1 + 3 · 0.044715 x²)) / 2, to 4 ulp and 2e-6.
     *
     * @param x (…), as given to {@link #geluTanh}
     * @param t (…), as forward wrote it
     * @param dOut (…)
     * @param dX (…), written; may be dOut
     */
    public static void geluTanhBackward(Tensor x, Tensor t, Tensor dOut, Tensor dX) {
        requireAlike("geluTanhBackward", "t", x, t);
        requireGradients("geluTanhBackward", x, dOut, dX);
        Activation.geluTanhBackward(
                x.elements(),
                t.elements(),
                dOut.elements(),
                dX.elements(),
                x.shape().elements());
    }

    /**
     * SiLU, x σ(x), of Elfwing, Uchibe and Doya 2017 (https://arxiv.org/abs/1702.03118); also called swish.
     *
     * <pre>
     * s = 1 / (1 + e⁻ˣ);  out = x ∘ s
     * </pre>
     *
     * To 4 ulp and, where s is subnormal, below x = -87, 1e-43.
     *
     * @param x (…)
     * @param s (…), written; not x
     * @param out (…), written; neither x nor s
     */
    public static void silu(Tensor x, Tensor s, Tensor out) {
        requireKept("silu", x, "s", s, out);
        Activation.silu(x.elements(), s.elements(), out.elements(), x.shape().elements());
        tell(Op.SILU, x, out);
    }

    /**
     * dX = dOut ∘ s ∘ (1 + x ∘ (1 - s)), to 8 ulp and, because it crosses 0 near x = -1.28, 2e-7.
     *
     * @param x (…), as given to {@link #silu}
     * @param s (…), as forward wrote it
     * @param dOut (…)
     * @param dX (…), written; may be dOut
     */
    public static void siluBackward(Tensor x, Tensor s, Tensor dOut, Tensor dX) {
        requireAlike("siluBackward", "s", x, s);
        requireGradients("siluBackward", x, dOut, dX);
        Activation.siluBackward(
                x.elements(),
                s.elements(),
                dOut.elements(),
                dX.elements(),
                x.shape().elements());
    }
}
