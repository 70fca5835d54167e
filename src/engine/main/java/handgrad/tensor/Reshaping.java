package handgrad.tensor;

import java.util.Arrays;

/** Dimensions of size 1 left out or put in; told as {@link Op#RESHAPE}. */
final class Reshaping {
    private Reshaping() {}

    static Tensor squeeze(Tensor x) {
        return x.reshape(
                Arrays.stream(x.shape().toArray()).filter(size -> size != 1).toArray());
    }

    static Tensor squeeze(Tensor x, int dimension) {
        var shape = x.shape();
        int d = shape.dimension(dimension);
        return x.reshape((shape.size(d) == 1 ? shape.without(d) : shape).toArray());
    }

    static Tensor unsqueeze(Tensor x, int dimension) {
        int rank = x.shape().rank();
        if (dimension < -rank - 1 || dimension > rank) {
            throw new IllegalArgumentException("unsqueeze: dimension " + dimension + " is outside of " + (-rank - 1)
                    + " to " + rank + ", the tensor is " + x.shape());
        }
        int d = dimension < 0 ? dimension + rank + 1 : dimension;
        int[] sizes = new int[rank + 1];
        for (int i = 0; i <= rank; i++) {
            sizes[i] = i == d ? 1 : x.size(i < d ? i : i - 1);
        }
        return x.reshape(sizes);
    }
}
