package handgrad.check.difference;

import handgrad.check.difference.Judgement.Finding;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The derivative of a function along a path, by differences at steps that are 16 times apart: as many of them as it
 * takes to tell whether a given derivative is right.
 *
 * <p>A central difference at a step h is wrong by about h² f‴ / 6, because a difference is not yet a derivative, and by
 * the rounding of the two outputs divided by 2h. So the differences at three neighbouring steps tell how far the middle
 * one can be trusted: the largest step is wrong 256 times as much by the first, the smallest 16 times as much by the
 * second, and the middle one is wrong by less than they are apart. The three steps that are closest together count. In
 * practice the first difference agrees with a right gradient to six digits and more, which is no accident; the other
 * steps are for those that do not.
 *
 * <p>Where the differences to the two sides stay apart however small the step, the function has no derivative.
 */
public final class Derivative {
    /** The order in which steps are tried: the first one is 0. */
    private static final int[] ORDER = {1, -1, 2, -2, 3, -3, 4, -4, -5, -6, -7, -8, 5, 6, 7, 8};

    /** The error of a difference that is good enough, relative to the derivative. */
    private static final double PRECISE = 1e-6;

    /** An error that is too large to say anything, relative to the derivative. */
    private static final double VAGUE = 0.5;

    /** The error of a difference that speaks against one at larger steps, relative to what they are apart. */
    private static final double FINER = 0.1;

    /** What is lost of a gradient that is added to one like dOut, relative to it. */
    private static final double ABSORBED = 0x1p-36;

    /** The error of a difference that confirms a derivative against smaller steps, relative to it. */
    private static final double CONFIRMED = 0.01;

    /** What rounding leaves of numbers like dOut that are taken from each other, relative to them. */
    static final double LEFT = 4 * 0x1p-53;

    /** A bend that is seen, relative to the derivative. */
    private static final double BENT = 1e-4;

    /** An error that hides no derivative that matters, relative to dOut or to the mean slope over the whole range. */
    private static final double NEGLIGIBLE = 1e-6;

    private final Steps steps;
    private final Tolerance tolerance;

    Derivative(Steps steps, Tolerance tolerance) {
        this.steps = steps;
        this.tolerance = tolerance;
    }

    /** The central difference of the sum of all outputs at the first step with finite numbers; NaN if there is none. */
    public double value() {
        var slope = steps.first();
        return slope == null ? Double.NaN : steps.central(slope, Steps.ALL);
    }

    /** The central difference of each output at that step. */
    public double[] outputs() {
        var slope = steps.first();
        return slope == null ? new double[steps.count()] : slope.central();
    }

    /** Judges a derivative of the sum of all outputs. */
    public Judgement judge(double given) {
        return judge(given, Steps.ALL);
    }

    /** Judges a derivative of an output, or of the sum of all. */
    Judgement judge(double given, int output) {
        return judge(given, output, 0);
    }

    /** Judges a derivative that has an error of its own. */
    Judgement judge(double given, int output, double own) {
        var first = steps.slope(0);
        if (first != null) {
            double value = steps.central(first, output);
            double rounding = steps.rounding(first, output);
            double size = Math.max(Math.abs(given), Math.abs(value));
            boolean agrees = Math.abs(given - value) <= allowed(rounding, value, own);
            if (agrees && (rounding <= 10 * PRECISE * size || (size == 0 && rounding == 0))) {
                return new Judgement(Finding.AGREES, value, rounding);
            }
        }
        return explore(given, output, own);
    }

    private double allowed(double error, double value, double own) {
        return error + own + tolerance.atol() + tolerance.rtol() * Math.abs(value);
    }

    private Judgement explore(double given, int output, double own) {
        steps.range();
        for (int j : ORDER) {
            steps.slope(j);
            for (int middle = -Steps.LARGER + 1; middle < Steps.SMALLER; middle++) {
                var window = steps.window(middle, output);
                if (window != null
                        && window.error() <= PRECISE * Math.max(Math.abs(given), Math.abs(window.value()))
                        && Math.abs(given - window.value()) <= allowed(window.error(), window.value(), own)) {
                    return new Judgement(Finding.AGREES, window.value(), window.error());
                }
            }
        }
        var best = steps.best(output);
        return best == null
                ? new Judgement(Finding.UNSETTLED, value(), Double.POSITIVE_INFINITY)
                : conclude(given, output, best, own);
    }

