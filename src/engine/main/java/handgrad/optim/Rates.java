package handgrad.optim;

/** What schedules share. */
final class Rates {
    private Rates() {}

    /** No start. */
    static Warmup none() {
        return new Warmup(0);
    }

    static void requirePositive(double lr) {
        if (!(lr > 0) || Double.isInfinite(lr)) {
            throw new IllegalArgumentException(
                    "Schedule: the learning rate must be more than 0 and finite, it is " + lr);
        }
    }

    /** From one rate to another along half a cosine, at a part from 0 to 1 of the way. */
    static double between(double from, double to, double part) {
        return to + (from - to) * (1 + StrictMath.cos(Math.PI * part)) / 2;
    }
}
