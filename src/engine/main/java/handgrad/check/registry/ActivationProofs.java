package handgrad.check.registry;

import static handgrad.check.registry.InputGradients.written;
import static handgrad.check.registry.InputGradients.zerosLike;

import handgrad.check.registry.ElementFunction.Bound;
import handgrad.check.registry.ElementFunction.OfOne;
import handgrad.nn.Gelu;
import handgrad.nn.Layer;
import handgrad.nn.LeakyRelu;
import handgrad.nn.Relu;
import handgrad.nn.Sigmoid;
import handgrad.nn.Silu;
import handgrad.nn.Tanh;
import handgrad.tensor.Activations;
import handgrad.tensor.Tensor;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** The activations: functions of each element in {@link Activations}, each followed by the layer that applies it. */
final class ActivationProofs {
    /** Writes dX, the gradient of x, from y = f(x) and its gradient dOut. */
    private interface Backward {
        void apply(Tensor x, Tensor y, Tensor dOut, Tensor dX);
    }

    /** An activation y = f(x): one row proves function and layer. */
    private record Activation(
            String name,
            BiConsumer<Tensor, Tensor> forward,
            Backward backward,
            Supplier<Layer> layer,
            Definition definition) {
        Computation computation() {
            return new Computation(
                    x -> written(x[0], y -> forward.accept(x[0], y)),
                    (dOut, x) -> {
                        var y = written(x[0], out -> forward.accept(x[0], out));
                        return InputGradients.of(written(x[0], dX -> backward.apply(x[0], y, dOut, dX)));
                    },
                    definition);
        }
    }

    /** dX = (1 - y²) ∘ dOut. */
    private static final Activation TANH = new Activation(
            "tanh",
            Activations::tanh,
            (_, y, dOut, dX) -> Activations.tanhBackward(y, dOut, dX),
            Tanh::new,
            Definition.elementwise(ElementwiseProofs.TANH_ELEMENT));

    /** dX = y ∘ (1 - y) ∘ dOut. The error of y is that of the exponential, and three roundings: 4 terms. */
    private static final Activation SIGMOID = new Activation(
            "sigmoid",
            Activations::sigmoid,
            (_, y, dOut, dX) -> Activations.sigmoidBackward(y, dOut, dX),
            Sigmoid::new,
            Definition.elementwise(ElementwiseProofs.SIGMOID_ELEMENT, 4));

    /** dX = dOut where x > 0, otherwise 0. At 0 there is no derivative; the gradient there is 0. */
    private static final Activation RELU = new Activation(
            "relu",
            Activations::relu,
            (_, y, dOut, dX) -> Activations.reluBackward(y, dOut, dX),
            Relu::new,
            Definition.elementwise(ElementwiseProofs.RELU_ELEMENT));

    /** dX = dOut where x > 0, otherwise the slope · dOut. */
    private static Activation leakyRelu(double negativeSlope) {
        return new Activation(
                "leakyRelu",
                (x, y) -> Activations.leakyRelu(x, negativeSlope, y),
                (_, y, dOut, dX) -> Activations.leakyReluBackward(y, negativeSlope, dOut, dX),
                () -> new LeakyRelu(negativeSlope),
                Definition.elementwise(new OfOne(
                        x -> x > 0 ? x : negativeSlope == 0 && x <= 0 ? 0 : negativeSlope * x,
                        x -> x > 0 ? 1 : x <= 0 ? negativeSlope : x,
                        Bound.ofUlps(1.5),
                        Bound.ofUlps(1))));
    }

    /** dX = dOut ∘ (Φ(x) + x ∘ φ(x)). The error of Φ is 5.8 ulp, that of a sum of 10 terms. */
    private static final Activation GELU = new Activation(
            "gelu",
            (x, y) -> Activations.gelu(x, zerosLike(x), y),
            (x, _, dOut, dX) ->
                    Activations.geluBackward(x, written(x, phi -> Activations.gelu(x, phi, zerosLike(x))), dOut, dX),
            Gelu::new,
            Definition.elementwise(
                    new OfOne(
                            x -> Math.max(x, -Double.MAX_VALUE) * NormalDefinition.cdf(x),
                            x -> NormalDefinition.cdf(x) + Math.clamp(x, -100, 100) * NormalDefinition.density(x),
                            new Bound(7, 1e-43),
                            new Bound(8, 3e-7)),
                    10));

    /**
     * dX = dOut ∘ (1 + t + x ∘ (1 - t²) ∘ √(2/π) · (1 + 3 · 0.044715 x²)) / 2, where t is the tanh of the forward pass.
     * Where x is negative, 1 + t cancels: the terms are |x| / 2 and |x t| / 2.
     */
    private static final Activation GELU_TANH = new Activation(
            "geluTanh",
            (x, y) -> Activations.geluTanh(x, zerosLike(x), y),
            (x, _, dOut, dX) -> Activations.geluTanhBackward(
                    x, written(x, t -> Activations.geluTanh(x, t, zerosLike(x))), dOut, dX),
            Gelu::tanh,
            Definition.elementwise(
                    new OfOne(
                            ActivationProofs::geluTanh,
                            ActivationProofs::geluTanhSlope,
                            new Bound(4, 3e-7),
                            new Bound(4, 2e-6)),
                    2,
                    x -> x[0].abs()));

