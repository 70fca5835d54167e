package handgrad.nn;

import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Tensors that a layer keeps from call to call and remakes only when shape or type change. */
final class Buffers {
    private Buffers() {}

    /** The old tensor where it is like the model in shape and type, otherwise a new one of zeros. */
    static Tensor like(Tensor model, @Nullable Tensor old) {
        return like(model.dtype(), model.shape(), old);
    }

    /** The old tensor where it has this shape and type, otherwise a new one of zeros. */
    static Tensor like(DType dtype, Shape shape, @Nullable Tensor old) {
        return old != null && old.dtype() == dtype && old.shape().equals(shape) ? old : Tensor.zeros(dtype, shape);
    }

    /** As {@link #like(Tensor, Tensor)}, with the model's last size replaced. */
    static Tensor withLast(Tensor model, int last, @Nullable Tensor old) {
        return old != null && old.dtype() == model.dtype() && old.shape().isWithLast(model.shape(), last)
                ? old
                : Tensor.zeros(model.dtype(), model.shape().with(-1, last));
    }

    /** As {@link #like(Tensor, Tensor)}, with the model's first size replaced. */
    static Tensor withFirst(Tensor model, int first, @Nullable Tensor old) {
        return old != null && old.dtype() == model.dtype() && isWithFirst(old, model, first)
                ? old
                : Tensor.zeros(model.dtype(), model.shape().with(0, first));
    }

    private static boolean isWithFirst(Tensor old, Tensor model, int first) {
        boolean is = old.shape().rank() == model.shape().rank() && old.size(0) == first;
        for (int d = 1; is && d < model.shape().rank(); d++) {
            is = old.size(d) == model.size(d);
        }
        return is;
    }

    /**
     * The old tensor where it is (N, positions, channels) for a model (N, …) of its type, otherwise a new one of zeros.
     */
    static Tensor positions(Tensor model, int positions, int channels, @Nullable Tensor old) {
        return old != null
                        && old.dtype() == model.dtype()
                        && old.size(0) == model.size(0)
                        && old.size(1) == positions
                        && old.size(2) == channels
                ? old
                : Tensor.zeros(model.dtype(), Shape.of(model.size(0), positions, channels));
    }

    /**
     * The old tensor where it is (N, channels, height, width) for a model (N, …) of its type, otherwise a new one of
     * zeros.
     */
    static Tensor images(Tensor model, int channels, int height, int width, @Nullable Tensor old) {
        return old != null
                        && old.dtype() == model.dtype()
                        && old.size(0) == model.size(0)
                        && old.size(1) == channels
                        && old.size(2) == height
                        && old.size(3) == width
                ? old
                : Tensor.zeros(model.dtype(), Shape.of(model.size(0), channels, height, width));
    }
}
