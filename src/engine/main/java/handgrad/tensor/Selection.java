package handgrad.tensor;

import static handgrad.tensor.Requirements.requireIndices;
import static handgrad.tensor.Requirements.requireSameType;

import handgrad.kernel.Rows;

/** Tensors made of elements of others, copied as they are: transposed, selected, cut out, joined. */
final class Selection {
    private Selection() {}

    /**
     * Copies {@code runs} runs of {@code length} elements; the steps lead from the start of one run to that of the
     * next.
     */
    private static void copyRuns(
            Tensor from, int source, int sourceStep, Tensor to, int target, int targetStep, int length, int runs) {
        for (int i = 0; i < runs; i++) {
            System.arraycopy(from.elements(), source + i * sourceStep, to.elements(), target + i * targetStep, length);
        }
    }

    static Tensor transpose(Tensor x, int dimension0, int dimension1) {
        var shape = x.shape();
        int first = Math.min(shape.dimension(dimension0), shape.dimension(dimension1));
        int second = Math.max(shape.dimension(dimension0), shape.dimension(dimension1));
        if (first == second) {
            return x.copy();
        }
        return Tracing.tell(Op.TRANSPOSE, new double[] {first, second}, exchange(x, first, second), x);
    }

    /** A copy with two dimensions exchanged, the first before the second, told to no tracer. */
    static Tensor exchange(Tensor x, int first, int second) {
        var shape = x.shape();
        int rows = shape.size(first);
        int middle = shape.elements(first + 1, second);
        int columns = shape.size(second);
        int inner = shape.inner(second);
        var out = Tensor.zeros(x.dtype(), shape.with(first, columns).with(second, rows));
        int rowStep = middle * columns * inner;
        int target = 0;
        for (int o = 0; o < shape.outer(first); o++) {
            for (int column = 0; column < columns; column++) {
                for (int m = 0; m < middle; m++) {
                    int source = o * rows * rowStep + (m * columns + column) * inner;
                    copyRuns(x, source, rowStep, out, target, inner, inner, rows);
                    target += rows * inner;
                }
            }
        }
        return out;
    }

    static Tensor index(Tensor x, Tensor indices) {
        requireIndices("index", indices, x.shape().size(0));
        int[] rest = x.shape().without(0).toArray();
        var out = Tensor.zeros(x.dtype(), Shape.joined("index", indices.shape().toArray(), rest));
        int count = indices.shape().elements();
        Rows.gather(x.elements(), x.shape().inner(0), indices.ints(), count, out.elements());
        return Tracing.tell(Op.INDEX, out, x, indices);
    }

    /** The backward pass of {@link #index}. */
    static Tensor indexAdd(Tensor target, Tensor indices, Tensor x) {
        addRows(target, indices, x, -1);
        return Tracing.tell(Op.INDEX_ADD, target, target, indices, x);
    }

    /**
     * The same, told to no tracer, so that a step of training allocates nothing; the row {@code skipped}, if it is not
     * -1, stays as it is.
     */
    static void addRows(Tensor target, Tensor indices, Tensor x, int skipped) {
        var shape = target.shape();
        requireSameType("indexAdd", target, x);
        requireIndices("indexAdd", indices, shape.size(0));
        int count = indices.shape().elements();
        if (x.shape().elements() != (long) count * shape.inner(0)) {
            throw new IllegalArgumentException(
                    "indexAdd: " + indices.shape() + " rows of " + shape.without(0) + " do not fit x " + x.shape());
        }
        Rows.scatterAdd(target.elements(), shape.inner(0), indices.ints(), count, x.elements(), skipped);
    }

    static Tensor indexSelect(Tensor x, int dimension, Tensor indices) {
        if (indices.shape().rank() != 1) {
            throw new IllegalArgumentException(
                    "indexSelect: wants one-dimensional indices, they are " + indices.shape());
        }
        var shape = x.shape();
        int d = shape.dimension(dimension);
        requireIndices("indexSelect", indices, shape.size(d));
        int count = indices.shape().elements();
        var out = Tensor.zeros(x.dtype(), shape.with("indexSelect", d, count));
        int inner = shape.inner(d);
        for (int i = 0; i < count; i++) {
            int source = indices.ints()[i] * inner;
            copyRuns(x, source, shape.size(d) * inner, out, i * inner, count * inner, inner, shape.outer(d));
        }
        return Tracing.tell(Op.INDEX_SELECT, new double[] {d}, out, x, indices);
    }

    static Tensor narrow(Tensor x, int dimension, int start, int length) {
        var shape = x.shape();
        int d = shape.dimension(dimension);
        if (start < 0 || length < 0 || start > shape.size(d) - length) {
            throw new IllegalArgumentException("narrow: " + length + " from " + start + " on is not within dimension "
                    + dimension + " of " + shape);
        }
        var out = Tensor.zeros(x.dtype(), shape.with(d, length));
        int inner = shape.inner(d);
        int run = length * inner;
        copyRuns(x, start * inner, shape.size(d) * inner, out, 0, run, run, shape.outer(d));
        return Tracing.tell(Op.NARROW, new double[] {d, start, length}, out, x);
    }

    static Tensor oneHot(Tensor indices, int classes) {
        requireIndices("oneHot", indices, classes);
        var shape = indices.shape();
        var out = Tensor.zeros(DType.FLOAT32, Shape.joined("oneHot", shape.toArray(), classes));
        for (int i = 0; i < shape.elements(); i++) {
            out.floats()[i * classes + indices.ints()[i]] = 1;
        }
        return Tracing.tell(Op.ONE_HOT, out, indices);
    }

    static Tensor cat(int dimension, Tensor... tensors) {
        if (tensors.length == 0) {
            throw new IllegalArgumentException("cat: wants at least one tensor");
        }
        var first = tensors[0];
        int d = first.shape().dimension(dimension);
        long total = 0;
        for (var tensor : tensors) {
            if (tensor.dtype() != first.dtype()
                    || tensor.shape().rank() != first.shape().rank()
                    || !tensor.shape().with(d, 0).equals(first.shape().with(d, 0))) {
                throw new IllegalArgumentException("cat: tensors may differ in dimension " + dimension + " only, a "
                        + first.dtype() + " " + first.shape() + ", b " + tensor.dtype() + " " + tensor.shape());
            }
            total += tensor.size(d);
        }
        var out = Tensor.zeros(first.dtype(), first.shape().with("cat", d, total));
        int inner = first.shape().inner(d);
        int target = 0;
        for (var tensor : tensors) {
            int run = tensor.size(d) * inner;
            copyRuns(
                    tensor,
                    0,
                    run,
                    out,
                    target,
                    out.size(d) * inner,
                    run,
                    first.shape().outer(d));
            target += run;
        }
        return Tracing.tell(Op.CAT, new double[] {d}, out, tensors);
    }
}
