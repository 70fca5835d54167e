package handgrad.check.registry;

import static handgrad.check.registry.InputGradients.scalarLike;
import static handgrad.check.registry.InputGradients.written;

import handgrad.nn.BCEWithLogitsLoss;
import handgrad.nn.HuberLoss;
import handgrad.nn.KLDivLoss;
import handgrad.nn.L1Loss;
import handgrad.nn.Loss;
import handgrad.nn.MseLoss;
import handgrad.tensor.LossReduction;
import handgrad.tensor.PointwiseLosses;
import handgrad.tensor.Tensor;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Supplier;

/**
 * The losses that have a target for each element: the operation in {@link PointwiseLosses} by its mean, then the class
 * that keeps what its backward pass reads, by its sum or its mean over rows.
 */
final class PointwiseLossProofs {
    private static final LossReduction MEAN = LossReduction.MEAN;
    private static final double DELTA = 0.75;

    private final Draw draw = new Draw(18);

    /** A loss of each element, the size of its terms, and the slope in its target if it is not -1 times that in x. */
    private record Terms(DoubleBinaryOperator loss, DoubleBinaryOperator size, BinaryOperator<Tensor> slopeOfTarget) {
        Definition definition(LossReduction reduction) {
            return new Definition(
                    x -> scalarLike(x[0], sum(x[0], x[1], loss) / divisor(x[0], reduction)),
                    x -> x[0].shape().elements(),
                    x -> scalarLike(x[0], sum(x[0], x[1], size) / divisor(x[0], reduction)));
        }

        private static double sum(Tensor x, Tensor target, DoubleBinaryOperator term) {
            double sum = 0;
            for (int i = 0; i < x.shape().elements(); i++) {
                sum += term.applyAsDouble(x.getFlat(i), target.getFlat(i));
            }
            return sum;
        }
    }

    private static double divisor(Tensor x, LossReduction reduction) {
        return switch (reduction) {
            case MEAN -> x.shape().elements();
            case SUM -> 1;
            case BATCH_MEAN -> x.shape().rank() == 0 ? 1 : x.size(0);
        };
    }

    private static final Terms SQUARE = new Terms(
            (x, t) -> (x - t) * (x - t),
            (x, t) -> (Math.abs(x) + Math.abs(t)) * (Math.abs(x) + Math.abs(t)),
            (x, t) -> t.sub(x).mul(2));

    private static final Terms L1 = new Terms(
            (x, t) -> Math.abs(x - t),
            (x, t) -> Math.abs(x) + Math.abs(t),
            (x, t) -> InputGradients.factor(t.sub(x), Math::signum));

    private static final Terms HUBER = new Terms(
            (x, t) -> Math.abs(x - t) < DELTA ? (x - t) * (x - t) / 2 : DELTA * (Math.abs(x - t) - DELTA / 2),
            (x, t) -> SQUARE.size.applyAsDouble(x, t),
            (x, t) -> InputGradients.factor(t.sub(x), e -> Math.clamp(e, -DELTA, DELTA)));

    private static final Terms BCE = new Terms(
            (x, t) -> -t * Math.log(1 / (1 + Math.exp(-x))) - (1 - t) * Math.log(1 / (1 + Math.exp(x))),
            (x, t) -> (1 + Math.abs(t)) * (1 + Math.abs(x)),
            (x, _) -> x.neg());

    private static final Terms KL = new Terms(
            (x, t) -> t * (Math.log(t) - x),
            (x, t) -> t * (1 + Math.abs(Math.log(t)) + Math.abs(x)),
            (x, t) -> t.log().add(1).sub(x));

