package handgrad.app.train;

import handgrad.app.command.FailedException;
import handgrad.data.Batch;
import handgrad.data.Dataset;
import handgrad.models.LectureModel;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Layer;
import handgrad.random.TorchRandom;
import java.util.Locale;
import java.util.function.Supplier;

/** The training loop of the lectures. */
final class Trainer {
    /**
     * How many times the first loss a later one may be. Tanh bounds what reaches the logits, so with a learning rate
     * that is far too large the loss of a batch need not overflow; it stays finite at a height of no use.
     */
    private static final double DIVERGED = 1000;

    /** Characters that a crop of a sequence predicts at: about four names. */
    static final int CROP = 64;

    private Trainer() {}

    /**
     * What is told of each step, after its update: its number, the loss of its batch before, and its learning rate. Of
     * the step that diverges it is told as well, with a loss that is far too large or not finite, and no update
     * follows.
     */
    interface Listener {
        void step(int step, double loss, double lr);
    }

    /**
     * Trains a model on batches drawn with replacement, or on all rows at every step.
     *
     * @param random draws the batches
     * @throws FailedException if the training diverges
     */
    static void train(Layer model, Dataset data, TrainOptions options, TorchRandom random, Listener listener) {
        var loss = new CrossEntropyLoss();
        var penalty = new Penalty(options.model().penalty(), model.parameters());
        var optimizer = options.model().optimizer(model.parameters());
        var batches = batches(data, options, random);
        var schedule = options.schedule();
        // A first batch may be lucky, so the loss of a uniform guess counts as well.
        double largest = Math.log(data.alphabet().size());
        for (int step = 0; step < options.steps(); step++) {
            var batch = batches.get();
            double value = loss.forward(model.forward(batch.x()), batch.y()) + penalty.forward();
            if (step == 0) {
                largest = DIVERGED * Math.max(largest, value);
            }
            double lr = schedule.at(step);
            if (!(value <= largest)) {
                listener.step(step, value, lr);
                throw diverged("the loss of step " + step, value);
            }
            optimizer.zeroGrad();
            model.backward(loss.backward());
            penalty.backward();
            optimizer.step(lr);
            listener.step(step, value, lr);
        }
    }

    /** Batches as the model takes them: rows, all rows, or crops of a sequence where it predicts at every position. */
    static Supplier<Batch> batches(Dataset data, TrainOptions options, TorchRandom random) {
        if (options.batchSize() == LectureModel.Defaults.ALL_ROWS) {
            var all = new Batch(data.x(), data.y());
            return () -> all;
        }
        if (options.model().isConvolution()) {
            var sequence = data.sequence();
            return () -> sequence.batch(options.batchSize(), CROP, random);
        }
        return () -> data.batch(options.batchSize(), random);
    }

    /** Says which loss shows that a training diverged. */
    static FailedException diverged(String what, double loss) {
        return new FailedException(
                String.format(Locale.ROOT, "training diverged: %s is %.3g; try a smaller --lr", what, loss));
    }
}
