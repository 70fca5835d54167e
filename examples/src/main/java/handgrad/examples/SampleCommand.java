package handgrad.examples;

import handgrad.random.TorchRandom;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Samples names from a trained model. */
@Command(name = "sample", description = "Samples names from the model in a run folder, one a line.")
final class SampleCommand implements Callable<Integer> {
    @Option(names = "--run", paramLabel = "DIR", required = true, description = "The run folder that train left.")
    private Path run;

    @Option(
            names = "-n",
            paramLabel = "COUNT",
            defaultValue = "20",
            showDefaultValue = Visibility.ALWAYS,
            description = "How many names.")
    private int count;

    @Option(
            names = "--seed",
            defaultValue = "2147483657",
            showDefaultValue = Visibility.ALWAYS,
            description = "Seed of the draws; the default is the lecture's.")
    private long seed;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Checks.atLeast(1, "-n", count);
        var folder = new RunFolder(run);
        var options = folder.options();
        var model = folder.model(options);
        var out = spec.commandLine().getOut();
        Sampler.names(model, options.blockSize(), count, TorchRandom.seeded(seed))
                .forEach(out::println);
        return ExitCode.DONE;
    }
}
