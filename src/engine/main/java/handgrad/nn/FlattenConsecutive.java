package handgrad.nn;

import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Joins each group of n consecutive positions: (N, T, C) to (N, T/n, n·C), and to (N, n·C) where one group is left. The
 * result shares the elements of its input, so it is made anew only for another input tensor.
 */
@SuppressWarnings("ReferenceEquality")
public final class FlattenConsecutive implements Layer {
    private final Passes passes = new Passes("FlattenConsecutive", Parts.NONE);
    private final int n;
    private @Nullable Tensor input;
    private @Nullable Tensor output;
    private @Nullable Tensor dOutput;
    private @Nullable Tensor dX;

    /** A layer that joins n positions at a time; n at least 1. */
    public FlattenConsecutive(int n) {
        if (n < 1) {
            throw new IllegalArgumentException("FlattenConsecutive: wants n of at least 1, it is " + n);
        }
        this.n = n;
    }

    /** out[i, t] = x[i, t·n], … x[i, t·n + n - 1] end to end. */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            if (output != null && x == input) {
                return pass.output(output);
            }
            if (x.shape().rank() != 3 || x.size(1) % n != 0) {
                throw new IllegalArgumentException(
                        "FlattenConsecutive: wants (N, T, C) with T a multiple of " + n + ", x is " + x.shape());
            }
            int groups = x.size(1) / n;
            int width = Shape.of("FlattenConsecutive", n, x.size(2)).elements();
            input = x;
            output = groups == 1 ? x.reshape(x.size(0), width) : x.reshape(x.size(0), groups, width);
            return pass.output(output);
        }
    }

    /** dX = dOut in the shape of x. */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var pass = passes.backward(dOut)) {
            var x = Passes.kept(input);
            if (dX == null || dOut != dOutput || !dX.shape().equals(x.shape())) {
                dOutput = dOut;
                dX = dOut.reshape(x.shape().toArray());
            }
            return pass.gradient(dX);
        }
    }

    @Override
    public Parts parts() {
        return Parts.NONE;
    }
}
