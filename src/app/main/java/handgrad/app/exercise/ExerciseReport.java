package handgrad.app.exercise;

import handgrad.app.exercise.ExerciseCheck.Training;
import handgrad.check.result.Comparison;
import handgrad.file.PrintableText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.regex.Pattern;

/** What a learner reads about a file of an exercise: the table, what is wrong, what comes next. */
record ExerciseReport(Exercise exercise, Path source, ExerciseCheck check, ExerciseMap map) {

    /** The whole report, each line ended. */
    String text() {
        var text = new StringJoiner("\n", "", "\n");
        text.add(exercise.heading()).add("");
        var search = FaultReport.of(exercise, source, check);
        if (search.isPresent()) {
            return text.add(search.get().text()).toString();
        }
        if (!check.comparisons().isEmpty()) {
            check.comparisons().forEach(comparison -> text.add(comparison.toString()));
            text.add("");
        }
        addFindings(text);
        return text.add(check.solved() ? solved() : next()).toString();
    }

    /** What is wrong and how the training went, each line ended; empty where there is nothing to say. */
    String findings() {
        var text = new StringJoiner("\n", "", "");
        addFindings(text);
        return text.toString();
    }

    private void addFindings(StringJoiner text) {
        addHidden(text);
        check.firstWrong().ifPresent(wrong -> addWrong(text, wrong));
        var stop = check.stop();
        if (stop != null) {
            text.add(PrintableText.of("Line %d stops it: %s".formatted(stop.number(), stop.message())));
            text.add("    " + PrintableText.of(stop.line())).add("");
        }
        var training = check.training();
        if (training != null) {
            addTraining(text, training);
        }
    }

    /** A variable inside of backward hides the field of its name, which stays blank. */
    private void addHidden(StringJoiner text) {
        boolean found = false;
        for (var tensor : check.blanks()) {
            int line = declaration(tensor);
            if (line > 0) {
                text.add("d%1$s is declared again inside backward (line %2$d): write d%1$s = … without a type"
                        .formatted(tensor, line));
                found = true;
            }
        }
        if (found) {
            text.add("");
        }
    }

    /** The number of the line in backward that declares a variable of a gradient's name, 0 if there is none. */
    private int declaration(String tensor) {
        var again = Pattern.compile("\\s+(?:final\\s+)?(?:var|Tensor)\\s+d%s\\s*=.*".formatted(Pattern.quote(tensor)));
        var lines = lines(source);
        boolean inside = false;
        for (int i = 0; i < lines.size(); i++) {
            inside = inside ? !lines.get(i).startsWith("}") : lines.get(i).startsWith("void backward()");
            if (inside && again.matcher(lines.get(i)).matches()) {
                return i + 1;
            }
        }
        return 0;
    }

    private void addWrong(StringJoiner text, Comparison wrong) {
        var cause = Objects.requireNonNull(wrong.cause());
        text.add("%s is wrong%s".formatted(place(wrong.name()), cause.introduced()));
        long all = check.comparisons().stream().filter(each -> !each.passed()).count();
        if (all > 1) {
            text.add("Correct it first: the others that are wrong may be so because they are computed from it.");
        }
        text.add("");
    }

    private static void addTraining(StringJoiner text, Training training) {
        var losses = training.losses();
        var expected = training.expected();
        var difference = training.firstDifference();
        if (difference.isEmpty()) {
            text.add("Trained with these gradients, the loss falls from %s to %s in %d steps, as the solution's does."
                    .formatted(loss(expected.getFirst()), loss(expected.getLast()), expected.size()));
        } else if (losses.size() < expected.size() && difference.get() == losses.size()) {
            text.add("The gradients of the first step are right, but train gives %d losses where the solution gives %d."
                    .formatted(losses.size(), expected.size()));
        } else {
            int step = difference.get();
            text.add(("The gradients of the first step are right, but the training goes another way: step %d has"
                            + " the loss %s, the solution's %s. Is something kept from one step to the next?")
                    .formatted(step, loss(losses.get(step)), loss(expected.get(step))));
        }
        text.add("");
    }

    private static String loss(double value) {
        return String.format(Locale.ROOT, "%.6f", value);
    }

    private String solved() {
        var next = map.after(exercise)
                .map(each -> "Next: ./handgrad exercise %s, %s.".formatted(each.name(), each.title()))
                .orElse("All exercises are solved.");
        return "Solved, %d of %d right. ./handgrad exercise %s --solution shows the derivation.%n%s"
                .formatted(check.right(), exercise.steps().size(), exercise.name(), next);
    }

    private String next() {
        var counts = new StringJoiner(", ", "", ".");
        counts.add("%d of %d right".formatted(check.right(), exercise.steps().size()));
        int wrong = check.comparisons().size() - check.right();
        if (wrong > 0) {
            counts.add(wrong + " wrong");
        }
        if (!check.blanks().isEmpty()) {
            counts.add(check.blanks().size() + " blank");
        }
        return current()
                .map(tensor -> """
                    %s
                    Next: %s of %s, then ./handgrad exercise %s again; \
                    --hint helps.\
                    """.formatted(counts, place(tensor), source, exercise.name()))
                .orElseGet(() -> """
                    %s
                    Next: %s of %s, then ./handgrad exercise %s again.\
                    """.formatted(
                        counts, check.stop() == null ? "the training" : "what stops it", source, exercise.name()));
    }

    /** The next hint, for the first gradient that is not right; a line. */
    String hint() {
        if (check.solved()) {
            return solved() + "\n";
        }
        var search = FaultReport.of(exercise, source, check);
        if (search.isPresent()) {
            return search.get().hint() + "\n";
        }
        if (current().isEmpty()) {
            return "all gradients are right, so no hint is left; ./handgrad exercise %s says what is not right%n"
                    .formatted(exercise.name());
        }
        var tensor = current().get();
        var hints = exercise.step(tensor).hints();
        int next = new HintsFile(source).next(exercise, tensor, hints.size());
        return next == hints.size()
                ? "%s: no hints are left; ./handgrad exercise %s --solution prints the answer%n"
                        .formatted(place(tensor), exercise.name())
                : "%s, hint %d of %d: %s%n".formatted(place(tensor), next + 1, hints.size(), hints.get(next));
    }

    /** The first tensor whose gradient is not right, if there is one. */
    Optional<String> current() {
        var wrong = check.firstWrong().map(Comparison::name);
        return exercise.steps().stream()
                .map(Exercise.Step::tensor)
                .filter(tensor -> check.blanks().contains(tensor)
                        || wrong.filter(tensor::equals).isPresent())
                .findFirst();
    }

    /** A gradient and the line that computes it: {@code dlogits (line 91)}. */
    String place(String tensor) {
        return place(source, tensor);
    }

    static String place(Path source, String tensor) {
        int line = line(source, tensor);
        return "d" + tensor + (line == 0 ? "" : " (line %d)".formatted(line));
    }

    /** The number of the line that computes a gradient, 0 if there is none. */
    int line(String tensor) {
        return line(source, tensor);
    }

    private static int line(Path source, String tensor) {
        var answer = Pattern.compile("\\s*d%s\\s*=[^=].*".formatted(Pattern.quote(tensor)));
        var lines = lines(source);
        for (int i = 0; i < lines.size(); i++) {
            if (answer.matcher(lines.get(i)).matches()) {
                return i + 1;
            }
        }
        return 0;
    }

    private static List<String> lines(Path source) {
        try {
            return Files.readAllLines(source);
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }
}
