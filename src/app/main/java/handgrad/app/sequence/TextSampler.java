package handgrad.app.sequence;

import handgrad.app.train.SamplingOptions;
import handgrad.nn.Layer;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.util.Arrays;

/**
 * Draws tokens one after the other, each from the distribution that a network gives after those before it. As long as
 * they fit into a block, the network keeps what it made of them and reads each token once; behind that every token has
 * another position at each step, and the last block is read anew, as nanoGPT does from the start.
 */
final class TextSampler {
    private final Layer network;
    private final int blockSize;
    private final SamplingOptions sampling;
    private final TorchRandom random;

    /**
     * A sampler that puts the network into evaluation mode.
     *
     * @param network from (1, T) INT32 to (1, T, symbols) logits, for T up to {@code blockSize}
     */
    TextSampler(Layer network, int blockSize, SamplingOptions sampling, TorchRandom random) {
        this.network = network;
        this.blockSize = blockSize;
        this.sampling = sampling;
        this.random = random;
        network.train(false);
    }

    /** The prompt, at least one token, and so many more behind it. */
    int[] continued(int[] prompt, int count) {
        int[] tokens = Arrays.copyOf(prompt, Math.addExact(prompt.length, count));
        int read = 0;
        network.stream(true);
        for (int length = prompt.length; length < tokens.length; length++) {
            int from = read;
            if (length > blockSize) {
                network.stream(false);
                from = length - blockSize;
            }
            tokens[length] = next(Arrays.copyOfRange(tokens, from, length));
            read = length;
        }
        network.stream(false);
        return tokens;
    }

    /** The token after these, which the network reads. */
    private int next(int[] seen) {
        var logits = network.forward(Tensor.of(seen, 1, seen.length));
        int symbols = logits.size(-1);
        var last = sampling.apply(logits.reshape(seen.length, symbols).narrow(0, seen.length - 1, 1));
        return random.multinomial(last.softmax(1).floats());
    }
}
