package handgrad.check.registry;

import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.MseLoss;
import handgrad.tensor.Tensor;
import java.util.List;

/** The losses, whose backward passes stand in their classes under their forward passes. */
final class LossProofs {
    private final Draw draw = new Draw(8);

    List<Proof> proofs() {
        return List.of(crossEntropyLoss(), mseLoss());
    }

    /** loss = -Σ ln softmax(logits)[i, targets[i]] / N. */
    private Proof crossEntropyLoss() {
        var formula = new Computation(
                x -> Gradients.scalarLike(x[0], new CrossEntropyLoss().forward(x[0], x[1])),
                (dOut, x) -> {
                    var loss = new CrossEntropyLoss();
                    loss.forward(x[0], x[1]);
                    return Gradients.of(loss.backward().mul(dOut.item()), Gradients.none());
                },
                FunctionProofs.CROSS_ENTROPY.definition());
        return Proof.named("CrossEntropyLoss")
                .sample(formula, draw.normal(1, 1), draw.indices(1, 1))
                .sample(formula, draw.normal(1, 27), draw.indices(27, 1))
                .sample(formula, draw.normal(3, 2), draw.indices(2, 3))
                .sample(formula, draw.normal(4, 5), Tensor.of(new int[] {2, 0, 2, 2}, 4))
                .sample(formula, draw.normal(7, 17), draw.indices(17, 7))
                .sample(formula, draw.normal(5, 31), draw.indices(31, 5))
                .sample(formula, draw.normal(3, 1), draw.indices(1, 3))
                .sample(formula, draw.normal(13, 27), draw.indices(27, 13))
                .refuses(
                        "crossEntropy: index 3 is outside of 0 to 2",
                        () -> new CrossEntropyLoss().forward(Tensor.zeros(2, 3), Tensor.of(new int[] {0, 3}, 2)))
                .refuses(
                        "crossEntropy: the mean over no rows has no value, logits (0, 3)",
                        () -> new CrossEntropyLoss().forward(Tensor.zeros(0, 3), Tensor.of(new int[0], 0)));
    }

    /** loss = Σ (x - target)² / n. The layer's targets get no gradient; that they would get is the other one's, negative. */
    private Proof mseLoss() {
        var formula = new Computation(
                x -> Gradients.scalarLike(x[0], new MseLoss().forward(x[0], x[1])),
                (dOut, x) -> {
                    var loss = new MseLoss();
                    loss.forward(x[0], x[1]);
                    var dX = loss.backward().mul(dOut.item());
                    return Gradients.of(dX, dX.neg());
                },
                FunctionProofs.MSE_LOSS.definition());
        return Proof.named("MseLoss")
                .sample(formula, draw.normal(), draw.normal())
                .sample(formula, draw.normal(1), draw.normal(1))
                .sample(formula, draw.normal(17), draw.normal(17))
                .sample(formula, draw.normal(3, 1), draw.normal(3, 1))
                .sample(formula, draw.normal(1, 31), draw.normal(1, 31))
                .sample(formula, draw.normal(3, 17), draw.normal(3, 17))
                .sample(formula, draw.normal(2, 3, 5), draw.normal(2, 3, 5))
                .sample(formula, draw.normal(13, 19), draw.normal(13, 19))
                .refuses(
                        "mseLoss: target is FLOAT32 (3), wants FLOAT32 (2)",
                        () -> new MseLoss().forward(Tensor.zeros(2), Tensor.zeros(3)))
                .refuses(
                        "mseLoss: the mean over no elements has no value, x (0, 3)",
                        () -> new MseLoss().forward(Tensor.zeros(0, 3), Tensor.zeros(0, 3)));
    }
}
