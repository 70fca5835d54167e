package handgrad.tensor;

import static handgrad.tensor.Requirements.requireAlike;
import static handgrad.tensor.Requirements.requireApart;
import static handgrad.tensor.Requirements.requireFloating;

import handgrad.kernel.SoftmaxRows;

/**
 * Softmax and its logarithm over the last dimension, each with its backward pass under it, into tensors that the caller
 * owns; {@link Tensor#softmax} and {@link Tensor#logSoftmax} take any dimension and return fresh ones.
 *
 * <p>Errors are stated for FLOAT32, with u = 2⁻²⁴, a row of n elements and its largest m; FLOAT64 has them with u =
 * 2⁻⁵³. Every number of threads gives the same bits.
 */
public final class RowSoftmax {
    private RowSoftmax() {}

    /**
     * out = exp(x - m) / Σ exp(x - m): numbers of at least 0 with the sum 1, which no size of x makes overflow. The
     * relative error is at most (m - x + ln n + 8 log₂ n + 7) u, below 10⁻³⁷ also 2⁻¹⁴⁸.
     *
     * @param x (…, n)
     * @param out (…, n), written; not x
     */
    public static void softmax(Tensor x, Tensor out) {
        requireForward("softmax", x, out);
        SoftmaxRows.softmax(x.elements(), x.shape().outer(-1), x.size(-1), out.elements());
        tell(Op.SOFTMAX, x, out);
    }

    /**
     * dX = y ∘ (dOut - Σ y ∘ dOut); the error is at most (16 log₂ n + 8) u · y ∘ (|dOut| + Σ y ∘ |dOut|).
     *
     * @param y (…, n), the output of {@link #softmax}
     * @param dOut (…, n)
     * @param dX (…, n), written; neither y nor dOut
     */
    public static void softmaxBackward(Tensor y, Tensor dOut, Tensor dX) {
        requireBackward("softmaxBackward", y, dOut, dX);
        SoftmaxRows.softmaxBackward(y.elements(), dOut.elements(), y.shape().outer(-1), y.size(-1), dX.elements());
    }

    /**
     * out = x - m - ln Σ exp(x - m), finite also where the softmax is 0. The error is at most (ln n + 8 log₂ n + 4) u,
     * and |out| u.
     *
     * @param x (…, n)
     * @param out (…, n), written; not x
     */
    public static void logSoftmax(Tensor x, Tensor out) {
        requireForward("logSoftmax", x, out);
        SoftmaxRows.logSoftmax(x.elements(), x.shape().outer(-1), x.size(-1), out.elements());
        tell(Op.LOG_SOFTMAX, x, out);
    }

    /**
     * dX = dOut - exp(y) · Σ dOut; the error is at most (16 log₂ n + 8) u · (|dOut| + exp(y) · Σ |dOut|).
     *
     * @param y (…, n), the output of {@link #logSoftmax}
     * @param dOut (…, n)
     * @param dX (…, n), written; neither y nor dOut
     */
    public static void logSoftmaxBackward(Tensor y, Tensor dOut, Tensor dX) {
        requireBackward("logSoftmaxBackward", y, dOut, dX);
        SoftmaxRows.logSoftmaxBackward(y.elements(), dOut.elements(), y.shape().outer(-1), y.size(-1), dX.elements());
    }

    private static void requireForward(String operation, Tensor x, Tensor out) {
        requireFloating(operation, x);
        if (x.shape().rank() == 0) {
            throw new IllegalArgumentException(operation + ": wants (…, n), x is a scalar ()");
        }
        requireAlike(operation, "out", x, out);
        requireApart(operation, "out", out, "x", x);
    }

    private static void requireBackward(String operation, Tensor y, Tensor dOut, Tensor dX) {
        requireAlike(operation, "dOut", y, dOut);
        requireAlike(operation, "dX", y, dX);
        requireApart(operation, "dX", dX, "y", y);
        requireApart(operation, "dX", dX, "dOut", dOut);
    }

    private static void tell(Op op, Tensor x, Tensor out) {
        if (Tracing.isOn()) {
            Tracing.record(op, new double[] {x.shape().rank() - 1}, out, x);
        }
    }
}