    private Judgement conclude(double given, int output, Steps.Window best, double own) {
        double value = best.value();
        double size = Math.max(Math.abs(given), Math.abs(value));
        double apart = Math.abs(given - value);
        if (given == 0 && steps.isStill(output)) {
            return new Judgement(Finding.AGREES, 0, 0);
        }
        double error = size == 0 ? Math.min(best.error(), steps.errorOfStillness(output)) : best.error();
        if (isBent(best, size)) {
            return bent(given, output, best, own);
        }
        if (apart <= allowed(error, value, own)) {
            boolean told = error <= VAGUE * size || isFlat(error, output);
            return new Judgement(told ? Finding.AGREES : Finding.DROWNED, value, error);
        }
        // The function may have a finer structure than the steps that agree best: smaller ones count too.
        for (int middle = best.number() + 1; middle < Steps.SMALLER; middle++) {
            var window = steps.window(middle, output);
            if (window != null
                    && window.error() <= FINER * apart
                    && Math.abs(given - window.value()) <= allowed(window.error(), window.value(), own)) {
                return new Judgement(Finding.AGREES, window.value(), window.error());
            }
        }
        var confirming = confirming(given, output, best, own);
        if (confirming != null) {
            boolean told = confirming.error() <= CONFIRMED * size;
            return new Judgement(told ? Finding.AGREES : Finding.UNSETTLED, confirming.value(), confirming.error());
        }
        // Where the outputs are as good as 0, they are differences of larger numbers, and so is their rounding.
        var range = steps.range();
        double inside = range == null
                ? 0
                : Steps.ROUNDING * steps.change(range, output) / best.middle().up();
        if (size <= inside) {
            return new Judgement(Finding.AGREES, value, inside);
        }
        // A gradient like dOut that is added and taken away again leaves little of one that is so much smaller.
        boolean nothing = isLeftOver(given) && size <= LEFT * steps.weight(output);
        if (nothing || steps.isNothing() || size <= ABSORBED * steps.weight(output) * steps.unitSlope()) {
            return new Judgement(Finding.DROWNED, value, best.error());
        }
        // Far away a function may be another one, so steps larger than the input alone prove nothing.
        var near = best.number() > -Steps.LARGER / 2 ? best : steps.best(output, -Steps.LARGER / 2 + 1);
        boolean differs = near != null && Math.abs(given - near.value()) > 3 * near.error() + own;
        return new Judgement(differs ? Finding.DIFFERS : Finding.UNSETTLED, value, best.error());
    }

    /**
     * Larger steps that agree with a derivative, where only such speak against it at which the outputs move by less
     * than the rounding inside. So it is with x ∘ (1 + tanh x) far below 0: it has jumps as large as the rounding of
     * tanh x, times x, and where a step is too small to have a jump in it, it moves with x alone.
     */
    private Steps.@Nullable Window confirming(double given, int output, Steps.Window best, double own) {
        if (!steps.isBelowRounding(best, output)) {
            return null;
        }
        Steps.Window confirming = null;
        for (int middle = best.number() - 1; middle > -Steps.LARGER / 2; middle--) {
            var window = steps.window(middle, output);
            if (window != null
                    && window.error() <= VAGUE * Math.abs(given)
                    && Math.abs(given - window.value()) <= allowed(window.error(), window.value(), own)
                    && (confirming == null || window.error() < confirming.error())) {
                confirming = window;
            }
        }
        return confirming;
    }

    private static boolean isBent(Steps.Window window, double size) {
        return window.bend() > 4 * window.spread() && window.bend() > BENT * size;
    }

    /** Whether the differences to the two sides stay apart at some steps, even if others agree better. */
    boolean hasBend() {
        for (int middle = -Steps.LARGER + 1; middle < Steps.SMALLER; middle++) {
            var window = steps.window(middle, Steps.ALL);
            if (window != null && isBent(window, Math.abs(window.value()))) {
                return true;
            }
        }
        return false;
    }

    /** Whether a derivative that is lost in an error is none: the outputs move over the whole range, but not here. */
    private boolean isFlat(double error, int output) {
        var range = steps.range();
        double mean = range == null ? 0 : steps.change(range, output) / range.up();
        return error <= NEGLIGIBLE * Math.max(steps.weight(output), mean);
    }

    /** Whether it is 0 or what rounding leaves of two like 1 that are taken from each other: their last digits. */
    static boolean isLeftOver(double given) {
        double lastDigits = given * 0x1p56;
        return lastDigits == Math.rint(lastDigits);
    }

    /** Where there is no derivative, any number between the differences to the two sides will do, for each output. */
    private Judgement bent(double given, int output, Steps.Window window, double own) {
        double low = 0;
        double high = 0;
        double[] center = steps.center();
        for (int i = 0; i < center.length; i++) {
            double ahead = steps.weight(i, output) * window.smallest().ahead(i, center[i]);
            double behind = steps.weight(i, output) * window.smallest().behind(i, center[i]);
            low += Math.min(ahead, behind);
            high += Math.max(ahead, behind);
        }
        double nearest = Math.clamp(given, low, high);
        boolean outside = Math.abs(given - nearest) > allowed(3 * window.spread(), nearest, own);
        return new Judgement(outside ? Finding.DIFFERS : Finding.BENT, nearest, window.error());
    }

    /** The outputs that have no derivative, as far as the steps that were tried tell. */
    int[] bentOutputs() {
        return IntStream.range(0, steps.count())
                .filter(i -> {
                    var best = steps.best(i);
                    return best != null && isBent(best, Math.abs(best.value()));
                })
                .toArray();
    }
}
