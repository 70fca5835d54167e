package handgrad.check.registry;

import handgrad.nn.BatchNorm1d;
import handgrad.nn.BatchNormOptions;
import handgrad.nn.BatchNormOptions.Axes;
import handgrad.nn.BatchNormOptions.Variance;
import handgrad.nn.Embedding;
import handgrad.nn.Flatten;
import handgrad.nn.FlattenConsecutive;
import handgrad.nn.Gelu;
import handgrad.nn.GroupedLinear;
import handgrad.nn.Layer;
import handgrad.nn.LayerNorm;
import handgrad.nn.LeakyRelu;
import handgrad.nn.Linear;
import handgrad.nn.Relu;
import handgrad.nn.Sigmoid;
import handgrad.nn.Tanh;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.List;
import java.util.function.Function;

/** The layers, whose backward passes stand in their classes under their forward passes. */
final class LayerProofs {
    private final Draw draw = new Draw(7);

    List<Proof> proofs() {
        return List.of(
                linear(),
                groupedLinear(),
                embedding(),
                tanh(),
                sigmoid(),
                relu(),
                leakyRelu(),
                gelu(),
                flatten(),
                flattenConsecutive(),
                batchNorm("BatchNorm1d", BatchNormOptions.PYTORCH),
                batchNorm("BatchNorm1d, MAKEMORE_PART_3", BatchNormOptions.MAKEMORE_PART_3),
                batchNorm("BatchNorm1d, MAKEMORE_LAYER", BatchNormOptions.MAKEMORE_LAYER),
                batchNormOfPositions(),
                batchNormInEvaluation(),
                layerNorm());
    }

    /** out = x · weight + bias. */
    private Proof linear() {
        return Proof.named("Linear")
                .layer(random -> new Linear(1, 1, random), FunctionProofs.LINEAR.definition(), draw.normal(1, 1))
                .layer(random -> new Linear(17, 3, random), FunctionProofs.LINEAR.definition(), draw.normal(1, 17))
                .layer(random -> new Linear(5, 7, random), FunctionProofs.LINEAR.definition(), draw.normal(3, 5))
                .layer(random -> new Linear(5, 7, false, random), FunctionProofs.LINEAR.definition(), draw.normal(3, 5))
                .layer(
                        random -> new Linear(17, 3, false, random),
                        FunctionProofs.LINEAR.definition(),
                        draw.normal(2, 4, 17))
                .layer(random -> new Linear(5, 4, random), FunctionProofs.LINEAR.definition(), draw.normal(2, 1, 3, 5))
                .layer(random -> new Linear(5, 4, random), FunctionProofs.LINEAR.definition(), draw.normal(0, 5))
                .layer(random -> new Linear(19, 27, random), FunctionProofs.LINEAR.definition(), draw.normal(13, 19))
                .refuses(
                        "linear: wants 3 in the last dimension, x is (2, 5)",
                        () -> new Linear(Tensor.zeros(3, 4), null).forward(Tensor.zeros(2, 5)))
                .refuses(
                        "Linear: bias must be (4) for weight (3, 4), it is (3)",
                        () -> new Linear(Tensor.zeros(3, 4), Tensor.zeros(3)));
    }

    /** out = x · weight + bias in each group. */
    private Proof groupedLinear() {
        // Draws of its own, so that the other layers keep theirs.
        var own = new Draw(15);
        return Proof.named("GroupedLinear")
                .layer(grouped(1, 5, 7), FunctionProofs.groupedLinear(1).definition(), own.normal(3, 5))
                .layer(grouped(1, 1, 1), FunctionProofs.groupedLinear(1).definition(), own.normal(1, 1))
                .layer(grouped(17, 1, 4), FunctionProofs.groupedLinear(17).definition(), own.normal(2, 17))
                .layer(grouped(31, 4, 1), FunctionProofs.groupedLinear(31).definition(), own.normal(2, 124))
                .layer(grouped(3, 4, 1), FunctionProofs.groupedLinear(3).definition(), own.normal(2, 3, 12))
                .layer(grouped(2, 3, 2), FunctionProofs.groupedLinear(2).definition(), own.normal(6))
                .layer(grouped(4, 2, 1), FunctionProofs.groupedLinear(4).definition(), own.normal(0, 8))
                .layer(
                        random -> new GroupedLinear(Tensor.randn(random, 2, 15), null, 3),
                        FunctionProofs.groupedLinear(3).definition(),
                        own.normal(2, 6))
                .refuses(
                        "GroupedLinear: weight must be (fanIn, fanOut · 2), it is (3, 5)",
                        () -> new GroupedLinear(Tensor.zeros(3, 5), null, 2))
                .refuses(
                        "GroupedLinear: bias must be (6) for weight (3, 6), it is (3)",
                        () -> new GroupedLinear(Tensor.zeros(3, 6), Tensor.zeros(3), 2));
    }

