package handgrad.app.study.puzzle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import handgrad.app.study.puzzle.Puzzle.Activation;
import handgrad.app.study.puzzle.Puzzle.Loss;
import handgrad.app.study.puzzle.Puzzle.Method;
import handgrad.app.study.puzzle.Puzzle.Norm;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PuzzleNetworksTest {
    static Stream<Puzzle> puzzles() {
        return Stream.of(
                Puzzle.of(Activation.RELU, 4),
                Puzzle.of(Activation.LEAKY_RELU, 2).withMethod(Method.ADAM),
                Puzzle.of(Activation.TANH, 3).withDepth(2).withStart(StartingWeights.HE),
                Puzzle.of(Activation.GELU, 2).withNorm(Norm.AFFINE),
                Puzzle.of(Activation.SIGMOID, 2).withLoss(Loss.CROSS_ENTROPY).withStart(StartingWeights.XAVIER),
                Puzzle.of(Activation.TANH, 2).withNorm(Norm.PLAIN).withoutBias(),
                Puzzle.of(Activation.TANH, 2).withOutput(Puzzle.Output.SIGMOID));
    }

    /** The gradient of the loss by central differences, in each number of a network. */
    @ParameterizedTest
    @MethodSource("puzzles")
    void gradientsFollowCentralDifferences(Puzzle puzzle) {
        var network = new PuzzleNetworks(puzzle, 5, 1);
        network.gradients();
        double h = 1e-6;
        // Kept apart, as each loss below comes with gradients of its own.
        var gradients = network.parameters().stream()
                .map(parameter -> parameter.grad().doubles().clone())
                .toList();
        for (int p = 0; p < gradients.size(); p++) {
            var parameter = network.parameters().get(p);
            double[] gradient = gradients.get(p);
            double[] value = parameter.value().doubles();
            for (int i = 0; i < value.length; i++) {
                double old = value[i];
                value[i] = old + h;
                double above = loss(puzzle, network);
                value[i] = old - h;
                double below = loss(puzzle, network);
                value[i] = old;
                assertThat(gradient[i])
                        .as("%s, element %d", parameter.name(), i)
                        .isCloseTo((above - below) / (2 * h), within(1e-8));
            }
        }
    }

    private static double loss(Puzzle puzzle, PuzzleNetworks network) {
        var pass = network.gradients();
        double zero = pass.prediction().getFlat(0);
        double one = pass.prediction().getFlat(1);
        return puzzle.loss() == Loss.CROSS_ENTROPY
                ? -(Math.log(zero) + Math.log(1 - one)) / 2
                : network.errors(pass)[0];
    }

    /** A seed has the same bits alone as among others, so it can be replayed, and at any number of threads. */
    @ParameterizedTest
    @MethodSource("puzzles")
    void aSeedTrainsAloneAsItDoesAmongOthers(Puzzle puzzle) {
        var many = new PuzzleNetworks(puzzle, 0, 37);
        var one = new PuzzleNetworks(puzzle, 30, 1);
        for (int step = 0; step < 50; step++) {
            many.step();
            one.step();
        }
        for (int p = 0; p < one.parameters().size(); p++) {
            double[] all = many.parameters().get(p).value().doubles();
            double[] own = one.parameters().get(p).value().doubles();
            double[] same = new double[own.length];
            Arrays.setAll(same, i -> all[37 * i + 30]);
            assertThat(own).containsExactly(same);
        }
    }
}
