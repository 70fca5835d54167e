package handgrad.examples.train;

import handgrad.data.Alphabet;
import handgrad.data.Dataset;
import handgrad.examples.command.FailedException;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Layer;
import handgrad.optim.Sgd;
import handgrad.optim.StepSchedule;
import handgrad.random.TorchRandom;
import java.util.Locale;

/** The training loop of the lectures. */
final class Trainer {
    /**
     * How many times the first loss a later one may be. Tanh bounds what reaches the logits, so with a learning rate that
     * is far too large the loss of a batch need not overflow; it stays finite at a height of no use.
     */
    private static final double DIVERGED = 1000;

    private Trainer() {}

    /**
     * What is told of each step, after its update: its number, the loss of its batch before, and its learning rate. Of the
     * step that diverges it is told as well, with a loss that is far too large or not finite, and no update follows.
     */
    interface Listener {
        void step(int step, double loss, double lr);
    }

    /**
     * Trains a model by stochastic gradient descent on batches drawn with replacement.
     *
     * @param random draws the batches
     * @throws FailedException if the training diverges
     */
    static void train(Layer model, Dataset data, TrainOptions options, TorchRandom random, Listener listener) {
        var loss = new CrossEntropyLoss();
        var sgd = new Sgd(model.parameters());
        var schedule =
                StepSchedule.of(options.lr()).then(options.model().defaults().lrDrop(), options.lr() / 10);
        // A first batch may be lucky, so the loss of a uniform guess counts as well.
        double largest = Math.log(Alphabet.SIZE);
        for (int step = 0; step < options.steps(); step++) {
            var batch = data.batch(options.batchSize(), random);
            double value = loss.forward(model.forward(batch.x()), batch.y());
            if (step == 0) {
                largest = DIVERGED * Math.max(largest, value);
            }
            double lr = schedule.at(step);
            if (!(value <= largest)) {
                listener.step(step, value, lr);
                throw diverged("the loss of step " + step, value);
            }
            sgd.zeroGrad();
            model.backward(loss.backward());
            sgd.step(lr);
            listener.step(step, value, lr);
        }
    }

    /** Says which loss shows that a training diverged. */
    static FailedException diverged(String what, double loss) {
        return new FailedException(
                String.format(Locale.ROOT, "training diverged: %s is %.3g; try a smaller --lr", what, loss));
    }
}
