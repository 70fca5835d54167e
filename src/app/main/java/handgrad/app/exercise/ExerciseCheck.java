package handgrad.app.exercise;

import handgrad.app.command.FailedException;
import handgrad.app.command.WrongInputException;
import handgrad.app.program.SourceProgram;
import handgrad.app.program.SourceProgram.CompilationException;
import handgrad.app.program.SourceProgram.ProgramException;
import handgrad.app.worker.Watch;
import handgrad.check.result.Comparison;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a learner's file of an exercise has right.
 *
 * @param comparisons the gradients that are there, in the order of the exercise
 * @param gradients the gradients themselves, by tensor
 * @param blanks the tensors whose gradient is not there yet, in the order of the exercise
 * @param stop what the learner's code threw, or null
 * @param training the losses, where the exercise trains and all gradients are right, or null
 * @param fault which line the learner says is wrong, where one is to be found, or null
 */
record ExerciseCheck(
        List<Comparison> comparisons,
        Map<String, Tensor> gradients,
        List<String> blanks,
        @Nullable Stop stop,
        @Nullable Training training,
        @Nullable Fault fault) {
    private static final Pattern GRADIENT = Pattern.compile("\\bd(\\w+)\\b");

    /** An exception of the learner's code: the number of the line that threw, the line, and what is wrong with it. */
    record Stop(int number, String line, String message) {}

    /** The gradient that the learner names as the one whose line is wrong, and the one that it is. */
    record Fault(String named, String expected) {
        boolean found() {
            return named.strip().equals(expected);
        }
    }

    /** The losses of every step, of the learner's training and of the solution's. */
    record Training(List<Double> losses, List<Double> expected) {
        /** What rounding may grow to in some hundred steps, relative to the loss. */
        private static final double TOLERANCE = 1e-6;

        /** The first step whose loss is not the solution's; empty if they all are. */
        Optional<Integer> firstDifference() {
            for (int step = 0; step < expected.size(); step++) {
                double wanted = expected.get(step);
                if (step >= losses.size() || !(Math.abs(losses.get(step) - wanted) <= TOLERANCE * Math.abs(wanted))) {
                    return Optional.of(step);
                }
            }
            return Optional.empty();
        }
    }

    /**
     * Checks a file.
     *
     * @throws CompilationException if it does not compile
     * @throws FailedException if its forward pass throws
     * @throws WrongInputException if its forward pass is not the exercise's, or a method or a field is missing
     */
    static ExerciseCheck of(Exercise exercise, Path file) throws CompilationException {
        var source = SourceProgram.compile(file);
        return of(exercise, file, source, new ExerciseReference(exercise));
    }

    /** Checks a file against a reference that other files were checked against already. */
    static ExerciseCheck of(Exercise exercise, Path file, SourceProgram source, ExerciseReference reference) {
        var program = start(source, file, reference);
        Stop stop = null;
        var overwrites = new Overwrites(program);
        try {
            overwrites.backward();
        } catch (ProgramException exception) {
            stop = stop(exercise, file, program, exception.thrown());
        }
        var comparisons = new ArrayList<Comparison>();
        var gradients = new HashMap<String, Tensor>();
        var blanks = new ArrayList<String>();
        for (var step : exercise.steps()) {
            var gradient = program.gradient(step.tensor());
            if (gradient == null) {
                blanks.add(step.tensor());
            } else {
                gradients.put(step.tensor(), gradient);
                boolean isFirst = comparisons.stream().allMatch(Comparison::passed);
                var comparison = isFirst
                        ? reference.compare(step.tensor(), gradient)
                        : reference.compareQuickly(step.tensor(), gradient);
                comparisons.add(
                        isFirst && !comparison.passed()
                                ? overwrites.explained(comparison, reference.gradient(step.tensor()))
                                : comparison);
            }
        }
        Training training = null;
        if (stop == null && blanks.isEmpty() && comparisons.stream().allMatch(Comparison::passed)) {
            try {
                training = train(new ExerciseProgram(file.toString(), source), reference);
            } catch (ProgramException exception) {
                stop = stop(exercise, file, program, exception.thrown());
            }
        }
        var fault = exercise.isFault() ? new Fault(program.faulty(), reference.faulty()) : null;
        return new ExerciseCheck(comparisons, gradients, blanks, stop, training, fault);
    }

    /** Runs the forward pass, which must give the values of the exercise's. */
    private static ExerciseProgram start(SourceProgram source, Path file, ExerciseReference reference) {
        var values = new HashMap<String, Tensor>();
        ExerciseProgram program;
        Tensor loss;
        try {
            program = new ExerciseProgram(file.toString(), source);
            loss = program.forward((name, value) -> {
                values.put(name, value);
                return value;
            });
        } catch (ProgramException exception) {
            throw new FailedException(Watch.thrown(file.toString(), exception.thrown()));
        }
        for (var name : reference.names()) {
            if (!Objects.equals(values.get(name), reference.value(name))) {
                throw new WrongInputException(other(file, "computes another " + name));
            }
        }
        if (loss.shape().elements() != 1 || loss.item() != reference.loss()) {
            throw new WrongInputException(other(file, "returns another loss"));
        }
        return program;
    }

    private static String other(Path file, String difference) {
        return ("%s: forward %s than the exercise; restore it from the original, or move the file away to get a fresh"
                        + " one")
                .formatted(file, difference);
    }

    private static @Nullable Training train(ExerciseProgram program, ExerciseReference reference)
            throws ProgramException {
        var expected = reference.train();
        if (expected.isEmpty()) {
            return null;
        }
        return new Training(program.train().orElse(List.of()), expected.get());
    }

    private static Stop stop(Exercise exercise, Path file, ExerciseProgram program, Throwable thrown) {
        int number = program.line(thrown);
        var line = number == 0 ? "" : lines(file).get(number - 1).strip();
        var message = thrown instanceof NullPointerException
                ? GRADIENT.matcher(line.substring(line.indexOf('=') + 1))
                        .results()
                        .map(MatchResult::group)
                        .filter(name -> exercise.steps().stream().anyMatch(step -> name.equals("d" + step.tensor()))
                                && program.gradient(name.substring(1)) == null)
                        .findFirst()
                        .map(name -> "it uses " + name + ", which is still blank")
                        .orElse(thrown.toString())
                : thrown instanceof IllegalArgumentException ? String.valueOf(thrown.getMessage()) : thrown.toString();
        return new Stop(number, line, message);
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }

    /** What was found of a gradient that is there. */
    Comparison comparison(String tensor) {
        return comparisons.stream()
                .filter(comparison -> comparison.name().equals(tensor))
                .findFirst()
                .orElseThrow();
    }

    /** The number of gradients that are right. */
    int right() {
        return (int) comparisons.stream().filter(Comparison::passed).count();
    }

    /** The first gradient that is wrong. */
    Optional<Comparison> firstWrong() {
        return comparisons.stream().filter(comparison -> !comparison.passed()).findFirst();
    }

    /** Whether the exercise is solved. */
    boolean solved() {
        return stop == null
                && blanks.isEmpty()
                && firstWrong().isEmpty()
                && (training == null || training.firstDifference().isEmpty())
                && (fault == null || fault.found());
    }
}
