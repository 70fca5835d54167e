package handgrad.app.exercise;

import handgrad.app.exercise.Marking.Mark;
import handgrad.app.exercise.Marking.Numbers;
import handgrad.app.exercise.Marking.State;
import handgrad.app.program.SourceProgram;
import handgrad.app.program.SourceProgram.CompilationException;
import handgrad.check.result.Comparison;
import handgrad.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/** Marks files of one exercise again and again: its solution is compiled and run once. */
public final class Marker {
    private static final int ROUNDS = 3;

    private final Exercise exercise;
    private final ExerciseReference reference;

    public Marker(Exercise exercise) {
        this.exercise = exercise;
        reference = new ExerciseReference(exercise);
    }

    /** Marks the solution some times, so that all is loaded and compiled when a learner's file comes. */
    public void warmUp() {
        try {
            for (int round = 0; round < ROUNDS; round++) {
                var program = SourceProgram.compile(exercise.fileName(), exercise.solution());
                var check = ExerciseCheck.of(exercise, Path.of(exercise.fileName()), program, reference);
                check.gradients().forEach((name, gradient) -> reference.compareQuickly(name, gradient));
                // A wrong one takes the way to its cause as well.
                var first = exercise.steps().getFirst().tensor();
                reference.compare(
                        first,
                        Objects.requireNonNull(check.gradients().get(first)).mul(3));
            }
        } catch (CompilationException exception) {
            throw new IllegalStateException("a solution does not compile", exception);
        }
    }

    /**
     * Marks a file.
     *
     * @throws CompilationException if it does not compile
     * @throws handgrad.app.command.FailedException if its forward pass throws
     * @throws handgrad.app.command.WrongInputException if its forward pass is not the exercise's, or a method or a
     *     field is missing
     */
    public Marking mark(Path file) throws CompilationException {
        var check = ExerciseCheck.of(exercise, file, SourceProgram.compile(file), reference);
        var report = new ExerciseReport(exercise, file, check, new ExerciseMap(List.of(), Map.of()));
        var search = FaultReport.of(exercise, file, check);
        boolean isSearch = search.isPresent() && check.firstWrong().isPresent();
        var marks = new ArrayList<Mark>();
        for (var step : exercise.steps()) {
            var name = step.tensor();
            var gradient = check.gradients().get(name);
            marks.add(
                    gradient == null
                            ? new Mark(name, report.place(name), State.BLANK, "", Numbers.NONE)
                            : isSearch
                                    ? new Mark(
                                            name, report.place(name), State.UNTOLD, "", numbers(gradient, new BitSet()))
                                    : mark(check.comparison(name), report.place(name), gradient));
        }
        if (search.isPresent()) {
            return new Marking(
                    marks,
                    search.get().finding() + ".",
                    Marking.FAULT,
                    search.get().hints(),
                    false);
        }
        var current = report.current();
        var hints = current.map(tensor -> exercise.step(tensor).hints()).orElse(List.of());
        return new Marking(marks, report.findings(), current.orElse(""), hints, check.solved());
    }

    private Mark mark(Comparison comparison, String place, Tensor gradient) {
        var cause = comparison.cause();
        var name = comparison.name();
        return cause == null
                ? new Mark(name, place, State.RIGHT, "", numbers(gradient, new BitSet()))
                : new Mark(
                        name,
                        place,
                        State.WRONG,
                        cause.explanation(),
                        numbers(gradient, reference.wrongElements(name, gradient)));
    }

    private static Numbers numbers(Tensor tensor, BitSet wrong) {
        var shape = tensor.shape();
        return new Numbers(
                IntStream.range(0, shape.rank()).mapToObj(shape::size).toList(),
                IntStream.range(0, shape.elements()).mapToObj(tensor::getFlat).toList(),
                wrong);
    }
}
