package handgrad.examples;

import handgrad.data.Dataset;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Sequential;
import handgrad.optim.Sgd;
import handgrad.optim.StepSchedule;
import handgrad.random.TorchRandom;
import java.io.IOException;

/** The training loop of the lectures. */
final class Trainer {
    private Trainer() {}

    /** What is told of a step: its number, the loss of its batch before the update, and its learning rate. */
    interface Listener {
        void step(int step, double loss, double lr) throws IOException;
    }

    /** A training whose loss is no number any more. */
    static final class DivergedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        DivergedException(int step, double loss) {
            super("training diverged: the loss of step %,d is %s; a smaller --lr may help".formatted(step, loss));
        }
    }

    /**
     * Trains a model by stochastic gradient descent on batches drawn with replacement.
     *
     * @param random draws the batches
     */
    static void train(Sequential model, Dataset data, TrainOptions options, TorchRandom random, Listener listener)
            throws IOException {
        var loss = new CrossEntropyLoss();
        var sgd = new Sgd(model.parameters());
        var schedule = StepSchedule.of(options.lr()).then(TrainOptions.LR_DROP, options.lr() / 10);
        for (int step = 0; step < options.steps(); step++) {
            var batch = data.batch(options.batchSize(), random);
            double value = loss.forward(model.forward(batch.x()), batch.y());
            if (!Double.isFinite(value)) {
                throw new DivergedException(step, value);
            }
            sgd.zeroGrad();
            model.backward(loss.backward());
            double lr = schedule.at(step);
            sgd.step(lr);
            listener.step(step, value, lr);
        }
    }
}
