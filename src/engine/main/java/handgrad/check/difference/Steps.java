package handgrad.check.difference;

import org.jspecify.annotations.Nullable;

/** Differences of a function along a path, at steps that are 16 times apart, each computed when it is asked for. */
final class Steps {
    /** Where a path leads: the outputs, and how far from the point they are. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Point(double distance, double[] outputs) {}

    /** A line through the point. */
    @FunctionalInterface
    interface Path {
        Point at(double step);
    }

    /** Stands for the sum of all outputs, weighted by dOut, in place of the number of one. */
    static final int ALL = -1;

    /** From one step to the next. */
    static final double RATIO = 16;

    /** The steps are eps · scale · RATIO^-j for j from -LARGER to SMALLER. */
    static final int LARGER = 8;

    static final int SMALLER = 8;

    /** A step is at most this, or half of what is moved: further away a function may be another one. */
    private static final double LARGEST = 0x1p-5;

    /** The rounding that an output is allowed, relative to it. */
    static final double ROUNDING = 16 * 0x1p-53;

    /** An output that does not move is taken for one that x has no part in, if adding x to it would have moved it. */
    private static final double DROWNED = 0.25;

    /** A jump that may be rounding, relative to the outputs. */
    private static final double TINY = 1e-9;

    private final Path path;
    private final double scale;
    private final double reach;
    private final Outputs outputs;
    private final double[] center;
    private final double[] dOut;
    private final double eps;
    private final @Nullable Slope[] slopes = new Slope[LARGER + SMALLER + 1];
    private final boolean[] tried = new boolean[slopes.length];
    private final boolean[] moved;
    private boolean reached;
    private @Nullable Slope range;

    /**
     * The outputs at the point.
     *
     * @param center their values
     * @param noise how far they move when every input is changed in its last digits, as rounding inside does it
     * @param dOut their weights in the sum
     * @param largest the largest |value|
     * @param input the usual |value| of the input
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Outputs(double[] center, double[] noise, double[] dOut, double largest, double input) {}

    /**
     * Differences along a path.
     *
     * @param scale the size of what is moved
     * @param reach how far it is moved to see whether it matters at all
     */
    Steps(Path path, double scale, double reach, Outputs outputs, double eps) {
        this.path = path;
        this.scale = scale;
        this.reach = reach;
        this.outputs = outputs;
        this.center = outputs.center;
        this.dOut = outputs.dOut;
        this.eps = eps;
        this.moved = new boolean[center.length];
    }

    @Nullable
    Slope first() {
        for (int j = 0; j <= SMALLER; j++) {
            var slope = slope(j);
            if (slope != null) {
                return slope;
            }
        }
        return null;
    }

    /** How many outputs there are. */
    int count() {
        return center.length;
    }

    double[] center() {
        return center;
    }

    /** The weight of an output by itself, or in the sum of all. */
    double weight(int i, int output) {
        return output == ALL ? dOut[i] : output == i ? 1 : 0;
    }

    /** The outputs at the ends of all that is looked at; null where they are not finite. */
    @Nullable
    Slope range() {
        if (!reached) {
            reached = true;
            range = slope(reach);
        }
        return range;
    }

    /** The outputs around the point at a step; null where they are not finite or the step vanishes. */
    @Nullable
    Slope slope(int j) {
        int slot = j + LARGER;
        if (slot < 0 || slot >= slopes.length) {
            return null;
        }
        if (!tried[slot]) {
            tried[slot] = true;
            double step = scale * eps * Math.pow(RATIO, -j);
            slopes[slot] = step <= Math.max(scale / 2, LARGEST) ? slope(step) : null;
        }
        return slopes[slot];
    }

    private @Nullable Slope slope(double step) {
        var above = path.at(step);
        var below = path.at(-step);
        for (int i = 0; i < center.length; i++) {
            moved[i] |= above.outputs[i] != center[i] || below.outputs[i] != center[i];
        }
        var slope = new Slope(above.distance, -below.distance, above.outputs, below.outputs);
        return slope.isFinite() ? slope : null;
    }

