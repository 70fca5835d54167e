package handgrad.app.study.puzzle;

import handgrad.app.command.Checks;
import handgrad.app.command.ExitCode;
import handgrad.app.command.WrongInputException;
import handgrad.app.study.EnumOption;
import handgrad.app.study.StudyOptions;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Why a tiny network fails to learn NOT. */
@Command(
        name = "not-puzzle",
        description = {
            "A tiny network should learn 0 to 1 and 1 to 0, and sometimes does not: how often, and why.",
            "",
            "Trains thousands of seeds of each network and writes a page. With --seed it replays one seed instead."
        },
        sortOptions = false)
public final class NotPuzzleCommand implements Callable<Integer> {
    private static final int QUICK_SEEDS = 200;
    private static final int MOST_SEEDS = 1_000_000;

    private static final List<String> OF_ONE_SEED = List.of(
            "--every", "--activation", "--width", "--depth", "--start", "--norm", "--loss", "--optimizer", "--lr");
    private static final List<String> OF_THE_STUDY = List.of("--seeds", "--quick", "--out", "--open");

    @Mixin
    private final StudyOptions options = new StudyOptions();

    @Option(names = "--seeds", paramLabel = "N", description = "Seeds of each network; default 2000, with --quick 200.")
    private @Nullable Integer seeds;

    @Option(names = "--steps", paramLabel = "N", description = "Steps of each seed; default 2000.")
    private int steps = PuzzleTable.STEPS;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Replay this seed and say why it fails; with --trace print its tensors on the way.")
    private @Nullable Integer seed;

    @Option(names = "--every", paramLabel = "N", description = "With --trace: print each N-th step; default 1.")
    private int every = 1;

    @Option(
            names = "--activation",
            paramLabel = "NAME",
            description = "With --seed: relu, leaky-relu, tanh, sigmoid or gelu; default relu.")
    private String activation = "relu";

    @Option(names = "--width", paramLabel = "N", description = "With --seed: units of a hidden layer; default 2.")
    private int width = 2;

    @Option(names = "--depth", paramLabel = "N", description = "With --seed: hidden layers; default 1.")
    private int depth = 1;

    @Option(
            names = "--start",
            paramLabel = "NAME",
            description = "With --seed: pytorch, he, xavier, zero or randomised-asymmetric; default pytorch.")
    private String start = "pytorch";

    @Option(
            names = "--norm",
            paramLabel = "NAME",
            description = "With --seed: none, plain (BatchNorm without gain and bias) or affine (with); default none.")
    private String norm = "none";

    @Option(
            names = "--loss",
            paramLabel = "NAME",
            description = "With --seed: squared-error or cross-entropy; default squared-error.")
    private String loss = "squared-error";

    @Option(names = "--optimizer", paramLabel = "NAME", description = "With --seed: sgd or adam; default sgd.")
    private String optimizer = "sgd";

    @Option(names = "--lr", paramLabel = "RATE", description = "With --seed: the learning rate; default 0.1.")
    private double lr = 0.1;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Checks.between(1, 1_000_000, "--steps", steps);
        if (seed != null) {
            replay(seed);
        } else {
            study();
        }
        return ExitCode.DONE;
    }

    private void study() {
        refuse(OF_ONE_SEED, "is of the one seed that --seed N replays; the study varies them all");
        int count = seeds != null ? seeds : options.quick() ? QUICK_SEEDS : PuzzleTable.SEEDS;
        Checks.between(1, MOST_SEEDS, "--seeds", count);
        var out = spec.commandLine().getOut();
        var folder = options.folder("not-puzzle");
        var results = PuzzleResults.measure(folder, count, steps);
        out.printf(
                Locale.ROOT,
                "%,d seeds of each network, %,d steps each; fails: mean squared error > 0.01%n%n",
                count,
                steps);
        PuzzlePage.knownTable(results).print(out);
        new PuzzleFindings(results).all().forEach(findings -> findings.print(out));
        folder.write(PuzzlePage.of(results), options.open(), out);
    }

    private void refuse(List<String> names, String reason) {
        for (var name : names) {
            if (spec.commandLine().getParseResult().hasMatchedOption(name)) {
                throw new WrongInputException(name + " " + reason);
            }
        }
    }

    private void replay(int which) {
        refuse(OF_THE_STUDY, "is of the study; --seed replays one seed and writes no page");
        Checks.between(0, MOST_SEEDS, "--seed", which);
        Checks.between(1, 100, "--width", width);
        Checks.between(1, 100, "--depth", depth);
        Checks.atLeast(1, "--every", every);
        if (!(lr > 0) || Double.isInfinite(lr)) {
            throw new WrongInputException("--lr must be above 0 and finite, it is " + lr);
        }
        var puzzle = Puzzle.of(EnumOption.of(Puzzle.Activation.values(), "--activation", activation), width)
                .withDepth(depth)
                .withStart(EnumOption.of(StartingWeights.values(), "--start", start))
                .withNorm(EnumOption.of(Puzzle.Norm.values(), "--norm", norm))
                .withLoss(EnumOption.of(Puzzle.Loss.values(), "--loss", loss))
                .withMethod(EnumOption.of(Puzzle.Method.values(), "--optimizer", optimizer))
                .withLr(lr);
        boolean trace = spec.commandLine().getParseResult().hasMatchedOption("--trace");
        new PuzzleTrace(puzzle, which, spec.commandLine().getOut()).run(steps, trace ? every : 0);
    }
}
