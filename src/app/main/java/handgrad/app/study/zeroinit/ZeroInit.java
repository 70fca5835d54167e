package handgrad.app.study.zeroinit;

import handgrad.app.train.Evaluation;
import handgrad.data.Dataset;
import handgrad.data.Split;
import handgrad.models.LectureModel;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Linear;
import handgrad.nn.Parameter;
import handgrad.nn.Sequential;
import handgrad.optim.Sgd;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Part 3's network with one hidden layer, {@code mlp-kaiming}, trained from linear layers that start at zero.
 *
 * @param start which layers start at zero
 * @param gradients the largest gradient of each tensor in all steps
 * @param firstLoss the loss of the first batch
 * @param train the loss on train after the last step
 * @param dev the loss on dev after the last step
 * @param largestHidden the largest output of tanh after training, in size
 * @param spread the largest difference between the logits of two rows after training: 0 where the context does not
 *     matter
 */
record ZeroInit(
        StartingWeights start,
        List<Gradient> gradients,
        double firstLoss,
        double train,
        double dev,
        double largestHidden,
        double spread) {
    private static final LectureModel MODEL = LectureModel.MLP_KAIMING;

    /** Where training starts. */
    enum StartingWeights {
        /** Every layer as the lecture draws it. */
        DRAWN("drawn"),
        /** The last linear layer at zero. */
        LAST_ZERO("last zero"),
        /** Both linear layers at zero; the embedding is drawn. */
        ALL_ZERO("all zero");

        private final String title;

        StartingWeights(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    /**
     * What a tensor was told to do.
     *
     * @param name layer and name of the tensor
     * @param elements how many numbers it has
     * @param largest its largest gradient in all steps, in size
     */
    record Gradient(String name, int elements, double largest) {}

    /** Trains with the lecture's seed, batches and first learning rate. */
    static ZeroInit run(Split split, StartingWeights start, int steps) {
        var defaults = MODEL.defaults();
        var sizes = defaults.sizes().withVocabulary(split.train().alphabet().size());
        var random = TorchRandom.seeded(defaults.seed());
        if (!(MODEL.build(sizes, random) instanceof Sequential network)) {
            throw new IllegalStateException(MODEL.title() + " is no Sequential");
        }
        zero(network, start);
        var parameters = network.parameters();
        double[] largest = new double[parameters.size()];
        double firstLoss = Double.NaN;
        var loss = new CrossEntropyLoss();
        var sgd = new Sgd(parameters);
        for (int step = 0; step < steps; step++) {
            var batch = split.train().batch(defaults.batchSize(), random);
            double value = loss.forward(network.forward(batch.x()), batch.y());
            if (step == 0) {
                firstLoss = value;
            }
            sgd.zeroGrad();
            network.backward(loss.backward());
            for (int i = 0; i < largest.length; i++) {
                largest[i] = Math.max(largest[i], largest(parameters.get(i).grad()));
            }
            sgd.step(defaults.lr());
        }
        double train = Evaluation.loss("train", network, split.train());
        double dev = Evaluation.loss("dev", network, split.dev());
        var rows = split.dev().x().narrow(0, 0, Math.min(1024, split.dev().size()));
        var logits = network.forward(rows);
        double spread = largest(logits.sub(logits.narrow(0, 0, 1)));
        double hidden = largest(beforeLast(network, rows));
        return new ZeroInit(start, gradients(network, largest), firstLoss, train, dev, hidden, spread);
    }

    private static void zero(Sequential network, StartingWeights start) {
        var linear = network.layers().stream()
                .filter(Linear.class::isInstance)
                .flatMap(layer -> layer.parameters().stream())
                .toList();
        int from = switch (start) {
            case DRAWN -> linear.size();
            case LAST_ZERO -> linear.size() - 2;
            case ALL_ZERO -> 0;
        };
        linear.subList(from, linear.size())
                .forEach(parameter -> parameter.value().fill(0));
    }

    /** The input of the last layer. */
    private static Tensor beforeLast(Sequential network, Tensor x) {
        var out = x;
        for (var layer : network.layers().subList(0, network.layers().size() - 1)) {
            out = layer.forward(out);
        }
        return out;
    }

    private static List<Gradient> gradients(Sequential network, double[] largest) {
        var gradients = new ArrayList<Gradient>();
        for (int i = 0; i < network.layers().size(); i++) {
            var layer = network.layers().get(i);
            for (Parameter parameter : layer.parameters()) {
                gradients.add(new Gradient(
                        i + "." + parameter.name() + " (" + layer.getClass().getSimpleName() + ")",
                        parameter.value().shape().elements(),
                        largest[gradients.size()]));
            }
        }
        return gradients;
    }

    private static double largest(Tensor tensor) {
        double largest = 0;
        for (int i = 0; i < tensor.shape().elements(); i++) {
            largest = Math.max(largest, Math.abs(tensor.getFlat(i)));
        }
        return largest;
    }

    /** The entropy of what follows, the context ignored: no model that ignores its context has a smaller loss. */
    static double unigramEntropy(Dataset data) {
        int[] counts = new int[data.alphabet().size()];
        for (int next : data.y().ints()) {
            counts[next]++;
        }
        double entropy = 0;
        for (int count : counts) {
            if (count > 0) {
                double share = (double) count / data.size();
                entropy -= share * Math.log(share);
            }
        }
        return entropy;
    }
}
