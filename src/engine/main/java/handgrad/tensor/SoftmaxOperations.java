package handgrad.tensor;

import static handgrad.tensor.Requirements.requireFloating;

import handgrad.kernel.SoftmaxRows;

/** Softmax and what belongs to it, along one dimension. The kernels do rows: other dimensions are moved to the end. */
final class SoftmaxOperations {
    private SoftmaxOperations() {}

    /** Writes out (rows, n) or (rows) from x (rows, n). */
    @FunctionalInterface
    private interface Rows {
        void run(Object x, int rows, int n, Object out);
    }

    static Tensor softmax(Tensor x, int dimension) {
        requireFloating("softmax", x);
        int d = x.shape().dimension(dimension);
        return Tracing.tell(Op.SOFTMAX, new double[] {d}, along(x, d, SoftmaxRows::softmax), x);
    }

    static Tensor logSoftmax(Tensor x, int dimension) {
        requireFloating("logSoftmax", x);
        int d = x.shape().dimension(dimension);
        return Tracing.tell(Op.LOG_SOFTMAX, new double[] {d}, along(x, d, SoftmaxRows::logSoftmax), x);
    }

    private static Tensor along(Tensor x, int d, Rows rows) {
        int last = x.shape().rank() - 1;
        var atEnd = d == last ? x : Selection.exchange(x, d, last);
        var out = Tensor.zeros(x.dtype(), atEnd.shape());
        rows.run(atEnd.elements(), atEnd.shape().outer(last), atEnd.size(last), out.elements());
        return d == last ? out : Selection.exchange(out, d, last);
    }

    static Tensor logSumExp(Tensor x, int dimension, boolean keepDimension) {
        requireFloating("logSumExp", x);
        var shape = x.shape();
        int d = shape.dimension(dimension);
        var out = Tensor.zeros(x.dtype(), DimensionReduction.reduced(shape, d, keepDimension));
        // (outer, n, inner) as (outer, inner, n): the results stand in the order of the elements that are left.
        var middle = x.view(Shape.of(shape.outer(d), shape.size(d), shape.inner(d)));
        var rows = shape.inner(d) == 1 ? middle : Selection.exchange(middle, 1, 2);
        SoftmaxRows.logSumExp(rows.elements(), out.shape().elements(), shape.size(d), out.elements());
        return Tracing.tell(Op.LOG_SUM_EXP, new double[] {d, keepDimension ? 1 : 0}, out, x);
    }
}