    List<Proof> proofs() {
        return List.of(
                loss("MseLoss, SUM", () -> new MseLoss(LossReduction.SUM), SQUARE, LossReduction.SUM, "mseLoss"),
                operation("l1Loss", PointwiseLosses::l1Loss, PointwiseLosses::l1LossBackward, L1),
                loss("L1Loss", () -> new L1Loss(LossReduction.SUM), L1, LossReduction.SUM, "l1Loss"),
                operation(
                                "huberLoss",
                                (x, t, reduction) -> PointwiseLosses.huberLoss(x, t, DELTA, reduction),
                                (x, t, reduction, dX) -> PointwiseLosses.huberLossBackward(x, t, DELTA, reduction, dX),
                                HUBER)
                        .refuses(
                                "huberLoss: delta must be greater than 0 and finite, it is 0.0",
                                () -> PointwiseLosses.huberLoss(Tensor.zeros(2), Tensor.zeros(2), 0, MEAN)),
                loss(
                                "HuberLoss",
                                () -> new HuberLoss(DELTA, LossReduction.BATCH_MEAN),
                                HUBER,
                                LossReduction.BATCH_MEAN,
                                "huberLoss")
                        .refuses(
                                "HuberLoss: delta must be greater than 0 and finite, it is NaN",
                                () -> new HuberLoss(Double.NaN)),
                operation(
                        "bceWithLogitsLoss",
                        PointwiseLosses::bceWithLogitsLoss,
                        PointwiseLosses::bceWithLogitsLossBackward,
                        BCE),
                loss(
                        "BCEWithLogitsLoss",
                        () -> new BCEWithLogitsLoss(LossReduction.SUM),
                        BCE,
                        LossReduction.SUM,
                        "bceWithLogitsLoss"),
                operation("klDivLoss", PointwiseLosses::klDivLoss, PointwiseLosses::klDivLossBackward, KL),
                loss(
                        "KLDivLoss",
                        () -> new KLDivLoss(LossReduction.BATCH_MEAN),
                        KL,
                        LossReduction.BATCH_MEAN,
                        "klDivLoss"));
    }

    @FunctionalInterface
    private interface Forward {
        double of(Tensor x, Tensor target, LossReduction reduction);
    }

    @FunctionalInterface
    private interface Backward {
        void into(Tensor x, Tensor target, LossReduction reduction, Tensor dX);
    }

    private Proof operation(String name, Forward forward, Backward backward, Terms terms) {
        var computation = new Computation(
                x -> scalarLike(x[0], forward.of(x[0], x[1], MEAN)),
                (dOut, x) -> InputGradients.of(
                        written(x[0], dX -> backward.into(x[0], x[1], MEAN, dX)).mul(dOut.item()),
                        ofTarget(terms, dOut, x[0], x[1], MEAN)),
                terms.definition(MEAN));
        return proof("PointwiseLosses." + name, computation, name)
                .refuses(
                        name + ": the mean over no elements has no value, x (0, 3)",
                        () -> computation.forward().apply(Tensor.zeros(0, 3), Tensor.zeros(0, 3)))
                .refuses(
                        name + ": wants FLOAT32 or FLOAT64, the tensor (3) is INT32; convert it with to",
                        () -> computation.forward().apply(Draw.integers(), Draw.integers()));
    }

    /** The class gives its target no gradient; the one of the definition is put in its place. */
    private Proof loss(String name, Supplier<Loss> loss, Terms terms, LossReduction reduction, String operation) {
        var computation = new Computation(
                x -> scalarLike(x[0], loss.get().forward(x[0], x[1])),
                (dOut, x) -> {
                    var made = loss.get();
                    made.forward(x[0], x[1]);
                    return InputGradients.of(made.backward(dOut.item()), ofTarget(terms, dOut, x[0], x[1], reduction));
                },
                terms.definition(reduction));
        return proof(name, computation, operation);
    }

    private static Tensor ofTarget(Terms terms, Tensor dOut, Tensor x, Tensor target, LossReduction reduction) {
        return terms.slopeOfTarget.apply(x, target).mul(dOut.item() / divisor(x, reduction));
    }

    private Proof proof(String name, Computation computation, String operation) {
        var proof = Proof.named(name);
        for (int[] sizes : new int[][] {{}, {1}, {17}, {3, 1}, {1, 31}, {3, 17}, {2, 3, 5}, {13, 19}}) {
            proof = proof.sample(computation, draw.normal(sizes), draw.positive(sizes));
        }
        return proof.refuses(
                operation + ": target is FLOAT32 (3), wants FLOAT32 (2)",
                () -> computation.forward().apply(Tensor.zeros(2), Tensor.zeros(3)));
    }
}
