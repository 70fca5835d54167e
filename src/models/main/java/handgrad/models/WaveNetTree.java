package handgrad.models;

import handgrad.nn.BatchNorm1d;
import handgrad.nn.BatchNormOptions;
import handgrad.nn.BatchNormOptions.Axes;
import handgrad.nn.Embedding;
import handgrad.nn.FlattenConsecutive;
import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.Sequential;
import handgrad.nn.Tanh;
import handgrad.random.TorchRandom;
import handgrad.tensor.Shape;
import java.util.ArrayList;

/** The networks of makemore part 5: characters joined all at once, or by twos in a tree. */
final class WaveNetTree {
    /** What the last layer is scaled by, to make the model less sure of itself at the start. */
    static final double LAST_SCALE = 0.1;

    private WaveNetTree() {}

    /** All characters at once. */
    static Layer flat(LectureModel.Sizes sizes, TorchRandom random) {
        return network(sizes, sizes.blockSize(), Axes.ALL_BUT_LAST, random);
    }

    /** Two neighbours at a time, level by level. */
    static Layer tree(LectureModel.Sizes sizes, TorchRandom random) {
        return tree(sizes, Axes.ALL_BUT_LAST, random);
    }

    /** The tree, with the dimensions that batch normalisation runs over. */
    static Layer tree(LectureModel.Sizes sizes, Axes axes, TorchRandom random) {
        return network(sizes, 2, axes, random);
    }

    private static Layer network(LectureModel.Sizes sizes, int joined, Axes axes, TorchRandom random) {
        var options = BatchNormOptions.MAKEMORE_LAYER.withAxes(axes);
        var layers = new ArrayList<Layer>();
        layers.add(new Embedding(sizes.vocabulary(), sizes.embedding(), random));
        int width = sizes.embedding();
        for (int positions = sizes.blockSize(); positions > 1; positions /= joined) {
            layers.add(new FlattenConsecutive(joined));
            layers.add(new Linear(Shape.of("WaveNetTree", joined, width).elements(), sizes.hidden(), false, random));
            layers.add(new BatchNorm1d(sizes.hidden(), options));
            layers.add(new Tanh());
            width = sizes.hidden();
        }
        layers.add(DeepNetwork.scaled(new Linear(width, sizes.vocabulary(), random), LAST_SCALE));
        return new Sequential(layers.toArray(Layer[]::new));
    }
}
