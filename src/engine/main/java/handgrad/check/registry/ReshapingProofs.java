package handgrad.check.registry;

import handgrad.check.TensorFunction;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Dimensions of size 1 left out or put in, and tensors put together along a new one. */
final class ReshapingProofs {
    private final Draw draw = new Draw(23);

    List<Proof> proofs() {
        return List.of(squeezeAll(), squeeze(), unsqueeze(), stack());
    }

    /** The elements stay as they are: dX = dOut in the shape of x. */
    private static Computation shaped(TensorFunction forward, int... sizes) {
        return new Computation(
                forward,
                (dOut, x) -> InputGradients.of(dOut.reshape(x[0].shape().toArray())),
                new Definition(x -> Tensor.of(x[0].doubles().clone(), sizes)));
    }

    private Proof squeezeAll() {
        TensorFunction squeeze = x -> x[0].squeeze();
        return Proof.named("Tensor.squeeze()")
                .sample(shaped(squeeze), draw.normal())
                .sample(shaped(squeeze), draw.normal(1))
                .sample(shaped(squeeze), draw.normal(1, 1, 1))
                .sample(shaped(squeeze, 17), draw.normal(17))
                .sample(shaped(squeeze, 31), draw.normal(1, 31))
                .sample(shaped(squeeze, 3, 17), draw.normal(3, 1, 17, 1))
                .sample(shaped(squeeze, 2, 3, 5), draw.normal(2, 3, 5))
                .sample(shaped(squeeze, 0), draw.normal(1, 0))
                .refuses(
                        "reshape: (3) with 3 elements does not fit [2, -1]",
                        () -> Tensor.zeros(1, 3).squeeze().reshape(2, -1));
    }

    private static Computation squeeze(int dimension, int... sizes) {
        return shaped(x -> x[0].squeeze(dimension), sizes);
    }

    private Proof squeeze() {
        return Proof.named("Tensor.squeeze(int)")
                .sample(squeeze(0), draw.normal(1))
                .sample(squeeze(0, 17), draw.normal(17))
                .sample(squeeze(0, 31), draw.normal(1, 31))
                .sample(squeeze(-1, 1, 31), draw.normal(1, 31))
                .sample(squeeze(-1, 3), draw.normal(3, 1))
                .sample(squeeze(1, 2, 3, 1), draw.normal(2, 1, 3, 1))
                .sample(squeeze(0, 1, 1), draw.normal(1, 1, 1))
                .sample(squeeze(1, 0), draw.normal(0, 1))
                .refuses(
                        "dimension 2 is outside of (2, 3), which has 2 dimensions",
                        () -> Tensor.zeros(2, 3).squeeze(2));
    }

    private static Computation unsqueeze(int dimension, int... sizes) {
        return shaped(x -> x[0].unsqueeze(dimension), sizes);
    }

    private Proof unsqueeze() {
        return Proof.named("Tensor.unsqueeze(int)")
                .sample(unsqueeze(0, 1), draw.normal())
                .sample(unsqueeze(-1, 1), draw.normal())
                .sample(unsqueeze(0, 1, 17), draw.normal(17))
                .sample(unsqueeze(-1, 17, 1), draw.normal(17))
                .sample(unsqueeze(1, 3, 1, 17), draw.normal(3, 17))
                .sample(unsqueeze(2, 3, 17, 1), draw.normal(3, 17))
                .sample(unsqueeze(-4, 1, 2, 3, 5), draw.normal(2, 3, 5))
                .sample(unsqueeze(1, 0, 1, 3), draw.normal(0, 3))
                .refuses(
                        "unsqueeze: dimension 3 is outside of -3 to 2, the tensor is (2, 3)",
                        () -> Tensor.zeros(2, 3).unsqueeze(3))
                .refuses(
                        "unsqueeze: dimension -4 is outside of -3 to 2, the tensor is (2, 3)",
                        () -> Tensor.zeros(2, 3).unsqueeze(-4));
    }

    /** out = the tensors one behind the other along a new dimension: each gets its own part of dOut. */
    private static Computation stack(int dimension) {
        return new Computation(
                x -> Tensor.stack(dimension, x),
                (dOut, x) -> {
                    var gradients = new Tensor[x.length];
                    for (int i = 0; i < x.length; i++) {
                        gradients[i] = dOut.narrow(dimension, i, 1).squeeze(dimension);
                    }
                    return gradients;
                },
                new Definition(x -> stacked(x, dimension)));
    }

    private static Tensor stacked(Tensor[] x, int dimension) {
        int rank = x[0].shape().rank();
        int d = dimension < 0 ? dimension + rank + 1 : dimension;
        int[] sizes = new int[rank + 1];
        for (int i = 0; i <= rank; i++) {
            sizes[i] = i == d ? x.length : x[0].size(i < d ? i : i - 1);
        }
        return Definition.tensor(Shape.of(sizes), index -> {
            int[] own = Arrays.copyOf(index, rank);
            System.arraycopy(index, d + 1, own, d, rank - d);
            return x[index[d]].get(own);
        });
    }

    private Proof stack() {
        return Proof.named("Tensor.stack(int, Tensor...)")
                .sample(stack(0), draw.normal(5))
                .sample(stack(0), draw.normal(), draw.normal())
                .sample(stack(0), draw.normal(17), draw.normal(17), draw.normal(17))
                .sample(stack(1), draw.normal(3, 17), draw.normal(3, 17))
                .sample(stack(-1), draw.normal(3, 17), draw.normal(3, 17))
                .sample(stack(2), draw.normal(2, 3, 5), draw.normal(2, 3, 5), draw.normal(2, 3, 5))
                .sample(stack(-3), draw.normal(2, 3, 5), draw.normal(2, 3, 5))
                .sample(stack(0), draw.normal(0, 3), draw.normal(0, 3))
                .refuses("stack: wants at least one tensor", () -> Tensor.stack(0))
                .refuses(
                        "stack: tensors must be alike, a FLOAT32 (2, 3), b FLOAT32 (2, 1)",
                        () -> Tensor.stack(0, Tensor.zeros(2, 3), Tensor.zeros(2, 1)))
                .refuses(
                        "unsqueeze: dimension 2 is outside of -2 to 1, the tensor is (3)",
                        () -> Tensor.stack(2, Tensor.zeros(3)));
    }
}
