package handgrad.check.registry;

import static handgrad.check.registry.InputGradients.scalarLike;
import static handgrad.check.registry.InputGradients.written;
import static handgrad.check.registry.InputGradients.zerosLike;

import handgrad.check.TensorFunction;
import handgrad.check.TensorGradient;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.CrossEntropyOptions;
import handgrad.nn.Loss;
import handgrad.nn.NLLLoss;
import handgrad.tensor.DType;
import handgrad.tensor.LossFunctions;
import handgrad.tensor.LossReduction;
import handgrad.tensor.Tensor;
import java.util.List;
import java.util.function.Supplier;

/** The losses of class targets that have weights, smoothing or a reduction: the operation, then its class. */
final class ClassLossProofs {
    private static final LossReduction MEAN = LossReduction.MEAN;
    private static final LossReduction SUM = LossReduction.SUM;
    private static final double SMOOTHING = 0.125;

    private final Draw draw = new Draw(28);

    List<Proof> proofs() {
        var options = CrossEntropyOptions.PYTORCH.withLabelSmoothing(SMOOTHING).withReduction(SUM);
        return List.of(
                proof("LossFunctions.weightedCrossEntropy", WEIGHTED_CROSS_ENTROPY, "weightedCrossEntropy")
                        .refuses(
                                "weightedCrossEntropy: the mean over no rows has no value, the weights of the targets"
                                        + " add up to 0.0, logits (2, 3)",
                                () -> WEIGHTED_CROSS_ENTROPY.forward().apply(Tensor.zeros(2, 3), indices(-100, -100)))
                        .refuses(
                                "weightedCrossEntropy: labelSmoothing must be from 0 to 1, it is -0.5",
                                () -> weighted(Tensor.zeros(2, 3), 3, -0.5, MEAN))
                        .refuses(
                                "weightedCrossEntropy: BATCH_MEAN is for elementwise losses; give MEAN or SUM",
                                () -> weighted(Tensor.zeros(2, 3), 3, 0, LossReduction.BATCH_MEAN))
                        .refuses(
                                "weightedCrossEntropy: wants a FLOAT64 weight for each of 3 classes, classWeights is"
                                        + " FLOAT64 (4)",
                                () -> weighted(Tensor.zeros(2, 3), 4, 0, MEAN)),
                proof(
                        "CrossEntropyLoss, smoothed",
                        loss(() -> new CrossEntropyLoss(options), true),
                        "weightedCrossEntropy"),
                proof("LossFunctions.nllLoss", NLL, "nllLoss"),
                proof("NLLLoss", loss(() -> new NLLLoss(List.of(), SUM), false), "nllLoss"));
    }

    private static void weighted(Tensor logits, int classes, double smoothing, LossReduction reduction) {
        LossFunctions.weightedCrossEntropy(
                logits, indices(0, 1), weights(classes), smoothing, reduction, zerosLike(logits));
    }

    private static Tensor indices(int... indices) {
        return Tensor.of(indices, indices.length);
    }

    /** Weights that differ: 1, 1.5, 2, 1, … */
    private static Tensor weights(int classes) {
        var weights = InputGradients.zeros(DType.FLOAT64, classes);
        for (int c = 0; c < classes; c++) {
            weights.setFlat(c, 1 + 0.5 * (c % 3));
        }
        return weights;
    }

    private static final Computation WEIGHTED_CROSS_ENTROPY = computation(
            x -> scalarLike(
                    x[0],
                    LossFunctions.weightedCrossEntropy(
                            x[0], x[1], weights(x[0].size(-1)), SMOOTHING, MEAN, zerosLike(x[0]))),
            (dOut, x) -> {
                var weights = weights(x[0].size(-1));
                var p = written(
                        x[0], out -> LossFunctions.weightedCrossEntropy(x[0], x[1], weights, SMOOTHING, MEAN, out));
                var dLogits = written(
                        x[0], dX -> LossFunctions.weightedCrossEntropyBackward(p, x[1], weights, SMOOTHING, MEAN, dX));
                return InputGradients.of(dLogits.mul(dOut.item()), InputGradients.none());
            },
            true,
            true);

