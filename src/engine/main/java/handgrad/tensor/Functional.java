package handgrad.tensor;

import static handgrad.tensor.Requirements.require;
import static handgrad.tensor.Requirements.requireAlike;
import static handgrad.tensor.Requirements.requireApart;
import static handgrad.tensor.Requirements.requireElements;
import static handgrad.tensor.Requirements.rows;

import handgrad.kernel.Reduction;
import handgrad.kernel.Rows;
import handgrad.kernel.SoftmaxCrossEntropy;
import handgrad.kernel.SquaredError;
import handgrad.kernel.conv.Unfold;
import handgrad.kernel.matmul.GroupedProduct;
import org.jspecify.annotations.Nullable;

/**
 * The operations that layers and losses are made of, each a forward pass with its backward pass under it. More of them stand
 * in {@link Activations}, {@link Convolutions}, {@link Normalizations} and {@link ImageNormalizations}; optimisers are made
 * of {@link Updates}.
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
            Tracing.tell(Op.EMBEDDING, out, table, indices);
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
            Tracing.tell(Op.LINEAR, out, bias == null ? new Tensor[] {x, weight} : new Tensor[] {x, weight, bias});
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
     * out = x · weight + bias in each of many groups that know nothing of each other: as many small {@link #linear} as there
     * are groups, side by side. Feature f of group g stands in column f · groups + g.
     *
     * @param x (…, fanIn · groups)
     * @param weight (fanIn, fanOut · groups)
     * @param bias (fanOut · groups), or null for none
     * @param groups how many, at least 1
     * @param out (…, fanOut · groups), written; neither x nor weight
     */
    public static void groupedLinear(Tensor x, Tensor weight, @Nullable Tensor bias, int groups, Tensor out) {
        int columns = groupedColumns(weight, groups);
        int fanIn = weight.size(0);
        int rows = rows("groupedLinear", "x", x, fanIn * groups);
        require("groupedLinear", "x", x, weight.dtype());
        require("groupedLinear", "out", out, weight.dtype());
        requireElements("groupedLinear", "out", out, rows, columns);
        requireApart("groupedLinear", "out", out, "x", x);
        requireApart("groupedLinear", "out", out, "weight", weight);
        if (bias != null) {
            require("groupedLinear", "bias", bias, weight.dtype());
            requireElements("groupedLinear", "bias", bias, 1, columns);
        }
        if (weight.dtype() == DType.FLOAT32) {
            GroupedProduct.forward(
                    x.floats(),
                    weight.floats(),
                    bias == null ? null : bias.floats(),
                    rows,
                    fanIn,
                    columns / groups,
                    groups,
                    out.floats());
        } else {
            GroupedProduct.forward(
                    x.doubles(),
                    weight.doubles(),
                    bias == null ? null : bias.doubles(),
                    rows,
                    fanIn,
                    columns / groups,
                    groups,
                    out.doubles());
        }
        if (Tracing.isOn()) {
            Tracing.tell(
                    Op.GROUPED_LINEAR, out, bias == null ? new Tensor[] {x, weight} : new Tensor[] {x, weight, bias});
        }
    }

    /**
     * The gradients of {@link #groupedLinear} for its parameters, in each group: dWeight += xᵀ · dOut, dBias += Σ over rows of
     * dOut.
     *
     * @param x (…, fanIn · groups)
     * @param dOut (…, fanOut · groups)
     * @param groups how many, at least 1
     * @param dWeight (fanIn, fanOut · groups), added to
     * @param dBias (fanOut · groups), added to, or null for none
     */
    public static void groupedLinearBackwardParameters(
            Tensor x, Tensor dOut, int groups, Tensor dWeight, @Nullable Tensor dBias) {
        int columns = groupedColumns(dWeight, groups);
        int fanIn = dWeight.size(0);
        int rows = rows("groupedLinearBackward", "x", x, fanIn * groups);
        require("groupedLinearBackward", "x", x, dWeight.dtype());
        require("groupedLinearBackward", "dOut", dOut, dWeight.dtype());
        requireElements("groupedLinearBackward", "dOut", dOut, rows, columns);
        if (dBias != null) {
            require("groupedLinearBackward", "dBias", dBias, dWeight.dtype());
            requireElements("groupedLinearBackward", "dBias", dBias, 1, columns);
        }
        if (dWeight.dtype() == DType.FLOAT32) {
            GroupedProduct.backwardWeight(
                    x.floats(), dOut.floats(), rows, fanIn, columns / groups, groups, dWeight.floats());
            if (dBias != null) {
                Reduction.addRows(dOut.floats(), 0, rows, columns, dBias.floats(), 0);
            }
        } else {
            GroupedProduct.backwardWeight(
                    x.doubles(), dOut.doubles(), rows, fanIn, columns / groups, groups, dWeight.doubles());
            if (dBias != null) {
                Reduction.addRows(dOut.doubles(), 0, rows, columns, dBias.doubles(), 0);
            }
        }
    }

    /**
     * The gradient of {@link #groupedLinear} for its input, in each group: dX = dOut · weightᵀ.
     *
     * @param dOut (…, fanOut · groups)
     * @param weight (fanIn, fanOut · groups)
     * @param groups how many, at least 1
     * @param dX (…, fanIn · groups), written; neither dOut nor weight
     */
    public static void groupedLinearBackwardInput(Tensor dOut, Tensor weight, int groups, Tensor dX) {
        int columns = groupedColumns(weight, groups);
        int fanIn = weight.size(0);
        int rows = rows("groupedLinearBackward", "dOut", dOut, columns);
        require("groupedLinearBackward", "dOut", dOut, weight.dtype());
        require("groupedLinearBackward", "dX", dX, weight.dtype());
        requireElements("groupedLinearBackward", "dX", dX, rows, fanIn * groups);
        requireApart("groupedLinearBackward", "dX", dX, "dOut", dOut);
        requireApart("groupedLinearBackward", "dX", dX, "weight", weight);
        if (weight.dtype() == DType.FLOAT32) {
            GroupedProduct.backwardInput(
                    dOut.floats(), weight.floats(), rows, fanIn, columns / groups, groups, dX.floats());
        } else {
            GroupedProduct.backwardInput(
                    dOut.doubles(), weight.doubles(), rows, fanIn, columns / groups, groups, dX.doubles());
        }
    }

    /** The columns of a grouped weight, which must be a whole number of features for each group. */
    private static int groupedColumns(Tensor weight, int groups) {
        if (groups < 1 || weight.shape().rank() != 2 || weight.size(1) % groups != 0) {
            throw new IllegalArgumentException("groupedLinear: weight " + weight.shape()
                    + " must be (fanIn, fanOut · groups) for " + groups + " groups");
        }
        return weight.size(1);
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
            Tracing.tell(Op.UNFOLD, new double[] {dilation}, out, x);
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
            Tracing.tell(Op.CROP, new double[] {column}, out, column == 0 ? new Tensor[] {x} : new Tensor[] {out, x});
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
            Tracing.tell(Op.SOFTMAX, probabilities, logits);
            Tracing.tell(Op.NEGATIVE_LOG_LIKELIHOOD, Tensor.scalar(loss), probabilities, targets);
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
     * The mean squared error, PyTorch's {@code mse_loss}: Σ (x - target)² / n over all n elements.
     *
     * @param x (…), at least one element
     * @param target (…)
     */
    public static double mseLoss(Tensor x, Tensor target) {
        int n = requireTarget("mseLoss", x, target);
        double loss = x.dtype() == DType.FLOAT32
                ? SquaredError.forward(x.floats(), target.floats(), n)
                : SquaredError.forward(x.doubles(), target.doubles(), n);
        if (Tracing.isOn()) {
            Tracing.tell(Op.MSE_LOSS, Tensor.scalar(loss), x, target);
        }
        return loss;
    }

    /**
     * dX = 2 (x - target) / n.
     *
     * @param x (…)
     * @param target (…)
     * @param dX (…), written; may be x
     */
    public static void mseLossBackward(Tensor x, Tensor target, Tensor dX) {
        int n = requireTarget("mseLossBackward", x, target);
        requireAlike("mseLossBackward", "dX", x, dX);
        if (x.dtype() == DType.FLOAT32) {
            SquaredError.backward(x.floats(), target.floats(), dX.floats(), n);
        } else {
            SquaredError.backward(x.doubles(), target.doubles(), dX.doubles(), n);
        }
    }

    /** The number of elements of x, which is not 0. */
    private static int requireTarget(String operation, Tensor x, Tensor target) {
        requireAlike(operation, "target", x, target);
        int n = x.shape().elements();
        if (n == 0) {
            throw new IllegalArgumentException(operation + ": the mean over no elements has no value, x " + x.shape());
        }
        return n;
    }
}
