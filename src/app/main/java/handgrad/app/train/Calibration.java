package handgrad.app.train;

import handgrad.data.Split;
import handgrad.diagnostics.BatchNormCalibration;
import handgrad.diagnostics.BatchNormStatistics;
import handgrad.nn.Sequential;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/**
 * What batch normalisation with the statistics of the whole training set would give, instead of the running ones.
 *
 * @param statistics of each layer, running and calibrated; empty for a model without batch normalisation
 * @param losses with the calibrated ones
 */
record Calibration(List<BatchNormStatistics> statistics, Evaluation losses) {
    /** Calibrates a model, evaluates it, and gives it its running statistics back. */
    static Calibration of(Sequential model, Split split) {
        var saved = model.stateDict().copy();
        try {
            var statistics = BatchNormCalibration.calibrate(model, split.train().x());
            return new Calibration(statistics, Evaluation.of(model, split));
        } finally {
            model.loadStateDict(saved);
        }
    }

    /** Prints how far the two kinds of statistics are apart, and the losses both ways. */
    void print(PrintWriter out, Evaluation running) {
        out.printf("%n%-14s %26s %26s%n", "BatchNorm", "mean, largest difference", "std, largest difference");
        for (var layer : statistics) {
            out.printf(
                    Locale.ROOT,
                    "%-14s %26.4f %26.4f%n",
                    layer.name(),
                    largestDifference(layer.runningMean(), layer.calibratedMean()),
                    largestDifference(layer.runningStd(), layer.calibratedStd()));
        }
        out.printf("%-14s %26s %26s%n", "loss", "running", "calibrated");
        out.printf(Locale.ROOT, "%-14s %26.6f %26.6f%n", "train", running.train(), losses.train());
        out.printf(Locale.ROOT, "%-14s %26.6f %26.6f%n", "dev", running.dev(), losses.dev());
    }

    private static double largestDifference(float[] a, float[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs((double) a[i] - b[i]));
        }
        return largest;
    }
}