    /** The central difference of an output, or of the sum of all. */
    double central(Slope slope, int output) {
        if (output != ALL) {
            return slope.central(output);
        }
        double sum = 0;
        for (int i = 0; i < center.length; i++) {
            sum += dOut[i] * (slope.above()[i] - slope.below()[i]);
        }
        return sum / (slope.up() + slope.down());
    }

    /** What rounding may add to that: each output by itself, as independent errors add up. */
    double rounding(Slope slope, int output) {
        if (output != ALL) {
            return rounding(slope, output, 1);
        }
        double norm = 0;
        for (int i = 0; i < center.length; i++) {
            double rounding = rounding(slope, i, dOut[i]);
            norm = rounding == 0 ? norm : Math.hypot(norm, rounding);
        }
        return norm;
    }

    private double rounding(Slope slope, int output, double weight) {
        double above = slope.above()[output];
        double below = slope.below()[output];
        double largest = Math.max(Math.abs(center[output]), Math.max(Math.abs(above), Math.abs(below)));
        double error = Math.abs(weight) * (ROUNDING * largest + 4 * outputs.noise[output]);
        if (moved[output] || isLost(largest)) {
            return error / (slope.up() + slope.down());
        }
        return range == null ? 0 : error / (range.up() + range.down());
    }

    /** Whether adding what is moved to a number of this size, or its square, would hardly change it. */
    private boolean isLost(double size) {
        return 0x1p-53 * size / reach > DROWNED * Math.max(1, reach);
    }

    /** Whether no step has moved an output, not even the largest, though it would show. */
    boolean isStill(int output) {
        for (int i = 0; i < center.length; i++) {
            if (weight(i, output) != 0 && (moved[i] || isLost(Math.abs(center[i])))) {
                return false;
            }
        }
        return true;
    }

    /** How far the differences to the two sides are apart, over all outputs. */
    private double bend(Slope slope, int output) {
        if (output != ALL) {
            return bendOf(slope, output);
        }
        double sum = 0;
        for (int i = 0; i < center.length; i++) {
            sum += Math.abs(dOut[i]) * bendOf(slope, i);
        }
        return sum;
    }

    private double bendOf(Slope slope, int i) {
        return Math.abs(slope.ahead(i, center[i]) - slope.behind(i, center[i]));
    }

    double weight(int output) {
        if (output != ALL) {
            return 1;
        }
        double squares = 0;
        for (double weight : dOut) {
            squares += weight * weight;
        }
        return Math.sqrt(squares);
    }

    /**
     * Three neighbouring steps.
     *
     * @param number of the middle one
     * @param value the difference at the middle one
     * @param spread how far it may be from the derivative
     * @param bend how far the differences to both sides stay apart at the smallest; 0 where they come together
     */
    record Window(int number, Slope middle, Slope smallest, double value, double spread, double bend) {
        double error() {
            return spread + bend;
        }
    }

    /** The window with the smallest error, if those with smaller steps do not speak against it. */
    @Nullable
    Window best(int output) {
        return best(output, -LARGER + 1);
    }

    @Nullable
    Window best(int output, int largest) {
        Window best = null;
        for (int middle = SMALLER - 1; middle >= largest; middle--) {
            var window = window(middle, output);
            if (window != null
                    && (best == null
                            || (window.error() < best.error()
                                    && Math.abs(window.value - best.value) <= best.error() + window.error()))) {
                best = window;
            }
        }
        return best;
    }

    @Nullable
    Window window(int j, int output) {
        if (!known(j - 1) || !known(j) || !known(j + 1)) {
            return null;
        }
        var large = slope(j - 1);
        var middle = slope(j);
        var small = slope(j + 1);
        if (large == null || middle == null || small == null) {
            return null;
        }
        double value = central(middle, output);
        double apart = Math.max(Math.abs(central(large, output) - value), Math.abs(central(small, output) - value));
        double step = jump(output) / (middle.up() + middle.down());
        double bend = bend(small, output);
        boolean stays = isAlike(bend(large, output), bend(middle, output)) && isAlike(bend(middle, output), bend);
        return new Window(j, middle, small, value, 2 * apart + step + rounding(middle, output), stays ? bend : 0);
    }

