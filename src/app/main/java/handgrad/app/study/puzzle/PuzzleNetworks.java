package handgrad.app.study.puzzle;

import handgrad.nn.BatchNorm1d;
import handgrad.nn.GroupedLinear;
import handgrad.nn.Layer;
import handgrad.nn.Parameter;
import handgrad.nn.Relu;
import handgrad.nn.Sequential;
import handgrad.nn.Sigmoid;
import handgrad.optim.Optimizer;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The networks of one puzzle from several seeds, trained at once: each seed is a group of {@link GroupedLinear}, and
 * all else works on each number, or each column, by itself. So a network gets the same bits whatever stands beside it.
 *
 * <p>In FLOAT64, as the table that the study repeats was measured.
 */
final class PuzzleNetworks {
    private final Puzzle puzzle;
    private final int seeds;
    private final Sequential model;
    private final List<Layer> saturating = new ArrayList<>();
    private final Optimizer optimizer;
    private final Tensor x;
    private final Tensor target;

    /** The networks of the seeds from {@code firstSeed} on. */
    PuzzleNetworks(Puzzle puzzle, int firstSeed, int seeds) {
        this.puzzle = puzzle;
        this.seeds = seeds;
        model = new Sequential(layers(firstSeed).toArray(Layer[]::new));
        model.to(DType.FLOAT64);
        // BatchNorm1d has a gain of 1 and a bias of 0 at first, so without training them it normalises alone.
        optimizer = puzzle.method()
                .of(model.layers().stream()
                        .filter(layer -> puzzle.norm() == Puzzle.Norm.AFFINE || !(layer instanceof BatchNorm1d))
                        .flatMap(layer -> layer.parameters().stream())
                        .toList());
        x = rows(0, 1);
        target = rows(1, 0);
    }

    private Tensor rows(double first, double second) {
        double[] elements = new double[2 * seeds];
        Arrays.fill(elements, 0, seeds, first);
        Arrays.fill(elements, seeds, 2 * seeds, second);
        return Tensor.of(elements, 2, seeds);
    }

    private List<Layer> layers(int firstSeed) {
        int[] sizes = IntStream.concat(
                        IntStream.of(1),
                        IntStream.concat(IntStream.generate(puzzle::width).limit(puzzle.depth()), IntStream.of(1)))
                .toArray();
        var weights = new double[puzzle.depth() + 1][];
        var biases = new double[puzzle.depth() + 1][];
        for (int layer = 0; layer <= puzzle.depth(); layer++) {
            weights[layer] = new double[sizes[layer] * sizes[layer + 1] * seeds];
            biases[layer] = new double[sizes[layer + 1] * seeds];
        }
        for (int seed = 0; seed < seeds; seed++) {
            var random = TorchRandom.seeded(firstSeed + seed);
            for (int layer = 0; layer <= puzzle.depth(); layer++) {
                var drawn = puzzle.start().draw(sizes[layer], sizes[layer + 1], random);
                scatter(drawn.weight(), weights[layer], seed);
                scatter(drawn.bias(), biases[layer], seed);
            }
        }
        var layers = new ArrayList<Layer>();
        for (int layer = 0; layer <= puzzle.depth(); layer++) {
            int columns = sizes[layer + 1] * seeds;
            var bias = puzzle.bias() ? Tensor.of(biases[layer], columns) : null;
            layers.add(new GroupedLinear(Tensor.of(weights[layer], sizes[layer], columns), bias, seeds));
            if (layer < puzzle.depth()) {
                if (puzzle.norm() != Puzzle.Norm.NONE) {
                    layers.add(new BatchNorm1d(columns));
                }
                var activation = puzzle.activation().layer();
                if (puzzle.activation().saturates()) {
                    saturating.add(activation);
                }
                layers.add(activation);
            }
        }
        switch (puzzle.output()) {
            case LINEAR -> {}
            case RELU -> layers.add(new Relu());
            case SIGMOID -> layers.add(new Sigmoid());
        }
        return layers;
    }

    private void scatter(double[] values, double[] all, int seed) {
        for (int i = 0; i < values.length; i++) {
            all[i * seeds + seed] = values[i];
        }
    }

    /** The parameters; number i of a seed stands at i · seeds + seed. */
    List<Parameter> parameters() {
        return model.parameters();
    }

    /** The layers, first to last. */
    List<Layer> layers() {
        return model.layers();
    }

