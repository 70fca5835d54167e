package handgrad.app.study.puzzle;

import handgrad.app.study.Experiment;
import handgrad.app.study.Numbers;
import handgrad.tensor.Backend;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What became of the seeds of a puzzle.
 *
 * @param labels of each seed
 * @param bornDead how many had a first layer without a gradient before the first step, those of equal units aside
 * @param quarter how many ended with an error of 0.25, that of predicting ½ for both inputs
 * @param half how many ended with an error of 0.5, that of predicting 0 for both inputs, or 0 for the input 0 and ½ for
 *     1
 */
record PuzzleRun(List<PuzzleLabel> labels, int bornDead, int quarter, int half) {
    /** Networks that are trained together: their numbers fit into a core's second cache. */
    private static final int BLOCK = 250;

    /** To be changed with what a label means, so that those of before are measured again. */
    private static final String VERSION = "1";

    /** How near an error must be to ¼ or ½ to count as that. */
    private static final double NEAR = 0.005;

    PuzzleRun {
        labels = List.copyOf(labels);
    }

    /** The experiment that trains the first so many seeds for so many steps. */
    static Experiment experiment(Puzzle puzzle, int seeds, int steps) {
        var options = new TreeMap<>(puzzle.options());
        options.put("experiment", "not-puzzle");
        options.put("version", VERSION);
        options.put("seeds", Integer.toString(seeds));
        options.put("steps", Integer.toString(steps));
        return new Experiment(options, () -> train(puzzle, seeds, steps).numbers());
    }

    /** Trains the first so many seeds, blocks of them in parallel. */
    static PuzzleRun train(Puzzle puzzle, int seeds, int steps) {
        var blocks = new PuzzleRun[Math.ceilDiv(seeds, BLOCK)];
        Backend.share(blocks.length, block -> {
            int firstSeed = block * BLOCK;
            blocks[block] = block(puzzle, firstSeed, Math.min(BLOCK, seeds - firstSeed), steps);
        });
        return new PuzzleRun(
                Stream.of(blocks).flatMap(block -> block.labels.stream()).toList(),
                Stream.of(blocks).mapToInt(PuzzleRun::bornDead).sum(),
                Stream.of(blocks).mapToInt(PuzzleRun::quarter).sum(),
                Stream.of(blocks).mapToInt(PuzzleRun::half).sum());
    }

    private static PuzzleRun block(Puzzle puzzle, int firstSeed, int seeds, int steps) {
        var networks = new PuzzleNetworks(puzzle, firstSeed, seeds);
        var start = states(networks);
        for (int step = 0; step < steps; step++) {
            networks.step();
        }
        var end = states(networks);
        return new PuzzleRun(
                IntStream.range(0, seeds)
                        .mapToObj(seed -> PuzzleLabel.of(start.get(seed), end.get(seed)))
                        .toList(),
                (int) start.stream()
                        .filter(state -> state.firstLayer() == 0 && !state.symmetric())
                        .count(),
                near(end, 0.25),
                near(end, 0.5));
    }

    private static int near(List<PuzzleLabel.State> end, double error) {
        return (int) end.stream()
                .filter(state -> Math.abs(state.error() - error) < NEAR)
                .count();
    }

    /** The states of the seeds as they stand. */
    static List<PuzzleLabel.State> states(PuzzleNetworks networks) {
        var pass = networks.gradients();
        double[] errors = networks.errors(pass);
        double[] firstLayer = networks.firstLayerGradients();
        double[] largest = networks.largestGradients();
        double[] passed = networks.passedShare(pass);
        boolean[] symmetric = networks.symmetric();
        return IntStream.range(0, errors.length)
                .mapToObj(seed -> new PuzzleLabel.State(
                        errors[seed], firstLayer[seed], largest[seed], passed[seed], symmetric[seed]))
                .toList();
    }

    private Numbers numbers() {
        return new Numbers()
                .put("labels", labels.stream().mapToDouble(PuzzleLabel::code).toArray())
                .put("bornDead", bornDead)
                .put("quarter", quarter)
                .put("half", half);
    }

    /** The run that {@link #experiment} measured. */
    static PuzzleRun of(Numbers numbers) {
        var labels = Arrays.stream(numbers.list("labels"))
                .mapToObj(PuzzleLabel::ofCode)
                .toList();
        return new PuzzleRun(labels, (int) numbers.number("bornDead"), (int) numbers.number("quarter"), (int)
                numbers.number("half"));
    }

    int seeds() {
        return labels.size();
    }

    int fails() {
        return seeds() - count(PuzzleLabel.LEARNED);
    }

    int count(PuzzleLabel label) {
        return (int) labels.stream().filter(label::equals).count();
    }

    double share(int count) {
        return (double) count / seeds();
    }

    Interval failsInterval() {
        return Interval.of(fails(), seeds());
    }
}