    /**
     * How large the derivative of an output may be that stands still on both sides of the point, on each as far as it
     * does: over all that way it has moved by its rounding at most. Infinite where it does not stand still.
     */
    double errorOfStillness(int output) {
        double up = 0;
        double down = 0;
        boolean above = true;
        boolean below = true;
        for (int j = SMALLER; j >= -LARGER; j--) {
            var slope = known(j) ? slope(j) : null;
            if (slope != null) {
                above &= isStill(slope.above(), output);
                below &= isStill(slope.below(), output);
                up = above ? slope.up() : up;
                down = below ? slope.down() : down;
            }
        }
        return up == 0 || down == 0
                ? Double.POSITIVE_INFINITY
                : rounding(new Slope(up, down, center, center), output) + jump(output) / (up + down);
    }

    private boolean isStill(double[] values, int output) {
        for (int i = 0; i < center.length; i++) {
            if ((output == ALL || output == i) && values[i] != center[i]) {
                return false;
            }
        }
        return true;
    }

    /** Whether an output moves no more, at all steps of a window, than the rounding of numbers like 1 or it. */
    boolean isBelowRounding(Window window, int output) {
        var large = slope(window.number - 1);
        double most = RATIO * ROUNDING * weight(output) * Math.max(1, outputs.largest);
        return large != null && change(large, output) <= most;
    }

    /** The largest output that was seen, and 1 if that is more. */
    private double unit() {
        double largest = Math.max(outputs.largest, largest(range()));
        for (var slope : slopes) {
            largest = Math.max(largest, largest(slope));
        }
        return Math.min(1, largest);
    }

    /** Whether all outputs that were seen would be lost beside the input, or the square of a small one. */
    boolean isNothing() {
        return unit() <= 0x1p-53 * Math.min(1, outputs.input * outputs.input);
    }

    private static double largest(@Nullable Slope slope) {
        double largest = 0;
        for (int i = 0; slope != null && i < slope.above().length; i++) {
            largest = Math.max(largest, Math.max(Math.abs(slope.above()[i]), Math.abs(slope.below()[i])));
        }
        return largest;
    }

    /** The slope of a function that changes by a unit over all that is looked at, and 1 if that is more. */
    double unitSlope() {
        return unit() / Math.max(1, reach);
    }

    /**
     * How far an output may jump without a reason. Whatever its size, it may be made of numbers like 1, and moves in
     * steps as large as their rounding; where small steps do not move it, in those that a larger one shows. At the
     * smallest step of all it hardly moves but by rounding.
     */
    private double jump(int output) {
        double unit = unit();
        double shown = 0;
        boolean stair = false;
        for (int slot = slopes.length - 1; slot >= 0; slot--) {
            var slope = slopes[slot];
            double change = slope == null ? 0 : change(slope, output);
            stair |= slope != null && change == 0;
            shown = shown == 0 && stair ? change : shown;
        }
        var smallest = known(SMALLER) ? slope(SMALLER) : null;
        double noise = smallest == null ? 0 : change(smallest, output);
        boolean tiny = shown <= TINY * weight(output) * Math.max(1, outputs.largest);
        return ROUNDING * weight(output) * (stair ? 1 : unit) + noise + (stair && tiny ? shown : 0);
    }

    /** Whether two bends are one: where the function is smooth it falls by 16 with the step, and rounding rises so. */
    private static boolean isAlike(double a, double b) {
        return a <= 4 * b && b <= 4 * a;
    }

    private boolean known(int j) {
        int slot = j + LARGER;
        return slot >= 0 && slot < slopes.length && tried[slot];
    }

    /** How far the outputs move. */
    double change(Slope slope, int output) {
        double sum = 0;
        for (int i = 0; i < center.length; i++) {
            if (output == ALL || output == i) {
                double most = Math.max(Math.abs(slope.above()[i] - center[i]), Math.abs(slope.below()[i] - center[i]));
                sum += (output == ALL ? Math.abs(dOut[i]) : 1) * most;
            }
        }
        return sum;
    }
}
