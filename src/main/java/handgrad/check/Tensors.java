package handgrad.check;

import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.List;

/** Small questions about tensors. */
final class Tensors {
    private Tensors() {}

    static boolean isFinite(Tensor tensor) {
        for (int i = 0; i < tensor.shape().elements(); i++) {
            if (!Double.isFinite(tensor.getFlat(i))) {
                return false;
            }
        }
        return true;
    }

    /** The largest |element|. */
    static double largest(Tensor tensor) {
        double largest = 0;
        for (int i = 0; i < tensor.shape().elements(); i++) {
            largest = Math.max(largest, Math.abs(tensor.getFlat(i)));
        }
        return largest;
    }

    /** The index in each dimension of an element that is given by its position in row-major order. */
    static List<Integer> index(Shape shape, int position) {
        var index = new Integer[shape.rank()];
        int rest = position;
        for (int d = shape.rank() - 1; d >= 0; d--) {
            index[d] = rest % shape.size(d);
            rest /= shape.size(d);
        }
        return List.of(index);
    }

    /** Another tensor of the same shape: each number larger by up to a half, of the same sign; indices in reverse order. */
    static Tensor changed(Tensor tensor, TorchRandom random) {
        if (tensor.dtype() == DType.INT32) {
            var reversed = tensor.copy();
            int count = tensor.shape().elements();
            for (int i = 0; i < count; i++) {
                reversed.setFlat(i, tensor.getFlat(count - 1 - i));
            }
            return reversed;
        }
        var factor = Tensor.rand(random, tensor.shape().toArray())
                .to(tensor.dtype())
                .mul(0.5)
                .add(1);
        return tensor.mul(factor);
    }

    /** Numbers from 0.5 to 1.5 with random signs, FLOAT64: the gradient of an output, no element of which may go unseen. */
    static Tensor outputGradient(Shape shape, long seed) {
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
}
