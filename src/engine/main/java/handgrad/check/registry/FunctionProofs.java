package handgrad.check.registry;

import handgrad.check.TensorFunction;
import handgrad.tensor.Activations;
import handgrad.tensor.DType;
import handgrad.tensor.Functional;
import handgrad.tensor.Grouped;
import handgrad.tensor.LossFunctions;
import handgrad.tensor.Normalizations;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import java.util.Arrays;
import java.util.List;

/** The operations of {@link Functional}, whose backward passes stand there under their forward passes. */
final class FunctionProofs {
    private static final TensorFunction SIGMOID_OF_EACH =
            x -> Definition.tensor(x[0].shape(), i -> 1 / (1 + Math.exp(-x[0].get(i))));

    private final Draw draw = new Draw(6);

    List<Proof> proofs() {
        return List.of(
                embedding(),
                linear(),
                groupedLinear(),
                tanh(),
                sigmoid(),
                relu(),
                leakyRelu(),
                gelu(),
                batchNorm(),
                batchNormEvaluation(),
                layerNorm(),
                crossEntropy(),
                mseLoss(),
                addScaled(),
                blend(),
                scaledSquareRoot(),
                copyToRows(),
                addRows(),
                adam());
    }

    /** dTable[indices] += dOut: a row that is used twice gets both gradients. */
    static final Computation EMBEDDING = new Computation(
            x -> {
                int[] sizes = Arrays.copyOf(x[1].shape().toArray(), x[1].shape().rank() + 1);
                sizes[sizes.length - 1] = x[0].size(1);
                var out = Gradients.zeros(x[0].dtype(), sizes);
                Functional.embedding(x[0], x[1], out);
                return out;
            },
            (dOut, x) -> {
                var dTable = Gradients.zerosLike(x[0]);
                Functional.embeddingBackward(x[1], dOut, dTable);
                return Gradients.of(dTable, Gradients.none());
            },
            new Definition(x -> MovementProofs.rows(x[0], x[1])));

    private Proof embedding() {
        return Proof.named("Functional.embedding")
                .sample(EMBEDDING, draw.normal(1, 3), draw.indices(1, 4))
                .sample(EMBEDDING, draw.normal(7, 17), draw.indices(7, 1))
                .sample(EMBEDDING, draw.normal(3, 17), draw.indices(3, 2, 5))
                .sample(EMBEDDING, draw.normal(3, 5), Tensor.of(new int[] {2, 0, 2, 2}, 4))
                .sample(EMBEDDING, draw.normal(4, 1), draw.indices(4, 3))
                .sample(EMBEDDING, draw.normal(4, 3), draw.indices(4))
                .sample(EMBEDDING, draw.normal(3, 5), draw.indices(3, 0))
                .sample(EMBEDDING, draw.normal(27, 10), draw.indices(27, 5, 3))
                .refuses(
                        "embedding: index 3 is outside of 0 to 2",
                        () -> EMBEDDING.forward().apply(Tensor.zeros(3, 4), Tensor.of(new int[] {3}, 1)));
    }

    /** dX = dOut · weightᵀ, dWeight = xᵀ · dOut, dBias = Σ over rows of dOut. */
    static final Computation LINEAR = new Computation(
            x -> {
                var out = Tensor.zeros(x[0].dtype(), x[0].shape().with(-1, x[1].size(1)));
                Functional.linear(x[0], x[1], x.length == 3 ? x[2] : null, out);
                return out;
            },
            (dOut, x) -> {
                var dX = Gradients.zerosLike(x[0]);
                var dWeight = Gradients.zerosLike(x[1]);
                var dBias = x.length == 3 ? Gradients.zerosLike(x[2]) : null;
                Functional.linearBackwardInput(dOut, x[1], dX);
                Functional.linearBackwardParameters(x[0], dOut, dWeight, dBias);
                return dBias == null ? Gradients.of(dX, dWeight) : Gradients.of(dX, dWeight, dBias);
            },
            new Definition(
                    x -> {
                        var product = ProductProofs.product(x[0], x[1]);
                        return x.length == 2
                                ? product
                                : Definition.tensor(product.shape(), i -> product.get(i) + x[2].get(i[i.length - 1]));
                    },
                    x -> x[1].size(0) + 1));

    private Proof linear() {
        return Proof.named("Functional.linear")
                .sample(LINEAR, draw.normal(1, 1), draw.normal(1, 1), draw.normal(1))
                .sample(LINEAR, draw.normal(1, 17), draw.normal(17, 3), draw.normal(3))
                .sample(LINEAR, draw.normal(3, 5), draw.normal(5, 7), draw.normal(7))
                .sample(LINEAR, draw.normal(3, 5), draw.normal(5, 7))
                .sample(LINEAR, draw.normal(13, 19), draw.normal(19, 17), draw.normal(17))
                .sample(LINEAR, draw.normal(2, 3, 5), draw.normal(5, 4), draw.normal(4))
                .sample(LINEAR, draw.normal(5), draw.normal(5, 4), draw.normal(4))
                .sample(LINEAR, draw.normal(0, 5), draw.normal(5, 4), draw.normal(4))
                .refuses(
                        "linear: wants 3 in the last dimension, x is (2, 5)",
                        () -> LINEAR.forward().apply(Tensor.zeros(2, 5), Tensor.zeros(3, 4)))
                .refuses(
                        "linear: wants 1 x 4 elements, bias is (3)",
                        () -> LINEAR.forward().apply(Tensor.zeros(2, 3), Tensor.zeros(3, 4), Tensor.zeros(3)));
    }

