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

/** Samples names or texts from a trained model. */
@Command(
        name = "sample",
        description = "Samples names, one a line, or texts from the model in a run folder.",
        sortOptions = false)
public final class SampleCommand implements Callable<Integer> {
    private static final int NAMES = 20;

    private final OtherRuns others;

    @Option(names = "--run", paramLabel = "DIR", required = true, description = "The run folder that train left.")
    private Path run;

    @Option(names = "-n", paramLabel = "N", description = "How many names, default 20, or texts, default 1.")
    private @Nullable Integer count;

    @Option(names = "--prompt", paramLabel = "TEXT", description = "What a text begins with; of gpt.")
    private @Nullable String prompt;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            description = "How many more tokens a text has, such as characters; of gpt, default 500.")
    private @Nullable Integer tokens;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of the draws; without it what train printed comes first.")
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

    /**
     * The command.
     *
     * @param others knows the runs of models that are not of the lectures
     */
    public SampleCommand(OtherRuns others) {
        this.others = others;
    }

    @Override
    public Integer call() {
        Checks.notEmpty("--run", run);
        var request = new SampleRequest(count, prompt, tokens, seed, sampling, marks);
        var folder = new RunFolder(run);
        var title = folder.modelTitle();
        if (others.has(title)) {
            var console = new RunConsole(
                    spec.commandLine().getOut(), spec.commandLine().getErr(), true);
            others.sample(folder, title, request, console);
        } else {
            sample(folder, request);
        }
        return ExitCode.DONE;
    }

    private void sample(RunFolder folder, SampleRequest request) {
        var options = folder.options();
        request.refuseTexts(options.model().title());
        sampling.check(options.alphabet().size());
        var random = TorchRandom.seeded(request.seed(options.sampleSeed()));
        var model = options.model();
        var weights = folder.model(options, spec.commandLine().getErr()::println);
        var sampler = new Sampler(weights, options, sampling, model.draw(random));
        folder.warning().ifPresent(spec.commandLine().getErr()::println);
        UnaryOperator<String> line = marks ? marked(options) : name -> name;
        var out = spec.commandLine().getOut();
        // Who reads the names may close the pipe before the last.
        for (int i = 0; i < request.count(NAMES) && !out.checkError(); i++) {
            out.println(line.apply(sampler.name()));
        }
    }

    private static UnaryOperator<String> marked(TrainOptions options) {
        var names = options.names("--marks");
        var marks = Marks.of(options.model(), names, names.split(TrainOptions.SPLIT_SEED));
        return name -> name + "\t" + marks.mark(name).mark();
    }
}
