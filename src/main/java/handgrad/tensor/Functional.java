package handgrad.tensor;

import handgrad.kernel.Activation;
import handgrad.kernel.BatchNormalization;
import handgrad.kernel.Elementwise;
import handgrad.kernel.LayerNormalization;
import handgrad.kernel.Reduction;
import handgrad.kernel.Rows;
import handgrad.kernel.SoftmaxCrossEntropy;
import handgrad.kernel.UnaryOperation;
import handgrad.kernel.Unfold;
import handgrad.kernel.Update;
import org.jspecify.annotations.Nullable;

/**
 * The operations that layers, losses and optimisers are made of, each a forward pass with its backward pass under it.
 *
 * <p>They write into tensors that the caller gives, so that a layer can reuse its buffers and a training step allocates
 * nothing. A result that is "written" is overwritten; one that is "added to" accumulates. All floating tensors of a call
 * have one type, FLOAT32 or FLOAT64; a wrong shape or type throws an {@link IllegalArgumentException} that names it.
 */
public final class Functional {
    /** The target of a row that does not count in {@link #crossEntropy}: PyTorch's default {@code ignore_index}. */
    public static final int IGNORED = -100;

    private Functional() {}

    /**
     * out = table[indices].
     *
     * @param table (rows, columns)
     * @param indices (…), INT32, each from 0 to rows - 1
     * @param out (…, columns), written
     */
    public static void embedding(Tensor table, Tensor indices, Tensor out) {
        require("embedding", "out", out, table.dtype());
        requireElements("embedding", "out", out, indices.shape().elements(), table.size(1));
        Tensor.requireIndices("embedding", indices, table.size(0));
        Rows.gather(
                table.elements(), table.size(1), indices.ints(), indices.shape().elements(), out.elements());
        if (Tracing.isOn()) {
            Tracing.tell("embedding", out, table, indices);
        }
    }

    /**
     * dTable[indices] += dOut: a row that is used twice gets both gradients.
     *
     * @param indices (…), INT32
     * @param dOut (…, columns)
     * @param dTable (rows, columns), added to
     */
    public static void embeddingBackward(Tensor indices, Tensor dOut, Tensor dTable) {
        dTable.indexAdd(indices, dOut);
    }

    /**
     * out = x · weight + bias.
     *
     * @param x (…, fanIn)
     * @param weight (fanIn, fanOut)
     * @param bias (fanOut), or null for none
     * @param out (…, fanOut), written; neither x nor weight
     */
    public static void linear(Tensor x, Tensor weight, @Nullable Tensor bias, Tensor out) {
        int fanIn = weight.size(0);
        int fanOut = weight.size(1);
        int rows = rows("linear", "x", x, fanIn);
        require("linear", "x", x, weight.dtype());
        require("linear", "out", out, weight.dtype());
        requireElements("linear", "out", out, rows, fanOut);
        requireApart("linear", "out", out, "x", x);
        requireApart("linear", "out", out, "weight", weight);
        if (bias != null) {
            require("linear", "bias", bias, weight.dtype());
            requireElements("linear", "bias", bias, 1, fanOut);
            Rows.fill(bias.elements(), fanOut, out.elements(), rows);
        }
        MatrixForms.multiply(x, false, weight, false, rows, fanOut, fanIn, bias == null ? 0 : 1, out);
        if (Tracing.isOn()) {
            Tracing.tell("linear", out, bias == null ? new Tensor[] {x, weight} : new Tensor[] {x, weight, bias});
        }
    }

    /**
     * The gradients of {@link #linear} for its parameters: dWeight += xᵀ · dOut, dBias += Σ over rows of dOut.
     *
     * @param x (…, fanIn)
     * @param dOut (…, fanOut)
     * @param dWeight (fanIn, fanOut), added to
     * @param dBias (fanOut), added to, or null for none
     */
    public static void linearBackwardParameters(Tensor x, Tensor dOut, Tensor dWeight, @Nullable Tensor dBias) {
        int fanIn = dWeight.size(0);
        int fanOut = dWeight.size(1);
        int rows = rows("linearBackward", "x", x, fanIn);
        require("linearBackward", "x", x, dWeight.dtype());
        require("linearBackward", "dOut", dOut, dWeight.dtype());
        requireElements("linearBackward", "dOut", dOut, rows, fanOut);
        MatrixForms.multiply(x, true, dOut, false, fanIn, fanOut, rows, 1, dWeight);
        if (dBias != null) {
            require("linearBackward", "dBias", dBias, dWeight.dtype());
            requireElements("linearBackward", "dBias", dBias, 1, fanOut);
            if (dOut.dtype() == DType.FLOAT32) {
                Reduction.addRows(dOut.floats(), 0, rows, fanOut, dBias.floats(), 0);
            } else {
                Reduction.addRows(dOut.doubles(), 0, rows, fanOut, dBias.doubles(), 0);
            }
        }
    }

