package handgrad.app.exercise;

import handgrad.app.command.WrongInputException;
import handgrad.app.derivation.Derivation;
import handgrad.app.exercise.Marking.Mark;
import handgrad.app.exercise.Marking.State;
import handgrad.check.result.Comparison;
import handgrad.tensor.Tensor;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How the gradients of an exercise are derived, in lines for people. */
public final class ExerciseExplanation {
    private final Exercise exercise;
    private final Derivation derivation;

    /** Runs the solution. */
    public ExerciseExplanation(Exercise exercise) {
        this.exercise = exercise;
        derivation = new ExerciseReference(exercise).derivation();
    }

    /**
     * The derivation of a gradient, {@code dNAME} or the name of its tensor, each line ended.
     *
     * @param check the learner's own gradients, or null where there are none
     * @throws WrongInputException if the forward pass names no such tensor
     */
    String explained(String gradient, @Nullable ExerciseCheck check) {
        var tensors = derivation.tensors();
        var tensor = tensors.stream()
                .filter(name -> gradient.equals("d" + name))
                .findFirst()
                .orElse(gradient);
        var own = check == null ? null : check.gradients().get(tensor);
        return derivation
                .text(tensor, own, name -> isRight(check, name))
                .orElseThrow(() -> new WrongInputException("exercise %s has no gradient %s; its forward pass names %s"
                        .formatted(exercise.name(), gradient, String.join(", ", tensors))));
    }

    /** The same for what a check in another JVM found; empty if there is no such tensor. */
    public Optional<String> text(String tensor, Marking marking) {
        var own = marking.marks().stream()
                .filter(mark -> mark.tensor().equals(tensor))
                .filter(mark -> mark.state() == State.RIGHT || mark.state() == State.WRONG)
                .findFirst()
                .map(ExerciseExplanation::gradient)
                .orElse(null);
        return derivation.text(
                tensor,
                own,
                name -> marking.marks().stream()
                        .noneMatch(mark -> mark.tensor().equals(name) && mark.state() != State.RIGHT));
    }

    private static Tensor gradient(Mark mark) {
        var numbers = mark.numbers();
        return Tensor.of(
                numbers.elements().stream().mapToDouble(each -> each).toArray(),
                numbers.shape().stream().mapToInt(each -> each).toArray());
    }

    private static boolean isRight(@Nullable ExerciseCheck check, String name) {
        return check != null
                && !check.blanks().contains(name)
                && check.comparisons().stream()
                        .filter(comparison -> comparison.name().equals(name))
                        .allMatch(Comparison::passed);
    }
}
