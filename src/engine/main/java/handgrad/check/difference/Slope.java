package handgrad.check.difference;

/**
 * The outputs of a function on both sides of a point.
 *
 * @param up how far above the point the one side really is: x + h is rounded, so it is not quite h
 * @param down how far below it the other side is
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Slope(double up, double down, double[] above, double[] below) {
    boolean isFinite() {
        return up > 0 && down > 0 && isFinite(above) && isFinite(below);
    }

    private static boolean isFinite(double[] values) {
        for (double value : values) {
            if (!Double.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    /** The central difference of an output. */
    double central(int output) {
        return (above[output] - below[output]) / (up + down);
    }

    double[] central() {
        double[] slopes = new double[above.length];
        for (int i = 0; i < slopes.length; i++) {
            slopes[i] = central(i);
        }
        return slopes;
    }

    double ahead(int output, double center) {
        return (above[output] - center) / up;
    }

    double behind(int output, double center) {
        return (center - below[output]) / down;
    }
}
