package handgrad.check.registry;

import static handgrad.check.registry.ElementFunction.Bound.ROUNDED;

import handgrad.check.registry.ElementFunction.Bound;
import handgrad.check.registry.ElementFunction.OfOne;
import handgrad.tensor.Tensor;
import java.util.List;
import java.util.function.Function;

/** Functions of each element of one tensor. */
final class ElementwiseProofs {
    private final Draw draw = new Draw(2);

    static final OfOne TANH_ELEMENT =
            new OfOne(Math::tanh, x -> 1 / (Math.cosh(x) * Math.cosh(x)), Bound.ofUlps(1.2), new Bound(1, 3e-7));

    static final OfOne RELU_ELEMENT = new OfOne(x -> Math.max(x, 0), x -> x > 0 ? 1 : x <= 0 ? 0 : x, ROUNDED, ROUNDED);

    static final OfOne SIGMOID_ELEMENT = new OfOne(
            ActivationProofs::sigmoid,
            x -> ActivationProofs.sigmoid(x) * ActivationProofs.sigmoid(-x),
            Bound.ofUlps(2.6),
            new Bound(4, 2e-7));

    List<Proof> proofs() {
        return List.of(
                operation("neg", NEG, draw::normal),
                operation("abs", ABS, draw::normal).sample(ABS, Draw.aroundZero()),
                operation("exp", EXP, draw::normal),
                operation("log", LOG, draw::positive),
                operation("tanh", TANH, draw::normal),
                operation("sqrt", SQRT, draw::positive),
                operation("relu", RELU, draw::normal).sample(RELU, Draw.aroundZero()),
                operation("sigmoid", SIGMOID, draw::normal),
                operation("square", SQUARE, draw::normal, "pow"),
                clamp(),
                pow());
    }

    private static Proof operation(String name, Computation formula, Function<int[], Tensor> draw) {
        return operation(name, formula, draw, name);
    }

    /** An operation that is another one for which a word of its own is in use. */
    private static Proof operation(String name, Computation formula, Function<int[], Tensor> draw, String other) {
        return Proof.named("Tensor." + name + "()")
                .samples(formula, Draw.shapes(draw))
                .refuses(message(other), () -> formula.forward().apply(Draw.integers()));
    }

    private static String message(String name) {
        return name + ": wants FLOAT32 or FLOAT64, the tensor (3) is INT32; convert it with to";
    }

    /** out = -x: dX = -dOut. */
    private static final Computation NEG = new Computation(
            x -> x[0].neg(),
            (dOut, _) -> InputGradients.of(dOut.neg()),
            Definition.elementwise(new OfOne(x -> -x, _ -> -1, ROUNDED, ROUNDED)));

    /** out = |x|: dX = dOut ∘ sign x. At 0 there is no derivative; the gradient there is 0, as in PyTorch. */
    private static final Computation ABS = new Computation(
            x -> x[0].abs(),
            (dOut, x) -> InputGradients.of(dOut.mul(InputGradients.factor(x[0], Math::signum))),
            Definition.elementwise(new OfOne(Math::abs, Math::signum, ROUNDED, ROUNDED)));

    /** out = eˣ: dX = dOut ∘ out. */
    private static final Computation EXP = new Computation(
            x -> x[0].exp(),
            (dOut, x) -> InputGradients.of(dOut.mul(x[0].exp())),
            Definition.elementwise(new OfOne(Math::exp, Math::exp, Bound.ofUlps(1.2), Bound.ofUlps(1.2))));

    /** out = ln x: dX = dOut / x. */
    private static final Computation LOG = new Computation(
            x -> x[0].log(),
            (dOut, x) -> InputGradients.of(dOut.div(x[0])),
            Definition.elementwise(new OfOne(Math::log, x -> 1 / x, Bound.ofUlps(0.9), ROUNDED)));

    /** out = tanh x: dX = dOut ∘ (1 - out²). */
    private static final Computation TANH = new Computation(
            x -> x[0].tanh(),
            (dOut, x) -> InputGradients.of(dOut.mul(x[0].tanh().pow(2).neg().add(1))),
            Definition.elementwise(TANH_ELEMENT));

