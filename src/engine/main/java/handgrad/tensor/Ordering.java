package handgrad.tensor;

import static handgrad.tensor.Requirements.requireFloating;

import handgrad.kernel.CumulativeSum;
import handgrad.kernel.Sorting;

/** Operations that follow the order of the elements along a dimension, or make it. */
final class Ordering {
    private Ordering() {}

    static Tensor cumsum(Tensor x, int dimension) {
        requireFloating("cumsum", x);
        var shape = x.shape();
        int d = shape.dimension(dimension);
        var out = Tensor.zeros(x.dtype(), shape);
        CumulativeSum.of(x.elements(), shape.outer(d), shape.size(d), shape.inner(d), out.elements());
        return Tracing.tell(Op.CUMSUM, new double[] {d}, out, x);
    }

    /** Told as the indices in order, and the elements gathered by them. */
    static Sorted sort(Tensor x, int dimension, SortOrder order) {
        requireFloating("sort", x);
        int d = x.shape().dimension(dimension);
        var indices = argsort(x, d, order == SortOrder.DESCENDING);
        return new Sorted(Gathering.gather(x, d, indices), indices);
    }

    /** Told as the first of the indices in descending order, and the elements gathered by them. */
    static Sorted topK(Tensor x, int k, int dimension) {
        requireFloating("topK", x);
        int d = x.shape().dimension(dimension);
        if (k < 0 || k > x.size(d)) {
            throw new IllegalArgumentException("topK: k must be from 0 to " + x.size(d) + ", the size of dimension "
                    + dimension + " of " + x.shape() + ", it is " + k);
        }
        var indices = argsort(x, d, true).narrow(d, 0, k);
        return new Sorted(Gathering.gather(x, d, indices), indices);
    }

    private static Tensor argsort(Tensor x, int d, boolean descending) {
        var shape = x.shape();
        var out = Tensor.zeros(DType.INT32, shape);
        Sorting.argsort(x.elements(), shape.outer(d), shape.size(d), shape.inner(d), descending, out.ints());
        return Tracing.tell(Op.ARGSORT, new double[] {d, descending ? 1 : 0}, out, x);
    }
}
