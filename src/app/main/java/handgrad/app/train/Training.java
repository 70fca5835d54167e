package handgrad.app.train;

import handgrad.data.Dataset;
import handgrad.nn.Layer;
import handgrad.random.TorchRandom;

/**
 * A model trained as its lecture trains it.
 *
 * @param network the trained model
 * @param firstLoss the loss of the first batch, before any update; NaN where there was no step
 * @param lastLoss the loss of the last batch, before its update; NaN where there was no step
 * @param seconds how long the steps took
 */
record Training(Layer network, double firstLoss, double lastLoss, double seconds) {
    /** Draws the model of these options and trains it. */
    static Training of(TrainOptions options, Dataset data) {
        return of(options, data, (_, _, _) -> {});
    }

    /** Does the same and tells of each step. */
    static Training of(TrainOptions options, Dataset data, Trainer.Listener listener) {
        var random = TorchRandom.seeded(options.seed());
        return of(options.network(random), data, options, random, listener);
    }

    /** Trains a model that has been drawn by this generator. */
    static Training of(
            Layer network, Dataset data, TrainOptions options, TorchRandom random, Trainer.Listener listener) {
        double[] ends = {Double.NaN, Double.NaN};
        long start = System.nanoTime();
        Trainer.train(network, data, options, random, (step, loss, lr) -> {
            if (step == 0) {
                ends[0] = loss;
            }
            ends[1] = loss;
            listener.step(step, loss, lr);
        });
        double seconds = (System.nanoTime() - start) / 1e9;
        options.model().finish(network, data);
        return new Training(network, ends[0], ends[1], seconds);
    }
}
