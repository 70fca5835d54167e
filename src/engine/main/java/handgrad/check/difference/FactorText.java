package handgrad.check.difference;

import java.util.Locale;

/** A factor between two gradients, in digits for a message. */
public final class FactorText {
    private FactorText() {}

    /** Four digits, more where four would say 1. */
    public static String of(double factor) {
        int digits = 4;
        double rounded = rounded(factor, digits);
        while (rounded == 1 && factor != 1 && digits < 16) {
            rounded = rounded(factor, ++digits);
        }
        return Double.toString(rounded).replaceAll("\\.0$", "");
    }

    private static double rounded(double factor, int digits) {
        return Double.parseDouble(String.format(Locale.ROOT, "%." + digits + "g", factor));
    }
}
