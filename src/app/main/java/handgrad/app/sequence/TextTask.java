package handgrad.app.sequence;

import handgrad.data.Batch;
import handgrad.data.TextDataset;
import handgrad.data.TokenDataset;
import handgrad.io.SavedState;
import handgrad.io.Stateful;
import handgrad.io.TrainingState;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Layer;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.stream.IntStream;

/**
 * The batches of a text in nanoGPT's order: the first is drawn before everything else, each later one right after the
 * forward pass of the step before it, and those of an evaluation, of train and then of dev, where it comes. All are
 * drawn by one generator.
 */
final class TextTask implements SequenceTask, Stateful {
    private static final String X = "x";
    private static final String Y = "y";

    private final TextDataset parts;
    private final Layer network;
    private final TorchRandom random;
    private final int batchSize;
    private final int evalBatches;
    private final CrossEntropyLoss loss = CrossEntropyLoss.inPlace();

    /** The batch of the step, and the one that is drawn ahead, turn and turn about. */
    private Batch current;

    private Batch ahead;

    TextTask(SequenceOptions options, TextDataset parts, Layer network, TorchRandom random) {
        this.parts = parts;
        this.network = network;
        this.random = random;
        batchSize = options.integer(Setting.BATCH_SIZE);
        evalBatches = options.integer(Setting.EVAL_BATCHES);
        current = parts.train().emptyBatch(batchSize);
        ahead = parts.train().emptyBatch(batchSize);
        afterForward();
    }

    @Override
    public void addTo(TrainingState state) {
        state.with("random", random).with("batch", this);
    }

    @Override
    public Batch batch() {
        var drawn = ahead;
        ahead = current;
        current = drawn;
        return current;
    }

    @Override
    public void afterForward() {
        var drawn = parts.train().batch(batchSize, random);
        ahead.x().copyFrom(drawn.x());
        ahead.y().copyFrom(drawn.y());
    }

    /** The batch that is drawn ahead. */
    @Override
    public SavedState save() {
        var tensors = new LinkedHashMap<String, Tensor>();
        tensors.put(X, ahead.x());
        tensors.put(Y, ahead.y());
        return SavedState.ofTensors(tensors);
    }

    @Override
    public void restore(SavedState saved) {
        var x = saved.tensors().get(X);
        var y = saved.tensors().get(Y);
        if (x == null
                || y == null
                || !x.shape().equals(ahead.x().shape())
                || !y.shape().equals(ahead.y().shape())) {
            throw new IllegalArgumentException("the batch that was drawn ahead must be x and y "
                    + ahead.x().shape());
        }
        ahead.x().copyFrom(x);
        ahead.y().copyFrom(y);
    }

    @Override
    public boolean evaluatesFirst() {
        return true;
    }

    @Override
    public SequencedMap<String, Double> estimate() {
        network.train(false);
        var losses = new LinkedHashMap<String, Double>();
        losses.put("train", drawnLoss(parts.train()));
        losses.put("dev", drawnLoss(parts.dev()));
        network.train(true);
        return losses;
    }

    @Override
    public String judge() {
        return "dev";
    }

    private double drawnLoss(TokenDataset part) {
        double sum = 0;
        for (int i = 0; i < evalBatches; i++) {
            var batch = part.batch(batchSize, random);
            sum += loss.forward(network.forward(batch.x()), batch.y());
        }
        return sum / evalBatches;
    }

    /** The blocks of train that are looked at in the end: as many as dev has, where there are as many. */
    private int trainBlocks() {
        return Math.min(parts.train().size(), parts.dev().size());
    }

    @Override
    public SequencedMap<String, Double> evaluate() {
        network.train(false);
        var losses = new LinkedHashMap<String, Double>();
        losses.put("train", wholeLoss(parts.train(), trainBlocks()));
        losses.put("dev", wholeLoss(parts.dev(), parts.dev().size()));
        return losses;
    }

    /** The mean over the first blocks, one behind the other. */
    private double wholeLoss(TokenDataset part, int blocks) {
        double sum = 0;
        var batch = part.emptyBatch(Math.min(batchSize, blocks));
        for (int from = 0; from < blocks; from += batchSize) {
            int rows = Math.min(batchSize, blocks - from);
            if (rows != batch.x().size(0)) {
                batch = part.emptyBatch(rows);
            }
            part.fill(IntStream.range(from, from + rows).toArray(), batch);
            sum += rows * loss.forward(network.forward(batch.x()), batch.y());
        }
        return sum / blocks;
    }

    @Override
    public String evaluated() {
        int block = parts.dev().blockLength();
        return String.format(
                Locale.ROOT,
                "dev: all of it, %,d blocks of %,d tokens one behind the other; train: its first %,d blocks.",
                parts.dev().size(),
                block,
                trainBlocks());
    }
}
