package handgrad.diagnostics;

import handgrad.tensor.Tensor;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Updates far larger or smaller than a thousandth of their weight, for the median weight of the model and on the
 * average of some checked steps.
 *
 * <p>Single weights may well differ: the last layer of the lectures' networks, which starts scaled down, is at 10 to
 * 40 times a thousandth for thousands of steps. The median of a healthy one lies between 10^-3.2 and 10^-2.1 while its
 * learning rate is the first one. Later rates are smaller on purpose, so updates are only called too small as long as
 * the rate stands still and has not been larger.
 */
final class UpdateRatioCheck implements Check {
    private static final double GOOD = -3;
    private static final double LEAST = -4;
    private static final double MOST = -1.7;

    /** The steps that a model may take to settle in. */
    private static final int FIRST = 500;

    /** The step from which on it is judged. */
    private static final int JUDGED = 1000;

    private static final int COUNT = 10;

    private double[] medians = new double[COUNT];
    private int count;
    private double largestLr;

    @Override
    public Rule rule() {
        return Rule.UPDATE_RATIO;
    }

    @Override
    public void fields(StateFields fields) {
        medians = fields.tensor("updateRatio.medians", Tensor.of(medians.clone(), COUNT), COUNT)
                .doubles();
        count = fields.integer("updateRatio.count", count);
        largestLr = fields.number("updateRatio.largestLr", largestLr);
    }

    @Override
    public @Nullable String find(ObservedStep observed) {
        if (observed.lr() != largestLr && !(observed.lr() < largestLr)) {
            largestLr = observed.lr();
            count = 0;
        }
        if (observed.step() < FIRST || observed.weights().isEmpty()) {
            return null;
        }
        medians[count++ % COUNT] = median(observed.updateToData());
        if (count < COUNT || observed.step() < JUDGED) {
            return null;
        }
        double mean = 0;
        for (double median : medians) {
            mean += median / COUNT;
        }
        if (!Double.isFinite(mean)) {
            return null; // no update at all is no matter of the rate
        }
        if (mean > MOST) {
            return text(observed, mean, "large", "smaller");
        }
        return mean < LEAST && observed.lr() == largestLr ? text(observed, mean, "small", "larger") : null;
    }

    private static String text(ObservedStep observed, double log10, String isToo, String wanted) {
        return String.format(
                Locale.ROOT,
                "The updates are too %s: the median weight changes by %.1e of its own size a step, and about 1e-3 is"
                        + " good. Try a learning rate that is about %.0f times %s than %s.",
                isToo,
                Math.pow(10, log10),
                Math.pow(10, Math.abs(log10 - GOOD)),
                wanted,
                (float) observed.lr());
    }

    /** log10 of the median. */
    private static double median(double[] ratios) {
        double[] sorted = ratios.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        return (Math.log10(sorted[(n - 1) / 2]) + Math.log10(sorted[n / 2])) / 2;
    }
}