    /** dX = dOut ∘ s ∘ (1 + x ∘ (1 - s)). The error of s is that of the exponential, and four roundings: 5 terms. */
    private static final Activation SILU = new Activation(
            "silu",
            (x, y) -> Activations.silu(x, zerosLike(x), y),
            (x, _, dOut, dX) ->
                    Activations.siluBackward(x, written(x, s -> Activations.silu(x, s, zerosLike(x))), dOut, dX),
            Silu::new,
            Definition.elementwise(
                    new OfOne(
                            ActivationProofs::silu,
                            x -> sigmoid(x) * (1 + sigmoid(-x) * finite(x)),
                            new Bound(4, 1e-43),
                            new Bound(8, 2e-7)),
                    5));

    static double sigmoid(double x) {
        return x < -40 ? Math.exp(x) : 1 / (1 + Math.exp(-x));
    }

    private static double finite(double x) {
        return Math.clamp(x, -Double.MAX_VALUE, Double.MAX_VALUE);
    }

    private static double silu(double x) {
        return Math.max(x, -Double.MAX_VALUE) * sigmoid(x);
    }

    /** x σ(2u), where u is what GELU takes the tanh of: without the cancellation of 1 + tanh u. */
    static double geluTanh(double x) {
        return Math.max(x, -Double.MAX_VALUE) * sigmoid(2 * geluArgument(x));
    }

    private static double geluTanhSlope(double x) {
        double s = sigmoid(2 * geluArgument(x));
        double near = Math.clamp(x, -100, 100);
        return s
                + near
                        * 2
                        * s
                        * sigmoid(-2 * geluArgument(x))
                        * Math.sqrt(2 / Math.PI)
                        * (1 + 3 * 0.044715 * near * near);
    }

    /** Beyond ±100 it is far more than a sigmoid can tell from infinity. */
    private static double geluArgument(double x) {
        double near = Math.clamp(x, -100, 100);
        return Math.sqrt(2 / Math.PI) * (near + 0.044715 * near * near * near);
    }

    private final Draw draw = new Draw(6);

    List<Proof> proofs() {
        var leakyRelu = leakyRelu(0.01);
        return List.of(
                function(TANH),
                layer(TANH),
                function(SIGMOID, Draw.points(0, -20, 20, -5, 5, 1e-4)),
                layer(SIGMOID),
                function(RELU, Draw.aroundZero()),
                layer(RELU, Draw.aroundZero()),
                function(leakyRelu, Draw.aroundZero())
                        .samples(leakyRelu(0.25).computation(), Draw.shapes(draw::normal))
                        .sample(leakyRelu(0).computation(), draw.normal(37))
                        .refuses(
                                "leakyRelu: the negative slope must be at least 0, it is -1.0",
                                () -> Activations.leakyRelu(Tensor.zeros(3), -1, Tensor.zeros(3))),
                layer(leakyRelu, Draw.aroundZero())
                        .layer(_ -> new LeakyRelu(), leakyRelu.definition, draw.normal(5))
                        .layer(_ -> new LeakyRelu(0.5), leakyRelu(0.5).definition, draw.normal(3, 17))
                        .refuses(
                                "LeakyRelu: the negative slope must be at least 0, it is -0.5",
                                () -> new LeakyRelu(-0.5)),
                function(GELU, Draw.points(0, -9, 9, -3, 3, 1e-4))
                        .refuses(
                                "gelu: phi is FLOAT32 (3), wants FLOAT32 (2, 3)",
                                () -> Activations.gelu(Tensor.zeros(2, 3), Tensor.zeros(3), Tensor.zeros(2, 3))),
                layer(GELU),
                function(GELU_TANH, Draw.points(0, -9, 9, -3, 3, 1e-4))
                        .refuses(
                                "geluTanh: t is FLOAT32 (3), wants FLOAT32 (2, 3)",
                                () -> Activations.geluTanh(Tensor.zeros(2, 3), Tensor.zeros(3), Tensor.zeros(2, 3))),
                layer("Gelu, tanh", GELU_TANH),
                function(SILU, Draw.points(0, -20, 20, -5, 5, 1e-4))
                        .refuses(
                                "silu: s is FLOAT32 (3), wants FLOAT32 (2, 3)",
                                () -> Activations.silu(Tensor.zeros(2, 3), Tensor.zeros(3), Tensor.zeros(2, 3))),
                layer(SILU));
    }

    private Proof function(Activation activation, Tensor... points) {
        return Proof.named("Activations." + activation.name)
                .samples(activation.computation(), Draw.shapes(draw::normal))
                .samples(activation.computation(), List.of(points))
                .refuses(
                        activation.name + ": out is FLOAT32 (3), wants FLOAT32 (2, 3)",
                        () -> activation.forward.accept(Tensor.zeros(2, 3), Tensor.zeros(3)))
                .refuses(
                        activation.name + "Backward: dOut is FLOAT32 (3), wants FLOAT32 (2)",
                        () -> activation.backward.apply(
                                Tensor.zeros(2), Tensor.zeros(2), Tensor.zeros(3), Tensor.zeros(2)));
    }

    private Proof layer(Activation activation, Tensor... points) {
        return layer(
                Character.toUpperCase(activation.name.charAt(0)) + activation.name.substring(1), activation, points);
    }

    private Proof layer(String name, Activation activation, Tensor... points) {
        var proof = Proof.named(name)
                .refuses(activation.name + "Backward: dOut is FLOAT32 (3), wants FLOAT32 (2)", () -> {
                    var layer = activation.layer.get();
                    layer.forward(Tensor.zeros(2));
                    layer.backward(Tensor.zeros(3));
                });
        for (var x : Draw.shapes(draw::normal)) {
            proof = proof.layer(_ -> activation.layer.get(), activation.definition, x);
        }
        for (var x : points) {
            proof = proof.layer(_ -> activation.layer.get(), activation.definition, x);
        }
        return proof;
    }
}
