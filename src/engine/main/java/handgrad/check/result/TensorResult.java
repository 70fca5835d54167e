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
 * @param skipped how many were not, because the function has no derivative there
 * @param worst the largest error, relative to the largest derivative of the tensor, or to atol / rtol where all are
 *     smaller
 * @param maxdiff the largest error
 * @param index the element with the largest error; empty for a scalar, and where a random direction was compared
 * @param analytic the gradient there
 * @param numeric the central difference there
 * @param cause why the gradient is wrong, or null where it is right
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

    /** This result with a cause, or with none. */
    public TensorResult withCause(@Nullable Cause cause) {
        return new TensorResult(name, shape, partials, skipped, worst, maxdiff, index, analytic, numeric, cause);
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
        String tensor = "the gradient of " + name + " " + shape + " is wrong";
        if (partials == 0) {
            return tensor + ": " + cause.sentence();
        }
        return String.format(
                Locale.ROOT,
                "%s, worst %s: backward gives %.9g, central differences give %.9g%n  %s",
                tensor,
                index.isEmpty() && shape.rank() > 0 ? "along a random direction" : "at " + index,
                analytic,
                numeric,
                cause.sentence());
    }
}
