package handgrad.models;

import handgrad.data.Batch;
import handgrad.data.WordDataset;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Layer;
import handgrad.random.TorchRandom;
import handgrad.tensor.LossFunctions;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Losses of a model on words, over a sample of them as makemore.py takes it, and over all. */
public final class MakemoreEvaluation {
    /** The batches that makemore.py stops after. */
    public static final int BATCHES = 11;

    static final int ROWS = 100;

    private MakemoreEvaluation() {}

    /**
     * The mean of the losses of the first batches of 100 words in a shuffled order; there are fewer batches where there
     * are fewer words, and the last may be short. Leaves the model in evaluation mode.
     *
     * @param model (N, T) INT32 to (N, T, symbols)
     * @param batches at most so many, at least 1
     * @param random draws two numbers, as a loader of PyTorch's does; the second seeds the order
     */
    public static double sampled(Layer model, WordDataset data, int batches, TorchRandom random) {
        model.train(false);
        int[] order = MakemoreBatches.generator(random).randperm(data.size());
        var loss = new CrossEntropyLoss();
        double sum = 0;
        int count = 0;
        for (int from = 0; count < batches && from < order.length; from += ROWS) {
            var batch = batch(data, Arrays.copyOfRange(order, from, Math.min(order.length, from + ROWS)));
            sum += loss.forward(model.forward(batch.x()), batch.y());
            count++;
        }
        return sum / count;
    }

    /** The mean over every character of every word, and every end of one. Leaves the model in evaluation mode. */
    public static double whole(Layer model, WordDataset data) {
        model.train(false);
        var loss = new CrossEntropyLoss();
        double sum = 0;
        long all = 0;
        for (int from = 0; from < data.size(); from += ROWS) {
            int to = Math.min(data.size(), from + ROWS);
            var batch = batch(data, IntStream.range(from, to).toArray());
            long predicted = Arrays.stream(batch.y().ints())
                    .filter(target -> target != LossFunctions.IGNORED)
                    .count();
            sum += predicted * loss.forward(model.forward(batch.x()), batch.y());
            all += predicted;
        }
        return sum / all;
    }

    private static Batch batch(WordDataset data, int[] rows) {
        var batch = data.emptyBatch(rows.length);
        data.fill(rows, batch);
        return batch;
    }
}
