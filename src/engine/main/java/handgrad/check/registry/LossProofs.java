package handgrad.check.registry;

import static handgrad.check.registry.InputGradients.scalarLike;
import static handgrad.check.registry.InputGradients.written;
import static handgrad.check.registry.InputGradients.zerosLike;

import handgrad.check.TensorFunction;
import handgrad.check.TensorGradient;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.MseLoss;
import handgrad.tensor.DType;
import handgrad.tensor.LossFunctions;
import handgrad.tensor.LossReduction;
import handgrad.tensor.PointwiseLosses;
import handgrad.tensor.Tensor;
import java.util.List;

/** The losses: the operation in {@link LossFunctions}, then the class that keeps what its backward pass reads. */
final class LossProofs {
    private static final LossReduction MEAN = LossReduction.MEAN;

    private final Draw draw = new Draw(8);

    List<Proof> proofs() {
        return List.of(
                crossEntropy("LossFunctions.crossEntropy", CROSS_ENTROPY)
                        .refuses(
                                "crossEntropy: index -1 is outside of 0 to 2",
                                () -> CROSS_ENTROPY.forward().apply(Tensor.zeros(2, 3), indices(0, -1)))
                        .refuses(
                                "crossEntropy: the mean over no rows has no value, logits (2, 3)",
                                () -> CROSS_ENTROPY.forward().apply(Tensor.zeros(2, 3), indices(-100, -100)))
                        .refuses(
                                "crossEntropy: wants logits (N, classes) and targets (N), or (N, T, classes) and"
                                        + " (N, T), logits (2, 3), targets (3)",
                                () -> CROSS_ENTROPY
                                        .forward()
                                        .apply(Tensor.zeros(2, 3), InputGradients.zeros(DType.INT32, 3))),
                crossEntropy("LossFunctions.crossEntropyInPlace", "crossEntropyInPlace", CROSS_ENTROPY_IN_PLACE),
                crossEntropy("CrossEntropyLoss", CROSS_ENTROPY_LOSS),
                mse("PointwiseLosses.mseLoss", MSE),
                mse("MseLoss", MSE_LOSS));
    }

    private static Tensor indices(int... indices) {
        return Tensor.of(indices, indices.length);
    }

    /** loss = -Σ ln softmax(logits)[i, targets[i]] / N; dLogits = dLoss · (softmax(logits) - onehot(targets)) / N. */
    private static Computation crossEntropy(TensorFunction forward, TensorGradient backward) {
        return new Computation(
                forward,
                backward,
                new Definition(
                        x -> scalarLike(x[0], meanNegativeLogProbability(x[0], x[1])),
                        x -> x[0].shape().elements(),
                        x -> x[0].abs().sum().add(1)));
    }

    private static final Computation CROSS_ENTROPY =
            crossEntropy(x -> scalarLike(x[0], LossFunctions.crossEntropy(x[0], x[1], zerosLike(x[0]))), (dOut, x) -> {
                var probabilities = written(x[0], out -> LossFunctions.crossEntropy(x[0], x[1], out));
                var dLogits = written(x[0], dX -> LossFunctions.crossEntropyBackward(probabilities, x[1], dX));
                return InputGradients.of(dLogits.mul(dOut.item()), InputGradients.none());
            });

    private static final Computation CROSS_ENTROPY_IN_PLACE =
            crossEntropy(x -> scalarLike(x[0], LossFunctions.crossEntropyInPlace(x[0].copy(), x[1])), (dOut, x) -> {
                var logits = x[0].copy();
                LossFunctions.crossEntropyInPlace(logits, x[1]);
                LossFunctions.crossEntropyBackward(logits, x[1], logits);
                return InputGradients.of(logits.mul(dOut.item()), InputGradients.none());
            });

    private static final Computation CROSS_ENTROPY_LOSS =
            crossEntropy(x -> scalarLike(x[0], new CrossEntropyLoss().forward(x[0], x[1])), (dOut, x) -> {
                var loss = new CrossEntropyLoss();
                loss.forward(x[0], x[1]);
                return InputGradients.of(loss.backward().mul(dOut.item()), InputGradients.none());
            });