    /** A step of training: forward, backward, update. */
    void step() {
        gradients();
        optimizer.step(puzzle.lr());
    }

    /** The forward and the backward pass; the gradients are then in the parameters. */
    Pass gradients() {
        var outputs = new ArrayList<Tensor>();
        var next = x;
        for (var layer : model.layers()) {
            next = layer.forward(next);
            outputs.add(next);
        }
        var prediction = puzzle.loss() == Puzzle.Loss.CROSS_ENTROPY ? sigmoid(next) : next;
        model.parameters().forEach(Parameter::zeroGrad);
        // Of the mean over two examples: (y - target) for the squared error, (σ(z) - target) / 2 for the cross-entropy.
        var gradient = prediction.sub(target);
        if (puzzle.loss() == Puzzle.Loss.CROSS_ENTROPY) {
            gradient = gradient.mul(0.5);
        }
        var gradients = new ArrayList<>(List.of(gradient));
        for (var layer : model.layers().reversed()) {
            gradient = layer.backward(gradient);
            gradients.add(gradient);
        }
        Collections.reverse(gradients);
        return new Pass(outputs, gradients, prediction);
    }

    private static Tensor sigmoid(Tensor z) {
        return new Sigmoid().forward(z);
    }

    /**
     * What went through the layers, each tensor valid until the next pass.
     *
     * @param outputs of each layer
     * @param gradients of the input of each layer, and last that of the output of the last
     * @param prediction (2, seeds): for the input 0, and for the input 1
     */
    record Pass(List<Tensor> outputs, List<Tensor> gradients, Tensor prediction) {}

    /** The mean squared error of each seed's two predictions. */
    double[] errors(Pass pass) {
        double[] prediction = pass.prediction().doubles();
        double[] errors = new double[seeds];
        for (int seed = 0; seed < seeds; seed++) {
            double first = prediction[seed] - 1;
            double second = prediction[seeds + seed];
            errors[seed] = (first * first + second * second) / 2;
        }
        return errors;
    }

    /** The largest gradient, in size, among the weights and biases of the first hidden layer of each seed. */
    double[] firstLayerGradients() {
        return largest(model.layers().getFirst().parameters());
    }

    /** The largest gradient, in size, of each seed; NaN where one is. */
    double[] largestGradients() {
        return largest(model.parameters());
    }

    private double[] largest(List<Parameter> parameters) {
        double[] largest = new double[seeds];
        for (var parameter : parameters) {
            double[] grad = parameter.grad().doubles();
            for (int i = 0; i < grad.length; i++) {
                largest[i % seeds] = Math.max(largest[i % seeds], Math.abs(grad[i]));
            }
        }
        return largest;
    }

    /**
     * What share of the gradient passes the activations of each seed: the sum of its sizes before them over the sum
     * after them, the least over the hidden layers; 1 where none arrives, or where the activation cannot saturate.
     */
    double[] passedShare(Pass pass) {
        double[] least = new double[seeds];
        Arrays.fill(least, 1);
        for (int layer = 0; layer < model.layers().size(); layer++) {
            if (saturating.contains(model.layers().get(layer))) {
                double[] before = sums(pass.gradients().get(layer));
                double[] after = sums(pass.gradients().get(layer + 1));
                for (int seed = 0; seed < seeds; seed++) {
                    least[seed] = Math.min(least[seed], after[seed] == 0 ? 1 : before[seed] / after[seed]);
                }
            }
        }
        return least;
    }

    private double[] sums(Tensor gradient) {
        double[] sums = new double[seeds];
        double[] elements = gradient.doubles();
        for (int i = 0; i < elements.length; i++) {
            sums[i % seeds] += Math.abs(elements[i]);
        }
        return sums;
    }

    /** Whether all units of each hidden layer of a seed have the same numbers, or the seed has nothing but zeros. */
    boolean[] symmetric() {
        boolean[] symmetric = new boolean[seeds];
        for (int seed = 0; seed < seeds; seed++) {
            symmetric[seed] = isSymmetric(seed);
        }
        return symmetric;
    }

    private boolean isSymmetric(int seed) {
        boolean zero = true;
        boolean equal = puzzle.width() > 1;
        for (var parameter : model.parameters()) {
            double[] value = parameter.value().doubles();
            for (int i = seed; i < value.length; i += seeds) {
                zero &= value[i] == 0;
                equal &= value[i] == value[seed];
            }
        }
        return zero || equal;
    }
}