    private static Function<TorchRandom, Layer> grouped(int groups, int fanIn, int fanOut) {
        return random -> new GroupedLinear(
                Tensor.randn(random, fanIn, fanOut * groups), Tensor.randn(random, fanOut * groups), groups);
    }

    /** out = weight[x]. */
    private Proof embedding() {
        var definition = new Definition(x -> MovementProofs.rows(x[1], x[0]));
        return Proof.named("Embedding")
                .layer(random -> new Embedding(1, 3, random), definition, draw.indices(1, 4))
                .layer(random -> new Embedding(7, 17, random), definition, draw.indices(7, 1))
                .layer(random -> new Embedding(3, 17, random), definition, draw.indices(3, 2, 5))
                .layer(random -> new Embedding(3, 5, random), definition, Tensor.of(new int[] {2, 0, 2, 2}, 4))
                .layer(random -> new Embedding(4, 1, random), definition, draw.indices(4, 3))
                .layer(random -> new Embedding(4, 3, random), definition, draw.indices(4))
                .layer(random -> new Embedding(4, 3, random), definition, draw.indices(4, 0))
                .layer(random -> new Embedding(27, 10, random), definition, draw.indices(27, 13, 3))
                .refuses(
                        "embedding: index 3 is outside of 0 to 2",
                        () -> new Embedding(Tensor.zeros(3, 4)).forward(Tensor.of(new int[] {3}, 1)));
    }

    /** out = tanh x. */
    private Proof tanh() {
        var operation = Proof.named("Tanh").refuses("tanhBackward: dOut is FLOAT32 (3), wants FLOAT32 (2)", () -> {
            var tanh = new Tanh();
            tanh.forward(Tensor.zeros(2));
            tanh.backward(Tensor.zeros(3));
        });
        return elementwise(operation, _ -> new Tanh(), FunctionProofs.TANH.definition());
    }

    /** out = 1 / (1 + e⁻ˣ). */
    private Proof sigmoid() {
        var operation = Proof.named("Sigmoid")
                .refuses("sigmoidBackward: dOut is FLOAT32 (3), wants FLOAT32 (2)", () -> {
                    var sigmoid = new Sigmoid();
                    sigmoid.forward(Tensor.zeros(2));
                    sigmoid.backward(Tensor.zeros(3));
                });
        return elementwise(operation, _ -> new Sigmoid(), FunctionProofs.SIGMOID.definition());
    }

    /** out = max(x, 0). */
    private Proof relu() {
        var operation = Proof.named("Relu")
                .layer(_ -> new Relu(), FunctionProofs.RELU.definition(), Draw.aroundZero())
                .refuses("reluBackward: dOut is FLOAT32 (3), wants FLOAT32 (2)", () -> {
                    var relu = new Relu();
                    relu.forward(Tensor.zeros(2));
                    relu.backward(Tensor.zeros(3));
                });
        return elementwise(operation, _ -> new Relu(), FunctionProofs.RELU.definition());
    }

    /** out = x where x > 0, otherwise 0.01 · x. */
    private Proof leakyRelu() {
        var operation = Proof.named("LeakyRelu")
                .layer(_ -> new LeakyRelu(), FunctionProofs.definitionOfLeakyRelu(0.01), Draw.aroundZero())
                .layer(_ -> new LeakyRelu(0.5), FunctionProofs.definitionOfLeakyRelu(0.5), draw.normal(3, 17))
                .refuses("LeakyRelu: the negative slope must be at least 0, it is -0.5", () -> new LeakyRelu(-0.5))
                .refuses("leakyReluBackward: dOut is FLOAT32 (3), wants FLOAT32 (2)", () -> {
                    var leakyRelu = new LeakyRelu();
                    leakyRelu.forward(Tensor.zeros(2));
                    leakyRelu.backward(Tensor.zeros(3));
                });
        return elementwise(operation, _ -> new LeakyRelu(), FunctionProofs.definitionOfLeakyRelu(0.01));
    }

