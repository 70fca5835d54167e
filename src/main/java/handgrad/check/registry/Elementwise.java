package handgrad.check.registry;

import handgrad.check.TensorFunction;
import handgrad.check.TensorGradient;
import handgrad.tensor.Tensor;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;

/** Functions of each element of one tensor. */
final class Elementwise {
    private final Draw draw = new Draw(2);

    List<Operation> operations() {
        return List.of(neg(), abs(), exp(), log(), tanh(), sqrt(), relu(), pow());
    }

    /** out = -x: dX = -dOut. */
    private Operation neg() {
        return operation("neg", Tensor::neg, (dOut, _) -> Gradients.of(dOut.neg()), x -> -x, draw::normal);
    }

    /** out = |x|: dX = dOut ∘ sign x. At 0 there is no derivative; the gradient there is 0, as in PyTorch. */
    private Operation abs() {
        TensorGradient backward = (dOut, x) -> Gradients.of(dOut.mul(Gradients.factor(x[0], Math::signum)));
        var formula = new Formula(x -> x[0].abs(), backward, Reference.elementwise(Math::abs));
        return operation("abs", Tensor::abs, backward, Math::abs, draw::normal)
                .sample(formula, Draw.points(0, 1, -1, 0, -2, 0.5, 3, -0.25));
    }

    /** out = eˣ: dX = dOut ∘ out. */
    private Operation exp() {
        return operation("exp", Tensor::exp, (dOut, x) -> Gradients.of(dOut.mul(x[0].exp())), Math::exp, draw::normal);
    }

    /** out = ln x: dX = dOut / x. */
    private Operation log() {
        return operation("log", Tensor::log, (dOut, x) -> Gradients.of(dOut.div(x[0])), Math::log, draw::positive);
    }

    /** out = tanh x: dX = dOut ∘ (1 - out²). */
    private Operation tanh() {
        return operation(
                "tanh",
                Tensor::tanh,
                (dOut, x) -> Gradients.of(dOut.mul(x[0].tanh().pow(2).neg().add(1))),
                Math::tanh,
                draw::normal);
    }

    /** out = √x: dX = dOut / (2 · out). */
    private Operation sqrt() {
        return operation(
                "sqrt",
                Tensor::sqrt,
                (dOut, x) -> Gradients.of(dOut.div(x[0].sqrt().mul(2))),
                Math::sqrt,
                draw::positive);
    }

    /** out = max(x, 0): dX = dOut where x > 0, otherwise 0. At 0 there is no derivative; the gradient there is 0. */
    private Operation relu() {
        TensorGradient backward = (dOut, x) -> Gradients.of(dOut.mul(Gradients.factor(x[0], v -> v > 0 ? 1 : 0)));
        var formula = new Formula(x -> x[0].relu(), backward, Reference.elementwise(v -> v > 0 ? v : 0));
        return operation("relu", Tensor::relu, backward, v -> v > 0 ? v : 0, draw::normal)
                .sample(formula, Draw.points(0, 1, -1, 0, -2, 0.5, 3, -0.25));
    }

    /** out = xᵖ: dX = dOut ∘ p · xᵖ⁻¹. */
    private static Formula pow(double p) {
        return new Formula(
                x -> x[0].pow(p),
                (dOut, x) -> Gradients.of(dOut.mul(x[0].pow(p - 1).mul(p))),
                Reference.elementwise(x -> Math.pow(x, p)));
    }

    private Operation pow() {
        return Operation.named("Tensor.pow(double)")
                .samples(pow(2), Draw.shapes(draw::normal))
                .samples(pow(3), List.of(draw.normal(1, 17), draw.normal(2, 3, 5)))
                .samples(pow(-1), List.of(draw.positive(5), draw.positive(3, 17)))
                .samples(pow(0.5), List.of(draw.positive(5), draw.positive(3, 17)))
                .samples(pow(-1.5), List.of(draw.positive(5), draw.positive(3, 17)))
                .refuses(message("pow"), () -> Draw.integers().pow(3));
    }

    private static Operation operation(
            String name,
            Function<Tensor, Tensor> forward,
            TensorGradient backward,
            DoubleUnaryOperator reference,
            Function<int[], Tensor> draw) {
        TensorFunction function = x -> forward.apply(x[0]);
        return Operation.named("Tensor." + name + "()")
                .samples(new Formula(function, backward, Reference.elementwise(reference)), Draw.shapes(draw))
                .refuses(message(name), () -> function.apply(Draw.integers()));
    }

    private static String message(String name) {
        return name + ": wants FLOAT32 or FLOAT64, the tensor (3) is INT32; convert it with to";
    }
}
