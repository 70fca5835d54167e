package handgrad.check.difference;

import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Small questions about tensors. */
public final class Tensors {
    private Tensors() {}

    public static boolean isFinite(Tensor tensor) {
        for (int i = 0; i < tensor.shape().elements(); i++) {
            if (!Double.isFinite(tensor.getFlat(i))) {
                return false;
            }
        }
        return true;
    }

    /** The largest |element|. */
    public static double largest(Tensor tensor) {
        double largest = 0;
        for (int i = 0; i < tensor.shape().elements(); i++) {
            largest = Math.max(largest, Math.abs(tensor.getFlat(i)));
        }
        return largest;
    }

    /** The index in each dimension of an element that is given by its position in row-major order. */
    public static List<Integer> index(Shape shape, int position) {
        var index = new Integer[shape.rank()];
        int rest = position;
        for (int d = shape.rank() - 1; d >= 0; d--) {
            index[d] = rest % shape.size(d);
            rest /= shape.size(d);
        }
        return List.of(index);
    }

    /**
     * Another tensor of the same shape, at which whatever accepts the first is defined too: its elements in another
     * order, and larger by up to a half where they are not indices.
     */
    public static Tensor changed(Tensor tensor, TorchRandom random) {
        int[] order = random.randperm(tensor.shape().elements());
        var changed = Tensor.zeros(tensor.dtype(), tensor.shape());
        for (int i = 0; i < order.length; i++) {
            changed.setFlat(i, tensor.getFlat(order[i]));
        }
        if (tensor.dtype() == DType.INT32) {
            return changed;
        }
        var factor = Tensor.rand(random, tensor.shape().toArray()).to(tensor.dtype());
        return changed.mul(factor.mul(0.5).add(1));
    }

    /**
     * Some 32 times how far other tensors are from one, each element. Where there was nothing to see by chance, it is
     * what there is for most; where one jumps, as a step function does, it is no more than 16 times that.
     *
     * @param left what may be left of rounding in any case, of larger numbers that are taken from each other
     */
    public static Tensor apart(Tensor tensor, List<Tensor> others, double left) {
        double[] apart = new double[tensor.shape().elements()];
        for (var other : others) {
            for (int i = 0; i < apart.length; i++) {
                apart[i] = Math.max(apart[i], 32 * Math.abs(other.getFlat(i) - tensor.getFlat(i)));
            }
        }
        double[] sorted = apart.clone();
        Arrays.sort(sorted);
        double least = apart.length == 0 ? 0 : sorted[apart.length / 2];
        double usual = apart.length == 0 ? 0 : 16 * sorted[apart.length / 4];
        double most = Math.max(Math.max(usual, 1e-9 * largest(tensor)), left);
        return Tensor.of(
                Arrays.stream(apart)
                        .map(value -> Math.min(Math.max(value, least), most))
                        .toArray(),
                tensor.shape().toArray());
    }

    /** A tensor with other last digits: each element changed by up to two units in its last place. */
    public static Tensor lastDigits(Tensor tensor, TorchRandom random) {
        if (tensor.dtype() == DType.INT32) {
            return tensor;
        }
        var noise = Tensor.rand(random, tensor.shape().toArray()).to(DType.FLOAT64);
        return tensor.add(tensor.mul(noise.sub(0.5).mul(0x1p-50)));
    }

    /** Another value for a parameter, without symmetry: each element up to a half larger, and none 0. */
    public static Tensor shaken(Tensor value, TorchRandom random) {
        var sizes = value.shape().toArray();
        var factor = Tensor.rand(random, sizes).to(value.dtype()).mul(0.5).add(1);
        var shaken = value.mul(factor);
        var noise = Tensor.randn(random, sizes);
        for (int i = 0; i < value.shape().elements(); i++) {
            if (shaken.getFlat(i) == 0) {
                shaken.setFlat(i, 0.1 * noise.getFlat(i));
            }
        }
        return shaken;
    }

    /**
     * Numbers from 0.5 to 1.5 with random signs, FLOAT64: the gradient of an output, no element of which may go unseen.
     */
    public static Tensor outputGradient(Shape shape, long seed) {
        var random = TorchRandom.seeded(seed);
        var size = Tensor.rand(random, shape.toArray()).to(DType.FLOAT64).add(0.5);
        return size.mul(signs(shape, random));
    }

    /** Each element 1 or -1, FLOAT64. */
    static Tensor signs(Shape shape, TorchRandom random) {
        return Tensor.randint(random, 2, shape.toArray())
                .to(DType.FLOAT64)
                .mul(2)
                .sub(1);
    }

    /** All subsets of the dimensions 0 to rank - 1 that are not empty. */
    public static List<List<Integer>> subsets(int rank) {
        return IntStream.range(1, 1 << rank)
                .mapToObj(bits -> IntStream.range(0, rank)
                        .filter(d -> (bits >> d & 1) == 1)
                        .boxed()
                        .toList())
                .toList();
    }

    /** A shape after a sum over these dimensions, which keep size 1 or are left out. */
    public static Shape summed(Shape shape, List<Integer> dimensions, boolean keepDimensions) {
        return Shape.of(IntStream.range(0, shape.rank())
                .filter(d -> keepDimensions || !dimensions.contains(d))
                .map(d -> dimensions.contains(d) ? 1 : shape.size(d))
                .toArray());
    }

    /** The sum over these dimensions, which are left out. */
    public static Tensor sum(Tensor tensor, List<Integer> dimensions) {
        var sum = tensor;
        for (int d : dimensions.reversed()) {
            sum = sum.sum(d);
        }
        return sum;
    }

    /**
     * The sum of a tensor over all that a shape is broadcast along; null if it does not broadcast to the tensor's
     * shape.
     */
    public static @Nullable Tensor sumTo(Shape shape, Tensor tensor) {
        if (!broadcasts(shape, tensor.shape())) {
            return null;
        }
        int added = tensor.shape().rank() - shape.rank();
        var along = IntStream.range(0, tensor.shape().rank())
                .filter(d -> d < added || shape.size(d - added) == 1)
                .boxed()
                .toList();
        return sum(tensor, along).reshape(shape.toArray());
    }

    /** Whether a shape broadcasts to a larger or equal one. */
    public static boolean broadcasts(Shape small, Shape large) {
        if (small.rank() > large.rank()) {
            return false;
        }
        for (int d = 1; d <= small.rank(); d++) {
            if (small.size(-d) != 1 && small.size(-d) != large.size(-d)) {
                return false;
            }
        }
        return true;
    }
}
