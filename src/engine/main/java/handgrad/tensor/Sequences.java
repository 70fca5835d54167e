package handgrad.tensor;

import static handgrad.tensor.Requirements.require;
import static handgrad.tensor.Requirements.requireAlike;
import static handgrad.tensor.Requirements.requireApart;
import static handgrad.tensor.Requirements.requireFloating;

import handgrad.kernel.RunningMean;
import handgrad.kernel.conv.Unfold;

/**
 * Windows over sequences (N, T, C), as a convolution over time needs them, and their means, each with its backward pass
 * under it.
 * They write into tensors that the caller gives; see
 * {@link Functional} for what holds of all such operations.
 */
public final class Sequences {
    private Sequences() {}

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
            Tracing.record(Op.UNFOLD, new double[] {dilation}, out, x);
        }
    }

    /**
     * Each position's gradient is the sum over the places that {@link #unfold} copied it to: dX[n, t + j·d] gets
     * dOut[n, t, j].
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
                || unfolded.size(1) != x.size(1) - (taps - 1L) * dilation) {
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
            Tracing.record(Op.CROP, new double[] {column}, out, column == 0 ? new Tensor[] {x} : new Tensor[] {out, x});
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
                || column > cropped.size(2) - x.size(2)) {
            throw new IllegalArgumentException(operation + ": wants (N, T, C) and (N, T', columns) with T' up to T and"
                    + " C columns from the given one on, " + name + " is " + x.shape() + ", column " + column + ", "
                    + croppedName + " " + cropped.shape());
        }
    }

    /**
     * The mean of each position and those before it: out[n, t] = Σ over s up to t of x[n, s] / (before + t + 1), + what
     * sums has of positions before x. Sums are kept in float64, so that the error is that of rounding a mean once, and
     * T · 2⁻⁵³ of the mean of |x|.
     *
     * @param x (N, T, C)
     * @param before the number of positions that sums has already, at least 0
     * @param sums FLOAT64 (N, 1, C), zeros where before is 0; those of x are added to it
     * @param out (N, T, C), written; may be x
     */
    public static void causalMean(Tensor x, int before, Tensor sums, Tensor out) {
        requireSequences("causalMean", "x", x);
        requireAlike("causalMean", "out", x, out);
        require("causalMean", "sums", sums, DType.FLOAT64);
        if (sums.shape().rank() != 3
                || sums.size(0) != x.size(0)
                || sums.size(1) != 1
                || sums.size(2) != x.size(2)
                || before < 0) {
            throw new IllegalArgumentException("causalMean: wants sums (N, 1, C) of at least 0 positions for x "
                    + x.shape() + ", they are " + sums.shape() + " of " + before);
        }
        requireApart("causalMean", "sums", sums, "x", x);
        RunningMean.forward(x.elements(), x.size(0), x.size(1), x.size(2), before, sums.doubles(), out.elements());
        if (Tracing.isOn()) {
            Tracing.record(Op.CAUSAL_MEAN, out, x);
        }
    }

    /**
     * A position's gradient is the sum over the means that it is part of: dX[n, t] = Σ over s from t on of dOut[n, s] /
     * (s + 1), with nothing before the first position.
     *
     * @param dOut (N, T, C)
     * @param dX (N, T, C), written; may be dOut
     */
    public static void causalMeanBackward(Tensor dOut, Tensor dX) {
        requireSequences("causalMeanBackward", "dOut", dOut);
        requireAlike("causalMeanBackward", "dX", dOut, dX);
        RunningMean.backward(dOut.elements(), dOut.size(0), dOut.size(1), dOut.size(2), dX.elements());
    }

    private static void requireSequences(String operation, String name, Tensor x) {
        requireFloating(operation, x);
        if (x.shape().rank() != 3) {
            throw new IllegalArgumentException(operation + ": wants (N, T, C), " + name + " is " + x.shape());
        }
    }
}
