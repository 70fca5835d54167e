package handgrad.app.exercise;

import handgrad.app.exercise.ExerciseCheck.Fault;
import handgrad.check.result.Cause;
import handgrad.check.result.Comparison;
import handgrad.file.PrintableText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a learner reads who looks for the wrong line of a backward pass: not which it is, as long as no hint is asked
 * for.
 */
record FaultReport(Exercise exercise, Path source, ExerciseCheck check, Fault fault) {
    /** The report of a check that found no more than a wrong or an unnamed line. */
    static Optional<FaultReport> of(Exercise exercise, Path source, ExerciseCheck check) {
        return check.solved() || check.stop() != null || !check.blanks().isEmpty()
                ? Optional.empty()
                : Optional.ofNullable(check.fault()).map(fault -> new FaultReport(exercise, source, check, fault));
    }

    /** What is not right yet, and what to do. */
    String text() {
        return finding()
                + ", then ./handgrad exercise %s again%s."
                        .formatted(exercise.name(), check.firstWrong().isPresent() ? "; --hint narrows it down" : "");
    }

    /** What is not right yet, and where; without the end of the sentence. */
    String finding() {
        var named = PrintableText.of(fault.named().strip());
        if (check.firstWrong().isPresent()) {
            var found = named.isEmpty()
                    ? ""
                    : fault.found()
                            ? " It is that of %s, as you say; mend it.".formatted(named)
                            : " It is not that of %s.".formatted(named);
            return "Not all gradients are those of the loss: one line of backward is wrong.%s%nFind it in %s"
                    .formatted(found, source);
        }
        return """
            All %d gradients are right. %s
            Write it in %s as final String faulty = "dNAME\"\
            """.formatted(
                        check.right(),
                        named.isEmpty()
                                ? "Which of them was wrong?"
                                : "But it was not %s that was wrong; which one was it?".formatted(named),
                        source);
    }

    /** The next hint: which half, which gradient, what is wrong with it, and at last how it is derived. */
    String hint() {
        var hints = hints();
        int next = new HintsFile(source).next(exercise, Marking.FAULT, hints.size());
        return next == hints.size()
                ? "no hints are left; ./handgrad exercise %s --solution %s prints the answer"
                        .formatted(
                                exercise.name(),
                                check.firstWrong()
                                        .map(wrong -> "d" + wrong.name())
                                        .orElse(""))
                : "hint %d of %d: %s".formatted(next + 1, hints.size(), hints.get(next));
    }

    /** All hints, each saying more than the one before. */
    List<String> hints() {
        return check.firstWrong().map(this::hints).orElseGet(() -> List.of(text()));
    }

    private List<String> hints(Comparison wrong) {
        var steps = exercise.steps();
        var step = exercise.step(wrong.name());
        int half = (steps.size() + 1) / 2;
        boolean isFirst = steps.indexOf(step) < half;
        var candidates = isFirst ? steps.subList(0, half) : steps.subList(half, steps.size());
        var hints = new ArrayList<String>();
        hints.add("it is in the %s half, one of %s"
                .formatted(
                        isFirst ? "first" : "second",
                        candidates.stream().map(each -> "d" + each.tensor()).collect(Collectors.joining(", "))));
        hints.add("it is " + ExerciseReport.place(source, wrong.name()));
        Cause cause = Objects.requireNonNull(wrong.cause());
        hints.add("d%s is wrong%s".formatted(wrong.name(), cause.introduced()));
        hints.addAll(step.hints());
        return hints;
    }
}
