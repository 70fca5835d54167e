package handgrad.models;

import handgrad.nn.Embedding;
import handgrad.nn.Flatten;
import handgrad.nn.GatedResidualStack;
import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.Relu;
import handgrad.nn.Sequential;
import handgrad.random.TorchRandom;
import java.util.stream.IntStream;

/**
 * WaveNet (van den Oord et al. 2016, https://arxiv.org/abs/1609.03499): dilated causal convolutions with gated
 * activations, residual and skip connections; the sum of the skip connections goes through ReLU, 1x1, ReLU, 1x1 to the
 * logits.
 */
public final class WaveNet {
    private WaveNet() {}

    /** A WaveNet of characters: the embedding is as wide as the residual blocks, the hidden size that of the skips. */
    static Layer ofNames(LectureModel.Sizes sizes, TorchRandom random) {
        return of(sizes.vocabulary(), sizes.embedding(), sizes.hidden(), dilations(sizes.blockSize()), random);
    }

    /**
     * A WaveNet from symbols (N, T) INT32 to the logits of the symbol that follows each, (N · (T - Σ dilations),
     * symbols).
     *
     * @param channels of the residual blocks
     * @param skipChannels of the skip connections
     */
    public static Layer of(int symbols, int channels, int skipChannels, int[] dilations, TorchRandom random) {
        return new Sequential(
                new Embedding(symbols, channels, random),
                new GatedResidualStack(channels, skipChannels, dilations, random),
                new Relu(),
                new Linear(skipChannels, skipChannels, random),
                new Relu(),
                DeepNetwork.scaled(new Linear(skipChannels, symbols, random), WaveNetTree.LAST_SCALE),
                new Flatten(0, 1));
    }

    /** 1, 2, 4, … with which a prediction sees as many symbols; their number is a power of 2. */
    public static int[] dilations(int receptiveField) {
        return IntStream.iterate(1, dilation -> dilation < receptiveField, dilation -> 2 * dilation)
                .toArray();
    }
}
