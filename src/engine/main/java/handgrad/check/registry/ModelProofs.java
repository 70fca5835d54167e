package handgrad.check.registry;

import handgrad.nn.BatchNorm1d;
import handgrad.nn.Embedding;
import handgrad.nn.FlattenConsecutive;
import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.Residual;
import handgrad.nn.Sequential;
import handgrad.nn.Tanh;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.util.List;

/** Layers one after the other: the models of the lectures, made narrow. */
final class ModelProofs {
    private final Draw draw = new Draw(9);

    List<Proof> proofs() {
        return List.of(sequential(), residual());
    }

    /** The chain rule: the gradient of each layer's output is what the next layer's backward returns. */
    private Proof sequential() {
        var bigram = chain(embedding());
        var perceptron = chain(embedding(), flatten(3), linear(), tanh(), linear());
        var normalized = chain(embedding(), flatten(3), product(), batchNorm(), tanh(), linear());
        var waveNet = chain(
                embedding(),
                flatten(2),
                product(),
                batchNorm(),
                tanh(),
                flatten(2),
                product(),
                batchNorm(),
                tanh(),
                linear());
        return Proof.named("Sequential")
                .layer(ModelProofs::bigram, bigram, draw.indices(27, 13))
                .layer(ModelProofs::bigram, bigram, Tensor.of(new int[] {0, 5, 5, 0}, 4))
                .layer(ModelProofs::perceptron, perceptron, draw.indices(27, 1, 3))
                .layer(ModelProofs::perceptron, perceptron, draw.indices(27, 5, 3))
                .layer(ModelProofs::normalized, normalized, draw.indices(27, 5, 3))
                .layer(ModelProofs::normalized, normalized, draw.indices(27, 9, 3))
                .layer(ModelProofs::waveNet, waveNet, draw.indices(27, 5, 4))
                .layer(ModelProofs::waveNet, waveNet, draw.indices(27, 9, 4))
                .refuses(
                        "linear: wants 7 in the last dimension, x is (2, 6)",
                        () -> new Sequential(new Linear(Tensor.zeros(5, 6), null), new Linear(Tensor.zeros(7, 2), null))
                                .forward(Tensor.zeros(2, 5)));
    }

    private Proof residual() {
        var one = around(linear());
        var perceptron = around(linear(), tanh(), linear());
        return Proof.named("Residual")
                .layer(random -> new Residual(new Linear(5, 5, random)), one, draw.normal(1, 5))
                .layer(random -> new Residual(new Linear(5, 5, random)), one, draw.normal(4, 5))
                .layer(random -> new Residual(new Linear(5, 5, random)), one, draw.normal(2, 3, 5))
                .layer(random -> new Residual(new Linear(17, 17, random)), one, draw.normal(3, 17))
                .layer(ModelProofs::residualPerceptron, perceptron, draw.normal(1, 5))
                .layer(ModelProofs::residualPerceptron, perceptron, draw.normal(4, 5))
                .layer(ModelProofs::residualPerceptron, perceptron, draw.normal(9, 5))
                .layer(ModelProofs::residualPerceptron, perceptron, draw.normal(2, 3, 5))
                .refuses(
                        "Residual: f(x) wants the shape and the type of x, x is (2, 5) FLOAT32, f(x) is (2, 6) FLOAT32;"
                                + " let the last layer inside return as many features as the first one takes",
                        () -> new Residual(new Linear(Tensor.zeros(5, 6), null)).forward(Tensor.zeros(2, 5)));
    }

    private static Layer residualPerceptron(TorchRandom random) {
        return new Residual(new Linear(5, 11, random), new Tanh(), new Linear(11, 5, random));
    }

    private static Layer bigram(TorchRandom random) {
        return new Sequential(new Embedding(27, 27, random));
    }

    private static Layer perceptron(TorchRandom random) {
        return new Sequential(
                new Embedding(27, 2, random),
                new FlattenConsecutive(3),
                new Linear(6, 11, random),
                new Tanh(),
                new Linear(11, 27, random));
    }

    private static Layer normalized(TorchRandom random) {
        return new Sequential(
                new Embedding(27, 2, random),
                new FlattenConsecutive(3),
                new Linear(6, 11, false, random),
                new BatchNorm1d(11),
                new Tanh(),
                new Linear(11, 27, random));
    }

    private static Layer waveNet(TorchRandom random) {
        return new Sequential(
                new Embedding(27, 2, random),
                new FlattenConsecutive(2),
                new Linear(4, 5, false, random),
                new BatchNorm1d(5),
                new Tanh(),
                new FlattenConsecutive(2),
                new Linear(10, 5, false, random),
                new BatchNorm1d(5),
                new Tanh(),
                new Linear(5, 27, random));
    }

    /** A layer's definition, of its input and its parameters. */
    private record Step(Definition definition, int parameters) {}

    private static Step embedding() {
        return new Step(LinearProofs.EMBEDDING.definition(), 1);
    }

    private static Step linear() {
        return new Step(LinearProofs.LINEAR.definition(), 2);
    }

    /** A linear layer without a bias. */
    private static Step product() {
        return new Step(LinearProofs.LINEAR.definition(), 1);
    }

    private static Step tanh() {
        return new Step(Definition.elementwise(ElementwiseProofs.TANH_ELEMENT), 0);
    }

    private static Step batchNorm() {
        return new Step(NormalizationDefinition.overRows(1e-5, false), 2);
    }

    private static Step flatten(int n) {
        return new Step(
                new Definition(x -> {
                    int width = n * x[0].size(2);
                    return x[0].size(1) == n
                            ? x[0].reshape(x[0].size(0), width)
                            : x[0].reshape(x[0].size(0), x[0].size(1) / n, width);
                }),
                0);
    }

    /** The terms that may cancel are those of the last step, of what the steps before it made. */
    private static Definition chain(Step... steps) {
        var last = steps[steps.length - 1].definition;
        return new Definition(
                x -> last.function().apply(lastInputs(x, steps)),
                x -> x[0].shape().elements() * steps.length,
                x -> last.magnitude().apply(lastInputs(x, steps)));
    }

    /** x + f(x), with f the chain of the steps; x is one more term of each element. */
    private static Definition around(Step... steps) {
        var f = chain(steps);
        return new Definition(
                x -> x[0].add(f.function().apply(x)),
                f.terms(),
                x -> x[0].abs().add(f.magnitude().apply(x).abs()));
    }

    /** The inputs of the last step, from the inputs of the first one and the parameters of all. */
    private static Tensor[] lastInputs(Tensor[] x, Step... steps) {
        var inputs = inputs(x[0], x, 1, steps[0]);
        int next = 1 + steps[0].parameters;
        for (int i = 1; i < steps.length; i++) {
            inputs = inputs(steps[i - 1].definition.function().apply(inputs), x, next, steps[i]);
            next += steps[i].parameters;
        }
        return inputs;
    }

    private static Tensor[] inputs(Tensor in, Tensor[] x, int next, Step step) {
        Tensor[] inputs = new Tensor[1 + step.parameters];
        inputs[0] = in;
        System.arraycopy(x, next, inputs, 1, step.parameters);
        return inputs;
    }
}
