package handgrad.app.study.puzzle;

import static handgrad.app.study.puzzle.Puzzle.Activation.RELU;

import handgrad.app.report.NumberText;
import handgrad.app.study.Findings;
import handgrad.app.study.puzzle.Puzzle.Activation;
import handgrad.app.study.puzzle.Puzzle.Loss;
import handgrad.app.study.puzzle.Puzzle.Method;
import handgrad.app.study.puzzle.Puzzle.Norm;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** What the numbers of the puzzle say, in sentences. */
final class PuzzleFindings {
    private final PuzzleResults results;

    PuzzleFindings(PuzzleResults results) {
        this.results = results;
    }

    /** All of them, for the terminal. */
    List<Findings> all() {
        return List.of(table(), paths(), norms(), starts(), depths(), rates(), methods());
    }

    /** On the known shares and on why ReLU fails. */
    Findings table() {
        var findings = new Findings();
        var rows = PuzzleTable.rows();
        long agree = rows.stream()
                .filter(row -> row.agrees(results.of(row.puzzle())))
                .count();
        findings.judge(
                agree == rows.size(),
                "%d of the %d known shares of failures are met: their 95 %% intervals overlap those measured"
                        + " here. %d of the"
                        + " shares themselves lie within the intervals measured here.",
                agree,
                rows.size(),
                rows.stream()
                        .filter(row -> results.of(row.puzzle()).failsInterval().contains(row.knownFails()))
                        .count());
        var relu = Puzzle.of(RELU, 1);
        var run = results.of(relu);
        findings.add(
                "Of single ReLU units %s fail. %s were born dead: neither input reaches them, so no gradient"
                        + " does (a closed"
                        + " form says %s). Another %s were alive and died in training.",
                percent(run.share(run.fails())),
                percent(run.share(run.count(PuzzleLabel.BORN_DEAD))),
                percent(relu.bornDead()),
                percent(run.share(run.count(PuzzleLabel.DIED))));
        var largest = results.runs().entrySet().stream()
                .filter(entry -> entry.getKey().bornDead() > 0)
                .mapToDouble(entry -> outside(entry.getKey().bornDead(), entry.getValue()))
                .toArray();
        long inside = DoubleStream.of(largest).filter(distance -> distance == 0).count();
        findings.judge(
                inside >= 0.9 * largest.length,
                "Of %d networks with a closed form for their share born dead, %d have it within the 95 %%"
                        + " interval of the"
                        + " measured share; the largest distance from an interval is %s.",
                largest.length,
                inside,
                percent(DoubleStream.of(largest).max().orElse(0)));
        return findings;
    }

    private static double outside(double share, PuzzleRun run) {
        var interval = Interval.of(run.bornDead(), run.seeds());
        return Math.max(0, Math.max(interval.low() - share, share - interval.high()));
    }

    /** On how units die. */
    Findings paths() {
        var findings = new Findings();
        var paths = results.paths();
        findings.add(
                "A unit that starts with the wrong sign of its output weight v has to bring v through 0. On the way the"
                        + " gradient takes its own input down as well, and where that comes to 0 first, the"
                        + " unit is dead"
                        + " before it could turn.");
        if (paths.oneInput() > 0) {
            findings.judge(
                    paths.right() >= 0.9 * paths.oneInput(),
                    "Which comes first follows from the start: on one input alone the gradient's flow keeps z²"
                            + " − 2v² (input 1)"
                            + " or z² − v² (input 0) as it is. Of %,d such units this says that %,d die; %,d"
                            + " did; it is right"
                            + " for %s.",
                    paths.oneInput(),
                    paths.predicted(),
                    paths.died(),
                    percent((double) paths.right() / paths.oneInput()));
        }
        return findings;
    }

    /** On batch normalisation. */
    Findings norms() {
        var findings = new Findings();
        int plain = Stream.of(1, 2, 4, 8)
                .map(width -> results.of(Puzzle.of(RELU, width).withNorm(Norm.PLAIN)))
                .mapToInt(PuzzleRun::fails)
                .sum();
        findings.judge(
                plain == 0,
                "Normalised over the pair, ReLU fails from %,d of %,d starts: one input of each unit is sent to"
                        + " +1 and the"
                        + " other to −1, so each unit is alive on exactly one, whatever was drawn and whatever"
                        + " training does.",
                plain,
                4 * results.seeds());
        findings.add(
                "With a gain and a bias that are trained, as in a BatchNorm layer, N=1 fails from %s of starts"
                        + " and N=2 from"
                        + " %s: the bias can push both inputs below 0 again.",
                percent(results.fails(Puzzle.of(RELU, 1).withNorm(Norm.AFFINE))),
                percent(results.fails(Puzzle.of(RELU, 2).withNorm(Norm.AFFINE))));
        return findings;
    }

