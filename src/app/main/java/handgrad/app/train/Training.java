package handgrad.app.train;

import handgrad.data.Dataset;
import handgrad.nn.Collective;
import handgrad.nn.Layer;
import handgrad.random.TorchRandom;

/**
 * A model trained as its lecture trains it, in one go.
 *
 * @param network the trained model
 * @param firstLoss the loss of the first batch, before any update; NaN where there was no step
 * @param lastLoss the loss of the last batch, before its update; NaN where there was no step
 * @param seconds how long the steps took
 */
record Training(Layer network, double firstLoss, double lastLoss, double seconds) {
    /**
     * What is told of each step, after its update: its number, the loss of its batch before, and its learning rate. Of
     * the step that diverges it is told as well, with a loss that is far too large or not finite, and no update
     * follows.
     */
    interface Listener {
        void step(int step, double loss, double lr);
    }

    /** Draws the model of these options and trains it. */
    static Training of(TrainOptions options, Dataset data) {
        return of(options, data, (_, _, _) -> {});
    }

    /** Does the same and tells of each step. */
    static Training of(TrainOptions options, Dataset data, Listener listener) {
        var random = TorchRandom.seeded(options.seed());
        return of(options.network(random), data, options, random, listener);
    }

    /**
     * Trains a model that has been drawn by this generator.
     *
     * @throws handgrad.app.command.FailedException if the training diverges
     */
    static Training of(Layer network, Dataset data, TrainOptions options, TorchRandom random, Listener listener) {
        var trainer = new Trainer(network, data, options, random, Collective.single());
        long start = System.nanoTime();
        while (!trainer.isDone()) {
            var done = trainer.next();
            listener.step(done.step(), done.loss(), done.lr());
            if (done.diverged()) {
                throw Trainer.diverged(done);
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        options.model().finish(network, data);
        return new Training(network, trainer.firstLoss(), trainer.lastLoss(), seconds);
    }
}