    /** In each group dX = dOut · weightᵀ, dWeight = xᵀ · dOut, dBias = Σ over rows of dOut. */
    static Computation groupedLinear(int groups) {
        return new Computation(
                x -> {
                    var out = Tensor.zeros(x[0].dtype(), x[0].shape().with(-1, x[1].size(1)));
                    Grouped.groupedLinear(x[0], x[1], x.length == 3 ? x[2] : null, groups, out);
                    return out;
                },
                (dOut, x) -> {
                    var dX = Gradients.zerosLike(x[0]);
                    var dWeight = Gradients.zerosLike(x[1]);
                    var dBias = x.length == 3 ? Gradients.zerosLike(x[2]) : null;
                    Grouped.groupedLinearBackwardInput(dOut, x[1], groups, dX);
                    Grouped.groupedLinearBackwardParameters(x[0], dOut, groups, dWeight, dBias);
                    return dBias == null ? Gradients.of(dX, dWeight) : Gradients.of(dX, dWeight, dBias);
                },
                new Definition(x -> groupedProduct(groups, x), x -> x[1].size(0) + 1));
    }

    /** The sum over the features of the group of a column, which is its remainder by the number of groups. */
    private static Tensor groupedProduct(int groups, Tensor... x) {
        return Definition.tensor(x[0].shape().with(-1, x[1].size(1)), index -> {
            int column = index[index.length - 1];
            double sum = x.length == 3 ? x[2].get(column) : 0;
            for (int i = 0; i < x[1].size(0); i++) {
                index[index.length - 1] = i * groups + column % groups;
                sum += x[0].get(index) * x[1].get(i, column);
            }
            return sum;
        });
    }

    private Proof groupedLinear() {
        // Draws of its own, so that the other operations keep theirs.
        var own = new Draw(14);
        return Proof.named("Grouped.groupedLinear")
                .sample(groupedLinear(1), own.normal(3, 5), own.normal(5, 7), own.normal(7))
                .sample(groupedLinear(1), own.normal(1, 1), own.normal(1, 1), own.normal(1))
                .sample(groupedLinear(3), own.normal(2, 6), own.normal(2, 15), own.normal(15))
                .sample(groupedLinear(17), own.normal(2, 17), own.normal(1, 34))
                .sample(groupedLinear(31), own.normal(2, 124), own.normal(4, 31), own.normal(31))
                .sample(groupedLinear(5), own.normal(2, 3, 10), own.normal(2, 5), own.normal(5))
                .sample(groupedLinear(2), own.normal(6), own.normal(3, 4), own.normal(4))
                .sample(groupedLinear(4), own.normal(0, 8), own.normal(2, 4), own.normal(4))
                .refuses(
                        "groupedLinear: weight (2, 5) must be (fanIn, fanOut · groups) for 2 groups",
                        () -> groupedLinear(2).forward().apply(Tensor.zeros(2, 4), Tensor.zeros(2, 5)))
                .refuses(
                        "groupedLinear: wants 4 in the last dimension, x is (2, 5)",
                        () -> groupedLinear(2).forward().apply(Tensor.zeros(2, 5), Tensor.zeros(2, 6)));
    }

    /** dX = (1 - y²) ∘ dOut, where y = tanh x. */
    static final Computation TANH = new Computation(
            x -> {
                var y = Gradients.zerosLike(x[0]);
                Activations.tanh(x[0], y);
                return y;
            },
            (dOut, x) -> {
                var y = Gradients.zerosLike(x[0]);
                Activations.tanh(x[0], y);
                var dX = Gradients.zerosLike(x[0]);
                Activations.tanhBackward(y, dOut, dX);
                return Gradients.of(dX);
            },
            Definition.elementwise(Math::tanh));

    private Proof tanh() {
        return Proof.named("Activations.tanh")
                .samples(TANH, Draw.shapes(draw::normal))
                .refuses(
                        "tanh: out is FLOAT32 (3), wants FLOAT32 (2, 3)",
                        () -> Activations.tanh(Tensor.zeros(2, 3), Tensor.zeros(3)))
                .refuses(
                        "tanhBackward: dOut is FLOAT32 (3), wants FLOAT32 (2)",
                        () -> Activations.tanhBackward(Tensor.zeros(2), Tensor.zeros(3), Tensor.zeros(2)));
    }

    /** dX = y ∘ (1 - y) ∘ dOut, where y = 1 / (1 + e⁻ˣ). */
    static final Computation SIGMOID = new Computation(
            x -> sigmoid(x[0]),
            (dOut, x) -> {
                var dX = Gradients.zerosLike(x[0]);
                Activations.sigmoidBackward(sigmoid(x[0]), dOut, dX);
                return Gradients.of(dX);
            },
            // The error of the exponential, and three roundings.
            new Definition(SIGMOID_OF_EACH, _ -> 4, SIGMOID_OF_EACH));

