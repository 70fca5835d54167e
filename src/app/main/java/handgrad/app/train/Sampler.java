package handgrad.app.train;

import handgrad.data.Alphabet;
import handgrad.nn.Layer;
import handgrad.tensor.Tensor;
import java.util.function.ToIntFunction;

/** Draws names from a model, one character at a time, as the lectures do. */
final class Sampler {
    /** Where a name is cut that the model would not end. */
    private static final int LONGEST = 100;

    private final Layer model;
    private final Alphabet alphabet;
    private final int blockSize;
    private final SamplingOptions sampling;
    private final ToIntFunction<float[]> draw;

    /**
     * A sampler that puts the model into evaluation mode.
     *
     * @param model from (1, blockSize) INT32 to (1, symbols) logits
     * @param options that the model was trained with: its alphabet and block size
     * @param sampling how the logits are changed
     * @param draw draws an index with the probabilities given
     */
    Sampler(Layer model, TrainOptions options, SamplingOptions sampling, ToIntFunction<float[]> draw) {
        this.model = model;
        alphabet = options.alphabet();
        blockSize = options.blockSize();
        this.sampling = sampling;
        this.draw = draw;
        model.train(false);
    }

    /** The next name, drawn from the model's distribution; it may be empty. */
    String name() {
        int[] context = new int[blockSize];
        var name = new StringBuilder();
        for (int length = 0; length < LONGEST; length++) {
            var logits = sampling.apply(model.forward(Tensor.of(context.clone(), 1, blockSize)));
            var counts = logits.sub(logits.max(1, true)).exp();
            int next = draw.applyAsInt(counts.div(counts.sum(1, true)).floats());
            if (next == 0) {
                break;
            }
            name.append(alphabet.decode(next));
            System.arraycopy(context, 1, context, 0, blockSize - 1);
            context[blockSize - 1] = next;
        }
        return name.toString();
    }
}
