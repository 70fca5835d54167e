package handgrad.app.study.transforms;

import handgrad.app.command.ExitCode;
import handgrad.app.command.NamesOption;
import handgrad.app.command.WrongInputException;
import handgrad.app.study.StudyOptions;
import handgrad.data.Names;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Skewed features, and what to do with them. */
@Command(
        name = "transforms",
        description = {
            "Skewed features transformed before a linear model, and BatchNorm as the same idea inside a network.",
            "",
            "Works on a demonstration, or on a table of yours: comma-separated values in UTF-8, a line of"
                    + " column names and"
                    + " lines of numbers. Transforms and models are fitted on four fifths of the rows and judged on"
                    + " the others."
        },
        sortOptions = false)
public final class TransformsCommand implements Callable<Integer> {
    private static final int ROWS = 2_000;
    private static final int QUICK_ROWS = 500;

    @Option(names = "--data", paramLabel = "FILE", description = "A table to learn from; without it a demonstration.")
    private @Nullable Path data;

    @Option(names = "--target", paramLabel = "COLUMN", description = "The column of the table to predict.")
    private @Nullable String target;

    @Option(
            names = "--features",
            paramLabel = "A,B",
            split = ",",
            description = "The columns to predict it from; without it all others.")
    private @Nullable List<String> features;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "42",
            description = "Draws the demonstration and the rows to train on; default ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--names",
            paramLabel = "FILE",
            description =
                    "The names that mlp-bn learns: a text file with one name a line; without it the bundled list.")
    private @Nullable Path names;

    @Mixin
    private final StudyOptions options = new StudyOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        var observations = observations();
        var list = names == null ? Names.bundled() : NamesOption.read("--names", names);
        var folder = options.folder("transforms");
        var study = Transforms.measure(observations, seed, list, options.quick(), folder);
        var findings = TransformsFindings.of(study);
        var out = spec.commandLine().getOut();
        out.printf(
                "%s, %,d rows to train on%n%n",
                observations.title(), study.train().rows());
        TransformsTables.fit(study).print(out);
        out.println();
        TransformsTables.descent(study).print(out);
        out.println();
        TransformsTables.closedForms(study).print(out);
        out.println();
        TransformsTables.hidden(study).print(out);
        findings.print(out);
        folder.write(TransformsPage.of(study, findings), options.open(), out);
        return ExitCode.DONE;
    }

    private Observations observations() {
        if (data == null) {
            if (target != null || features != null) {
                throw new WrongInputException("--target and --features are columns of a table: name it with --data");
            }
            return Observations.demo(options.quick() ? QUICK_ROWS : ROWS, seed);
        }
        if (target == null) {
            throw new WrongInputException("--data: say which of its columns to predict with --target");
        }
        return Observations.read(data, target, features);
    }
}
