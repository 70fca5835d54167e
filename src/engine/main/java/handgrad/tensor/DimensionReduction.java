package handgrad.tensor;

import static handgrad.tensor.Requirements.requireFloating;

import handgrad.kernel.Reduction;
import handgrad.kernel.norm.VarianceReduction;

/** Sums, means, variances and maxima over one dimension of a tensor. */
final class DimensionReduction {
    private DimensionReduction() {}

    static Tensor sum(Tensor x, int dimension, boolean keepDimension) {
        requireFloating("sum", x);
        var shape = x.shape();
        int d = shape.dimension(dimension);
        var out = Tensor.zeros(x.dtype(), reduced(shape, d, keepDimension));
        Reduction.sum(x.elements(), shape.outer(d), shape.size(d), shape.inner(d), out.elements());
        return Tracing.tell(Op.SUM, new double[] {d, keepDimension ? 1 : 0}, out, x);
    }

    /** Told as a sum and a division, but computed at once. */
    static Tensor mean(Tensor x, int dimension, boolean keepDimension) {
        requireFloating("mean", x);
        var shape = x.shape();
        int d = shape.dimension(dimension);
        int n = shape.size(d);
        var out = Tensor.zeros(x.dtype(), reduced(shape, d, keepDimension));
        Reduction.mean(x.elements(), shape.outer(d), n, shape.inner(d), out.elements());
        if (Tracing.isOn()) {
            return Tracing.tell(Op.DIV, new double[] {n}, out, sum(x, d, keepDimension));
        }
        Origin.derive(Op.DIV, out, x);
        return out;
    }

    static Tensor var(Tensor x, int dimension, Variance variance, boolean keepDimension) {
        requireFloating("var", x);
        return spread(x, x.shape().dimension(dimension), variance, false, keepDimension);
    }

    static Tensor std(Tensor x, int dimension, Variance variance, boolean keepDimension) {
        requireFloating("std", x);
        return spread(x, x.shape().dimension(dimension), variance, true, keepDimension);
    }

    /**
     * The variance, or its root. Told as it is defined, step by step, but computed at once: the deviations from a mean
     * that is rounded to a float would not do.
     */
    private static Tensor spread(Tensor x, int d, Variance variance, boolean root, boolean keepDimension) {
        var shape = x.shape();
        int divisor = variance.divisor(shape.size(d));
        var out = Tensor.zeros(x.dtype(), reduced(shape, d, keepDimension));
        VarianceReduction.of(
                x.elements(), shape.outer(d), shape.size(d), shape.inner(d), divisor, root, out.elements());
        if (!Tracing.isOn()) {
            Origin.derive(Op.DIV, out, x);
            return out;
        }
        var squares = x.sub(mean(x, d, true)).pow(2).sum(d, keepDimension);
        return root
                ? Tracing.tell(Op.SQRT, out, squares.div(divisor))
                : Tracing.tell(Op.DIV, new double[] {divisor}, out, squares);
    }

    static Tensor max(Tensor x, int dimension, boolean keepDimension) {
        var shape = x.shape();
        int d = shape.dimension(dimension);
        int[] best = argmax("max", x, d).ints();
        var out = Tensor.zeros(x.dtype(), reduced(shape, d, keepDimension));
        int inner = shape.inner(d);
        for (int i = 0; i < best.length; i++) {
            int position = (i / inner * shape.size(d) + best[i]) * inner + i % inner;
            System.arraycopy(x.elements(), position, out.elements(), i, 1);
        }
        return Tracing.tell(Op.MAX, new double[] {d, keepDimension ? 1 : 0}, out, x);
    }

    /** The index of the largest element, the first of equals, for the operation of a name. */
    static Tensor argmax(String operation, Tensor x, int dimension) {
        requireFloating(operation, x);
        var shape = x.shape();
        int d = shape.dimension(dimension);
        if (shape.size(d) == 0) {
            throw new IllegalArgumentException(operation + ": dimension " + dimension + " of " + shape + " is empty");
        }
        var out = Tensor.zeros(DType.INT32, shape.without(d));
        Reduction.argmax(x.elements(), shape.outer(d), shape.size(d), shape.inner(d), out.ints());
        return Tracing.tell(Op.ARGMAX, new double[] {d}, out, x);
    }

    /** A shape whose dimension is reduced: to size 1, or left out. */
    static Shape reduced(Shape shape, int dimension, boolean keepDimension) {
        return keepDimension ? shape.with(dimension, 1) : shape.without(dimension);
    }
}
