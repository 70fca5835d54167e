package handgrad.check.registry;

import handgrad.check.result.GradientReport;
import java.util.List;

/** The gradient checks of one operation, one entry a sample; none where the operation has no gradient. */
public record ProofReport(Proof operation, List<Entry> entries) {
    /** The check at one sample. */
    public record Entry(String sample, GradientReport report) {}

    /** Copies the list. */
    public ProofReport {
        entries = List.copyOf(entries);
    }

    /** Whether every gradient is right. */
    public boolean passed() {
        return entries.stream().allMatch(entry -> entry.report().passed());
    }

    /** The number of compared partial derivatives. */
    public int partials() {
        return entries.stream().mapToInt(entry -> entry.report().partials()).sum();
    }

    /** The number of partial derivatives left out, because the function has none there. */
    public int skipped() {
        return entries.stream().mapToInt(entry -> entry.report().skipped()).sum();
    }

    /** The largest relative error. */
    public double worst() {
        return entries.stream()
                .mapToDouble(entry -> entry.report().worst())
                .max()
                .orElse(0);
    }
}
