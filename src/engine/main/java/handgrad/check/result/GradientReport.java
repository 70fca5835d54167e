package handgrad.check.result;

import java.util.List;
import java.util.stream.Collectors;

/** The check of every gradient of a layer, a loss, a model or a function; its text is a table with a line a tensor. */
public record GradientReport(List<TensorResult> tensors) {
    public GradientReport {
        tensors = List.copyOf(tensors);
    }

    /** Whether every gradient is right. */
    public boolean passed() {
        return tensors.stream().allMatch(TensorResult::passed);
    }

    /** How many partial derivatives were compared. */
    public int partials() {
        return tensors.stream().mapToInt(TensorResult::partials).sum();
    }

    /** How many were skipped, because the function has no derivative there. */
    public int skipped() {
        return tensors.stream().mapToInt(TensorResult::skipped).sum();
    }

    /** The largest error of a tensor, relative to its largest derivative. */
    public double worst() {
        return tensors.stream().mapToDouble(TensorResult::worst).max().orElse(0);
    }

    @Override
    public String toString() {
        return tensors.stream().map(TensorResult::toString).collect(Collectors.joining(System.lineSeparator()));
    }
}
