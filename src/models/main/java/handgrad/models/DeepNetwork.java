package handgrad.models;

import handgrad.nn.BatchNorm1d;
import handgrad.nn.BatchNormOptions;
import handgrad.nn.Embedding;
import handgrad.nn.FlattenConsecutive;
import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.Sequential;
import handgrad.nn.Tanh;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Part 3's network of six linear layers: five hidden layers with tanh, then the logits. */
final class DeepNetwork {
    private static final int HIDDEN_LAYERS = 5;

    /** What the last layer is scaled by, to make the model less sure of itself at the start. */
    private static final double LAST_SCALE = 0.1;

    private DeepNetwork() {}

    /**
     * Batch normalisation after each linear layer, none of which has a bias; 47,024 parameters with the lecture's
     * sizes.
     */
    static Layer batchNorm(LectureModel.Sizes sizes, TorchRandom random) {
        var layers = start(sizes, random);
        for (int i = 0; i < HIDDEN_LAYERS; i++) {
            layers.add(new Linear(fanIn(sizes, i), sizes.hidden(), false, random));
            layers.add(new BatchNorm1d(sizes.hidden(), BatchNormOptions.MAKEMORE_LAYER));
            layers.add(new Tanh());
        }
        layers.add(new Linear(sizes.hidden(), sizes.vocabulary(), false, random));
        var last = new BatchNorm1d(sizes.vocabulary(), BatchNormOptions.MAKEMORE_LAYER);
        last.weight().value().fill(LAST_SCALE);
        layers.add(last);
        return new Sequential(layers.toArray(Layer[]::new));
    }

    /** Linear layers with biases, scaled by the gain of tanh; 46,497 parameters with the lecture's sizes. */
    static Layer plain(LectureModel.Sizes sizes, TorchRandom random) {
        var layers = start(sizes, random);
        for (int i = 0; i < HIDDEN_LAYERS; i++) {
            layers.add(scaled(new Linear(fanIn(sizes, i), sizes.hidden(), random), Perceptron.TANH_GAIN));
            layers.add(new Tanh());
        }
        layers.add(scaled(new Linear(sizes.hidden(), sizes.vocabulary(), random), LAST_SCALE));
        return new Sequential(layers.toArray(Layer[]::new));
    }

    private static List<Layer> start(LectureModel.Sizes sizes, TorchRandom random) {
        var layers = new ArrayList<Layer>();
        layers.add(new Embedding(Tensor.randn(random, sizes.vocabulary(), sizes.embedding())));
        layers.add(new FlattenConsecutive(sizes.blockSize()));
        return layers;
    }

    private static int fanIn(LectureModel.Sizes sizes, int layer) {
        return layer == 0 ? sizes.context() : sizes.hidden();
    }

    /** The layer with its weight scaled in place. */
    static Linear scaled(Linear layer, double scale) {
        var weight = layer.weight().value();
        weight.copyFrom(weight.mul(scale));
        return layer;
    }
}