    private static Tensor sigmoid(Tensor x) {
        var y = Gradients.zerosLike(x);
        Activations.sigmoid(x, y);
        return y;
    }

    private Proof sigmoid() {
        return Proof.named("Activations.sigmoid")
                .samples(SIGMOID, Draw.shapes(draw::normal))
                .sample(SIGMOID, Draw.points(0, -20, 20, -5, 5, 1e-4))
                .refuses(
                        "sigmoid: out is FLOAT32 (3), wants FLOAT32 (2, 3)",
                        () -> Activations.sigmoid(Tensor.zeros(2, 3), Tensor.zeros(3)))
                .refuses(
                        "sigmoidBackward: dOut is FLOAT32 (3), wants FLOAT32 (2)",
                        () -> Activations.sigmoidBackward(Tensor.zeros(2), Tensor.zeros(3), Tensor.zeros(2)));
    }

    /** dX = dOut where x > 0, otherwise 0. At 0 there is no derivative; the gradient there is 0. */
    static final Computation RELU = new Computation(
            x -> relu(x[0]),
            (dOut, x) -> {
                var dX = Gradients.zerosLike(x[0]);
                Activations.reluBackward(relu(x[0]), dOut, dX);
                return Gradients.of(dX);
            },
            Definition.elementwise(x -> x > 0 ? x : 0));

    private static Tensor relu(Tensor x) {
        var y = Gradients.zerosLike(x);
        Activations.relu(x, y);
        return y;
    }

    private Proof relu() {
        return Proof.named("Activations.relu")
                .samples(RELU, Draw.shapes(draw::normal))
                .sample(RELU, Draw.aroundZero())
                .refuses(
                        "relu: out is FLOAT32 (3), wants FLOAT32 (2, 3)",
                        () -> Activations.relu(Tensor.zeros(2, 3), Tensor.zeros(3)))
                .refuses(
                        "reluBackward: dOut is FLOAT32 (3), wants FLOAT32 (2)",
                        () -> Activations.reluBackward(Tensor.zeros(2), Tensor.zeros(3), Tensor.zeros(2)));
    }

    /** dX = dOut where x > 0, otherwise the slope · dOut. */
    private static Computation leakyRelu(double negativeSlope) {
        return new Computation(
                x -> leakyRelu(x[0], negativeSlope),
                (dOut, x) -> {
                    var dX = Gradients.zerosLike(x[0]);
                    Activations.leakyReluBackward(leakyRelu(x[0], negativeSlope), negativeSlope, dOut, dX);
                    return Gradients.of(dX);
                },
                definitionOfLeakyRelu(negativeSlope));
    }

    private static Tensor leakyRelu(Tensor x, double negativeSlope) {
        var y = Gradients.zerosLike(x);
        Activations.leakyRelu(x, negativeSlope, y);
        return y;
    }

    static Definition definitionOfLeakyRelu(double negativeSlope) {
        return Definition.elementwise(x -> x > 0 ? x : negativeSlope * x);
    }

    private Proof leakyRelu() {
        return Proof.named("Activations.leakyRelu")
                .samples(leakyRelu(0.25), Draw.shapes(draw::normal))
                .sample(leakyRelu(0.01), Draw.aroundZero())
                .sample(leakyRelu(0), draw.normal(37))
                .refuses(
                        "leakyRelu: out is FLOAT32 (3), wants FLOAT32 (2, 3)",
                        () -> Activations.leakyRelu(Tensor.zeros(2, 3), 0.1, Tensor.zeros(3)))
                .refuses(
                        "leakyRelu: the negative slope must be at least 0, it is -1.0",
                        () -> Activations.leakyRelu(Tensor.zeros(3), -1, Tensor.zeros(3)))
                .refuses(
                        "leakyReluBackward: dOut is FLOAT32 (3), wants FLOAT32 (2)",
                        () -> Activations.leakyReluBackward(Tensor.zeros(2), 0.1, Tensor.zeros(3), Tensor.zeros(2)));
    }

    /** dX = dOut ∘ (1 + t + x ∘ (1 - t²) ∘ √(2/π) · (1 + 3 · 0.044715 x²)) / 2, where t is the tanh of the forward pass. */
    static final Computation GELU = new Computation(
            x -> {
                var out = Gradients.zerosLike(x[0]);
                Activations.gelu(x[0], Gradients.zerosLike(x[0]), out);
                return out;
            },
            (dOut, x) -> {
                var t = Gradients.zerosLike(x[0]);
                Activations.gelu(x[0], t, Gradients.zerosLike(x[0]));
                var dX = Gradients.zerosLike(x[0]);
                Activations.geluBackward(x[0], t, dOut, dX);
                return Gradients.of(dX);
            },
            // Where x is negative, 1 + t cancels: the terms are |x| / 2 and |x t| / 2.
            new Definition(x -> Definition.tensor(x[0].shape(), i -> gelu(x[0].get(i))), _ -> 2, x -> x[0].abs()));