    /** out = x ∘ (1 + tanh(√(2/π) · (x + 0.044715 x³))) / 2. */
    private Proof gelu() {
        var operation = Proof.named("Gelu").refuses("geluBackward: dOut is FLOAT32 (3), wants FLOAT32 (2)", () -> {
            var gelu = new Gelu();
            gelu.forward(Tensor.zeros(2));
            gelu.backward(Tensor.zeros(3));
        });
        return elementwise(operation, _ -> new Gelu(), FunctionProofs.GELU.definition());
    }

    private Proof elementwise(Proof operation, Function<TorchRandom, Layer> maker, Definition definition) {
        var result = operation;
        for (var x : Draw.shapes(draw::normal)) {
            result = result.layer(maker, definition, x);
        }
        return result;
    }

    private Proof flatten() {
        return Proof.named("Flatten")
                .layer(_ -> new Flatten(0, 0), inShape(17), draw.normal(17))
                .layer(_ -> new Flatten(0, 1), inShape(15), draw.normal(3, 5))
                .layer(_ -> new Flatten(0, 1), inShape(6, 5), draw.normal(2, 3, 5))
                .layer(_ -> new Flatten(1, 2), inShape(2, 15), draw.normal(2, 3, 5))
                .layer(_ -> new Flatten(0, 2), inShape(30), draw.normal(2, 3, 5))
                .layer(_ -> new Flatten(0, 1), inShape(3, 17), draw.normal(3, 1, 17))
                .layer(_ -> new Flatten(0, 1), inShape(0, 5), draw.normal(0, 3, 5))
                .layer(_ -> new Flatten(1, 2), inShape(2, 12, 5), draw.normal(2, 3, 4, 5))
                .refuses(
                        "Flatten: wants at least 2 dimensions, x is (3)",
                        () -> new Flatten(0, 1).forward(Tensor.zeros(3)))
                .refuses("Flatten: wants 0 ≤ start ≤ end, they are 1 and 0", () -> new Flatten(1, 0));
    }

    /** Row-major, the elements keep their order, so the result is its input in another shape. */
    private Proof flattenConsecutive() {
        return Proof.named("FlattenConsecutive")
                .layer(_ -> new FlattenConsecutive(1), inShape(1, 1), draw.normal(1, 1, 1))
                .layer(_ -> new FlattenConsecutive(2), inShape(3, 2, 10), draw.normal(3, 4, 5))
                .layer(_ -> new FlattenConsecutive(4), inShape(3, 20), draw.normal(3, 4, 5))
                .layer(_ -> new FlattenConsecutive(1), inShape(3, 4, 5), draw.normal(3, 4, 5))
                .layer(_ -> new FlattenConsecutive(3), inShape(1, 51), draw.normal(1, 3, 17))
                .layer(_ -> new FlattenConsecutive(2), inShape(1, 4, 2), draw.normal(1, 8, 1))
                .layer(_ -> new FlattenConsecutive(3), inShape(0, 30), draw.normal(0, 3, 10))
                .layer(_ -> new FlattenConsecutive(2), inShape(7, 4, 6), draw.normal(7, 8, 3))
                .refuses(
                        "FlattenConsecutive: wants (N, T, C) with T a multiple of 2, x is (1, 3, 2)",
                        () -> new FlattenConsecutive(2).forward(Tensor.zeros(1, 3, 2)))
                .refuses("FlattenConsecutive: wants n of at least 1, it is 0", () -> new FlattenConsecutive(0));
    }

    private static Definition inShape(int... sizes) {
        return new Definition(x -> Tensor.of(x[0].doubles().clone(), sizes));
    }

