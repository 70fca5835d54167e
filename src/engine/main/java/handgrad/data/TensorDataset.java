package handgrad.data;

import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;

/** Rows of two tensors of any types: what a model sees, and what it should say of it. */
public final class TensorDataset implements BatchSource {
    private final Tensor x;
    private final Tensor y;

    /**
     * A data set on these tensors, which are not copied.
     *
     * @param x (N, …)
     * @param y (N, …)
     * @throws IllegalArgumentException if one has no dimension, or they have not the same number of rows
     */
    public TensorDataset(Tensor x, Tensor y) {
        if (x.shape().rank() == 0 || y.shape().rank() == 0 || x.size(0) != y.size(0)) {
            throw new IllegalArgumentException("TensorDataset: x and y must have the same number of rows, they are "
                    + x.shape() + " and " + y.shape());
        }
        this.x = x;
        this.y = y;
    }

    /** All of x, (N, …). */
    public Tensor x() {
        return x;
    }

    /** All of y, (N, …). */
    public Tensor y() {
        return y;
    }

    @Override
    public int size() {
        return x.size(0);
    }

    @Override
    public Batch emptyBatch(int rows) {
        return new Batch(empty(x, rows), empty(y, rows));
    }

    @Override
    public void fill(int[] rows, Batch target) {
        copy(x, rows, target.x());
        copy(y, rows, target.y());
    }

    private static Tensor empty(Tensor all, int rows) {
        long[] sizes = new long[all.shape().rank()];
        sizes[0] = rows;
        for (int d = 1; d < sizes.length; d++) {
            sizes[d] = all.size(d);
        }
        return Tensor.zeros(all.dtype(), Shape.of("emptyBatch", sizes));
    }

    private static void copy(Tensor all, int[] rows, Tensor target) {
        int n = all.shape().elements(1, all.shape().rank());
        Object from = elements(all);
        Object to = elements(target);
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(from, rows[i] * n, to, i * n, n);
        }
    }

    private static Object elements(Tensor tensor) {
        return switch (tensor.dtype()) {
            case FLOAT32 -> tensor.floats();
            case FLOAT64 -> tensor.doubles();
            case INT32 -> tensor.ints();
        };
    }
}