    private static double gelu(double x) {
        return x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
    }

    private Proof gelu() {
        return Proof.named("Activations.gelu")
                .samples(GELU, Draw.shapes(draw::normal))
                .sample(GELU, Draw.points(0, -9, 9, -3, 3, 1e-4))
                .refuses(
                        "gelu: t is FLOAT32 (3), wants FLOAT32 (2, 3)",
                        () -> Activations.gelu(Tensor.zeros(2, 3), Tensor.zeros(3), Tensor.zeros(2, 3)))
                .refuses(
                        "geluBackward: dOut is FLOAT32 (3), wants FLOAT32 (2)",
                        () -> Activations.geluBackward(
                                Tensor.zeros(2), Tensor.zeros(2), Tensor.zeros(3), Tensor.zeros(2)));
    }

    /** What the forward pass of a batch normalisation leaves. */
    private record Normalization(Tensor mean, Tensor variance, Tensor inverseDeviation, Tensor normalized, Tensor out) {
        Normalization(Tensor x, Tensor gain) {
            this(
                    Gradients.zerosLike(gain),
                    Gradients.zerosLike(gain),
                    Gradients.zerosLike(gain),
                    Gradients.zerosLike(x),
                    Gradients.zerosLike(x));
        }

        static Normalization of(Tensor[] x, double epsilon, int divisor) {
            var state = new Normalization(x[0], x[1]);
            Normalizations.batchNorm(
                    x[0],
                    x[1],
                    x[2],
                    epsilon,
                    divisor,
                    state.mean,
                    state.variance,
                    state.inverseDeviation,
                    state.normalized,
                    state.out);
            return state;
        }
    }

    /**
     * Of x (…, features), gain and bias (features), over n rows, with m the divisor of the variance.
     *
     * <pre>
     * dBias = Σ dOut;  dGain = Σ dOut ∘ normalized;  dNormalized = gain ∘ dOut
     * dX = (variance + epsilon)^-½ ∘ (dNormalized - Σ dNormalized / n - normalized ∘ Σ (dNormalized ∘ normalized) / m)
     * </pre>
     */
    private static Computation batchNorm(double epsilon, boolean unbiased) {
        return new Computation(
                x -> Normalization.of(x, epsilon, divisor(x[0], unbiased)).out,
                (dOut, x) -> {
                    int divisor = divisor(x[0], unbiased);
                    var state = Normalization.of(x, epsilon, divisor);
                    var dX = Gradients.zerosLike(x[0]);
                    var dGain = Gradients.zerosLike(x[1]);
                    var dBias = Gradients.zerosLike(x[2]);
                    Normalizations.batchNormBackward(
                            dOut, state.normalized, x[1], state.inverseDeviation, divisor, dGain, dBias, dX);
                    return Gradients.of(dX, dGain, dBias);
                },
                NormalizationDefinition.overRows(epsilon, unbiased));
    }

    private static int divisor(Tensor x, boolean unbiased) {
        int rows = x.shape().elements() / x.size(-1);
        return unbiased ? rows - 1 : rows;
    }

    private Proof batchNorm() {
        return Proof.named("Normalizations.batchNorm")
                .sample(batchNorm(1e-5, false), draw.normal(2, 1), draw.normal(1), draw.normal(1))
                .sample(batchNorm(1e-5, true), draw.normal(3, 1), draw.normal(1), draw.normal(1))
                .sample(batchNorm(1e-5, false), draw.normal(5, 3), draw.normal(3), draw.normal(3))
                .sample(batchNorm(1e-5, true), draw.normal(5, 3), draw.normal(3), draw.normal(3))
                .sample(batchNorm(0, false), draw.normal(9, 17), draw.normal(17), draw.normal(17))
                .sample(batchNorm(0.1, true), draw.normal(9, 17), draw.normal(17), draw.normal(17))
                .sample(batchNorm(1e-5, false), draw.normal(2, 3, 5), draw.normal(5), draw.normal(5))
                .sample(batchNorm(1e-5, true), draw.normal(13, 19), draw.normal(19), draw.normal(19))
                .refuses(
                        "batchNorm: the variance of x (1, 3) would be divided by 0; the unbiased variance wants at"
                                + " least 2 rows",
                        () -> batchNorm(0, true).forward().apply(Tensor.zeros(1, 3), Tensor.zeros(3), Tensor.zeros(3)))
                .refuses(
                        "batchNorm: wants 4 in the last dimension, x is (2, 3)",
                        () -> batchNorm(0, true).forward().apply(Tensor.zeros(2, 3), Tensor.zeros(4), Tensor.zeros(4)));
    }

