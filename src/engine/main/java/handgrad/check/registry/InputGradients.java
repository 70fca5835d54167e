package handgrad.check.registry;

import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Steps that many gradients share. */
final class InputGradients {
    private InputGradients() {}

    /** The gradients of the inputs, in their order. */
    static Tensor[] of(Tensor... gradients) {
        return gradients;
    }

    /** The gradients of all inputs, of zeros that a backward pass adds to. */
    static Tensor[] ofAll(Tensor[] inputs, Consumer<Tensor[]> backward) {
        var gradients = Arrays.stream(inputs).map(InputGradients::zerosLike).toArray(Tensor[]::new);
        backward.accept(gradients);
        return gradients;
    }

    /** The bias that may follow an input and a weight, or null. */
    static @Nullable Tensor bias(Tensor... inputs) {
        return inputs.length == 3 ? inputs[2] : null;
    }

    /** What an operation writes into zeros of the shape and type of x. */
    static Tensor written(Tensor x, Consumer<Tensor> operation) {
        return written(x, x.shape(), operation);
    }

    /** What an operation writes into zeros of a shape and the type of x. */
    static Tensor written(Tensor x, Shape shape, Consumer<Tensor> operation) {
        var out = Tensor.zeros(x.dtype(), shape);
        operation.accept(out);
        return out;
    }

    /** Stands for the gradient of indices, which have none. */
    static Tensor none() {
        return Tensor.zeros(0);
    }

    /**
     * The gradient of a tensor that was broadcast: forward repeated each element along the dimensions that are missing
     * or of size 1, so backward sums over them.
     */
    static Tensor sumTo(Shape shape, Tensor gradient) {
        var sum = gradient;
        while (sum.shape().rank() > shape.rank()) {
            sum = sum.sum(0);
        }
        for (int d = 0; d < shape.rank(); d++) {
            if (shape.size(d) == 1) {
                sum = sum.sum(d, true);
            }
        }
        return sum;
    }

    /** A factor for each element of x: f(x). */
    static Tensor factor(Tensor x, DoubleUnaryOperator f) {
        var factor = Tensor.zeros(x.dtype(), x.shape());
        for (int i = 0; i < x.shape().elements(); i++) {
            factor.setFlat(i, f.applyAsDouble(x.getFlat(i)));
        }
        return factor;
    }

    /** x (…, columns) as (rows, columns). */
    static Tensor matrix(Tensor x) {
        return x.reshape(x.shape().elements(0, x.shape().rank() - 1), x.size(-1));
    }

    /** Zeros of the shape and type of x. */
    static Tensor zerosLike(Tensor x) {
        return Tensor.zeros(x.dtype(), x.shape());
    }

    /** A tensor of the type of x that holds one number. */
    static Tensor scalarLike(Tensor x, double value) {
        return Tensor.zeros(x.dtype(), Shape.SCALAR).fill(value);
    }

    /** Zeros. */
    static Tensor zeros(DType dtype, int... sizes) {
        return Tensor.zeros(dtype, Shape.of(sizes));
    }
}
