package handgrad.diagnostics;

import handgrad.nn.BatchNorm1d;
import handgrad.nn.BatchNormOptions.Running;
import handgrad.nn.Layer;
import handgrad.nn.Sequential;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The calibration of makemore part 3: after training, the statistics of a batch normalisation are taken once over the
 * whole training set, instead of those that followed the batches while the weights still moved.
 */
public final class BatchNormCalibration {
    /** Rows at a time: enough for fast products, few enough for their results to stay in the cache. */
    private static final int ROWS = 1024;

    private BatchNormCalibration() {}

    /**
     * Replaces the running statistics of each {@link BatchNorm1d} among the layers of a model by those over all rows
     * of x, the layer next to the input first, so that the later ones see what the earlier ones will give. Leaves the
     * model in evaluation mode.
     *
     * @param x what the model takes, (N, …), at least 2 rows
     * @return for each of these layers the statistics before and after
     */
    public static List<BatchNormStatistics> calibrate(Sequential model, Tensor x) {
        if (x.size(0) < 2) {
            throw new IllegalArgumentException("calibrate: wants at least 2 rows, x is " + x.shape());
        }
        model.train(false);
        var all = new ArrayList<BatchNormStatistics>();
        for (int i = 0; i < model.layers().size(); i++) {
            if (model.layers().get(i) instanceof BatchNorm1d norm) {
                all.add(calibrate(String.valueOf(i), norm, model.layers().subList(0, i), x));
            }
        }
        return all;
    }

    private static BatchNormStatistics calibrate(String name, BatchNorm1d norm, List<Layer> below, Tensor x) {
        var oldMean = Moments.floats(norm.runningMean()).clone();
        var oldStd = std(norm);
        // The differences to the running mean are small, so their squares lose no digits.
        int width = oldMean.length;
        double[] sums = new double[width];
        double[] squares = new double[width];
        int n = 0;
        for (int from = 0; from < x.size(0); from += ROWS) {
            var out = x.narrow(0, from, Math.min(ROWS, x.size(0) - from));
            for (var layer : below) {
                out = layer.forward(out);
            }
            float[] elements = Moments.floats(out);
            for (int i = 0; i < elements.length; i++) {
                double difference = (double) elements[i] - oldMean[i % width];
                sums[i % width] += difference;
                squares[i % width] += difference * difference;
            }
            n += elements.length / width;
        }
        double[] means = new double[width];
        double[] spreads = new double[width];
        for (int j = 0; j < width; j++) {
            means[j] = oldMean[j] + sums[j] / n;
            double total = Math.max(0, squares[j] - sums[j] * sums[j] / n);
            spreads[j] = switch (norm.options().running()) {
                case BIASED_VARIANCE -> total / n;
                case UNBIASED_VARIANCE -> total / (n - 1);
                case UNBIASED_DEVIATION -> Math.sqrt(total / (n - 1));
            };
        }
        norm.runningMean().copyFrom(like(norm.runningMean(), means));
        norm.runningSpread().copyFrom(like(norm.runningSpread(), spreads));
        return new BatchNormStatistics(
                name, oldMean, Moments.floats(norm.runningMean()).clone(), oldStd, std(norm));
    }

    private static Tensor like(Tensor tensor, double[] values) {
        return Tensor.of(values, tensor.shape().toArray());
    }

    private static float[] std(BatchNorm1d norm) {
        var spread = norm.runningSpread();
        return Moments.floats(norm.options().running() == Running.UNBIASED_DEVIATION ? spread : spread.sqrt())
                .clone();
    }
}
