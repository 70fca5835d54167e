package handgrad.app.study.trigram;

import handgrad.app.command.ExitCode;
import handgrad.app.command.NamesOption;
import handgrad.app.command.WrongInputException;
import handgrad.app.study.Findings;
import handgrad.app.study.Table;
import handgrad.data.Dataset;
import handgrad.data.Names;
import handgrad.data.Split;
import handgrad.models.Counts;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.DoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Part 1's exercises 1 to 3: a trigram, split data, and smoothing chosen on dev. */
@Command(
        name = "trigram",
        description = "Two characters to predict the third: makemore part 1's exercises 1 to 3, against its bigram.",
        sortOptions = false)
public final class TrigramCommand implements Callable<Integer> {
    private static final double[] SMOOTHINGS = {0.001, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30};
    private static final double[] PENALTIES = {0, 0.001, 0.01, 0.1, 1};
    private static final int STEPS = 10_000;
    private static final int QUICK_STEPS = 500;

    @Mixin
    private final NamesOption data = new NamesOption();

    @Option(names = "--quick", description = "Train the networks for 500 steps instead of 10,000.")
    private boolean quick;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        int steps = quick ? QUICK_STEPS : STEPS;
        var names = data.names();
        var kinds = kinds(names, steps);
        var out = spec.commandLine().getOut();
        sweep("Loss on dev by what is added to each count", "smoothing", kinds.subList(0, 2), out);
        sweep("Loss on dev by the penalty on the weights", "penalty", kinds.subList(2, 4), out);
        out.printf(Locale.ROOT, "Each at its best on dev; the networks after %,d steps on all rows%n%n", steps);
        var table = new Table("model", "strength", "train", "dev", "test");
        for (var kind : kinds) {
            table.add(
                    kind.title(), "" + kind.best().strength(), loss(kind.train()), loss(kind.dev()), loss(kind.test()));
        }
        table.print(out);
        findings(kinds, names.alphabet().size()).print(out);
        return ExitCode.DONE;
    }

    /**
     * A kind of table, in the strengths that were tried.
     *
     * @param title what it is
     * @param tried one model for each strength
     * @param devs the loss of each on dev
     * @param best the one with the smallest loss on dev
     */
    record Kind(String title, List<Ngram> tried, List<Double> devs, Ngram best, double train, double dev, double test) {
        static Kind of(String title, double[] strengths, Split split, DoubleFunction<Ngram> model) {
            var dev = Counts.of(split.dev());
            var tried = Arrays.stream(strengths).mapToObj(model).toList();
            var devs = tried.stream().map(ngram -> ngram.loss(dev)).toList();
            var best = tried.stream()
                    .min(Comparator.comparingDouble(ngram -> ngram.loss(dev)))
                    .orElseThrow();
            return new Kind(
                    title,
                    tried,
                    devs,
                    best,
                    best.loss(Counts.of(split.train())),
                    best.loss(dev),
                    best.loss(Counts.of(split.test())));
        }
    }

    /** Bigram and trigram, counted and as a network. */
    static List<Kind> kinds(Names names, int steps) {
        var pairs = names.split(42, 1);
        var triples = names.split(42, 2);
        var pairCounts = Counts.of(pairs.train());
        var tripleCounts = counts(triples.train());
        return List.of(
                Kind.of("bigram, counted", SMOOTHINGS, pairs, strength -> Ngram.counted(pairCounts, strength)),
                Kind.of("trigram, counted", SMOOTHINGS, triples, strength -> Ngram.counted(tripleCounts, strength)),
                Kind.of("bigram, network", PENALTIES, pairs, strength -> Ngram.network(pairCounts, strength, steps)),
                Kind.of(
                        "trigram, network",
                        PENALTIES,
                        triples,
                        strength -> Ngram.network(tripleCounts, strength, steps)));
    }

    /** The counts; a list of names can have too many symbols for a table of triples. */
    private static Counts counts(Dataset data) {
        try {
            return Counts.of(data);
        } catch (IllegalArgumentException exception) {
            throw new WrongInputException("--data: " + exception.getMessage());
        }
    }

    private static void sweep(String caption, String head, List<Kind> kinds, PrintWriter out) {
        out.println(caption);
        out.println();
        var bigram = kinds.getFirst();
        var trigram = kinds.getLast();
        var table = new Table(head, bigram.title(), trigram.title());
        for (int i = 0; i < bigram.tried().size(); i++) {
            table.add(
                    "" + bigram.tried().get(i).strength(),
                    loss(bigram.devs().get(i)),
                    loss(trigram.devs().get(i)));
        }
        table.print(out);
        out.println();
    }

    private static String loss(double loss) {
        return String.format(Locale.ROOT, "%.4f", loss);
    }

    /** The kinds in the order of {@link #kinds}, with so many symbols. */
    static Findings findings(List<Kind> kinds, int symbols) {
        var findings = new Findings();
        var bigram = kinds.get(0);
        var trigram = kinds.get(1);
        findings.add(
                "A second character of context takes the loss on dev from %.4f to %.4f, %.4f less, with %d times the"
                        + " numbers.",
                bigram.dev(), trigram.dev(), bigram.dev() - trigram.dev(), symbols);
        findings.add(
                "The gap between dev and train goes from %+.4f to %+.4f: on average a row of the trigram has %d"
                        + " times fewer names behind it.",
                bigram.dev() - bigram.train(), trigram.dev() - trigram.train(), symbols);
        findings.add(
                "Dev chooses a smoothing of %s for the bigram and %s for the trigram. Between the best and the"
                        + " worst of those"
                        + " tried, the bigram's loss on dev changes by %.4f, the trigram's by %.4f.",
                bigram.best().strength(), trigram.best().strength(), span(bigram), span(trigram));
        findings.add(
                "The test set was looked at once, with these strengths: bigram %.4f, trigram %.4f.",
                bigram.test(), trigram.test());
        findings.add(
                "The networks come to %.4f and %.4f on dev, %+.4f and %+.4f beside the counts, with a penalty"
                        + " of %s and %s:"
                        + " they look for the same tables.",
                kinds.get(2).dev(),
                kinds.get(3).dev(),
                kinds.get(2).dev() - bigram.dev(),
                kinds.get(3).dev() - trigram.dev(),
                kinds.get(2).best().strength(),
                kinds.get(3).best().strength());
        return findings;
    }

    private static double span(Kind kind) {
        var losses = kind.devs().stream().mapToDouble(Double::doubleValue).summaryStatistics();
        return losses.getMax() - losses.getMin();
    }
}