    /**
     * The statistics are constants: dBias = Σ dOut, dGain = Σ dOut ∘ normalized, dX = gain ∘ inverseDeviation ∘ dOut.
     */
    private static Computation batchNormEvaluation(Tensor mean, Tensor inverseDeviation) {
        return new Computation(
                x -> evaluated(x, mean, inverseDeviation).out,
                (dOut, x) -> {
                    var dX = Gradients.zerosLike(x[0]);
                    var dGain = Gradients.zerosLike(x[1]);
                    var dBias = Gradients.zerosLike(x[2]);
                    Normalizations.batchNormEvaluationBackward(
                            dOut,
                            evaluated(x, mean, inverseDeviation).normalized,
                            x[1],
                            inverseDeviation.to(x[0].dtype()),
                            dGain,
                            dBias,
                            dX);
                    return Gradients.of(dX, dGain, dBias);
                },
                NormalizationDefinition.by(mean, inverseDeviation));
    }

    private static Normalization evaluated(Tensor[] x, Tensor mean, Tensor inverseDeviation) {
        var state = new Normalization(x[0], x[1]);
        var dtype = x[0].dtype();
        Normalizations.batchNormEvaluation(
                x[0], x[1], x[2], mean.to(dtype), inverseDeviation.to(dtype), state.normalized, state.out);
        return state;
    }

    private Proof batchNormEvaluation() {
        var operation = Proof.named("Normalizations.batchNormEvaluation")
                .refuses(
                        "batchNorm: wants 1 x 3 elements, mean is (2)",
                        () -> batchNormEvaluation(Tensor.zeros(2), Tensor.zeros(3))
                                .forward()
                                .apply(Tensor.zeros(1, 3), Tensor.zeros(3), Tensor.zeros(3)));
        for (var x : List.of(
                draw.normal(1, 1),
                draw.normal(1, 17),
                draw.normal(3, 1),
                draw.normal(5, 3),
                draw.normal(9, 17),
                draw.normal(2, 3, 5),
                draw.normal(0, 3),
                draw.normal(13, 19))) {
            int features = x.size(-1);
            var formula = batchNormEvaluation(draw.normal(features), draw.positive(features));
            operation = operation.sample(formula, x, draw.normal(features), draw.normal(features));
        }
        return operation;
    }

    /**
     * Of x (…, features), gain and bias (features), where the sums in dX run over the n features of a row.
     *
     * <pre>
     * dBias = Σ dOut;  dGain = Σ dOut ∘ normalized;  dNormalized = gain ∘ dOut
     * dX = (variance + epsilon)^-½ ∘ (dNormalized - Σ dNormalized / n - normalized ∘ Σ (dNormalized ∘ normalized) / n)
     * </pre>
     */
    private static Computation layerNorm(double epsilon) {
        return new Computation(
                x -> LayerNormalized.of(x, epsilon).out,
                (dOut, x) -> {
                    var state = LayerNormalized.of(x, epsilon);
                    var dX = Gradients.zerosLike(x[0]);
                    var dGain = Gradients.zerosLike(x[1]);
                    var dBias = Gradients.zerosLike(x[2]);
                    Normalizations.layerNormBackward(
                            dOut, state.normalized, x[1], state.inverseDeviation, dGain, dBias, dX);
                    return Gradients.of(dX, dGain, dBias);
                },
                NormalizationDefinition.overFeatures(epsilon));
    }

    /** What the forward pass of a layer normalisation leaves. */
    private record LayerNormalized(Tensor inverseDeviation, Tensor normalized, Tensor out) {
        static LayerNormalized of(Tensor[] x, double epsilon) {
            var inverseDeviation = Tensor.zeros(x[0].dtype(), x[0].shape().with(-1, 1));
            var state = new LayerNormalized(inverseDeviation, Gradients.zerosLike(x[0]), Gradients.zerosLike(x[0]));
            Normalizations.layerNorm(x[0], x[1], x[2], epsilon, inverseDeviation, state.normalized, state.out);
            return state;
        }
    }

    private Proof layerNorm() {
        return Proof.named("Normalizations.layerNorm")
                .sample(layerNorm(0.1), draw.normal(1, 1), draw.normal(1), draw.normal(1))
                .sample(layerNorm(1e-5), draw.normal(5), draw.normal(5), draw.normal(5))
                .sample(layerNorm(1e-5), draw.normal(1, 17), draw.normal(17), draw.normal(17))
                .sample(layerNorm(1e-5), draw.normal(5, 3), draw.normal(3), draw.normal(3))
                .sample(layerNorm(0), draw.normal(3, 17), draw.normal(17), draw.normal(17))
                .sample(layerNorm(1e-5), draw.normal(2, 3, 5), draw.normal(5), draw.normal(5))
                .sample(layerNorm(1e-5), draw.normal(0, 3), draw.normal(3), draw.normal(3))
                .sample(layerNorm(1e-5), draw.normal(5, 45), draw.normal(45), draw.normal(45))
                .refuses("layerNorm: out must not share the elements of x", () -> {
                    var x = Tensor.zeros(2, 3);
                    Normalizations.layerNorm(
                            x, Tensor.ones(3), Tensor.zeros(3), 0, Tensor.zeros(2, 1), Tensor.zeros(2, 3), x);
                })
                .refuses(
                        "layerNorm: wants 4 in the last dimension, x is (2, 3)",
                        () -> layerNorm(0).forward().apply(Tensor.zeros(2, 3), Tensor.zeros(4), Tensor.zeros(4)))
                .refuses("layerNorm: out must not share the elements of x", () -> {
                    var x = Tensor.zeros(2, 3);
                    Normalizations.layerNorm(
                            x, Tensor.ones(3), Tensor.zeros(3), 0, Tensor.zeros(2, 1), Tensor.zeros(2, 3), x);
                })
                .refuses(
                        "layerNorm: wants 1 x 3 elements, bias is (4)",
                        () -> layerNorm(0).forward().apply(Tensor.zeros(2, 3), Tensor.zeros(3), Tensor.zeros(4)));
    }

