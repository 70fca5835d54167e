package handgrad.examples.train;

import handgrad.examples.command.Checks;
import handgrad.examples.command.ExitCode;
import handgrad.random.TorchRandom;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Samples names from a trained model. */
@Command(name = "sample", description = "Samples names from the model in a run folder, one a line.")
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

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Checks.atLeast(1, "-n", count);
        Checks.notEmpty("--run", run);
        var folder = new RunFolder(run);
        var options = folder.options();
        var random = TorchRandom.seeded(seed == null ? options.sampleSeed() : seed);
        var sampler = new Sampler(folder.model(options), options.blockSize(), random);
        var out = spec.commandLine().getOut();
        // Who reads the names may close the pipe before the last.
        for (int i = 0; i < count && !out.checkError(); i++) {
            out.println(sampler.name());
        }
        return ExitCode.DONE;
    }
}
