package handgrad.app.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers as a page writes them, whatever the language of the machine. */
public final class NumberText {
    private NumberText() {}

    /** {@code 200,000}. */
    public static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** {@code 2.1057}: a loss. */
    public static String loss(double value) {
        return number("%.4f", value);
    }

    /** {@code 0.00123} or {@code 1.23e-07}: three digits. */
    public static String digits(double value) {
        boolean plain = value == 0 || (Math.abs(value) >= 1e-4 && Math.abs(value) < 1e5);
        return number(plain ? "%." + decimals(value) + "f" : "%.2e", value);
    }

    /** {@code 0.1}: at most three digits, none of them for nothing. */
    public static String plain(double value) {
        return new BigDecimal(value)
                .round(new MathContext(3))
                .stripTrailingZeros()
                .toPlainString()
                .replace('-', '−');
    }

    private static int decimals(double value) {
        return value == 0 ? 0 : Math.max(0, 2 - (int) Math.floor(Math.log10(Math.abs(value))));
    }

    /** {@code 3.2 %} of a share from 0 to 1. */
    public static String percent(double share) {
        return number("%.1f %%", 100 * share);
    }

    /** {@code +0.0012}: a difference of losses. */
    public static String difference(double value) {
        // Adding 0 makes a negative zero positive.
        return number("%+.4f", Double.isNaN(value) ? value : Math.round(1e4 * value) / 1e4 + 0.0);
    }

    /** A number with this many decimals. */
    public static String fixed(int decimals, double value) {
        return number("%." + decimals + "f", value);
    }

    /** A dash for what there is not; no sign for what is 0 in these digits. */
    private static String number(String format, double value) {
        if (Double.isNaN(value)) {
            return "–";
        }
        var text = String.format(Locale.ROOT, format, value).replace("Infinity", "∞");
        return text.matches("-[0.]+( %)?") ? text.substring(1) : text.replace('-', '−');
    }
}
