package handgrad.app.study.puzzle;

import handgrad.nn.Parameter;
import handgrad.tensor.Tensor;
import java.io.PrintWriter;
import java.util.Locale;

/** One seed of a puzzle, replayed. */
final class PuzzleTrace {
    private final Puzzle puzzle;
    private final int seed;
    private final PrintWriter out;

    PuzzleTrace(Puzzle puzzle, int seed, PrintWriter out) {
        this.puzzle = puzzle;
        this.seed = seed;
        this.out = out;
    }

    /**
     * Trains it and prints how it ended.
     *
     * @param steps how many
     * @param every prints the tensors of each step whose number this divides, and of the last; 0 for none
     */
    void run(int steps, int every) {
        var network = new PuzzleNetworks(puzzle, seed, 1);
        var start = PuzzleRun.states(network).getFirst();
        for (int step = 0; step < steps; step++) {
            if (every > 0 && step % every == 0) {
                print(step, network);
            }
            network.step();
        }
        if (every > 0) {
            print(steps, network);
        }
        var end = PuzzleRun.states(network).getFirst();
        var label = PuzzleLabel.of(start, end);
        out.printf(
                Locale.ROOT,
                "seed %d: error %.4f at the start, %.4f after %,d steps: %s (%s)%n",
                seed,
                start.error(),
                end.error(),
                steps,
                label.title(),
                label.meaning());
        out.flush();
    }

    private void print(int step, PuzzleNetworks network) {
        var pass = network.gradients();
        out.printf(
                Locale.ROOT,
                "step %,d: 0 to %.4f, 1 to %.4f, error %.4f%n",
                step,
                pass.prediction().getFlat(0),
                pass.prediction().getFlat(1),
                network.errors(pass)[0]);
        for (int i = 0; i < network.layers().size(); i++) {
            var layer = network.layers().get(i);
            var name = i + " " + layer.getClass().getSimpleName();
            for (Parameter parameter : layer.parameters()) {
                row(name + " " + parameter.name(), parameter.value(), parameter.grad());
            }
            row(name + " output", pass.outputs().get(i), pass.gradients().get(i + 1));
        }
        out.println();
    }

    private void row(String name, Tensor value, Tensor gradient) {
        out.printf(Locale.ROOT, "  %-24s %s%n  %-24s %s%n", name, numbers(value), "    gradient", numbers(gradient));
    }

    /** The rows of a tensor, one behind the other. */
    private static String numbers(Tensor tensor) {
        var text = new StringBuilder();
        int columns = tensor.size(-1);
        for (int i = 0; i < tensor.shape().elements(); i++) {
            text.append(i > 0 && i % columns == 0 ? "  |" : "")
                    .append(String.format(Locale.ROOT, " %9.5f", tensor.getFlat(i)));
        }
        return text.toString();
    }
}