    /**
     * The gradient of {@link #linear} for its input: dX = dOut · weightᵀ.
     *
     * @param dOut (…, fanOut)
     * @param weight (fanIn, fanOut)
     * @param dX (…, fanIn), written; neither dOut nor weight
     */
    public static void linearBackwardInput(Tensor dOut, Tensor weight, Tensor dX) {
        int fanIn = weight.size(0);
        int fanOut = weight.size(1);
        int rows = rows("linearBackward", "dOut", dOut, fanOut);
        require("linearBackward", "dOut", dOut, weight.dtype());
        require("linearBackward", "dX", dX, weight.dtype());
        requireElements("linearBackward", "dX", dX, rows, fanIn);
        requireApart("linearBackward", "dX", dX, "dOut", dOut);
        requireApart("linearBackward", "dX", dX, "weight", weight);
        MatrixForms.multiply(dOut, false, weight, true, rows, fanIn, fanOut, 0, dX);
    }

    /**
     * out = tanh x.
     *
     * @param x (…)
     * @param out (…), written; may be x
     */
    public static void tanh(Tensor x, Tensor out) {
        requireAlike("tanh", "out", x, out);
        if (x.dtype() == DType.FLOAT32) {
            Elementwise.unary(
                    UnaryOperation.TANH, x.floats(), out.floats(), x.shape().elements());
        } else {
            Elementwise.unary(
                    UnaryOperation.TANH, x.doubles(), out.doubles(), x.shape().elements());
        }
        if (Tracing.isOn()) {
            Tracing.tell("tanh", out, x);
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
        if (y.dtype() == DType.FLOAT32) {
            Activation.tanhBackward(
                    y.floats(), dOut.floats(), dX.floats(), y.shape().elements());
        } else {
            Activation.tanhBackward(
                    y.doubles(), dOut.doubles(), dX.doubles(), y.shape().elements());
        }
    }

    /**
     * out = 1 / (1 + e⁻ˣ).
     *
     * @param x (…)
     * @param out (…), written; may be x
     */
    public static void sigmoid(Tensor x, Tensor out) {
        requireAlike("sigmoid", "out", x, out);
        if (x.dtype() == DType.FLOAT32) {
            Elementwise.unary(
                    UnaryOperation.SIGMOID, x.floats(), out.floats(), x.shape().elements());
        } else {
            Elementwise.unary(
                    UnaryOperation.SIGMOID,
                    x.doubles(),
                    out.doubles(),
                    x.shape().elements());
        }
        if (Tracing.isOn()) {
            Tracing.tell("sigmoid", out, x);
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
        if (y.dtype() == DType.FLOAT32) {
            Activation.sigmoidBackward(
                    y.floats(), dOut.floats(), dX.floats(), y.shape().elements());
        } else {
            Activation.sigmoidBackward(
                    y.doubles(), dOut.doubles(), dX.doubles(), y.shape().elements());
        }
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
        if (x.dtype() == DType.FLOAT32) {
            Activation.gate(x.floats(), t.floats(), out.floats(), rows, channels);
        } else {
            Activation.gate(x.doubles(), t.doubles(), out.doubles(), rows, channels);
        }
        if (Tracing.isOn()) {
            Tracing.tell("gate", out, x);
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
        if (t.dtype() == DType.FLOAT32) {
            Activation.gateBackward(t.floats(), dOut.floats(), dX.floats(), rows, channels);
        } else {
            Activation.gateBackward(t.doubles(), dOut.doubles(), dX.doubles(), rows, channels);
        }
    }

    /**
     * Each position of a sequence with those before it that a convolution sees, end to end, oldest first: PyTorch's
     * {@code Unfold} over one dimension. With k = out.size(-1) / C taps, d apart:
     *
     * <pre>
     * out[n, t, j·C + c] = x[n, t + j·d, c], for j from 0 to k - 1
     * </pre>
     *
     * @param x (N, T, C)
     * @param dilation d, at least 1
     * @param out (N, T - (k - 1)·d, k·C), written
     */
    public static void unfold(Tensor x, int dilation, Tensor out) {
        int taps = taps("unfold", "x", x, dilation, "out", out);
        Unfold.forward(x.elements(), x.size(0), x.size(1), x.size(2), taps, dilation, out.elements());
        if (Tracing.isOn()) {
            Tracing.tell("unfold", new double[] {dilation}, out, x);
        }
    }

    /**
     * Each position's gradient is the sum over the places that {@link #unfold} copied it to: dX[n, t + j·d] gets dOut[n, t, j].
     *
     * @param dOut (N, T - (k - 1)·d, k·C)
     * @param dilation as given to forward
     * @param dX (N, T, C), written
     */
    public static void unfoldBackward(Tensor dOut, int dilation, Tensor dX) {
        int taps = taps("unfoldBackward", "dX", dX, dilation, "dOut", dOut);
        if (dX.dtype() == DType.FLOAT32) {
            Unfold.backward(dOut.floats(), dX.size(0), dX.size(1), dX.size(2), taps, dilation, dX.floats());
        } else {
            Unfold.backward(dOut.doubles(), dX.size(0), dX.size(1), dX.size(2), taps, dilation, dX.doubles());
        }
    }

    /** The number of taps with which x unfolds to this shape. */
    private static int taps(
            String operation, String name, Tensor x, int dilation, String unfoldedName, Tensor unfolded) {
        require(operation, unfoldedName, unfolded, x.dtype());
        boolean sequences = x.shape().rank() == 3 && unfolded.shape().rank() == 3 && dilation >= 1 && x.size(2) > 0;
        int taps = sequences ? unfolded.size(2) / x.size(2) : 0;
        if (taps < 1
                || unfolded.size(2) != taps * x.size(2)
                || unfolded.size(0) != x.size(0)
                || unfolded.size(1) != x.size(1) - (taps - 1) * dilation) {
            throw new IllegalArgumentException(operation
                    + ": wants (N, T, C) and (N, T - (k - 1)·d, k·C) with dilation d"
                    + " of at least 1, " + name + " is " + x.shape() + ", d " + dilation + ", " + unfoldedName + " "
                    + unfolded.shape());
        }
        return taps;
    }

    /**
     * The last positions of sequences, put side by side with others: out[n, t, column + c] = x[n, T - T' + t, c].
     *
     * @param x (N, T, C)
     * @param column the first of the C columns of out to write
     * @param out (N, T', columns), T' at most T; these columns written
     */
    public static void crop(Tensor x, int column, Tensor out) {
        requireCrop("crop", "x", x, column, "out", out);
        Unfold.crop(x.elements(), x.size(0), x.size(1), x.size(2), out.elements(), out.size(1), out.size(2), column);
        if (Tracing.isOn()) {
            // The first columns begin the output anew, the others are put beside them.
            Tracing.tell("crop", new double[] {column}, out, column == 0 ? new Tensor[] {x} : new Tensor[] {out, x});
        }
    }

    /**
     * dX[n, T - T' + t, c] += dOut[n, t, column + c].
     *
     * @param dOut (N, T', columns)
     * @param column as given to forward
     * @param dX (N, T, C), added to
     */
    public static void cropBackward(Tensor dOut, int column, Tensor dX) {
        requireCrop("cropBackward", "dX", dX, column, "dOut", dOut);
        int batch = dX.size(0);
        int length = dX.size(1);
        int channels = dX.size(2);
        if (dX.dtype() == DType.FLOAT32) {
            Unfold.cropBackward(
                    dOut.floats(), batch, length, channels, dX.floats(), dOut.size(1), dOut.size(2), column);
        } else {
            Unfold.cropBackward(
                    dOut.doubles(), batch, length, channels, dX.doubles(), dOut.size(1), dOut.size(2), column);
        }
    }

    private static void requireCrop(
            String operation, String name, Tensor x, int column, String croppedName, Tensor cropped) {
        require(operation, croppedName, cropped, x.dtype());
        if (x.shape().rank() != 3
                || cropped.shape().rank() != 3
                || cropped.size(0) != x.size(0)
                || cropped.size(1) > x.size(1)
                || column < 0
                || column + x.size(2) > cropped.size(2)) {
            throw new IllegalArgumentException(operation + ": wants (N, T, C) and (N, T', columns) with T' up to T and"
                    + " C columns from the given one on, " + name + " is " + x.shape() + ", column " + column + ", "
                    + croppedName + " " + cropped.shape());
        }
    }

    /**
     * out = max(x, 0).
     *
     * @param x (…)
     * @param out (…), written; may be x
     */
    public static void relu(Tensor x, Tensor out) {
        requireAlike("relu", "out", x, out);
        if (x.dtype() == DType.FLOAT32) {
            Elementwise.unary(
                    UnaryOperation.RELU, x.floats(), out.floats(), x.shape().elements());
        } else {
            Elementwise.unary(
                    UnaryOperation.RELU, x.doubles(), out.doubles(), x.shape().elements());
        }
        if (Tracing.isOn()) {
            Tracing.tell("relu", out, x);
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
        if (y.dtype() == DType.FLOAT32) {
            Activation.reluBackward(
                    y.floats(), dOut.floats(), dX.floats(), y.shape().elements());
        } else {
            Activation.reluBackward(
                    y.doubles(), dOut.doubles(), dX.doubles(), y.shape().elements());
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
        if (x.dtype() == DType.FLOAT32) {
            Activation.gelu(x.floats(), t.floats(), out.floats(), x.shape().elements());
        } else {
            Activation.gelu(x.doubles(), t.doubles(), out.doubles(), x.shape().elements());
        }
        if (Tracing.isOn()) {
            Tracing.tell("gelu", out, x);
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
        if (x.dtype() == DType.FLOAT32) {
            Activation.geluBackward(
                    x.floats(),
                    t.floats(),
                    dOut.floats(),
                    dX.floats(),
                    x.shape().elements());
        } else {
            Activation.geluBackward(
                    x.doubles(),
                    t.doubles(),
                    dOut.doubles(),
                    dX.doubles(),
                    x.shape().elements());
        }
    }

    /**
     * Normalises x over its rows with their own mean and variance, then scales and shifts.
     *
     * <pre>
     * mean = Σ x / n;  variance = Σ (x - mean)² / divisor;  inverseDeviation = (variance + epsilon)^-½
     * normalized = (x - mean) ∘ inverseDeviation;  out = gain ∘ normalized + bias
     * </pre>
     *
     * @param x (…, features), n rows
     * @param gain (features)
     * @param bias (features)
     * @param divisor n for the biased variance, n - 1 for the unbiased one; at least 1
     * @param mean (features), written
     * @param variance (features), written
     * @param inverseDeviation (features), written
     * @param normalized (…, features), written; not x
     * @param out (…, features), written; not x
     */
    public static void batchNorm(
            Tensor x,
            Tensor gain,
            Tensor bias,
            double epsilon,
            int divisor,
            Tensor mean,
            Tensor variance,
            Tensor inverseDeviation,
            Tensor normalized,
            Tensor out) {
        int features = gain.shape().elements();
        int rows = rows("batchNorm", "x", x, features);
        requireFeature("batchNorm", "bias", gain, bias);
        requireFeature("batchNorm", "mean", gain, mean);
        requireFeature("batchNorm", "variance", gain, variance);
        requireFeature("batchNorm", "inverseDeviation", gain, inverseDeviation);
        requireAlike("batchNorm", "normalized", x, normalized);
        requireAlike("batchNorm", "out", x, out);
        requireApart("batchNorm", "normalized", normalized, "x", x);
        requireApart("batchNorm", "out", out, "x", x);
        require("batchNorm", "x", x, gain.dtype());
        if (divisor < 1) {
            throw new IllegalArgumentException("batchNorm: the variance of x " + x.shape() + " would be divided by "
                    + divisor + "; the unbiased variance wants at least 2 rows");
        }
        if (x.dtype() == DType.FLOAT32) {
            BatchNormalization.forward(
                    x.floats(),
                    rows,
                    features,
                    gain.floats(),
                    bias.floats(),
                    (float) epsilon,
                    divisor,
                    mean.floats(),
                    variance.floats(),
                    inverseDeviation.floats(),
                    normalized.floats(),
                    out.floats());
        } else {
            BatchNormalization.forward(
                    x.doubles(),
                    rows,
                    features,
                    gain.doubles(),
                    bias.doubles(),
                    epsilon,
                    divisor,
                    mean.doubles(),
                    variance.doubles(),
                    inverseDeviation.doubles(),
                    normalized.doubles(),
                    out.doubles());
        }
        if (Tracing.isOn()) {
            Tracing.tell("normalizeBatch", new double[] {epsilon, divisor}, normalized, x);
            Tracing.tell("scaleAndShift", out, normalized, gain, bias);
        }
    }

    /**
     * The gradients of {@link #batchNorm}.
     *
     * <pre>
     * dBias += Σ dOut;  dGain += Σ dOut ∘ normalized;  dNormalized = gain ∘ dOut
     * dX = inverseDeviation ∘ (dNormalized - Σ dNormalized / n - normalized ∘ Σ (dNormalized ∘ normalized) / divisor)
     * </pre>
     *
     * @param dOut (…, features)
     * @param normalized (…, features), as forward wrote it
     * @param gain (features)
     * @param inverseDeviation (features), as forward wrote it
     * @param divisor as given to forward
     * @param dGain (features), added to
     * @param dBias (features), added to
     * @param dX (…, features), written; not dOut
     */
    public static void batchNormBackward(
            Tensor dOut,
            Tensor normalized,
            Tensor gain,
            Tensor inverseDeviation,
            int divisor,
            Tensor dGain,
            Tensor dBias,
            Tensor dX) {
        int features = gain.shape().elements();
        int rows = rows("batchNormBackward", "dOut", dOut, features);
        requireFeature("batchNormBackward", "inverseDeviation", gain, inverseDeviation);
        requireFeature("batchNormBackward", "dGain", gain, dGain);
        requireFeature("batchNormBackward", "dBias", gain, dBias);
        requireAlike("batchNormBackward", "normalized", dOut, normalized);
        requireAlike("batchNormBackward", "dX", dOut, dX);
        require("batchNormBackward", "dOut", dOut, gain.dtype());
        if (dOut.dtype() == DType.FLOAT32) {
            BatchNormalization.backward(
                    dOut.floats(),
                    normalized.floats(),
                    rows,
                    features,
                    gain.floats(),
                    inverseDeviation.floats(),
                    divisor,
                    dGain.floats(),
                    dBias.floats(),
                    dX.floats());
        } else {
            BatchNormalization.backward(
                    dOut.doubles(),
                    normalized.doubles(),
                    rows,
                    features,
                    gain.doubles(),
                    inverseDeviation.doubles(),
                    divisor,
                    dGain.doubles(),
                    dBias.doubles(),
                    dX.doubles());
        }
    }

    /**
     * Normalises x with given statistics: normalized = (x - mean) ∘ inverseDeviation, out = gain ∘ normalized + bias.
     *
     * @param x (…, features)
     * @param gain (features)
     * @param bias (features)
     * @param mean (features)
     * @param inverseDeviation (features)
     * @param normalized (…, features), written
     * @param out (…, features), written
     */
    public static void batchNormEvaluation(
            Tensor x, Tensor gain, Tensor bias, Tensor mean, Tensor inverseDeviation, Tensor normalized, Tensor out) {
        int features = gain.shape().elements();
        int rows = rows("batchNorm", "x", x, features);
        requireFeature("batchNorm", "bias", gain, bias);
        requireFeature("batchNorm", "mean", gain, mean);
        requireFeature("batchNorm", "inverseDeviation", gain, inverseDeviation);
        requireAlike("batchNorm", "normalized", x, normalized);
        requireAlike("batchNorm", "out", x, out);
        require("batchNorm", "x", x, gain.dtype());
        if (x.dtype() == DType.FLOAT32) {
            BatchNormalization.apply(
                    x.floats(),
                    rows,
                    features,
                    gain.floats(),
                    bias.floats(),
                    mean.floats(),
                    inverseDeviation.floats(),
                    normalized.floats(),
                    out.floats());
        } else {
            BatchNormalization.apply(
                    x.doubles(),
                    rows,
                    features,
                    gain.doubles(),
                    bias.doubles(),
                    mean.doubles(),
                    inverseDeviation.doubles(),
                    normalized.doubles(),
                    out.doubles());
        }
        if (Tracing.isOn()) {
            Tracing.tell("normalize", normalized, x, mean, inverseDeviation);
            Tracing.tell("scaleAndShift", out, normalized, gain, bias);
        }
    }

    /**
     * The gradients of {@link #batchNormEvaluation}, whose statistics are constants: dBias += Σ dOut, dGain += Σ dOut ∘
     * normalized, dX = gain ∘ inverseDeviation ∘ dOut.
     *
     * @param dOut (…, features)
     * @param normalized (…, features), as forward wrote it
     * @param gain (features)
     * @param inverseDeviation (features)
     * @param dGain (features), added to
     * @param dBias (features), added to
     * @param dX (…, features), written
     */
    public static void batchNormEvaluationBackward(
            Tensor dOut,
            Tensor normalized,
            Tensor gain,
            Tensor inverseDeviation,
            Tensor dGain,
            Tensor dBias,
            Tensor dX) {
        int features = gain.shape().elements();
        rows("batchNormBackward", "dOut", dOut, features);
        requireFeature("batchNormBackward", "inverseDeviation", gain, inverseDeviation);
        requireFeature("batchNormBackward", "dGain", gain, dGain);
        requireFeature("batchNormBackward", "dBias", gain, dBias);
        requireAlike("batchNormBackward", "normalized", dOut, normalized);
        requireAlike("batchNormBackward", "dX", dOut, dX);
        dBias.reshape(features).addInPlace(dOut.reshape(-1, features).sum(0));
        dGain.reshape(features)
                .addInPlace(dOut.mul(normalized).reshape(-1, features).sum(0));
        dX.copyFrom(dOut.mul(gain.reshape(features)).mul(inverseDeviation.reshape(features)));
    }

    /**
     * Normalises each row of x over its features with their own mean and variance, then scales and shifts.
     *
     * <pre>
     * mean = Σ x / features;  variance = Σ (x - mean)² / features;  inverseDeviation = (variance + epsilon)^-½
     * normalized = (x - mean) ∘ inverseDeviation;  out = gain ∘ normalized + bias
     * </pre>
     *
     * @param x (…, features)
     * @param gain (features)
     * @param bias (features)
     * @param inverseDeviation (…, 1), written
     * @param normalized (…, features), written; not x
     * @param out (…, features), written; neither x nor normalized
     */
    public static void layerNorm(
            Tensor x,
            Tensor gain,
            Tensor bias,
            double epsilon,
            Tensor inverseDeviation,
            Tensor normalized,
            Tensor out) {
        int features = gain.shape().elements();
        int rows = rows("layerNorm", "x", x, features);
        requireFeature("layerNorm", "bias", gain, bias);
        require("layerNorm", "x", x, gain.dtype());
        require("layerNorm", "inverseDeviation", inverseDeviation, gain.dtype());
        requireElements("layerNorm", "inverseDeviation", inverseDeviation, rows, 1);
        requireAlike("layerNorm", "normalized", x, normalized);
        requireAlike("layerNorm", "out", x, out);
        requireApart("layerNorm", "normalized", normalized, "x", x);
        requireApart("layerNorm", "out", out, "x", x);
        requireApart("layerNorm", "out", out, "normalized", normalized);
        if (x.dtype() == DType.FLOAT32) {
            LayerNormalization.forward(
                    x.floats(),
                    rows,
                    features,
                    gain.floats(),
                    bias.floats(),
                    (float) epsilon,
                    inverseDeviation.floats(),
                    normalized.floats(),
                    out.floats());
        } else {
            LayerNormalization.forward(
                    x.doubles(),
                    rows,
                    features,
                    gain.doubles(),
                    bias.doubles(),
                    epsilon,
                    inverseDeviation.doubles(),
                    normalized.doubles(),
                    out.doubles());
        }
        if (Tracing.isOn()) {
            Tracing.tell("normalizeRows", new double[] {epsilon}, normalized, x);
            Tracing.tell("scaleAndShift", out, normalized, gain, bias);
        }
    }

    /**
     * The gradients of {@link #layerNorm}; the sums in dX run over the features of a row, the others over the rows.
     *
     * <pre>
     * dBias += Σ dOut;  dGain += Σ dOut ∘ normalized;  dNormalized = gain ∘ dOut
     * dX = inverseDeviation ∘ (dNormalized - Σ dNormalized / features
     *                          - normalized ∘ Σ (dNormalized ∘ normalized) / features)
     * </pre>
     *
     * @param dOut (…, features)
     * @param normalized (…, features), as forward wrote it
     * @param gain (features)
     * @param inverseDeviation (…, 1), as forward wrote it
     * @param dGain (features), added to
     * @param dBias (features), added to
     * @param dX (…, features), written; neither dOut nor normalized
     */
    public static void layerNormBackward(
            Tensor dOut,
            Tensor normalized,
            Tensor gain,
            Tensor inverseDeviation,
            Tensor dGain,
            Tensor dBias,
            Tensor dX) {
        int features = gain.shape().elements();
        int rows = rows("layerNormBackward", "dOut", dOut, features);
        requireFeature("layerNormBackward", "dGain", gain, dGain);
        requireFeature("layerNormBackward", "dBias", gain, dBias);
        require("layerNormBackward", "dOut", dOut, gain.dtype());
        require("layerNormBackward", "inverseDeviation", inverseDeviation, gain.dtype());
        requireElements("layerNormBackward", "inverseDeviation", inverseDeviation, rows, 1);
        requireAlike("layerNormBackward", "normalized", dOut, normalized);
        requireAlike("layerNormBackward", "dX", dOut, dX);
        requireApart("layerNormBackward", "dX", dX, "dOut", dOut);
        requireApart("layerNormBackward", "dX", dX, "normalized", normalized);
        if (dOut.dtype() == DType.FLOAT32) {
            LayerNormalization.backward(
                    dOut.floats(),
                    normalized.floats(),
                    rows,
                    features,
                    gain.floats(),
                    inverseDeviation.floats(),
                    dGain.floats(),
                    dBias.floats(),
                    dX.floats());
        } else {
            LayerNormalization.backward(
                    dOut.doubles(),
                    normalized.doubles(),
                    rows,
                    features,
                    gain.doubles(),
                    inverseDeviation.doubles(),
                    dGain.doubles(),
                    dBias.doubles(),
                    dX.doubles());
        }
    }

    /**
     * The mean negative log-probability of the targets under the softmax of the logits.
     *
     * <pre>
     * probabilities = exp(logits - max) / Σ exp(logits - max);  loss = -Σ ln probabilities[i, targets[i]] / n
     * </pre>
     *
     * The sum and n leave out the rows whose target is {@link #IGNORED}.
     *
     * @param logits (N, classes)
     * @param targets (N), INT32, each from 0 to classes - 1 or IGNORED; at least one is not
     * @param probabilities (N, classes), written; not logits
     */
    public static double crossEntropy(Tensor logits, Tensor targets, Tensor probabilities) {
        int classes = requireLogits("crossEntropy", logits, targets);
        requireAlike("crossEntropy", "probabilities", logits, probabilities);
        requireApart("crossEntropy", "probabilities", probabilities, "logits", logits);
        int rows = logits.size(0);
        double loss = logits.dtype() == DType.FLOAT32
                ? SoftmaxCrossEntropy.forward(logits.floats(), targets.ints(), rows, classes, probabilities.floats())
                : SoftmaxCrossEntropy.forward(logits.doubles(), targets.ints(), rows, classes, probabilities.doubles());
        if (Tracing.isOn()) {
            Tracing.tell("softmax", probabilities, logits);
            Tracing.tell("negativeLogLikelihood", Tensor.scalar(loss), probabilities, targets);
        }
        return loss;
    }

    /**
     * dLogits = (probabilities - onehot(targets)) / n; 0 in rows that are ignored.
     *
     * @param probabilities (N, classes), as forward wrote them
     * @param targets (N), INT32
     * @param dLogits (N, classes), written
     */
    public static void crossEntropyBackward(Tensor probabilities, Tensor targets, Tensor dLogits) {
        int classes = requireLogits("crossEntropyBackward", probabilities, targets);
        requireAlike("crossEntropyBackward", "dLogits", probabilities, dLogits);
        int rows = probabilities.size(0);
        if (probabilities.dtype() == DType.FLOAT32) {
            SoftmaxCrossEntropy.backward(probabilities.floats(), targets.ints(), rows, classes, dLogits.floats());
        } else {
            SoftmaxCrossEntropy.backward(probabilities.doubles(), targets.ints(), rows, classes, dLogits.doubles());
        }
    }

    private static int requireLogits(String operation, Tensor logits, Tensor targets) {
        if (logits.shape().rank() != 2 || targets.shape().rank() != 1 || targets.size(0) != logits.size(0)) {
            throw new IllegalArgumentException(operation + ": wants logits (N, classes) and targets (N), logits "
                    + logits.shape() + ", targets " + targets.shape());
        }
        int classes = logits.size(1);
        if (!hasTarget(operation, targets, classes)) {
            throw new IllegalArgumentException(
                    operation + ": the mean over no rows has no value, logits " + logits.shape());
        }
        return classes;
    }

    /** Whether a target is not ignored, after each has been checked. */
    private static boolean hasTarget(String operation, Tensor targets, int classes) {
        if (targets.dtype() != DType.INT32) {
            throw new IllegalArgumentException(
                    operation + ": indices must be INT32, they are " + targets.dtype() + " " + targets.shape());
        }
        boolean found = false;
        for (int target : targets.ints()) {
            if (target != IGNORED) {
                if (target < 0 || target >= classes) {
                    throw new IllegalArgumentException(
                            operation + ": index " + target + " is outside of 0 to " + (classes - 1));
                }
                found = true;
            }
        }
        return found;
    }

    /**
     * target += factor · source: a step of gradient descent with factor -lr. The product is rounded before the sum.
     *
     * @param target (…), added to
     * @param source (…)
     */
    public static void addScaled(Tensor target, double factor, Tensor source) {
        requireAlike("addScaled", "source", target, source);
        if (target.dtype() == DType.FLOAT32) {
            Update.addScaled(
                    target.floats(),
                    (float) factor,
                    source.floats(),
                    target.shape().elements());
        } else {
            Update.addScaled(
                    target.doubles(), factor, source.doubles(), target.shape().elements());
        }
        if (Tracing.isOn()) {
            Tracing.tell("addScaled", new double[] {factor}, target, target, source);
        }
    }

    /**
     * A step of Adam (Kingma and Ba 2014, https://arxiv.org/abs/1412.6980), with the weight decay taken from the value itself
     * as in AdamW, in one pass.
     *
     * <pre>
     * mean = β₁ mean + (1 - β₁) grad;  square = β₂ square + (1 - β₂) grad²
     * value = (1 - lr · weightDecay) value - lr / (1 - β₁ˢ) · mean / (√(square / (1 - β₂ˢ)) + epsilon),  at step s
     * </pre>
     *
     * @param value (…), updated
     * @param grad (…)
     * @param mean (…), updated; zeros before step 1
     * @param square (…), updated; zeros before step 1
     * @param step counted from 1
     */
    public static void adam(
            Tensor value,
            Tensor grad,
            Tensor mean,
            Tensor square,
            double lr,
            double beta1,
            double beta2,
            double epsilon,
            double weightDecay,
            int step) {
        requireAlike("adam", "grad", value, grad);
        requireAlike("adam", "mean", value, mean);
        requireAlike("adam", "square", value, square);
        double keep = 1 - lr * weightDecay;
        double rate = lr / (1 - Math.pow(beta1, step));
        double scale = 1 / Math.sqrt(1 - Math.pow(beta2, step));
        if (value.dtype() == DType.FLOAT32) {
            Update.adam(
                    value.floats(),
                    grad.floats(),
                    mean.floats(),
                    square.floats(),
                    (float) beta1,
                    (float) (1 - beta1),
                    (float) beta2,
                    (float) (1 - beta2),
                    (float) keep,
                    (float) rate,
                    (float) scale,
                    (float) epsilon,
                    value.shape().elements());
        } else {
            Update.adam(
                    value.doubles(),
                    grad.doubles(),
                    mean.doubles(),
                    square.doubles(),
                    beta1,
                    1 - beta1,
                    beta2,
                    1 - beta2,
                    keep,
                    rate,
                    scale,
                    epsilon,
                    value.shape().elements());
        }
    }

    /**
     * target = keep · target + factor · source: a running average.
     *
     * @param target (…), overwritten
     * @param source (…)
     */
    public static void blend(Tensor target, double keep, double factor, Tensor source) {
        requireAlike("blend", "source", target, source);
        if (target.dtype() == DType.FLOAT32) {
            Update.blend(
                    target.floats(),
                    (float) keep,
                    (float) factor,
                    source.floats(),
                    target.shape().elements());
        } else {
            Update.blend(
                    target.doubles(),
                    keep,
                    factor,
                    source.doubles(),
                    target.shape().elements());
        }
    }

    /**
     * out = √(factor · x).
     *
     * @param x (…)
     * @param out (…), written
     */
    public static void scaledSquareRoot(Tensor x, double factor, Tensor out) {
        requireAlike("scaledSquareRoot", "out", x, out);
        if (x.dtype() == DType.FLOAT32) {
            Update.scaledSquareRoot(
                    x.floats(), (float) factor, out.floats(), x.shape().elements());
        } else {
            Update.scaledSquareRoot(
                    x.doubles(), factor, out.doubles(), x.shape().elements());
        }
    }

    private static void require(String operation, String name, Tensor tensor, DType dtype) {
        if (tensor.dtype() != dtype) {
            throw new IllegalArgumentException(
                    operation + ": wants " + dtype + ", " + name + " " + tensor.shape() + " is " + tensor.dtype());
        }
    }

    private static void requireElements(String operation, String name, Tensor tensor, int rows, int columns) {
        if (tensor.shape().elements() != rows * columns) {
            throw new IllegalArgumentException(
                    operation + ": wants " + rows + " x " + columns + " elements, " + name + " is " + tensor.shape());
        }
    }

    private static void requireAlike(String operation, String name, Tensor model, Tensor tensor) {
        if (tensor.dtype() != model.dtype() || !tensor.shape().equals(model.shape())) {
            throw new IllegalArgumentException(operation + ": " + name + " is " + tensor.dtype() + " " + tensor.shape()
                    + ", wants " + model.dtype() + " " + model.shape());
        }
    }

    /** Refuses a result on the array of an argument that is still read while the result is written. */
    @SuppressWarnings("ReferenceEquality")
    private static void requireApart(String operation, String name, Tensor result, String argument, Tensor tensor) {
        if (result.elements() == tensor.elements()) {
            throw new IllegalArgumentException(operation + ": " + name + " must not share the elements of " + argument);
        }
    }

    private static void requireFeature(String operation, String name, Tensor gain, Tensor tensor) {
        require(operation, name, tensor, gain.dtype());
        requireElements(operation, name, tensor, 1, gain.shape().elements());
    }

    /** The number of rows of x seen as (rows, columns). */
    private static int rows(String operation, String name, Tensor x, int columns) {
        if (x.shape().rank() == 0 || x.size(-1) != columns) {
            throw new IllegalArgumentException(
                    operation + ": wants " + columns + " in the last dimension, " + name + " is " + x.shape());
        }
        return x.shape().elements(0, x.shape().rank() - 1);
    }
}