    /** dLogits = dLoss · (softmax(logits) - onehot(targets)) / N. */
    static final Computation CROSS_ENTROPY = new Computation(
            x -> Gradients.scalarLike(x[0], LossFunctions.crossEntropy(x[0], x[1], Gradients.zerosLike(x[0]))),
            (dOut, x) -> {
                var probabilities = Gradients.zerosLike(x[0]);
                LossFunctions.crossEntropy(x[0], x[1], probabilities);
                var dLogits = Gradients.zerosLike(x[0]);
                LossFunctions.crossEntropyBackward(probabilities, x[1], dLogits);
                return Gradients.of(dLogits.mul(dOut.item()), Gradients.none());
            },
            new Definition(
                    x -> Gradients.scalarLike(x[0], meanNegativeLogProbability(x[0], x[1])),
                    x -> x[0].shape().elements(),
                    x -> x[0].abs().sum().add(1)));

    private static double meanNegativeLogProbability(Tensor logits, Tensor targets) {
        double sum = 0;
        int counted = 0;
        for (int i = 0; i < logits.size(0); i++) {
            if (targets.get(i) == LossFunctions.IGNORED) {
                continue;
            }
            counted++;
            double exponentials = 0;
            for (int j = 0; j < logits.size(1); j++) {
                exponentials += Math.exp(logits.get(i, j));
            }
            sum += Math.log(exponentials) - logits.get(i, (int) targets.get(i));
        }
        return sum / counted;
    }

    private Proof crossEntropy() {
        return Proof.named("LossFunctions.crossEntropy")
                .sample(CROSS_ENTROPY, draw.normal(1, 1), draw.indices(1, 1))
                .sample(CROSS_ENTROPY, draw.normal(1, 27), draw.indices(27, 1))
                .sample(CROSS_ENTROPY, draw.normal(3, 2), draw.indices(2, 3))
                .sample(CROSS_ENTROPY, draw.normal(4, 5), Tensor.of(new int[] {2, 0, 2, 2}, 4))
                .sample(CROSS_ENTROPY, draw.normal(7, 17), draw.indices(17, 7))
                .sample(CROSS_ENTROPY, draw.normal(5, 31), draw.indices(31, 5))
                .sample(CROSS_ENTROPY, draw.normal(3, 1), draw.indices(1, 3))
                .sample(CROSS_ENTROPY, draw.normal(13, 27), draw.indices(27, 13))
                .sample(CROSS_ENTROPY, draw.normal(4, 17), Tensor.of(new int[] {-100, 3, -100, 16}, 4))
                .refuses(
                        "crossEntropy: index -1 is outside of 0 to 2",
                        () -> CROSS_ENTROPY.forward().apply(Tensor.zeros(2, 3), Tensor.of(new int[] {0, -1}, 2)))
                .refuses(
                        "crossEntropy: the mean over no rows has no value, logits (2, 3)",
                        () -> CROSS_ENTROPY.forward().apply(Tensor.zeros(2, 3), Tensor.of(new int[] {-100, -100}, 2)))
                .refuses(
                        "crossEntropy: index 3 is outside of 0 to 2",
                        () -> CROSS_ENTROPY.forward().apply(Tensor.zeros(2, 3), Tensor.of(new int[] {0, 3}, 2)))
                .refuses(
                        "crossEntropy: the mean over no rows has no value, logits (0, 3)",
                        () -> CROSS_ENTROPY.forward().apply(Tensor.zeros(0, 3), Gradients.zeros(DType.INT32, 0)))
                .refuses(
                        "crossEntropy: wants logits (N, classes) and targets (N), logits (2, 3), targets (3)",
                        () -> CROSS_ENTROPY.forward().apply(Tensor.zeros(2, 3), Gradients.zeros(DType.INT32, 3)));
    }

    /** dX = dLoss · 2 (x - target) / n. */
    static final Computation MSE_LOSS = new Computation(
            x -> Gradients.scalarLike(x[0], LossFunctions.mseLoss(x[0], x[1])),
            (dOut, x) -> {
                var dX = Gradients.zerosLike(x[0]);
                LossFunctions.mseLossBackward(x[0], x[1], dX);
                var scaled = dX.mul(dOut.item());
                return Gradients.of(scaled, scaled.neg());
            },
            new Definition(
                    x -> Gradients.scalarLike(x[0], meanSquare(x[0].sub(x[1]))),
                    x -> x[0].shape().elements(),
                    x -> Gradients.scalarLike(x[0], meanSquare(x[0].abs().add(x[1].abs())))));

