package handgrad.tensor;

import static handgrad.tensor.Requirements.require;
import static handgrad.tensor.Requirements.requireApart;
import static handgrad.tensor.Requirements.requireElements;
import static handgrad.tensor.Requirements.rows;

import handgrad.kernel.Reduction;
import handgrad.kernel.matmul.GroupedProduct;
import org.jspecify.annotations.Nullable;

/**
 * Linear layers in groups that know nothing of each other, side by side, each pass with its backward pass under it.
 * They write into tensors that the caller gives; see
 * {@link Functional} for what holds of all such operations.
 */
public final class Grouped {
    private Grouped() {}

    /**
     * out = x · weight + bias in each of many groups that know nothing of each other: as many small {@link
     * Functional#linear} as there are groups, side by side. Feature f of group g stands in column f · groups + g.
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
        int rows = rows("groupedLinear", "x", x, (long) fanIn * groups);
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
            Tracing.record(
                    Op.GROUPED_LINEAR, out, bias == null ? new Tensor[] {x, weight} : new Tensor[] {x, weight, bias});
        }
    }

    /**
     * The gradients of {@link #groupedLinear} for its parameters, in each group: dWeight += xᵀ · dOut, dBias += Σ over
     * rows of dOut.
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
        int rows = rows("groupedLinearBackward", "x", x, (long) fanIn * groups);
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
        requireElements("groupedLinearBackward", "dX", dX, rows, (long) fanIn * groups);
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
}
