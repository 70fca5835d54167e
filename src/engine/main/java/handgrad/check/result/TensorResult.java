package handgrad.check.result;

import handgrad.tensor.Shape;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The check of one tensor's gradient.
 *
 * @param name the tensor
 * @param shape its shape
 * @param partials how many partial derivatives were compared
 * @param skipped how many could not be told: the function has no derivative there, or a change drowns in rounding
 * @param worst the largest error, relative to the largest derivative of the tensor
 * @param maxdiff the largest error
 * @param index the element with the largest error; empty for a scalar, and where a random direction was compared
 * @param analytic the gradient there
 * @param numeric the central difference there
 * @param cause why the gradient is wrong or could not be checked, or null where it is right
 */
public record TensorResult(
        String name,
        Shape shape,
        int partials,
        int skipped,
        double worst,
        double maxdiff,
        List<Integer> index,
        double analytic,
        double numeric,
        @Nullable Cause cause) {

    /** A result that stands before any number could be compared. */
    public static TensorResult withoutValues(String name, Shape shape, Cause cause) {
        double unknown = Double.POSITIVE_INFINITY;
        return new TensorResult(name, shape, 0, 0, unknown, unknown, List.of(), Double.NaN, Double.NaN, cause);
    }

    /** This result with a cause, which has no numbers; or this where it is wrong already. */
    public TensorResult withCause(@Nullable Cause other) {
        return verdict() == Verdict.WRONG || other == null
                ? this
                : new TensorResult(
                        name, shape, partials, skipped, worst, maxdiff, List.of(), Double.NaN, Double.NaN, other);
    }

    /** The same numbers with another cause. */
    public TensorResult with(Cause other) {
        return new TensorResult(name, shape, partials, skipped, worst, maxdiff, index, analytic, numeric, other);
    }

    /** Whether the gradient is right, wrong, or could not be checked. */
    public Verdict verdict() {
        return Verdict.of(cause);
    }

    /** Whether the gradient is right. */
    public boolean passed() {
        return cause == null;
    }

    @Override
    public String toString() {
        if (cause == null) {
            return String.format(
                    Locale.ROOT,
                    "%-24s %-16s %7d partials %5d skipped   worst %.1e",
                    name,
                    shape,
                    partials,
                    skipped,
                    worst);
        }
        String tensor = "the gradient of " + name + " " + shape
                + (verdict() == Verdict.WRONG ? " is wrong" : " could not be checked");
        if (Double.isNaN(analytic) || verdict() == Verdict.UNCHECKED) {
            return tensor + cause.introduced();
        }
        return String.format(
                Locale.ROOT,
                "%s, worst %s: backward gives %s, central differences give %s%n  %s%s",
                tensor,
                index.isEmpty() && shape.rank() > 0 ? "along a random direction" : "at " + index,
                digits(analytic, numeric),
                digits(numeric, analytic),
                cause.kind() == Cause.Kind.UNKNOWN ? "" : cause.isCertain() ? "cause: " : "likely cause: ",
                cause.explanation());
    }

    /** A number with as many digits as show that it is not the other, nine at least. */
    private static String digits(double number, double other) {
        for (int digits = 9; digits < 17; digits++) {
            var text = String.format(Locale.ROOT, "%." + digits + "g", number);
            if (!text.equals(String.format(Locale.ROOT, "%." + digits + "g", other))) {
                return text;
            }
        }
        return Double.toString(number);
    }
}