    private static double meanSquare(Tensor x) {
        double sum = 0;
        for (int i = 0; i < x.shape().elements(); i++) {
            sum += x.getFlat(i) * x.getFlat(i);
        }
        return sum / x.shape().elements();
    }

    private Proof mseLoss() {
        return Proof.named("LossFunctions.mseLoss")
                .sample(MSE_LOSS, draw.normal(), draw.normal())
                .sample(MSE_LOSS, draw.normal(1), draw.normal(1))
                .sample(MSE_LOSS, draw.normal(17), draw.normal(17))
                .sample(MSE_LOSS, draw.normal(3, 1), draw.normal(3, 1))
                .sample(MSE_LOSS, draw.normal(1, 31), draw.normal(1, 31))
                .sample(MSE_LOSS, draw.normal(3, 17), draw.normal(3, 17))
                .sample(MSE_LOSS, draw.normal(2, 3, 5), draw.normal(2, 3, 5))
                .sample(MSE_LOSS, draw.normal(13, 19), draw.normal(13, 19))
                .refuses(
                        "mseLoss: target is FLOAT32 (3), wants FLOAT32 (2)",
                        () -> LossFunctions.mseLoss(Tensor.zeros(2), Tensor.zeros(3)))
                .refuses(
                        "mseLoss: the mean over no elements has no value, x (0, 3)",
                        () -> LossFunctions.mseLoss(Tensor.zeros(0, 3), Tensor.zeros(0, 3)));
    }

    /** out = target + f · source: dTarget = dOut, dSource = f · dOut. */
    private static Computation addScaled(double f) {
        return new Computation(
                x -> {
                    var out = x[0].copy();
                    Updates.addScaled(out, f, x[1]);
                    return out;
                },
                (dOut, _) -> Gradients.of(dOut, dOut.mul(f)),
                new Definition(x -> Definition.tensor(x[0].shape(), i -> x[0].get(i) + f * x[1].get(i)), _ -> 2));
    }

    private Proof addScaled() {
        return twoOfOneShape("Updates.addScaled", addScaled(-0.125))
                .refuses(
                        "addScaled: source is FLOAT32 (3), wants FLOAT32 (2)",
                        () -> Updates.addScaled(Tensor.zeros(2), 1, Tensor.zeros(3)));
    }

    /** out = k · target + f · source: dTarget = k · dOut, dSource = f · dOut. */
    private static Computation blend(double k, double f) {
        return new Computation(
                x -> {
                    var out = x[0].copy();
                    Updates.blend(out, k, f, x[1]);
                    return out;
                },
                (dOut, _) -> Gradients.of(dOut.mul(k), dOut.mul(f)),
                new Definition(x -> Definition.tensor(x[0].shape(), i -> k * x[0].get(i) + f * x[1].get(i)), _ -> 2));
    }

    private Proof blend() {
        return twoOfOneShape("Updates.blend", blend(0.875, 0.125))
                .refuses(
                        "blend: source is FLOAT32 (3), wants FLOAT32 (2)",
                        () -> Updates.blend(Tensor.zeros(2), 1, 1, Tensor.zeros(3)));
    }

    private Proof twoOfOneShape(String name, Computation formula) {
        var operation = Proof.named(name);
        for (var first : Draw.shapes(draw::normal)) {
            operation =
                    operation.sample(formula, first, draw.normal(first.shape().toArray()));
        }
        return operation;
    }

    /** out = √(f · x): dX = dOut · f / (2 · out). */
    private static Computation scaledSquareRoot(double f) {
        return new Computation(
                x -> squareRoot(x[0], f),
                (dOut, x) -> Gradients.of(dOut.mul(f / 2).div(squareRoot(x[0], f))),
                Definition.elementwise(x -> Math.sqrt(f * x)));
    }

    private static Tensor squareRoot(Tensor x, double factor) {
        var out = Gradients.zerosLike(x);
        Updates.scaledSquareRoot(x, factor, out);
        return out;
    }

    private Proof scaledSquareRoot() {
        return Proof.named("Updates.scaledSquareRoot")
                .samples(scaledSquareRoot(1.125), Draw.shapes(draw::positive))
                .refuses(
                        "scaledSquareRoot: out is FLOAT32 (3), wants FLOAT32 (2)",
                        () -> Updates.scaledSquareRoot(Tensor.zeros(2), 1, Tensor.zeros(3)));
    }

    /** out[i] = row, for each row of out: dRow = Σ dOut[i]. */
    private static Computation copyToRows(int... rows) {
        return new Computation(
                x -> {
                    var out = Gradients.zeros(x[0].dtype(), shape(rows, x[0]));
                    Updates.copyToRows(x[0], out);
                    return out;
                },
                (dOut, x) -> {
                    var dRow = Gradients.zerosLike(x[0]);
                    Updates.addRows(dOut, dRow);
                    return Gradients.of(dRow);
                },
                new Definition(x -> Definition.tensor(Shape.of(shape(rows, x[0])), i -> x[0].get(i[rows.length]))));
    }

    private static int[] shape(int[] rows, Tensor row) {
        int[] sizes = Arrays.copyOf(rows, rows.length + 1);
        sizes[rows.length] = row.size(0);
        return sizes;
    }

