package handgrad.app.study.zeroinit;

import handgrad.app.command.ExitCode;
import handgrad.app.command.NamesOption;
import handgrad.app.study.Findings;
import handgrad.app.study.Table;
import handgrad.app.study.zeroinit.ZeroInit.Gradient;
import handgrad.app.study.zeroinit.ZeroInit.StartingWeights;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Part 3's exercise: all weights and biases zero. */
@Command(
        name = "zero-init",
        description = "All weights and biases zero: what of makemore part 3's network trains, and why only that.",
        sortOptions = false)
public final class ZeroInitCommand implements Callable<Integer> {
    private static final int STEPS = 10_000;
    private static final int QUICK_STEPS = 1_000;

    @Mixin
    private final NamesOption data = new NamesOption();

    @Option(names = "--quick", description = "Train for 1,000 steps instead of 10,000.")
    private boolean quick;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        var split = data.names().split(42);
        int steps = quick ? QUICK_STEPS : STEPS;
        var runs = Stream.of(StartingWeights.values())
                .map(start -> ZeroInit.run(split, start, steps))
                .toList();
        var out = spec.commandLine().getOut();
        table(runs, steps, out);
        findings(runs, split.train().alphabet().size(), ZeroInit.unigramEntropy(split.train()))
                .print(out);
        return ExitCode.DONE;
    }

    private static void table(List<ZeroInit> runs, int steps, PrintWriter out) {
        out.printf(Locale.ROOT, "The largest gradient of each tensor in %,d steps, and the losses%n%n", steps);
        var heads = Stream.concat(
                Stream.of(""), runs.stream().map(run -> run.start().title()));
        var table = new Table(heads.toArray(String[]::new));
        var tensors = runs.getFirst().gradients();
        for (int i = 0; i < tensors.size(); i++) {
            int tensor = i;
            row(
                    table,
                    tensors.get(i).name(),
                    runs,
                    "%.2e",
                    run -> run.gradients().get(tensor).largest());
        }
        row(table, "loss of the first batch", runs, "%.4f", ZeroInit::firstLoss);
        row(table, "loss on train at the end", runs, "%.4f", ZeroInit::train);
        row(table, "loss on dev at the end", runs, "%.4f", ZeroInit::dev);
        table.print(out);
    }

    private static void row(
            Table table, String name, List<ZeroInit> runs, String format, ToDoubleFunction<ZeroInit> number) {
        var numbers = runs.stream().map(run -> String.format(Locale.ROOT, format, number.applyAsDouble(run)));
        table.add(Stream.concat(Stream.of(name), numbers).toArray(String[]::new));
    }

    /** The runs are one for each start, with so many symbols. */
    static Findings findings(List<ZeroInit> runs, int symbols, double unigramEntropy) {
        var findings = new Findings();
        var zero = of(runs, StartingWeights.ALL_ZERO);
        var moved = withGradient(zero);
        findings.add(
                "From all zeros, %s of %d tensors ever got a gradient: %s, %,d of %,d numbers.",
                moved.size(),
                zero.gradients().size(),
                moved.stream().map(Gradient::name).collect(Collectors.joining(", ")),
                elements(moved),
                elements(zero.gradients()));
        if (zero.largestHidden() == 0) {
            findings.add(
                    "Tanh put out 0 for every row, since its input is 0 · weight + 0. The gradient of the last weight"
                            + " is tanh's output times that of the logits, so it is 0; and what goes back to"
                            + " tanh is the gradient"
                            + " of the logits times the last weight, which stays 0, so nothing before it moves"
                            + " either. Neither"
                            + " factor can leave 0 before the other.");
        }
        findings.add(
                "The logits of two contexts differ by %.1e at most, so what the network can learn is the one"
                        + " distribution of"
                        + " all characters that follow, whose entropy is %.4f. From ln %d = %.4f its loss fell"
                        + " to %.4f on"
                        + " train, %.4f above that entropy. It half trains: it learns how frequent characters"
                        + " are, and not"
                        + " what follows what.",
                zero.spread(), unigramEntropy, symbols, Math.log(symbols), zero.train(), zero.train() - unigramEntropy);
        var last = of(runs, StartingWeights.LAST_ZERO);
        var drawn = of(runs, StartingWeights.DRAWN);
        findings.add(
                "Zero in the last layer alone is another matter: %d of %d tensors got a gradient, and the loss"
                        + " on dev is"
                        + " %.4f, beside %.4f from the drawn start and %.4f from all zeros.",
                withGradient(last).size(), last.gradients().size(), last.dev(), drawn.dev(), zero.dev());
        return findings;
    }

    private static ZeroInit of(List<ZeroInit> runs, StartingWeights start) {
        return runs.stream().filter(run -> run.start() == start).findFirst().orElseThrow();
    }

    private static List<Gradient> withGradient(ZeroInit run) {
        return run.gradients().stream().filter(tensor -> tensor.largest() > 0).toList();
    }

    private static int elements(List<Gradient> tensors) {
        return tensors.stream().mapToInt(Gradient::elements).sum();
    }
}