    /** On activation, start and width. */
    Findings starts() {
        var findings = new Findings();
        var drawn = Stream.of(StartingWeights.values())
                .filter(start -> start != StartingWeights.ZERO)
                .toList();
        ToDoubleFunction<StartingWeights> fails =
                start -> results.fails(Puzzle.of(RELU, 4).withStart(start));
        var best = least(drawn, fails);
        var worst = least(drawn, start -> -fails.applyAsDouble(start));
        findings.add(
                "With ReLU and N=4, the fewest starts fail with %s, %s, and the most with %s, %s.",
                list(best, StartingWeights::title),
                percent(fails.applyAsDouble(best.getFirst())),
                list(worst, StartingWeights::title),
                percent(fails.applyAsDouble(worst.getFirst())));
        var safest = least(List.of(Activation.values()), activation -> results.fails(Puzzle.of(activation, 1)));
        findings.add(
                "As PyTorch draws it, a single unit fails least with %s: %s.",
                list(safest, Activation::title), percent(results.fails(Puzzle.of(safest.getFirst(), 1))));
        findings.add(
                "One live unit is enough to learn NOT: ReLU fails from %s of starts at N=1 and from %s at N=8.",
                percent(results.fails(Puzzle.of(RELU, 1))), percent(results.fails(Puzzle.of(RELU, 8))));
        return findings;
    }

    /** All that share the least number. */
    private static <T> List<T> least(List<T> all, ToDoubleFunction<T> number) {
        double least = all.stream().mapToDouble(number).min().orElseThrow();
        return all.stream().filter(one -> number.applyAsDouble(one) == least).toList();
    }

    private static <T> String list(List<T> all, Function<T, String> title) {
        return all.stream().map(title).collect(Collectors.joining(" or "));
    }

    /** On depth. */
    Findings depths() {
        var findings = new Findings();
        var he = Puzzle.of(RELU, 2).withStart(StartingWeights.HE);
        var rai = Puzzle.of(RELU, 4).withStart(StartingWeights.RANDOMISED_ASYMMETRIC);
        findings.add(
                "From 1 to 5 layers of two ReLU units (He) the failures go from %s to %s, those born dead from"
                        + " %s to %s; the"
                        + " closed form says %s.",
                percent(results.fails(he)),
                percent(results.fails(he.withDepth(5))),
                percent(born(he)),
                percent(born(he.withDepth(5))),
                percent(he.withDepth(5).bornDead()));
        findings.add(
                "The randomised asymmetric start was made against this: with four units in 5 layers %s are born"
                        + " dead, beside"
                        + " %s with He.",
                percent(born(rai.withDepth(5))),
                percent(born(Puzzle.of(RELU, 4).withStart(StartingWeights.HE).withDepth(5))));
        return findings;
    }

    private double born(Puzzle puzzle) {
        var run = results.of(puzzle);
        return run.share(run.bornDead());
    }

    /** On the learning rate. */
    Findings rates() {
        var findings = new Findings();
        for (var activation : List.of(RELU, Activation.SIGMOID)) {
            var best = least(
                    DoubleStream.of(PuzzleSweep.learningRates()).boxed().toList(),
                    rate -> results.fails(Puzzle.of(activation, 4).withLr(rate)));
            var fast = results.of(Puzzle.of(activation, 4).withLr(1));
            findings.add(
                    "%s fails least at a learning rate of %s: %s. At 1 it fails from %s of starts; %s of all diverge.",
                    activation == RELU ? "ReLU" : "Sigmoid",
                    list(best, NumberText::plain),
                    percent(results.fails(Puzzle.of(activation, 4).withLr(best.getFirst()))),
                    percent(fast.share(fast.fails())),
                    percent(fast.share(fast.count(PuzzleLabel.DIVERGED))));
        }
        return findings;
    }

    /** On loss and optimiser. */
    Findings methods() {
        var findings = new Findings();
        var relu = Puzzle.of(RELU, 2);
        findings.add(
                "A unit that is born dead has no gradient under any loss, so neither SGD nor Adam moves it."
                        + " ReLU with N=2"
                        + " fails from %s of starts by SGD on the squared error, %s by Adam, %s by SGD on the"
                        + " cross-entropy;"
                        + " %s are born dead.",
                percent(results.fails(relu)),
                percent(results.fails(relu.withMethod(Method.ADAM))),
                percent(results.fails(relu.withLoss(Loss.CROSS_ENTROPY))),
                percent(born(relu)));
        return findings;
    }

    private static String percent(double share) {
        return NumberText.percent(share);
    }
}