    /** out = √x: dX = dOut / (2 · out). */
    private static final Computation SQRT = new Computation(
            x -> x[0].sqrt(),
            (dOut, x) -> InputGradients.of(dOut.div(x[0].sqrt().mul(2))),
            Definition.elementwise(new OfOne(Math::sqrt, x -> 0.5 / Math.sqrt(x), ROUNDED, Bound.ofUlps(2))));

    /** out = max(x, 0): dX = dOut where x > 0, otherwise 0. At 0 there is no derivative; the gradient there is 0. */
    private static final Computation RELU = new Computation(
            x -> x[0].relu(),
            (dOut, x) -> InputGradients.of(dOut.mul(InputGradients.factor(x[0], v -> v > 0 ? 1 : v <= 0 ? 0 : v))),
            Definition.elementwise(RELU_ELEMENT));

    /** out = 1 / (1 + e⁻ˣ): dX = dOut ∘ out ∘ (1 - out). */
    private static final Computation SIGMOID = new Computation(
            x -> x[0].sigmoid(),
            (dOut, x) -> {
                var y = x[0].sigmoid();
                return InputGradients.of(dOut.mul(y.mul(y.rsub(1))));
            },
            Definition.elementwise(SIGMOID_ELEMENT, 4));

    /** out = x²: dX = dOut ∘ 2 x. */
    private static final Computation SQUARE = new Computation(
            x -> x[0].square(),
            (dOut, x) -> InputGradients.of(dOut.mul(x[0].mul(2))),
            Definition.elementwise(new OfOne(x -> x * x, x -> 2 * x, ROUNDED, ROUNDED)));

    /** out = x between the bounds, a bound outside: dX = dOut from one bound to the other, otherwise 0. */
    private static Computation clamp(double min, double max) {
        return new Computation(
                x -> x[0].clamp(min, max),
                (dOut, x) -> InputGradients.of(dOut.mul(InputGradients.factor(x[0], v -> slope(v, min, max)))),
                Definition.elementwise(
                        new OfOne(x -> Math.min(Math.max(x, min), max), x -> slope(x, min, max), ROUNDED, ROUNDED)));
    }

    private static double slope(double x, double min, double max) {
        return x < min || x > max ? 0 : x >= min ? 1 : x;
    }

    private Proof clamp() {
        return Proof.named("Tensor.clamp(double, double)")
                .samples(clamp(-0.5, 1.25), Draw.shapes(draw::normal))
                .sample(clamp(0, Double.POSITIVE_INFINITY), draw.normal(3, 17))
                .sample(clamp(Double.NEGATIVE_INFINITY, 0.5), draw.normal(17))
                .sample(clamp(-1, 3), Draw.aroundZero())
                .refuses(message("clamp"), () -> Draw.integers().clamp(0, 1))
                .refuses(
                        "clamp: min must be at most max, min is 2.0, max 1.0",
                        () -> Tensor.zeros(3).clamp(2, 1))
                .refuses(
                        "clamp: min must be at most max, min is NaN, max 1.0",
                        () -> Tensor.zeros(3).clamp(Double.NaN, 1));
    }

    /** out = xᵖ: dX = dOut ∘ p · xᵖ⁻¹. */
    private static Computation pow(double p) {
        return new Computation(
                x -> x[0].pow(p),
                (dOut, x) -> InputGradients.of(dOut.mul(x[0].pow(p - 1).mul(p))),
                Definition.elementwise(new OfOne(
                        x -> p == 0.5 ? Math.sqrt(x) : Math.pow(x, p),
                        x -> p * Math.pow(x, p - 1),
                        Bound.ofUlps(1),
                        Bound.ofUlps(3))));
    }

    private Proof pow() {
        return Proof.named("Tensor.pow(double)")
                .samples(pow(2), Draw.shapes(draw::normal))
                .samples(pow(3), List.of(draw.normal(1, 17), draw.normal(2, 3, 5)))
                .samples(pow(-1), List.of(draw.positive(5), draw.positive(3, 17)))
                .samples(pow(0.5), List.of(draw.positive(5), draw.positive(3, 17)))
                .samples(pow(-1.5), List.of(draw.positive(5), draw.positive(3, 17)))
                .refuses(message("pow"), () -> Draw.integers().pow(3));
    }
}
