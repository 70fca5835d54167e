package handgrad.app.train;

import handgrad.app.command.FailedException;
import handgrad.data.Dataset;
import handgrad.data.Split;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Layer;

/**
 * The losses of a model, each the mean over all rows of a part of the data.
 *
 * @param train on what it learned from
 * @param dev on what models are chosen by
 * @param test on what models are judged by
 */
public record Evaluation(double train, double dev, double test) {
    /** Rows at a time: enough for fast products, few enough for their results to stay in the cache. */
    static final int ROWS = 1024;

    /**
     * Evaluates a model; leaves it in evaluation mode.
     *
     * @throws FailedException if a loss is not finite
     */
    public static Evaluation of(Layer model, Split split) {
        return new Evaluation(
                loss("train", model, split.train()),
                loss("dev", model, split.dev()),
                loss("test", model, split.test()));
    }

    /**
     * The loss on a part of the data, whose name an error would say; leaves the model in evaluation mode.
     *
     * @throws FailedException if the loss is not finite
     */
    public static double loss(String part, Layer model, Dataset data) {
        double mean = loss(model, data);
        if (!Double.isFinite(mean)) {
            throw Trainer.diverged("the loss on " + part, mean);
        }
        return mean;
    }

    /** The loss on a part of the data, finite or not; leaves the model in evaluation mode. */
    static double loss(Layer model, Dataset data) {
        model.train(false);
        var loss = new CrossEntropyLoss();
        double sum = 0;
        for (int from = 0; from < data.size(); from += ROWS) {
            int rows = Math.min(ROWS, data.size() - from);
            sum += rows
                    * loss.forward(
                            model.forward(data.x().narrow(0, from, rows)),
                            data.y().narrow(0, from, rows));
        }
        return sum / data.size();
    }
}
