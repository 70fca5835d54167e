package handgrad.check.registry;

import static handgrad.check.registry.ElementFunction.Bound.ROUNDED;

import handgrad.check.registry.ElementFunction.OfOne;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.List;
import java.util.function.Function;

/** Addition, subtraction, multiplication and division, of two tensors that broadcast and of a tensor and a number. */
final class ArithmeticProofs {
    private final Draw draw = new Draw(1);

    List<Proof> proofs() {
        return List.of(
                pairs("add", add(), draw::normal),
                numbers("add", add(0.75)),
                addInPlace(),
                pairs("sub", sub(), draw::normal),
                numbers("sub", sub(0.75)),
                numbers("rsub", rsub(0.75)),
                pairs("mul", mul(), draw::normal),
                numbers("mul", mul(-1.5)),
                pairs("div", div(), draw::positive),
                numbers("div", div(-1.5)));
    }

    /** out = a + b: da = dOut, db = dOut, each summed over the dimensions in which it was broadcast. */
    private static Computation add() {
        return new Computation(
                x -> x[0].add(x[1]),
                (dOut, x) -> InputGradients.of(
                        InputGradients.sumTo(x[0].shape(), dOut), InputGradients.sumTo(x[1].shape(), dOut)),
                Definition.broadcast(Double::sum));
    }

    /** out = a - b: da = dOut, db = -dOut, each summed over the dimensions in which it was broadcast. */
    private static Computation sub() {
        return new Computation(
                x -> x[0].sub(x[1]),
                (dOut, x) -> InputGradients.of(
                        InputGradients.sumTo(x[0].shape(), dOut), InputGradients.sumTo(x[1].shape(), dOut.neg())),
                Definition.broadcast((a, b) -> a - b));
    }

    /** out = a ∘ b: da = dOut ∘ b, db = dOut ∘ a, each summed over the dimensions in which it was broadcast. */
    private static Computation mul() {
        return new Computation(
                x -> x[0].mul(x[1]),
                (dOut, x) -> InputGradients.of(
                        InputGradients.sumTo(x[0].shape(), dOut.mul(x[1])),
                        InputGradients.sumTo(x[1].shape(), dOut.mul(x[0]))),
                Definition.broadcast((a, b) -> a * b));
    }

    /** out = a / b: da = dOut / b, db = -dOut ∘ a / b², each summed over the dimensions in which it was broadcast. */
    private static Computation div() {
        return new Computation(
                x -> x[0].div(x[1]),
                (dOut, x) -> InputGradients.of(
                        InputGradients.sumTo(x[0].shape(), dOut.div(x[1])),
                        InputGradients.sumTo(
                                x[1].shape(), dOut.mul(x[0]).div(x[1].pow(2)).neg())),
                Definition.broadcast((a, b) -> a / b));
    }

    /** out = a + c: da = dOut. */
    private static Computation add(double c) {
        return new Computation(
                x -> x[0].add(c),
                (dOut, _) -> InputGradients.of(dOut),
                Definition.elementwise(new OfOne(a -> a + c, _ -> 1, ROUNDED, ROUNDED)));
    }

    /** out = a - c: da = dOut. */
    private static Computation sub(double c) {
        return new Computation(
                x -> x[0].sub(c),
                (dOut, _) -> InputGradients.of(dOut),
                Definition.elementwise(new OfOne(a -> a - c, _ -> 1, ROUNDED, ROUNDED)));
    }

    /** out = c - a: da = -dOut. */
    private static Computation rsub(double c) {
        return new Computation(
                x -> x[0].rsub(c),
                (dOut, _) -> InputGradients.of(dOut.neg()),
                Definition.elementwise(new OfOne(a -> c - a, _ -> -1, ROUNDED, ROUNDED)));
    }

    /** out = c · a: da = c · dOut. */
    private static Computation mul(double c) {
        return new Computation(
                x -> x[0].mul(c),
                (dOut, _) -> InputGradients.of(dOut.mul(c)),
                Definition.elementwise(new OfOne(a -> a * c, _ -> c, ROUNDED, ROUNDED)));
    }

    /** out = a / c: da = dOut / c. */
    private static Computation div(double c) {
        return new Computation(
                x -> x[0].div(c),
                (dOut, _) -> InputGradients.of(dOut.div(c)),
                Definition.elementwise(new OfOne(a -> a / c, _ -> 1 / c, ROUNDED, ROUNDED)));
    }

    private Proof pairs(String name, Computation formula, Function<int[], Tensor> b) {
        var operation = Proof.named("Tensor." + name + "(Tensor)")
                .refuses(
                        name + ": shapes do not broadcast, a (32, 30), b (27): dimension -1 is 30 and 27",
                        () -> formula.forward().apply(Tensor.zeros(32, 30), Tensor.zeros(27)))
                .refuses(
                        name + ": types differ, a FLOAT32 (2), b FLOAT64 (2); convert one, as with to(DType.FLOAT64)",
                        () -> formula.forward().apply(Tensor.zeros(2), InputGradients.zeros(DType.FLOAT64, 2)));
        for (var pair : Draw.pairs(draw::normal, b)) {
            operation = operation.sample(formula, pair);
        }
        return operation;
    }

    private Proof numbers(String name, Computation formula) {
        return Proof.named("Tensor." + name + "(double)")
                .samples(formula, Draw.shapes(draw::normal))
                .refuses(
                        name + ": wants FLOAT32 or FLOAT64, the tensor (3) is INT32; convert it with to",
                        () -> formula.forward().apply(Draw.integers()));
    }

    /** a + b, written over a: the gradients are those of a + b, and b may be broadcast, a not. */
    private Proof addInPlace() {
        var formula = new Computation(x -> x[0].copy().addInPlace(x[1]), add().backward(), add().definition());
        return Proof.named("Tensor.addInPlace(Tensor)")
                .sample(formula, draw.normal(), draw.normal())
                .sample(formula, draw.normal(1), draw.normal(1))
                .sample(formula, draw.normal(3, 17), draw.normal(3, 17))
                .sample(formula, draw.normal(3, 17), draw.normal(17))
                .sample(formula, draw.normal(3, 17), draw.normal(3, 1))
                .sample(formula, draw.normal(3, 5), draw.normal())
                .sample(formula, draw.normal(2, 3, 4), draw.normal(2, 1, 4))
                .sample(formula, draw.normal(1, 31), draw.normal(1, 31))
                .sample(formula, draw.normal(0, 3), draw.normal(3))
                .refuses(
                        "addInPlace: b does not broadcast to this tensor's shape, this (3), b (2, 3)",
                        () -> Tensor.zeros(3).addInPlace(Tensor.zeros(2, 3)))
                .refuses(
                        "addInPlace: shapes do not broadcast, a (3), b (2): dimension -1 is 3 and 2",
                        () -> Tensor.zeros(3).addInPlace(Tensor.zeros(2)));
    }
}
