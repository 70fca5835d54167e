package handgrad.app.sequence;

import handgrad.app.command.Checks;
import handgrad.app.command.ExitCode;
import handgrad.app.command.FailedException;
import handgrad.app.command.WrongInputException;
import handgrad.app.train.EvaluationOptions;
import handgrad.app.train.Metrics;
import handgrad.app.train.MetricsOptions;
import handgrad.app.train.Ranks;
import handgrad.app.train.RepeatCommand;
import handgrad.app.train.ReportOptions;
import handgrad.app.train.RunConsole;
import handgrad.app.train.RunFolderOptions;
import handgrad.app.train.RunPlace;
import handgrad.app.train.SamplingOptions;
import handgrad.app.train.SavedWeights;
import handgrad.app.train.SavingOptions;
import handgrad.app.train.ShardsOption;
import handgrad.app.train.StoppableRanks;
import handgrad.app.train.ThreadsOption;
import handgrad.app.train.TrainCommand;
import handgrad.nn.Collective;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a model of sequences: {@code train} and its name, with the settings that it has as options. */
@Command(sortOptions = false)
public final class SequenceCommand implements Callable<Integer> {
    private final SequenceModel model;

    @Mixin
    private final RunFolderOptions folder = new RunFolderOptions();

    @Mixin
    private final SavingOptions saving = new SavingOptions();

    @Mixin
    private final EvaluationOptions evaluation = new EvaluationOptions();

    @Mixin
    private final ThreadsOption threads = new ThreadsOption();

    @Option(
            names = "--log-every",
            paramLabel = "N",
            description = "Steps between two lines of the log and of the metrics; default what is said above, or what"
                    + " the run had.")
    private @Nullable Integer logEvery;

    @Mixin
    private final MetricsOptions metricsOptions = new MetricsOptions();

    @Mixin
    private final ReportOptions reportOptions = new ReportOptions();

    @Mixin
    private final SamplingOptions sampling = new SamplingOptions();

    @Option(names = "--quiet", description = "Print the losses of the trained model only.")
    private boolean quiet;

    @Spec
    private CommandSpec spec;

    private SequenceCommand(SequenceModel model) {
        this.model = model;
    }

    /** The command train, with a command below it for each model of sequences. */
    public static CommandLine train() {
        var train = new CommandLine(new TrainCommand());
        SequenceModels.ALL.forEach(model -> train.addSubcommand(model.title(), of(model)));
        return train;
    }

    /** The options of a training by what stands behind {@code train} on the command line. */
    static SequenceOptions parsed(String... arguments) {
        var model = train().parseArgs(arguments).subcommand();
        return ((SequenceCommand) model.commandSpec().userObject()).options();
    }

    private static CommandLine of(SequenceModel model) {
        var command = new CommandLine(new SequenceCommand(model));
        var spec = command.getCommandSpec();
        spec.usageMessage()
                .description(
                        "Trains " + model.summary() + ", and leaves a run folder behind.",
                        "Unless told otherwise, it is evaluated every %d steps, and every %dth is printed."
                                .formatted(model.evaluation().every(), model.logEvery()));
        var defaults = model.defaults();
        int order = -1 - defaults.size();
        for (var setting : defaults.entrySet()) {
            var description = model.description(setting.getKey());
            spec.addOption(setting.getKey().spec(description, setting.getValue(), order));
            order++;
        }
        return command;
    }

    @Override
    public Integer call() throws IOException {
        try {
            boolean isShared =
                    spec.commandLine().getParseResult().hasMatchedOption(ShardsOption.NAME) || folder.isResumed();
            return Ranks.train(isShared, ranks -> {
                refuseOptionsBefore();
                train(options(), ranks);
                return ExitCode.DONE;
            });
        } catch (OutOfMemoryError error) {
            throw new FailedException("out of memory: " + error.getMessage() + "; give more, as in ./handgrad -Xmx8g"
                    + " train ..., or take a smaller --batch-size, --block-size or --embedding");
        }
    }

    /** Options before the model are those of train, which does not run. */
    private void refuseOptionsBefore() {
        var train = spec.commandLine().getParent();
        // Where there is no subcommand, train itself hands a run over that it is to go on with.
        boolean isSubcommand = train != null && train.getParseResult().subcommand() != null;
        if (isSubcommand && !train.getParseResult().matchedOptions().isEmpty()) {
            var option = train.getParseResult().matchedOptions().getFirst().longestName();
            throw new WrongInputException("%s stands before %s; write ./handgrad train %s %s ..."
                    .formatted(option, model.title(), model.title(), option));
        }
    }

    /** The options: of the run that is gone on with, or the model's own, with those that are given. */
    private SequenceOptions options() {
        boolean isNew = folder.resumed("train").isEmpty();
        var options = folder.resumed("train")
                .map(file -> SequenceOptions.read(model, file))
                .orElse(SequenceOptions.defaults(model));
        for (var setting : model.defaults().keySet()) {
            var option = spec.findOption(setting.option());
            if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
                var text = String.valueOf(option.<Object>getValue());
                if (text.isEmpty()) {
                    throw new WrongInputException(setting.option() + " is empty; name a file or folder");
                }
                options = options.with(setting, text);
            }
        }
        var init = options.file(Setting.INIT);
        if (init.isPresent() && isNew) {
            options = model.begunWith(
                    options,
                    init.get(),
                    setting -> spec.commandLine().getParseResult().hasMatchedOption(setting.option()));
        }
        return model.completed(options.with(evaluation.or(options.evaluation())));
    }

    private void train(SequenceOptions given, Collective ranks) throws IOException {
        Checks.atLeast(1, "--log-every", logEvery == null ? model.logEvery() : logEvery);
        reportOptions.check();
        sampling.check();
        saving.check();
        metricsOptions.check();
        threads.apply();
        ShardsOption.check(given.shards(), ranks);
        var init = given.file(Setting.INIT);
        boolean isOfInit = given.alphabet().isEmpty() && init.isPresent() && model.hasAlphabet(given);
        var known = isOfInit ? given.withAlphabet(SavedWeights.characters("--init", init.get())) : given;
        var data = model.data(known, folder.resumed("train").isPresent() ? "--resume" : "--data");
        var options = data.completed(known);
        sampling.check(data.symbols().size());
        var network = new SequenceNetwork(options, folder.resumed("train").isEmpty());
        // Before there is a run folder: what does not fit into memory, or weights that do not fit, leave none.
        var memory = network.memory(data, ranks);
        Ranks.requireAlike(ranks, options.startedWith(data.digest()));
        var console = RunConsole.of(
                ranks, spec.commandLine().getOut(), spec.commandLine().getErr(), quiet);
        var command = RepeatCommand.of(spec.commandLine().getParseResult(), options.command(), options.given());
        // The server first: where its port is taken, there is no run folder.
        var asked = ranks.rank() == 0 ? reportOptions : new ReportOptions();
        try (var report = new SequenceReport(asked, options, data, command, console.out());
                var place = RunPlace.take(
                        ranks, folder, options, data.digest(), memory.checkpoint(options), saving, logEvery, console);
                var signals = StoppableRanks.signals(ranks, console.err());
                var metrics = new Metrics(console.err()::println)) {
            new SequenceRun(options, data, memory, place, metrics, report, sampling, console, ranks)
                    .run(saving, signals, metricsOptions);
        }
    }
}
