package handgrad.app.train;

import handgrad.app.command.Checks;
import handgrad.app.command.ExitCode;
import handgrad.app.command.FailedException;
import handgrad.app.command.NamesOption;
import handgrad.data.Dataset;
import handgrad.io.WeightsHash;
import handgrad.nn.Layer;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints the losses of a trained model. */
@Command(
        name = "evaluate",
        description = {
            "Prints the losses of the model in a run folder: on train, dev and test of the names it was trained on, as"
                    + " train did at its end, or on a file of names.",
            "A bigram learns from all names, so it has one loss, on them all. A gpt is evaluated on its text, or on"
                    + " another."
        },
        sortOptions = false)
public final class EvaluateCommand implements Callable<Integer> {
    private final OtherRuns others;

    @Option(names = "--run", paramLabel = "DIR", required = true, description = "The run folder that train left.")
    private Path run;

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description =
                    "Evaluate on all names of this text file, one a line, or on this text, instead of those of the"
                            + " run.")
    private @Nullable Path data;

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description = "Evaluate these weights (safetensors) in the model of the run, instead of its own.")
    private @Nullable Path weights;

    @Spec
    private CommandSpec spec;

    /**
     * The command.
     *
     * @param others knows the runs of models that are not of the lectures
     */
    public EvaluateCommand(OtherRuns others) {
        this.others = others;
    }

    @Override
    public Integer call() {
        Checks.notEmpty("--run", run);
        var folder = new RunFolder(run);
        var title = folder.modelTitle();
        if (others.has(title)) {
            var console = new RunConsole(
                    spec.commandLine().getOut(), spec.commandLine().getErr(), false);
            others.evaluate(folder, title, data, weights, console);
        } else {
            evaluate(folder);
        }
        return ExitCode.DONE;
    }

    private void evaluate(RunFolder folder) {
        var options = folder.options();
        var model = weights == null
                ? folder.model(options, spec.commandLine().getErr()::println)
                : options.network("--weights", weights);
        var table = new LossTable();
        if (data != null) {
            var names = NamesOption.inAlphabet("--data", NamesOption.read("--data", data), options.alphabet());
            add(table, "all", model, names.dataset(options.blockSize()));
        } else if (options.model().isBigram()) {
            add(table, "all", model, options.names("--run").dataset(options.blockSize()));
        } else {
            var split = options.names("--run").split(TrainOptions.SPLIT_SEED, options.blockSize());
            add(table, "train", model, split.train());
            add(table, "dev", model, split.dev());
            add(table, "test", model, split.test());
        }
        var out = spec.commandLine().getOut();
        table.print(out);
        out.println("weights  sha256 " + WeightsHash.of(model.stateDict()));
    }

    private static void add(LossTable table, String part, Layer model, Dataset rows) {
        double loss = Evaluation.loss(model, rows);
        if (!Double.isFinite(loss)) {
            throw new FailedException(
                    "the loss on %s is %s: these weights are too large for this model".formatted(part, loss));
        }
        table.add(part, loss, OptionalDouble.empty());
    }
}
