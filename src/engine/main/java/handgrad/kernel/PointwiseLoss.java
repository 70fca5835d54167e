package handgrad.kernel;

import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.Scratch;

/**
 * Losses that compare each element x with its target t, by the sum of a term over all elements, and their gradient. The
 * arrays of a call are all float[] or all double[]; terms and sums are in float64 for both.
 *
 * <p>A sum adds pairwise within blocks, and then the sums of the blocks pairwise. No term goes through more than 32 +
 * log₂(n) additions, so the error is at most (32 + log₂(n)) · 2⁻⁵³ · Σ|term|, and the few units in the last place that
 * each term may be off. Threads share blocks, but no sum.
 */
public enum PointwiseLoss {
    /**
     * The term (1 - t) x + ln(1 + e⁻ˣ), which is -t ln σ(x) - (1 - t) ln(1 - σ(x)), and its slope σ(x) - t. The only
     * exponential is that of -|x|, which cannot overflow, and σ(x) - t is taken from the nearer end of σ.
     */
    BCE_WITH_LOGITS(
            (x, t, _, _) ->
                    (x > 0 ? product(1 - t, x) : product(t, -x)) + StrictMath.log1p(StrictMath.exp(-Math.abs(x))),
            (x, t, factor, _) -> {
                double e = StrictMath.exp(-Math.abs(x));
                return factor * (x > 0 ? 1 - t - e / (1 + e) : e / (1 + e) - t);
            }),

    /** The term |x - t|, and its slope, the sign of x - t, 0 where they are equal. */
    L1((x, t, _, _) -> Math.abs(x - t), (x, t, factor, _) -> factor * Math.signum(x - t)),

    /** The term (x - t)²/2 up to |x - t| = δ and δ (|x - t| - δ/2) beyond; its slope, x - t kept within ±δ. */
    HUBER(
            (x, t, delta, _) -> {
                double distance = Math.abs(x - t);
                return distance <= delta ? 0.5 * distance * distance : delta * (distance - 0.5 * delta);
            },
            (x, t, factor, delta) -> factor * Math.max(-delta, Math.min(delta, x - t))),

    /** The term t (ln t - x), 0 where t is, and its slope -t. */
    KL_DIV((x, t, _, _) -> product(t, StrictMath.log(t) - x), (_, t, factor, _) -> -t * factor);

    /** Terms that are added one after the other. */
    private static final int RUN = 16;

    /** Terms in a block of a sum. */
    private static final int BLOCK = 1 << 12;

    /** The blocks of a task: a term may cost some ten times what an element of an ordinary loop does. */
    private static final int BLOCKS = 2;

    @SuppressWarnings("ImmutableEnumChecker") // lambdas without state
    private final ElementwiseLoop.Formula term;

    @SuppressWarnings("ImmutableEnumChecker") // lambdas without state
    private final ElementwiseLoop gradient;

    PointwiseLoss(ElementwiseLoop.Formula term, ElementwiseLoop.Formula slope) {
        this.term = term;
        this.gradient = ElementwiseLoop.of(
                (x, target, dX, factor, delta, from, to) -> {
                    for (int i = from; i < to; i++) {
                        dX[i] = (float) slope.value(x[i], target[i], factor, delta);
                    }
                },
                slope);
    }

    /** a · b, and 0 where a is 0, whatever b is. */
    private static double product(double a, double b) {
        return a == 0 ? 0 : a * b;
    }

    /** The sum of the terms of n elements; delta is the δ of {@link #HUBER}. */
    public double sum(Object x, Object target, double delta, int n) {
        int blocks = Math.ceilDiv(n, BLOCK);
        // Delta stands behind the sums, because a task over rows is handed arrays.
        double[] sums = Scratch.doubles(blocks + 1);
        sums[blocks] = delta;
        Parallel.overRows(blocks, BLOCKS, n, x, target, sums, this, PointwiseLoss::sumBlocks);
        return sum(sums, 0, blocks);
    }

    private static void sumBlocks(
            Object x, Object target, double[] sums, PointwiseLoss loss, int n, int first, int end) {
        double delta = sums[Math.ceilDiv(n, BLOCK)];
        for (int block = first; block < end; block++) {
            int from = block * BLOCK;
            int to = from + Math.min(BLOCK, n - from);
            sums[block] = x instanceof float[] floats
                    ? loss.sum(floats, (float[]) target, delta, from, to)
                    : loss.sum((double[]) x, (double[]) target, delta, from, to);
        }
    }

    private double sum(float[] x, float[] target, double delta, int from, int to) {
        if (to - from > RUN) {
            int middle = from + (to - from) / 2;
            return sum(x, target, delta, from, middle) + sum(x, target, delta, middle, to);
        }
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += term.value(x[i], target[i], delta, 0);
        }
        return sum;
    }

    private double sum(double[] x, double[] target, double delta, int from, int to) {
        if (to - from > RUN) {
            int middle = from + (to - from) / 2;
            return sum(x, target, delta, from, middle) + sum(x, target, delta, middle, to);
        }
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += term.value(x[i], target[i], delta, 0);
        }
        return sum;
    }

    /** The sum of terms in an array, pairwise. */
    static double sum(double[] terms, int from, int to) {
        if (to - from > RUN) {
            int middle = from + (to - from) / 2;
            return sum(terms, from, middle) + sum(terms, middle, to);
        }
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += terms[i];
        }
        return sum;
    }

    /** dX = factor · the slope of the term at each of n elements; dX may be x or target. */
    public void backward(Object x, Object target, Object dX, double factor, double delta, int n) {
        gradient.run(x, target, dX, factor, delta, n);
    }
}