    private static double meanNegativeLogProbability(Tensor logits, Tensor targets) {
        double sum = 0;
        int counted = 0;
        int classes = logits.size(-1);
        for (int i = 0; i < targets.shape().elements(); i++) {
            if (targets.getFlat(i) == LossFunctions.IGNORED) {
                continue;
            }
            counted++;
            double exponentials = 0;
            for (int j = 0; j < classes; j++) {
                exponentials += Math.exp(logits.getFlat(i * classes + j));
            }
            sum += Math.log(exponentials) - logits.getFlat(i * classes + (int) targets.getFlat(i));
        }
        return sum / counted;
    }

    private Proof crossEntropy(String name, Computation computation) {
        return crossEntropy(name, "crossEntropy", computation);
    }

    /** The proof of an operation of this name in its messages. */
    private Proof crossEntropy(String name, String operation, Computation computation) {
        return Proof.named(name)
                .sample(computation, draw.normal(1, 1), draw.indices(1, 1))
                .sample(computation, draw.normal(1, 27), draw.indices(27, 1))
                .sample(computation, draw.normal(3, 2), draw.indices(2, 3))
                .sample(computation, draw.normal(4, 5), indices(2, 0, 2, 2))
                .sample(computation, draw.normal(7, 17), draw.indices(17, 7))
                .sample(computation, draw.normal(5, 31), draw.indices(31, 5))
                .sample(computation, draw.normal(3, 1), draw.indices(1, 3))
                .sample(computation, draw.normal(13, 27), draw.indices(27, 13))
                .sample(computation, draw.normal(4, 17), indices(-100, 3, -100, 16))
                .sample(computation, draw.normal(2, 3, 5), draw.indices(5, 2, 3))
                .refuses(
                        operation + ": index 3 is outside of 0 to 2",
                        () -> computation.forward().apply(Tensor.zeros(2, 3), indices(0, 3)))
                .refuses(
                        operation + ": the mean over no rows has no value, logits (0, 3)",
                        () -> computation.forward().apply(Tensor.zeros(0, 3), indices()));
    }

    /** loss = Σ (x - target)² / n; dX = dLoss · 2 (x - target) / n, and the target's gradient is the negative of it. */
    private static Computation mse(TensorFunction forward, TensorGradient backward) {
        return new Computation(
                forward,
                backward,
                new Definition(
                        x -> scalarLike(x[0], meanSquare(x[0].sub(x[1]))),
                        x -> x[0].shape().elements(),
                        x -> scalarLike(x[0], meanSquare(x[0].abs().add(x[1].abs())))));
    }

    private static final Computation MSE =
            mse(x -> scalarLike(x[0], PointwiseLosses.mseLoss(x[0], x[1], MEAN)), (dOut, x) -> {
                var dX = written(x[0], out -> PointwiseLosses.mseLossBackward(x[0], x[1], MEAN, out))
                        .mul(dOut.item());
                return InputGradients.of(dX, dX.neg());
            });

    /** The class gives its target no gradient; the one of the definition is put in its place. */
    private static final Computation MSE_LOSS =
            mse(x -> scalarLike(x[0], new MseLoss().forward(x[0], x[1])), (dOut, x) -> {
                var loss = new MseLoss();
                loss.forward(x[0], x[1]);
                var dX = loss.backward().mul(dOut.item());
                return InputGradients.of(dX, dX.neg());
            });

    private static double meanSquare(Tensor x) {
        double sum = 0;
        for (int i = 0; i < x.shape().elements(); i++) {
            sum += x.getFlat(i) * x.getFlat(i);
        }
        return sum / x.shape().elements();
    }

    private Proof mse(String name, Computation computation) {
        var proof = Proof.named(name);
        for (int[] sizes : new int[][] {{}, {1}, {17}, {3, 1}, {1, 31}, {3, 17}, {2, 3, 5}, {13, 19}}) {
            proof = proof.sample(computation, draw.normal(sizes), draw.normal(sizes));
        }
        return proof.refuses(
                        "mseLoss: target is FLOAT32 (3), wants FLOAT32 (2)",
                        () -> computation.forward().apply(Tensor.zeros(2), Tensor.zeros(3)))
                .refuses(
                        "mseLoss: the mean over no elements has no value, x (0, 3)",
                        () -> computation.forward().apply(Tensor.zeros(0, 3), Tensor.zeros(0, 3)));
    }
}