    private static final Computation NLL = computation(
            x -> scalarLike(x[0], LossFunctions.nllLoss(x[0], x[1], weights(x[0].size(-1)), MEAN)),
            (dOut, x) -> {
                var weights = weights(x[0].size(-1));
                var dX = written(x[0], out -> LossFunctions.nllLossBackward(x[1], weights, MEAN, out));
                return InputGradients.of(dX.mul(dOut.item()), InputGradients.none());
            },
            true,
            false);

    private static Computation loss(Supplier<Loss> loss, boolean softmax) {
        return computation(
                x -> scalarLike(x[0], loss.get().forward(x[0], x[1])),
                (dOut, x) -> {
                    var made = loss.get();
                    made.forward(x[0], x[1]);
                    return InputGradients.of(made.backward(dOut.item()), InputGradients.none());
                },
                false,
                softmax);
    }

    /** With weights it is a mean, without a sum; with the softmax it is smoothed. */
    private static Computation computation(
            TensorFunction forward, TensorGradient backward, boolean weighted, boolean softmax) {
        return new Computation(
                forward,
                backward,
                new Definition(
                        x -> scalarLike(x[0], value(x[0], x[1], weighted, softmax)),
                        x -> x[0].shape().elements(),
                        x -> scalarLike(
                                x[0], 2 * x[0].abs().sum().item() + x[0].shape().elements())));
    }

    private static double value(Tensor x, Tensor targets, boolean weighted, boolean softmax) {
        int classes = x.size(-1);
        double sum = 0;
        double divisor = 0;
        for (int i = 0; i < targets.shape().elements(); i++) {
            if (targets.getFlat(i) == LossFunctions.IGNORED) {
                continue;
            }
            double exponentials = 0;
            for (int c = 0; c < classes; c++) {
                exponentials += Math.exp(x.getFlat(i * classes + c));
            }
            double logOfSum = softmax ? Math.log(exponentials) : 0;
            double smoothing = softmax ? SMOOTHING : 0;
            for (int c = 0; c < classes; c++) {
                double weight = weighted ? 1 + 0.5 * (c % 3) : 1;
                double share = smoothing / classes + (c == targets.getFlat(i) ? 1 - smoothing : 0);
                sum += share * weight * (logOfSum - x.getFlat(i * classes + c));
                divisor += c == targets.getFlat(i) ? weight : 0;
            }
        }
        return weighted ? sum / divisor : sum;
    }

    private Proof proof(String name, Computation computation, String operation) {
        return Proof.named(name)
                .sample(computation, draw.normal(1, 1), draw.indices(1, 1))
                .sample(computation, draw.normal(1, 27), draw.indices(27, 1))
                .sample(computation, draw.normal(3, 2), draw.indices(2, 3))
                .sample(computation, draw.normal(4, 5), indices(2, 0, 2, 2))
                .sample(computation, draw.normal(7, 17), draw.indices(17, 7))
                .sample(computation, draw.normal(13, 27), draw.indices(27, 13))
                .sample(computation, draw.normal(4, 17), indices(-100, 3, -100, 16))
                .sample(computation, draw.normal(2, 3, 5), draw.indices(5, 2, 3))
                .refuses(
                        operation + ": index 3 is outside of 0 to 2",
                        () -> computation.forward().apply(Tensor.zeros(2, 3), indices(0, 3)))
                .refuses(
                        operation + ": wants logits (N, classes) and targets (N), or (N, T, classes) and (N, T),"
                                + " logits (2, 3), targets (3)",
                        () -> computation.forward().apply(Tensor.zeros(2, 3), indices(0, 0, 0)));
    }
}
