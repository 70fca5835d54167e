package handgrad.app.sequence;

import handgrad.app.command.FailedException;
import handgrad.app.train.OtherRuns;
import handgrad.app.train.RunConsole;
import handgrad.app.train.RunFolder;
import handgrad.app.train.SampleRequest;
import handgrad.app.train.SavedWeights;
import handgrad.io.WeightsHash;
import handgrad.nn.Layer;
import handgrad.random.TorchRandom;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The runs of models of sequences, for sample and evaluate. */
public final class SequenceRuns implements OtherRuns {
    /** Runs in any folder. */
    public SequenceRuns() {}

    @Override
    public boolean has(String model) {
        return SequenceModels.named(model).isPresent();
    }

    private static SequenceOptions options(RunFolder folder, String model) {
        return SequenceOptions.read(SequenceModels.named(model).orElseThrow(), folder.optionsFile());
    }

    /** The network of a run; its seed does not matter, because every weight is replaced. */
    private static Layer network(SequenceOptions options, String option, Path weights) {
        var network = options.model().build(options, TorchRandom.seeded(0));
        new SavedWeights(option, weights, "options.json", options.alphabet()).load(network);
        return network;
    }

    @Override
    public void sample(RunFolder folder, String model, SampleRequest request, RunConsole console) {
        var options = options(folder, model);
        var network = network(options, "", folder.someWeights(console.err()::println));
        folder.warning().ifPresent(console.err()::println);
        options.model().sample(options, network, request, console.out());
    }

    @Override
    public void evaluate(
            RunFolder folder, String model, @Nullable Path data, @Nullable Path weights, RunConsole console) {
        var options = options(folder, model);
        var network = weights == null
                ? network(options, "", folder.someWeights(console.err()::println))
                : network(options, "--weights: ", SavedWeights.inFolder("--weights", weights));
        var read = data == null
                ? options.model().data(options, "--run")
                : options.model().data(options.with(Setting.DATA, data.toString()), "--data");
        var task = read.task(options, network, TorchRandom.seeded(options.seed()));
        var losses = task.evaluate();
        losses.forEach((part, loss) -> {
            if (!Double.isFinite(loss)) {
                throw new FailedException(
                        "the loss on %s is %s: these weights are too large for this model".formatted(part, loss));
            }
        });
        SequenceRun.print(losses, read.symbols().size(), task.evaluated(), console);
        console.out().println("weights  sha256 " + WeightsHash.of(network.stateDict()));
    }
}
