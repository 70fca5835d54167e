package handgrad.app.study.puzzle;

import handgrad.app.study.Experiment;
import handgrad.app.study.Numbers;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * How single ReLU units die, N = 1 as PyTorch draws it.
 *
 * <p>Take a unit that is above 0 on the input 1 alone: z₁ = w + b > 0 ≥ b. Its answer to the input 0 is 0, so with the
 * best output bias the error is (1 + v z₁)² / 4, with v the output weight: 0 on the curve v z₁ = -1, and ¼ wherever the
 * unit is dead. Both w and b get the gradient of z₁, so along the flow of the gradient z₁' = -2 e v and v' = -e z₁ for
 * some error e, and z₁² - 2 v² stays as it is. From v > 0 both fall, and z₁ comes to 0 first, which is death, where z₁
 * < √2 v. On the input 0 alone only b moves: b² - v² stays, and from v < 0 the unit dies where b < |v|. That leaves out
 * that steps have a length and that the output bias moves too, so it is a prediction to be counted.
 *
 * @param oneInput how many units start above 0 on one input alone
 * @param predicted how many of these should die
 * @param died how many of these did
 * @param right for how many the prediction was right
 * @param failing a path to death
 * @param learning a path to the solution from the same side
 */
record PuzzlePaths(int oneInput, int predicted, int died, int right, Path failing, Path learning) {
    static final Puzzle PUZZLE = Puzzle.of(Puzzle.Activation.RELU, 1);

    /**
     * The training of one seed, each list with a number for each step, the start among them.
     *
     * @param z1 what comes to the unit for the input 1
     * @param v the output weight
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Path(int seed, double[] z1, double[] v, double[] errors) {}

    static Experiment experiment(int seeds, int steps) {
        var options = Map.of(
                "experiment", "not-puzzle-paths", "seeds", Integer.toString(seeds), "steps", Integer.toString(steps));
        return new Experiment(options, () -> measure(seeds, steps));
    }

    private static Numbers measure(int seeds, int steps) {
        var labels = PuzzleRun.train(PUZZLE, seeds, steps).labels();
        var networks = new PuzzleNetworks(PUZZLE, 0, seeds);
        double[] w = value(networks, 0);
        double[] b = value(networks, 1);
        double[] v = value(networks, 2);
        int[] one = IntStream.range(0, seeds)
                .filter(seed -> (b[seed] > 0) != (w[seed] + b[seed] > 0))
                .toArray();
        var diesAsPredicted = new boolean[seeds];
        for (int seed : one) {
            diesAsPredicted[seed] = b[seed] > 0
                    ? v[seed] < 0 && b[seed] < -v[seed]
                    : v[seed] > 0 && w[seed] + b[seed] < Math.sqrt(2) * v[seed];
        }
        var numbers = new Numbers()
                .put("oneInput", one.length)
                .put("predicted", count(one, seed -> diesAsPredicted[seed]))
                .put("died", count(one, seed -> labels.get(seed) == PuzzleLabel.DIED))
                .put("right", count(one, seed -> diesAsPredicted[seed] == (labels.get(seed) == PuzzleLabel.DIED)));
        for (var label : List.of(PuzzleLabel.DIED, PuzzleLabel.LEARNED)) {
            // Of the seeds that end so, one that starts far inside its region, so that the picture shows a path.
            int seed = IntStream.of(one)
                    .filter(i -> b[i] <= 0 && v[i] > 0.2 && w[i] + b[i] > 0.2 && labels.get(i) == label)
                    .findFirst()
                    .orElse(-1);
            put(numbers, label.name(), seed, steps);
        }
        return numbers;
    }

    private static int count(int[] seeds, IntPredicate which) {
        return (int) IntStream.of(seeds).filter(which).count();
    }

    private static double[] value(PuzzleNetworks networks, int parameter) {
        return networks.parameters().get(parameter).value().doubles();
    }

    private static void put(Numbers numbers, String name, int seed, int steps) {
        int points = seed < 0 ? 0 : steps + 1;
        double[] z1 = new double[points];
        double[] v = new double[points];
        double[] errors = new double[points];
        if (seed >= 0) {
            var network = new PuzzleNetworks(PUZZLE, seed, 1);
            for (int step = 0; step <= steps; step++) {
                z1[step] = value(network, 0)[0] + value(network, 1)[0];
                v[step] = value(network, 2)[0];
                errors[step] = network.errors(network.gradients())[0];
                network.step();
            }
        }
        numbers.put(name + " seed", seed)
                .put(name + " z1", z1)
                .put(name + " v", v)
                .put(name + " errors", errors);
    }

    static PuzzlePaths of(Numbers numbers) {
        return new PuzzlePaths(
                (int) numbers.number("oneInput"),
                (int) numbers.number("predicted"),
                (int) numbers.number("died"),
                (int) numbers.number("right"),
                path(numbers, PuzzleLabel.DIED),
                path(numbers, PuzzleLabel.LEARNED));
    }

    private static Path path(Numbers numbers, PuzzleLabel label) {
        var name = label.name();
        return new Path(
                (int) numbers.number(name + " seed"),
                numbers.list(name + " z1"),
                numbers.list(name + " v"),
                numbers.list(name + " errors"));
    }
}
