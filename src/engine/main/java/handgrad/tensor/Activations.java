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

/** Activation functions, elementwise, each with its backward pass under it, into tensors that the caller owns. */
public final class Activations {
    private Activations() {}

    /**
     * out = tanh x.
     *
     * @param x (…)
     * @param out (…), written; may be x
     */
    public static void tanh(Tensor x, Tensor out) {
        requireAlike("tanh", "out", x, out);
        Elementwise.unary(
                UnaryOperation.TANH, x.elements(), out.elements(), x.shape().elements());
        if (Tracing.isOn()) {
            Tracing.tell(Op.TANH, out, x);
        }
    }

    /**
     * dX = (1 - y²) ∘ dOut, where y = tanh x.
     *
     * @param y (…), the output of {@link #tanh}
     * @param dOut (…)
     * @param dX (…), written; may be dOut
     */
    public static void tanhBackward(Tensor y, Tensor dOut, Tensor dX) {
        requireAlike("tanhBackward", "dOut", y, dOut);
        requireAlike("tanhBackward", "dX", y, dX);
        Activation.tanhBackward(
                y.elements(), dOut.elements(), dX.elements(), y.shape().elements());
    }

    /**
     * out = 1 / (1 + e⁻ˣ).
     *
     * @param x (…)
     * @param out (…), written; may be x
     */
    public static void sigmoid(Tensor x, Tensor out) {
        requireAlike("sigmoid", "out", x, out);
        Elementwise.unary(
                UnaryOperation.SIGMOID, x.elements(), out.elements(), x.shape().elements());
        if (Tracing.isOn()) {
            Tracing.tell(Op.SIGMOID, out, x);
        }
    }

