package handgrad.app.study.puzzle;

import static handgrad.app.study.puzzle.Puzzle.Activation.LEAKY_RELU;
import static handgrad.app.study.puzzle.Puzzle.Activation.RELU;
import static handgrad.app.study.puzzle.Puzzle.Activation.SIGMOID;
import static handgrad.app.study.puzzle.Puzzle.Activation.TANH;

import java.util.List;

/**
 * The failures that are known: shares of 2,000 seeds after 2,000 steps of gradient descent on the squared error, in
 * float64, of networks with one hidden layer. They were measured by another program with other random numbers, so they
 * agree with those of here where the two 95 % intervals overlap.
 */
final class PuzzleTable {
    static final int SEEDS = 2_000;
    static final int STEPS = 2_000;

    private PuzzleTable() {}

    /**
     * A row.
     *
     * @param name the network, and where its options are not the usual ones, which they are
     * @param knownFails the known share of failures
     */
    record Row(String name, Puzzle puzzle, double knownFails) {
        /** Whether a run agrees with the known share. */
        boolean agrees(PuzzleRun run) {
            var own = run.failsInterval();
            var known = Interval.of(Math.round(knownFails * SEEDS), SEEDS);
            return own.low() <= known.high() && known.low() <= own.high();
        }
    }

    static List<Row> rows() {
        return List.of(
                new Row("ReLU, N=1", Puzzle.of(RELU, 1), 0.499),
                new Row("ReLU, N=2", Puzzle.of(RELU, 2), 0.218),
                new Row("ReLU, N=4", Puzzle.of(RELU, 4), 0.032),
                new Row("ReLU, He, N=1", Puzzle.of(RELU, 1).withStart(StartingWeights.HE), 0.687),
                new Row("ReLU, He, N=2", Puzzle.of(RELU, 2).withStart(StartingWeights.HE), 0.415),
                new Row("ReLU, He, N=4", Puzzle.of(RELU, 4).withStart(StartingWeights.HE), 0.142),
                new Row("ReLU, ReLU output, N=2", Puzzle.of(RELU, 2).withOutput(Puzzle.Output.RELU), 0.591),
                new Row(
                        "ReLU, sigmoid output, lr 0.5, N=2",
                        Puzzle.of(RELU, 2).withOutput(Puzzle.Output.SIGMOID).withLr(0.5),
                        0.212),
                new Row("leaky ReLU 0.01, N=2", Puzzle.of(LEAKY_RELU, 2), 0.155),
                new Row("tanh, N=1", Puzzle.of(TANH, 1), 0.004),
                new Row("sigmoid, N=2", Puzzle.of(SIGMOID, 2), 0),
                new Row("tanh, all zero, N=2", Puzzle.of(TANH, 2).withStart(StartingWeights.ZERO), 1),
                new Row("tanh without biases, N=2", Puzzle.of(TANH, 2).withoutBias(), 1),
                new Row("ReLU without biases, N=2", Puzzle.of(RELU, 2).withoutBias(), 1),
                new Row("ReLU, lr 1, N=4", Puzzle.of(RELU, 4).withLr(1), 1),
                new Row("ReLU + normalisation, N=1", Puzzle.of(RELU, 1).withNorm(Puzzle.Norm.PLAIN), 0),
                new Row("ReLU + normalisation, N=2", Puzzle.of(RELU, 2).withNorm(Puzzle.Norm.PLAIN), 0));
    }
}
