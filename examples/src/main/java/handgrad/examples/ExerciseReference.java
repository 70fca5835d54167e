package handgrad.examples;

import handgrad.check.Comparison;
import handgrad.check.NamedPass;
import handgrad.examples.SourceProgram.CompilationException;
import handgrad.examples.SourceProgram.ProgramException;
import handgrad.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The solution of an exercise, running: what a learner's tensors, gradients and losses are compared with. */
final class ExerciseReference {
    private final SourceProgram program;
    private final NamedPass pass;

    /** Runs the solution, forward and backward. */
    ExerciseReference(Exercise exercise) {
        try {
            program = SourceProgram.compile(exercise.fileName(), exercise.solution());
            var solution = new ExerciseProgram(exercise.fileName(), program);
            pass = NamedPass.of(names -> forward(solution, names));
            solution.backward();
            solution.reference();
            var gradients = new HashMap<String, Tensor>();
            for (var step : exercise.steps()) {
                gradients.put(step.tensor(), Objects.requireNonNull(solution.gradient(step.tensor()), step.tensor()));
            }
            pass.exact(gradients);
        } catch (CompilationException | ProgramException exception) {
            throw broken(exception);
        }
    }

    private static Tensor forward(ExerciseProgram solution, NamedPass.Names names) {
        try {
            return solution.forward(names);
        } catch (ProgramException exception) {
            throw broken(exception);
        }
    }

    private static IllegalStateException broken(Exception exception) {
        return new IllegalStateException("a solution fails", exception);
    }

    /** The tensors that the forward pass names, in its order. */
    List<String> names() {
        return pass.names();
    }

    /** The value of a named tensor. */
    Tensor value(String name) {
        return pass.value(name);
    }

    /** Compares a gradient with the solution's and with central differences. */
    Comparison compare(String name, Tensor gradient) {
        return pass.compare(name, gradient);
    }

    /** The losses of the solution's training, where it trains. */
    Optional<List<Double>> train() {
        try {
            return new ExerciseProgram("solution", program).train();
        } catch (ProgramException exception) {
            throw broken(exception);
        }
    }
}
