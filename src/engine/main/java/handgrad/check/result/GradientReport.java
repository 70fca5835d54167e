package handgrad.check.result;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The check of every gradient of a layer, a loss, a model or a function; its text is a table with a line a tensor.
 *
 * @param tensors what was found of each gradient
 * @param mistakes what is wrong with the passes whatever the gradients, such as a backward pass that overwrites dOut
 */
public record GradientReport(List<TensorResult> tensors, List<Cause> mistakes) {
    public GradientReport {
        tensors = List.copyOf(tensors);
        mistakes = List.copyOf(mistakes);
    }

    /** Whether every gradient is right; wrong if one of them is, or a pass makes a mistake. */
    public Verdict verdict() {
        boolean wrong = !mistakes.isEmpty() || tensors.stream().anyMatch(tensor -> tensor.verdict() == Verdict.WRONG);
        return wrong
                ? Verdict.WRONG
                : tensors.stream().allMatch(TensorResult::passed) ? Verdict.RIGHT : Verdict.UNCHECKED;
    }

    /** Whether every gradient is right. */
    public boolean passed() {
        return verdict() == Verdict.RIGHT;
    }

    /** What is not right: the mistakes, and the tensors whose gradient is wrong or could not be checked. */
    public String failures() {
        return Stream.concat(
                        mistakes.stream().map(Cause::explanation),
                        tensors.stream().filter(tensor -> !tensor.passed()).map(TensorResult::toString))
                .collect(Collectors.joining(System.lineSeparator()));
    }

    /** How many partial derivatives were compared. */
    public int partials() {
        return tensors.stream().mapToInt(TensorResult::partials).sum();
    }

    /** How many could not be told: the function has no derivative there, or a change drowns in rounding. */
    public int skipped() {
        return tensors.stream().mapToInt(TensorResult::skipped).sum();
    }

    /** The largest error of a tensor, relative to its largest derivative. */
    public double worst() {
        return tensors.stream().mapToDouble(TensorResult::worst).max().orElse(0);
    }

    @Override
    public String toString() {
        return Stream.concat(tensors.stream(), mistakes.stream())
                .map(Object::toString)
                .collect(Collectors.joining(System.lineSeparator()));
    }
}