    /** out = sum + Σ rows[i]: dSum = dOut, dRows[i] = dOut. */
    private static final Computation ADD_ROWS = new Computation(
            x -> {
                var out = x[0].copy();
                Updates.addRows(x[1], out);
                return out;
            },
            (dOut, x) -> {
                var dRows = Gradients.zerosLike(x[1]);
                Updates.copyToRows(dOut, dRows);
                return Gradients.of(dOut, dRows);
            },
            new Definition(
                    x -> Definition.tensor(x[0].shape(), j -> {
                        var rows = x[1].reshape(-1, x[0].size(0));
                        double sum = x[0].get(j);
                        for (int i = 0; i < rows.size(0); i++) {
                            sum += rows.get(i, j[0]);
                        }
                        return sum;
                    }),
                    x -> 1 + x[1].shape().elements() / x[0].size(0)));

    /** How rows are arranged, and how many columns they have. */
    private static final int[][] ROWS = {{1}, {5}, {3}, {0}, {2, 3}, {1, 1, 4}, {13}, {1, 1}};

    private static final int[] COLUMNS = {1, 1, 17, 3, 5, 31, 19, 8};

    private Proof copyToRows() {
        var operation = Proof.named("Updates.copyToRows");
        for (int i = 0; i < ROWS.length; i++) {
            operation = operation.sample(copyToRows(ROWS[i]), draw.normal(COLUMNS[i]));
        }
        return operation
                .refuses(
                        "copyToRows: wants 3 in the last dimension, rows is (2, 4)",
                        () -> Updates.copyToRows(Tensor.zeros(3), Tensor.zeros(2, 4)))
                .refuses(
                        "copyToRows: wants FLOAT32, rows (3) is INT32",
                        () -> Updates.copyToRows(Tensor.zeros(3), Tensor.arange(3)));
    }

    private Proof addRows() {
        var operation = Proof.named("Updates.addRows");
        for (int i = 0; i < ROWS.length; i++) {
            var sum = draw.normal(COLUMNS[i]);
            operation = operation.sample(ADD_ROWS, sum, draw.normal(shape(ROWS[i], sum)));
        }
        return operation
                .refuses(
                        "addRows: wants 3 in the last dimension, rows is (2, 4)",
                        () -> Updates.addRows(Tensor.zeros(2, 4), Tensor.zeros(3)))
                .refuses(
                        "addRows: wants FLOAT32, sum (3) is INT32",
                        () -> Updates.addRows(Tensor.zeros(2, 3), Tensor.arange(3)));
    }

    private static final double LR = 0.01;
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-3;
    private static final double WEIGHT_DECAY = 0.5;

    /** The new value, mean and square of Adam one after the other; an optimiser's step has no gradient. */
    private static Computation adam(int step) {
        return new Computation(
                x -> {
                    var value = x[0].copy();
                    var mean = x[2].copy();
                    var square = x[3].copy();
                    Updates.adam(value, x[1], mean, square, LR, BETA1, BETA2, EPSILON, WEIGHT_DECAY, step);
                    return Tensor.cat(0, value.reshape(-1), mean.reshape(-1), square.reshape(-1));
                },
                null,
                new Definition(x -> adam(x, step, -1), _ -> 8, x -> adam(absolute(x), step, 1)));
    }

    private static Tensor[] absolute(Tensor[] x) {
        return Arrays.stream(x).map(Tensor::abs).toArray(Tensor[]::new);
    }

    /** The definition; with sign 1 instead of -1 the sum of the absolute terms, of absolute inputs. */
    private static Tensor adam(Tensor[] x, int step, int sign) {
        int n = x[0].shape().elements();
        double[] out = new double[3 * n];
        for (int i = 0; i < n; i++) {
            double grad = x[1].getFlat(i);
            double mean = BETA1 * x[2].getFlat(i) + (1 - BETA1) * grad;
            double square = BETA2 * x[3].getFlat(i) + (1 - BETA2) * grad * grad;
            double slope =
                    mean / (1 - Math.pow(BETA1, step)) / (Math.sqrt(square / (1 - Math.pow(BETA2, step))) + EPSILON);
            out[i] = (1 - LR * WEIGHT_DECAY) * x[0].getFlat(i) + sign * LR * slope;
            out[n + i] = mean;
            out[2 * n + i] = square;
        }
        return Tensor.of(out, 3 * n);
    }

    private Proof adam() {
        var operation = Proof.named("Updates.adam")
                .refuses(
                        "adam: square is FLOAT32 (3), wants FLOAT32 (2)",
                        () -> Updates.adam(
                                Tensor.zeros(2), Tensor.zeros(2), Tensor.zeros(2), Tensor.zeros(3), 1, 0, 0, 1, 0, 1));
        int step = 1;
        for (var value : Draw.shapes(draw::normal)) {
            int[] sizes = value.shape().toArray();
            operation =
                    operation.sample(adam(step++), value, draw.normal(sizes), draw.normal(sizes), draw.positive(sizes));
        }
        return operation;
    }
}
