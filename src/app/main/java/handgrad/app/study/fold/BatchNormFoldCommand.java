package handgrad.app.study.fold;

import handgrad.app.command.ExitCode;
import handgrad.app.command.NamesOption;
import handgrad.app.study.Findings;
import handgrad.app.study.Table;
import handgrad.models.LectureModel;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Part 3's exercise: batch normalisation folded into the linear layer before it. */
@Command(
        name = "batchnorm-fold",
        description = "A trained BatchNorm folded into the linear layer before it: equal outputs, fewer parameters.",
        sortOptions = false)
public final class BatchNormFoldCommand implements Callable<Integer> {
    private static final int STEPS = 5_000;
    private static final int QUICK_STEPS = 500;

    @Mixin
    private final NamesOption data = new NamesOption();

    @Option(names = "--quick", description = "Train for 500 steps instead of 5,000.")
    private boolean quick;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        var names = data.names();
        int steps = quick ? QUICK_STEPS : STEPS;
        var folds = Stream.of(LectureModel.MLP_BN, LectureModel.DEEP, LectureModel.WAVENET_SMALL)
                .map(model -> BatchNormFold.run(
                        model, names.split(42, model.defaults().sizes().blockSize()), steps))
                .toList();
        var out = spec.commandLine().getOut();
        out.printf(Locale.ROOT, "Trained for %,d steps, then folded%n%n", steps);
        var table = new Table("model", "norms", "parameters", "folded", "dev", "folded", "diff. float32", "float64");
        for (var fold : folds) {
            table.add(
                    fold.model().title(),
                    "" + fold.norms(),
                    "%,d".formatted(fold.parameters()),
                    "%,d".formatted(fold.foldedParameters()),
                    "%.6f".formatted(fold.dev()),
                    "%.6f".formatted(fold.foldedDev()),
                    "%.1e".formatted(fold.difference32()),
                    "%.1e".formatted(fold.difference64()));
        }
        table.print(out);
        findings(folds).print(out);
        return ExitCode.DONE;
    }

    static Findings findings(List<BatchNormFold> folds) {
        var findings = new Findings();
        findings.add("In evaluation the statistics are constants, so x · W + b, less the mean, times gain ∘"
                + " deviation^-1, plus"
                + " the shift, is again x times a matrix plus a vector: W' = W ∘ s, b' = (b - mean) ∘ s"
                + " + shift with"
                + " s = gain ∘ deviation^-1.");
        var worst = folds.stream()
                .max(Comparator.comparingDouble(BatchNormFold::difference32))
                .orElseThrow();
        findings.add(
                "The logits of the folded models differ by %.1e at most in float32 (%s, whose largest logit is"
                        + " %.1f), and by"
                        + " %.1e in float64: the difference shrinks with the precision, so it is rounding.",
                worst.difference32(),
                worst.model().title(),
                worst.largestLogit(),
                folds.stream().mapToDouble(BatchNormFold::difference64).max().orElseThrow());
        for (var fold : folds) {
            findings.add(
                    "%s: %d batch normalisation%s folded, %,d parameters fewer, the loss on dev %+.1e.",
                    fold.model().title(),
                    fold.norms(),
                    fold.norms() == 1 ? "" : "s",
                    fold.parameters() - fold.foldedParameters(),
                    fold.foldedDev() - fold.dev());
        }
        return findings;
    }
}
