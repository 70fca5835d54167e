package handgrad.app.train;

import handgrad.app.command.Checks;
import handgrad.app.command.ExitCode;
import handgrad.app.report.Marks;
import handgrad.random.TorchRandom;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Samples names from a trained model. */
@Command(
        name = "sample",
        description = "Samples names from the model in a run folder, one a line.",
        sortOptions = false)
public final class SampleCommand implements Callable<Integer> {
    @Option(names = "--run", paramLabel = "DIR", required = true, description = "The run folder that train left.")
    private Path run;

    @Option(
            names = "-n",
            paramLabel = "N",
            defaultValue = "20",
            description = "How many names; default ${DEFAULT-VALUE}.")
    private int count;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of the draws; without it the names that train printed come first.")
    private @Nullable Long seed;

    @Mixin
    private final SamplingOptions sampling = new SamplingOptions();

    @Option(
            names = "--marks",
            description =
                    "After each name, and a tab: in train, in dev, in test, or new; for a name in several parts the"
                            + " first of them. Reads the names that the run was trained on.")
    private boolean marks;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Checks.atLeast(1, "-n", count);
        Checks.notEmpty("--run", run);
        sampling.check();
        var folder = new RunFolder(run);
        var options = folder.options();
        sampling.check(options.alphabet());
        var random = TorchRandom.seeded(seed == null ? options.sampleSeed() : seed);
        var model = options.model();
        var weights = folder.model(options, spec.commandLine().getErr()::println);
        var sampler = new Sampler(weights, options, sampling, model.draw(random));
        folder.warning().ifPresent(spec.commandLine().getErr()::println);
        UnaryOperator<String> line = marks ? marked(options) : name -> name;
        var out = spec.commandLine().getOut();
        // Who reads the names may close the pipe before the last.
        for (int i = 0; i < count && !out.checkError(); i++) {
            out.println(line.apply(sampler.name()));
        }
        return ExitCode.DONE;
    }

    private static UnaryOperator<String> marked(TrainOptions options) {
        var names = options.names("--marks");
        var marks = Marks.of(options.model(), names, names.split(TrainOptions.SPLIT_SEED));
        return name -> name + "\t" + marks.mark(name).mark();
    }
}
