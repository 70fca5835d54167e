package handgrad.app.exercise;

import handgrad.app.derivation.Derivation;
import handgrad.app.program.SourceProgram;
import handgrad.app.program.SourceProgram.CompilationException;
import handgrad.app.program.SourceProgram.ProgramException;
import handgrad.check.pass.NamedPass;
import handgrad.check.pass.PassGraph;
import handgrad.check.result.Cause;
import handgrad.check.result.Comparison;
import handgrad.tensor.Tensor;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The solution of an exercise, running: what a learner's tensors, gradients and losses are compared with. */
final class ExerciseReference {
    /** The lecture's tolerances, those of torch.allclose. */
    private static final double ATOL = 1e-8;

    private static final double RTOL = 1e-5;

    /** How far an element may be from the solution's, relative to the largest one, and still count as right. */
    private static final double CLOSE = 1e-9;

    private static final Cause FOLLOWS =
            new Cause(Cause.Kind.UNKNOWN, "it may be wrong only because it is computed from one that is");

    private final SourceProgram program;
    private final NamedPass pass;
    private final ExerciseProgram solution;
    private final Map<String, Tensor> gradients = new HashMap<>();
    private final String faulty;

    /** Runs the solution, forward and backward. */
    ExerciseReference(Exercise exercise) {
        try {
            program = SourceProgram.compileOnce(exercise.fileName(), exercise.solution());
            solution = new ExerciseProgram(exercise.fileName(), program);
            pass = NamedPass.of(names -> forward(solution, names));
            solution.backward();
            solution.reference();
            for (var step : exercise.steps()) {
                gradients.put(step.tensor(), Objects.requireNonNull(solution.gradient(step.tensor()), step.tensor()));
            }
            var names = pass.names();
            gradients.forEach((name, gradient) -> {
                if (names.contains(name)) {
                    pass.exact(Map.of(name, gradient));
                }
            });
            pass.labels(solution::variable);
            faulty = exercise.isFault() ? solution.faulty() : "";
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

    /** The derivations of all gradients, from the graph of the pass. */
    Derivation derivation() {
        // What the pass names is apart from the field that it comes from, which the pass may read as a constant as
        // well.
        var graph = PassGraph.of(names -> forward(
                solution, (name, value) -> names.name(name, solution.variable(value) == null ? value : value.copy())));
        return new Derivation(graph, solution::variable);
    }

    /** The gradient of a tensor that the exercise asks for. */
    Tensor gradient(String name) {
        return Objects.requireNonNull(gradients.get(name), name);
    }

    /** The loss. */
    double loss() {
        return pass.loss();
    }

    /** The gradient whose line is wrong in the exercise; empty where all are to be written. */
    String faulty() {
        return faulty;
    }

    /** The value of a named tensor. */
    Tensor value(String name) {
        return pass.value(name);
    }

    /**
     * Compares a gradient with the solution's and with central differences, and looks for the cause if it is wrong. One
     * that has the solution's bits needs no differences: a test compares every solution with them. What the forward
     * pass does not name is no gradient, and compared with the solution's alone.
     */
    Comparison compare(String name, Tensor gradient) {
        var own = gradients.get(name);
        if (own != null && own.equals(gradient)) {
            return new Comparison(name, true, true, 0, null);
        }
        return isGradient(name)
                ? pass.compare(name, gradient)
                : new StepComparison(name, gradient(name), mistakes(name)).of(gradient);
    }

    /** Whether a blank asks for the gradient of the loss with respect to a tensor, not for another value. */
    boolean isGradient(String name) {
        return pass.names().contains(name);
    }

    private Map<String, Tensor> mistakes(String name) {
        try {
            return solution.mistakes(name);
        } catch (ProgramException exception) {
            throw broken(exception);
        }
    }

    /** Compares the solution's own gradient of a tensor with central differences. */
    Comparison compareSolution(String name) {
        return isGradient(name) ? pass.compare(name, gradient(name)) : compare(name, gradient(name));
    }

    /** Which elements of a gradient are not the solution's; all of them where the shape is not. */
    BitSet wrongElements(String name, Tensor gradient) {
        var expected = gradients.get(name);
        int count = gradient.shape().elements();
        var wrong = new BitSet(count);
        if (expected == null || !expected.shape().equals(gradient.shape())) {
            wrong.set(0, count);
            return wrong;
        }
        double largest = 0;
        for (int i = 0; i < count; i++) {
            largest = Math.max(largest, Math.abs(expected.getFlat(i)));
        }
        for (int i = 0; i < count; i++) {
            wrong.set(i, !(Math.abs(gradient.getFlat(i) - expected.getFlat(i)) <= CLOSE * largest));
        }
        return wrong;
    }

    /** Compares a gradient with the solution's alone, which takes no time: for what comes after one that is wrong. */
    Comparison compareQuickly(String name, Tensor gradient) {
        var expected = gradients.get(name);
        if (expected == null || !expected.shape().equals(gradient.shape())) {
            return new Comparison(name, false, false, Double.POSITIVE_INFINITY, FOLLOWS);
        }
        double maxdiff = 0;
        boolean approximate = true;
        for (int i = 0; i < expected.shape().elements(); i++) {
            double difference = Math.abs(gradient.getFlat(i) - expected.getFlat(i));
            maxdiff = Math.max(maxdiff, difference);
            approximate &= difference <= ATOL + RTOL * Math.abs(expected.getFlat(i));
        }
        return new Comparison(name, maxdiff == 0, approximate, maxdiff, approximate ? null : FOLLOWS);
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