    /**
     * dX = y ∘ (1 - y) ∘ dOut, where y = 1 / (1 + e⁻ˣ).
     *
     * @param y (…), the output of {@link #sigmoid}
     * @param dOut (…)
     * @param dX (…), written; may be dOut
     */
    public static void sigmoidBackward(Tensor y, Tensor dOut, Tensor dX) {
        requireAlike("sigmoidBackward", "dOut", y, dOut);
        requireAlike("sigmoidBackward", "dX", y, dX);
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
     * @param x (…, 2·channels)
     * @param t (…, 2·channels), written; may be x
     * @param out (…, channels), written
     */
    public static void gate(Tensor x, Tensor t, Tensor out) {
        requireAlike("gate", "t", x, t);
        require("gate", "out", out, x.dtype());
        int channels = out.shape().rank() == 0 ? 0 : out.size(-1);
        int rows = rows("gate", "x", x, 2 * channels);
        requireElements("gate", "out", out, rows, channels);
        Activation.gate(x.elements(), t.elements(), out.elements(), rows, channels);
        if (Tracing.isOn()) {
            Tracing.tell(Op.GATE, out, x);
        }
    }

    /**
     * df = (1 - tanh² f) ∘ σ(g) ∘ dOut, dg = tanh f ∘ σ(g) ∘ (1 - σ(g)) ∘ dOut, dX = [df, dg].
     *
     * @param t (…, 2·channels), as forward wrote it
     * @param dOut (…, channels)
     * @param dX (…, 2·channels), written; may be t
     */
    public static void gateBackward(Tensor t, Tensor dOut, Tensor dX) {
        requireAlike("gateBackward", "dX", t, dX);
        require("gateBackward", "dOut", dOut, t.dtype());
        int channels = dOut.shape().rank() == 0 ? 0 : dOut.size(-1);
        int rows = rows("gateBackward", "t", t, 2 * channels);
        requireElements("gateBackward", "dOut", dOut, rows, channels);
        Activation.gateBackward(t.elements(), dOut.elements(), dX.elements(), rows, channels);
    }

    /**
     * out = max(x, 0).
     *
     * @param x (…)
     * @param out (…), written; may be x
     */
    public static void relu(Tensor x, Tensor out) {
        requireAlike("relu", "out", x, out);
        Elementwise.unary(
                UnaryOperation.RELU, x.elements(), out.elements(), x.shape().elements());
        if (Tracing.isOn()) {
            Tracing.tell(Op.RELU, out, x);
        }
    }

    /**
     * dX = dOut where x > 0, otherwise 0; where x is 0 there is no derivative, and dX is 0 as in PyTorch.
     *
     * @param y (…), the output of {@link #relu}
     * @param dOut (…)
     * @param dX (…), written; may be dOut
     */
    public static void reluBackward(Tensor y, Tensor dOut, Tensor dX) {
        requireAlike("reluBackward", "dOut", y, dOut);
        requireAlike("reluBackward", "dX", y, dX);
        Rectifier.reluBackward(
                y.elements(), dOut.elements(), dX.elements(), y.shape().elements());
    }

    /**
     * out = x where x > 0, otherwise negativeSlope · x.
     *
     * @param x (…)
     * @param negativeSlope at least 0, so that the output has the sign of x
     * @param out (…), written; may be x
     */
    public static void leakyRelu(Tensor x, double negativeSlope, Tensor out) {
        requireSlope("leakyRelu", negativeSlope);
        requireAlike("leakyRelu", "out", x, out);
        Rectifier.leakyRelu(
                x.elements(), negativeSlope, out.elements(), x.shape().elements());
        if (Tracing.isOn()) {
            Tracing.tell(Op.LEAKY_RELU, new double[] {negativeSlope}, out, x);
        }
    }

    /**
     * dX = dOut where x > 0, otherwise negativeSlope · dOut; so also where x is 0 and there is no derivative, as in
     * PyTorch.
     *
     * @param y (…), the output of {@link #leakyRelu}
     * @param negativeSlope as given to forward
     * @param dOut (…)
     * @param dX (…), written; may be dOut
     */
    public static void leakyReluBackward(Tensor y, double negativeSlope, Tensor dOut, Tensor dX) {
        requireSlope("leakyReluBackward", negativeSlope);
        requireAlike("leakyReluBackward", "dOut", y, dOut);
        requireAlike("leakyReluBackward", "dX", y, dX);
        Rectifier.leakyReluBackward(
                y.elements(),
                negativeSlope,
                dOut.elements(),
                dX.elements(),
                y.shape().elements());
    }

    private static void requireSlope(String operation, double negativeSlope) {
        if (!(negativeSlope >= 0)) {
            throw new IllegalArgumentException(
                    operation + ": the negative slope must be at least 0, it is " + negativeSlope);
        }
    }

    /**
     * The tanh form of GELU, PyTorch's {@code gelu(x, approximate="tanh")}.
     *
     * <pre>
     * t = tanh(√(2/π) · (x + 0.044715 x³));  out = x ∘ (1 + t) / 2
     * </pre>
     *
     * @param x (…)
     * @param t (…), written; not x
     * @param out (…), written; neither x nor t
     */
    public static void gelu(Tensor x, Tensor t, Tensor out) {
        requireAlike("gelu", "t", x, t);
        requireAlike("gelu", "out", x, out);
        requireApart("gelu", "t", t, "x", x);
        requireApart("gelu", "out", out, "x", x);
        requireApart("gelu", "out", out, "t", t);
        Activation.gelu(x.elements(), t.elements(), out.elements(), x.shape().elements());
        if (Tracing.isOn()) {
            Tracing.tell(Op.GELU, out, x);
        }
    }

    /**
     * dX = dOut ∘ (1 + t + x ∘ (1 - t²) ∘ √(2/π) · (1 + 3 · 0.044715 x²)) / 2.
     *
     * @param x (…), as given to {@link #gelu}
     * @param t (…), as forward wrote it
     * @param dOut (…)
     * @param dX (…), written; may be dOut
     */
    public static void geluBackward(Tensor x, Tensor t, Tensor dOut, Tensor dX) {
        requireAlike("geluBackward", "t", x, t);
        requireAlike("geluBackward", "dOut", x, dOut);
        requireAlike("geluBackward", "dX", x, dX);
        Activation.geluBackward(
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
     * @param x (…)
     * @param s (…), written; not x
     * @param out (…), written; neither x nor s
     */
    public static void silu(Tensor x, Tensor s, Tensor out) {
        requireAlike("silu", "s", x, s);
        requireAlike("silu", "out", x, out);
        requireApart("silu", "s", s, "x", x);
        requireApart("silu", "out", out, "x", x);
        requireApart("silu", "out", out, "s", s);
        Activation.silu(x.elements(), s.elements(), out.elements(), x.shape().elements());
        if (Tracing.isOn()) {
            Tracing.tell(Op.SILU, out, x);
        }
    }

    /**
     * dX = dOut ∘ s ∘ (1 + x ∘ (1 - s)).
     *
     * @param x (…), as given to {@link #silu}
     * @param s (…), as forward wrote it
     * @param dOut (…)
     * @param dX (…), written; may be dOut
     */
    public static void siluBackward(Tensor x, Tensor s, Tensor dOut, Tensor dX) {
        requireAlike("siluBackward", "s", x, s);
        requireAlike("siluBackward", "dOut", x, dOut);
        requireAlike("siluBackward", "dX", x, dX);
        Activation.siluBackward(
                x.elements(),
                s.elements(),
                dOut.elements(),
                dX.elements(),
                x.shape().elements());
    }
}
