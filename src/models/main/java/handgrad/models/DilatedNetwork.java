package handgrad.models;

import handgrad.nn.BatchNorm1d;
import handgrad.nn.BatchNormOptions;
import handgrad.nn.CausalConv1d;
import handgrad.nn.Embedding;
import handgrad.nn.Flatten;
import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.Sequential;
import handgrad.nn.Tanh;
import handgrad.random.TorchRandom;
import java.util.ArrayList;

/**
 * The tree of makemore part 5 as the lecture's closing words describe it: causal convolutions of kernel size 2 whose
 * dilation doubles from layer to layer. What the tree computes for one window of characters, they compute for every
 * window of a sequence, and share what windows have in common. Weights are drawn in the order of {@link WaveNetTree}.
 */
final class DilatedNetwork {
    private DilatedNetwork() {}

    /** Dilations 1, 2, 4, … up to half the block size, which is the receptive field. */
    static Layer dilated(LectureModel.Sizes sizes, TorchRandom random) {
        var layers = new ArrayList<Layer>();
        layers.add(new Embedding(sizes.vocabulary(), sizes.embedding(), random));
        int width = sizes.embedding();
        for (int dilation : WaveNet.dilations(sizes.blockSize())) {
            layers.add(new CausalConv1d(width, sizes.hidden(), dilation, false, random));
            layers.add(new BatchNorm1d(sizes.hidden(), BatchNormOptions.MAKEMORE_LAYER));
            layers.add(new Tanh());
            width = sizes.hidden();
        }
        layers.add(DeepNetwork.scaled(new Linear(width, sizes.vocabulary(), random), WaveNetTree.LAST_SCALE));
        layers.add(new Flatten(0, 1));
        return new Sequential(layers.toArray(Layer[]::new));
    }
}
