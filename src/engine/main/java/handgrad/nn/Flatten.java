package handgrad.nn;

import handgrad.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Joins neighbouring dimensions into one, as PyTorch's {@code Flatten(start, end)}: {@code new Flatten(0, 1)} makes the
 * logits (N, T, C) of sequences the rows (N·T, C) of a loss. The result shares the elements of its input, so it is made
 * anew only for another input tensor.
 */
@SuppressWarnings("ReferenceEquality")
public final class Flatten implements Layer {
    private final Passes passes = new Passes("Flatten", Parts.NONE);
    private final int start;
    private final int end;
    private @Nullable Tensor input;
    private @Nullable Tensor output;
    private @Nullable Tensor dOutput;
    private @Nullable Tensor dX;

    /** A layer that joins dimensions {@code start} to {@code end}, counted from 0. */
    public Flatten(int start, int end) {
        if (start < 0 || end < start) {
            throw new IllegalArgumentException("Flatten: wants 0 ≤ start ≤ end, they are " + start + " and " + end);
        }
        this.start = start;
        this.end = end;
    }

    /** x with its dimensions start to end as one. */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            if (output != null && x == input) {
                return pass.output(output);
            }
            if (end >= x.shape().rank()) {
                throw new IllegalArgumentException(
                        "Flatten: wants at least " + (end + 1) + " dimensions, x is " + x.shape());
            }
            int[] sizes = x.shape().toArray();
            int[] joined = Arrays.copyOf(sizes, sizes.length - (end - start));
            joined[start] = x.shape().elements(start, end + 1);
            System.arraycopy(sizes, end + 1, joined, start + 1, sizes.length - end - 1);
            input = x;
            output = x.reshape(joined);
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
