package handgrad.check.registry;

import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.List;

/** Operations that choose between the elements of two tensors. */
final class ChoiceProofs {
    private final Draw draw = new Draw(21);

    List<Proof> proofs() {
        return List.of(pairs("maximum", MAXIMUM), pairs("minimum", MINIMUM), where());
    }

    /**
     * out = max(a, b): da = dOut where a > b, db = dOut where b > a, and each half of dOut where they are equal, as in
     * PyTorch; each summed over the dimensions in which it was broadcast.
     */
    private static final Computation MAXIMUM = new Computation(
            x -> x[0].maximum(x[1]),
            (dOut, x) -> InputGradients.of(
                    InputGradients.sumTo(x[0].shape(), dOut.mul(share(x[0].sub(x[1])))),
                    InputGradients.sumTo(x[1].shape(), dOut.mul(share(x[1].sub(x[0]))))),
            Definition.broadcast(Math::max));

    /** out = min(a, b): as {@link #MAXIMUM}, with the smaller in place of the larger. */
    private static final Computation MINIMUM = new Computation(
            x -> x[0].minimum(x[1]),
            (dOut, x) -> InputGradients.of(
                    InputGradients.sumTo(x[0].shape(), dOut.mul(share(x[1].sub(x[0])))),
                    InputGradients.sumTo(x[1].shape(), dOut.mul(share(x[0].sub(x[1]))))),
            Definition.broadcast(Math::min));

    /** 1 where a difference is positive, ½ where it is 0, otherwise 0. */
    private static Tensor share(Tensor difference) {
        return InputGradients.factor(difference, v -> (1 + Math.signum(v)) / 2);
    }

    private Proof pairs(String name, Computation formula) {
        var operation = Proof.named("Tensor." + name + "(Tensor)")
                .sample(formula, Draw.points(1, 2, 3, 0, -1), Draw.points(1, 3, 2, 0, -1))
                .refuses(
                        name + ": shapes do not broadcast, a (32, 30), b (27): dimension -1 is 30 and 27",
                        () -> formula.forward().apply(Tensor.zeros(32, 30), Tensor.zeros(27)))
                .refuses(
                        name + ": types differ, a FLOAT32 (2), b FLOAT64 (2); convert one, as with to(DType.FLOAT64)",
                        () -> formula.forward().apply(Tensor.zeros(2), InputGradients.zeros(DType.FLOAT64, 2)));
        for (var pair : Draw.pairs(draw::normal, draw::normal)) {
            operation = operation.sample(formula, pair);
        }
        return operation;
    }

    /**
     * out = a where the condition holds, b elsewhere: da = dOut there, otherwise 0; db = dOut elsewhere; each summed
     * over the dimensions in which it was broadcast.
     */
    private static final Computation WHERE = new Computation(
            x -> Tensor.where(x[0], x[1], x[2]),
            (dOut, x) -> {
                var zero = InputGradients.scalarLike(dOut, 0);
                return InputGradients.of(
                        InputGradients.none(),
                        InputGradients.sumTo(x[1].shape(), Tensor.where(x[0], dOut, zero)),
                        InputGradients.sumTo(x[2].shape(), Tensor.where(x[0], zero, dOut)));
            },
            new Definition(ChoiceProofs::chosen));

    private static Tensor chosen(Tensor... x) {
        var shape = Definition.broadcast(Definition.broadcast(x[0].shape(), x[1].shape()), x[2].shape());
        return Definition.tensor(
                shape, index -> Definition.broadcast(x[Definition.broadcast(x[0], index) != 0 ? 1 : 2], index));
    }

    private Proof where() {
        return Proof.named("Tensor.where(Tensor, Tensor, Tensor)")
                .sample(WHERE, draw.indices(2), draw.normal(), draw.normal())
                .sample(WHERE, draw.indices(3, 17), draw.normal(17), draw.normal(17))
                .sample(WHERE, draw.indices(2, 3, 17), draw.normal(3, 17), draw.normal(3, 17))
                .sample(WHERE, draw.indices(2, 3, 17), draw.normal(), draw.normal(17))
                .sample(WHERE, draw.indices(2, 17), draw.normal(3, 1), draw.normal(1, 17))
                .sample(WHERE, draw.indices(2, 3, 1), draw.normal(2, 1, 4), draw.normal(4))
                .sample(WHERE, draw.indices(2, 2, 1, 4), draw.normal(2, 3, 4), draw.normal(1, 3, 1))
                .sample(WHERE, draw.indices(2, 0, 3), draw.normal(3), draw.normal(0, 3))
                .refuses(
                        "where: types differ, a FLOAT32 (2), b FLOAT64 (2); convert one, as with to(DType.FLOAT64)",
                        () -> Tensor.where(Draw.integers(), Tensor.zeros(2), InputGradients.zeros(DType.FLOAT64, 2)))
                .refuses(
                        "where: shapes do not broadcast, a (2), b (3): dimension -1 is 2 and 3",
                        () -> Tensor.where(Draw.integers(), Tensor.zeros(2), Tensor.zeros(3)))
                .refuses(
                        "where, condition a and result b: shapes do not broadcast, a (3), b (2): dimension -1 is 3"
                                + " and 2",
                        () -> Tensor.where(Draw.integers(), Tensor.zeros(2), Tensor.zeros(DType.FLOAT32, Shape.of(2))));
    }
}
