package handgrad.models;

import handgrad.data.Dataset;
import handgrad.nn.Embedding;
import handgrad.nn.FlattenConsecutive;
import handgrad.nn.Layer;
import handgrad.nn.Sequential;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;

/**
 * The bigram of makemore part 1: a row of logits for each symbol, with the lecture's 27 symbols a table of 729 numbers.
 * The notebook multiplies the one-hot character by the table, which picks a row of it; so does an {@link Embedding}.
 */
final class Bigram {
    /** What the lecture adds to each count, so that no pair is impossible. */
    private static final double SMOOTHING = 1;

    private Bigram() {}

    /** A table from the normal distribution, to be trained. */
    static Layer network(LectureModel.Sizes sizes, TorchRandom random) {
        return table(sizes, Tensor.randn(random, sizes.vocabulary(), sizes.vocabulary()));
    }

    /** An empty table, to be counted. */
    static Layer counted(LectureModel.Sizes sizes, TorchRandom random) {
        return table(sizes, Tensor.zeros(sizes.vocabulary(), sizes.vocabulary()));
    }

    private static Layer table(LectureModel.Sizes sizes, Tensor table) {
        return new Sequential(new Embedding(table), new FlattenConsecutive(sizes.blockSize()));
    }

    /** Fills the table with the logarithms of the smoothed counts, whose softmax is their share. */
    static void count(Layer model, Dataset data) {
        var table = model.parameters().getFirst().value();
        table.copyFrom(Counts.of(data).logProbabilities(SMOOTHING));
    }
}
