package handgrad.check.result;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A gradient compared with a reference and with central differences. Its text is a line of the lecture's table:
 *
 * <pre>
 * bngain           exact: true   approximate: true   maxdiff: 0.0
 * </pre>
 *
 * @param name the tensor
 * @param exact whether every element equals the reference's; null where there is no reference
 * @param approximate whether the gradient agrees with central differences; null where they cannot tell
 * @param maxdiff the largest difference from the reference; without one, from central differences
 * @param cause why the gradient is wrong or could not be checked, or null where it is right
 */
public record Comparison(
        String name,
        @Nullable Boolean exact,
        @Nullable Boolean approximate,
        double maxdiff,
        @Nullable Cause cause) {
    /** Whether the gradient is right, wrong, or could not be checked. */
    public Verdict verdict() {
        return Verdict.of(cause);
    }

    /** Whether the gradient is right: it need not be exact, because another order of operations rounds differently. */
    public boolean passed() {
        return cause == null;
    }

    @Override
    public String toString() {
        String first = exact == null ? "" : String.format(Locale.ROOT, "exact: %-5s  ", exact);
        String second = approximate == null ? "?" : approximate.toString();
        return String.format(Locale.ROOT, "%-16s %sapproximate: %-5s  maxdiff: %s", name, first, second, maxdiff);
    }
}
