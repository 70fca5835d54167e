package handgrad.check.registry;

import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** Draws the inputs of samples: the same ones in every run. */
final class Draw {
    private final TorchRandom random;

    Draw(long seed) {
        random = TorchRandom.seeded(seed);
    }

    /** Numbers from the normal distribution with mean 0 and variance 1. */
    Tensor normal(int... sizes) {
        return Tensor.randn(random, sizes);
    }

    /** Numbers from 0.25 to 2.25, for functions that are steep or undefined at 0. */
    Tensor positive(int... sizes) {
        return Tensor.rand(random, sizes).mul(2).add(0.25);
    }

    /** Indices from 0 to high - 1. */
    Tensor indices(int high, int... sizes) {
        return Tensor.randint(random, high, sizes);
    }

    /** x of these sizes, a gain and a bias for each feature, the last dimension. */
    Tensor[] features(int... sizes) {
        int features = sizes[sizes.length - 1];
        return new Tensor[] {normal(sizes), normal(features), normal(features)};
    }

    /** Inputs drawn for each of these sizes. */
    static <T> List<T> all(Function<int[], T> draw, int[]... sizes) {
        return Arrays.stream(sizes).map(draw).toList();
    }

    /**
     * A tensor of each kind of shape: scalar, one element, a batch of one, none, and sizes around the width of vectors.
     */
    static List<Tensor> shapes(Function<int[], Tensor> draw) {
        return all(draw, new int[][] {{}, {1}, {17}, {1, 31}, {0, 3}, {3, 17}, {2, 3, 5}, {2, 1, 3, 4}, {13, 19}});
    }

    /** Two tensors for each way in which shapes broadcast. */
    static List<Tensor[]> pairs(Function<int[], Tensor> a, Function<int[], Tensor> b) {
        return Stream.of(
                        new int[][] {{}, {}},
                        new int[][] {{5}, {5}},
                        new int[][] {{3, 17}, {3, 17}},
                        new int[][] {{3, 17}, {1, 17}},
                        new int[][] {{3, 17}, {17}},
                        new int[][] {{3, 17}, {3, 1}},
                        new int[][] {{3, 1}, {1, 17}},
                        new int[][] {{1}, {3, 17}},
                        new int[][] {{}, {3, 5}},
                        new int[][] {{1, 19}, {19}},
                        new int[][] {{2, 3, 4}, {3, 4}},
                        new int[][] {{2, 3, 4}, {2, 1, 4}},
                        new int[][] {{2, 1, 4}, {1, 3, 1}},
                        new int[][] {{2, 1, 1, 5}, {3, 4, 1}},
                        new int[][] {{4, 0}, {4, 1}},
                        new int[][] {{13, 19}, {13, 19}})
                .map(sizes -> new Tensor[] {a.apply(sizes[0]), b.apply(sizes[1])})
                .toList();
    }

    /** Points among which a function with a kink at 0 has no derivative at some. */
    static Tensor aroundZero() {
        return points(0, 1, -1, 0, -2, 0.5, 3, -0.25);
    }

    /** A tensor of one dimension that is not drawn, for points that matter. */
    static Tensor points(double... values) {
        return Tensor.of(values.clone(), values.length).to(DType.FLOAT32);
    }

    /** A copy in the given type; INT32 stays as it is. */
    static Tensor copy(Tensor tensor, DType dtype) {
        var type = tensor.dtype() == DType.INT32 ? DType.INT32 : dtype;
        return Tensor.zeros(type, tensor.shape()).copyFrom(tensor);
    }

    /** Refused in every test of types: a tensor of integers. */
    static Tensor integers() {
        return Tensor.zeros(DType.INT32, Shape.of(3));
    }
}