    /** One mean and variance a feature, over all other dimensions. */
    private Proof batchNorm(String name, BatchNormOptions options) {
        var definition =
                NormalizationDefinition.overRows(options.epsilon(), options.normalizeBy() == Variance.UNBIASED);
        var operation = Proof.named(name)
                .refuses(
                        "BatchNorm1d: the variance of one value is no measure, x is (1, 3); train on at least 2 rows,"
                                + " or evaluate with train(false)",
                        () -> new BatchNorm1d(3, options).forward(Tensor.zeros(1, 3)))
                .refuses(
                        "BatchNorm1d: wants (N, 3) or (N, L, 3), x is (2, 4)",
                        () -> new BatchNorm1d(3, options).forward(Tensor.zeros(2, 4)));
        for (var x : List.of(
                draw.normal(3, 1),
                draw.normal(3, 5),
                draw.normal(9, 17),
                draw.normal(33, 3),
                draw.normal(1, 4, 5),
                draw.normal(2, 3, 5),
                draw.normal(4, 3, 17),
                draw.normal(13, 19))) {
            operation = operation.layer(_ -> new BatchNorm1d(x.size(-1), options), definition, x);
        }
        return operation;
    }

    /** One mean and variance a position and feature, over the first dimension. */
    private Proof batchNormOfPositions() {
        var options = BatchNormOptions.PYTORCH.withAxes(Axes.FIRST);
        var definition = NormalizationDefinition.overFirst(options.epsilon(), false);
        var operation = Proof.named("BatchNorm1d, Axes.FIRST")
                .refuses(
                        "BatchNorm1d: wants (N, 3) or (N, L, 3), x is (2, 4)",
                        () -> new BatchNorm1d(3, options).forward(Tensor.zeros(2, 4)));
        for (var x : List.of(
                draw.normal(3, 1, 1),
                draw.normal(3, 1, 5),
                draw.normal(5, 4, 1),
                draw.normal(4, 3, 2),
                draw.normal(9, 2, 17),
                draw.normal(13, 3, 5),
                draw.normal(4, 3, 17),
                draw.normal(33, 2, 3))) {
            operation = operation.layer(_ -> new BatchNorm1d(x.size(-1), options), definition, x);
        }
        return operation;
    }

    /** The running statistics are constants; a batch of one and an empty one are allowed. */
    private Proof batchNormInEvaluation() {
        var options = BatchNormOptions.PYTORCH;
        var operation = Proof.named("BatchNorm1d, evaluation")
                .refuses(
                        "BatchNorm1d: wants (N, 3) or (N, L, 3), x is (3)",
                        () -> new BatchNorm1d(3).forward(Tensor.zeros(3)));
        for (var x : List.of(
                draw.normal(1, 1),
                draw.normal(1, 17),
                draw.normal(0, 3),
                draw.normal(5, 3),
                draw.normal(9, 17),
                draw.normal(1, 3, 5),
                draw.normal(2, 3, 5),
                draw.normal(13, 19))) {
            var mean = draw.normal(x.size(-1));
            var variance = draw.positive(x.size(-1));
            var inverseDeviation =
                    variance.to(DType.FLOAT64).add(options.epsilon()).sqrt().pow(-1);
            operation = operation.layer(
                    _ -> {
                        var layer = new BatchNorm1d(x.size(-1), options);
                        layer.runningMean().copyFrom(mean);
                        layer.runningSpread().copyFrom(variance);
                        layer.train(false);
                        return layer;
                    },
                    NormalizationDefinition.by(mean, inverseDeviation),
                    x);
        }
        return operation;
    }

    /** Each row with its own mean and variance over its features. */
    private Proof layerNorm() {
        var operation = Proof.named("LayerNorm")
                .refuses(
                        "layerNorm: wants 3 in the last dimension, x is (2, 4)",
                        () -> new LayerNorm(3).forward(Tensor.zeros(2, 4)))
                .refuses("LayerNorm: wants at least 1 feature, it is 0", () -> new LayerNorm(0))
                .refuses("LayerNorm: epsilon must be at least 0, it is -1.0", () -> new LayerNorm(3, -1));
        for (var x : List.of(
                draw.normal(5),
                draw.normal(1, 17),
                draw.normal(3, 2),
                draw.normal(5, 3),
                draw.normal(3, 17),
                draw.normal(2, 3, 5),
                draw.normal(0, 3),
                draw.normal(13, 19))) {
            operation = operation.layer(_ -> new LayerNorm(x.size(-1)), NormalizationDefinition.overFeatures(1e-5), x);
        }
        return operation;
    }
}
