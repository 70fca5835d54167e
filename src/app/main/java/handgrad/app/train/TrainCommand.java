package handgrad.app.train;

import handgrad.app.command.Checks;
import handgrad.app.command.ExitCode;
import handgrad.app.command.FailedException;
import handgrad.app.command.ModelOption;
import handgrad.app.command.NamesOption;
import handgrad.app.command.WrongInputException;
import handgrad.data.Names;
import handgrad.models.LectureModel;
import handgrad.nn.Collective;
import handgrad.nn.DataParallel.Normalizing;
import handgrad.nn.Layer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains a model of the lectures on names. */
@Command(
        name = "train",
        description = {
            "Trains a model of the lectures, or past them, on names and leaves a run folder behind.",
            "Steps, rate, seed and sizes are those of the model's lecture unless given."
        },
        sortOptions = false)
public final class TrainCommand implements Callable<Integer> {
    /** What does not go with the learning-rate finder, which has its own steps and rates and writes nothing. */
    private static final List<String> NOT_FOR_FINDER = List.of(
            "--steps",
            "--lr",
            "--out",
            "--resume",
            ShardsOption.NAME,
            ShardsOption.BATCH_NORM,
            "--log-every",
            "--eval-every",
            "--patience",
            "--checkpoint-every",
            "--keep",
            "--metrics",
            "--tensorboard",
            "--diagnostics",
            "--report",
            "--open",
            "--serve");

    private static final String MODEL = "mlp-bn";

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "MODEL",
            description = "One of the models below; default mlp-bn.")
    private @Nullable String model;

    @Option(names = "--steps", paramLabel = "N", description = "Batches to train on.")
    private @Nullable Integer steps;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            description = "Rows in a batch, up to 20,000; 32 in the lectures, 8 crops of 64 characters past them.")
    private @Nullable Integer batchSize;

    @Option(
            names = "--lr",
            paramLabel = "RATE",
            description =
                    "Learning rate, a tenth of it from the lecture's step on; 0.1 in the lectures, 50 for bigram.")
    private @Nullable Double lr;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the weights, then of the batches.")
    private @Nullable Long seed;

    @Option(names = "--hidden", paramLabel = "N", description = "Units of a hidden layer, up to 20,000.")
    private @Nullable Integer hidden;

    @Option(names = "--embedding", paramLabel = "N", description = "Numbers that a character becomes, up to 1,000.")
    private @Nullable Integer embedding;

    @Option(names = "--block-size", paramLabel = "N", description = "Characters that the model sees, up to 100.")
    private @Nullable Integer blockSize;

    @Mixin
    private final NamesOption data = new NamesOption();

    @Option(
            names = "--init",
            paramLabel = "FILE",
            description = "Begin with the weights of this file (safetensors), or of the model in this run folder,"
                    + " instead of drawn ones; the batches stay those of the seed.")
    private @Nullable Path init;

    @Mixin
    private final RunFolderOptions folder = new RunFolderOptions();

    @Mixin
    private final SavingOptions saving = new SavingOptions();

    @Mixin
    private final EvaluationOptions evaluation = new EvaluationOptions();

    @Option(names = ShardsOption.NAME, paramLabel = "N", description = ShardsOption.DESCRIPTION + ".")
    private @Nullable Integer shards;

    @Option(names = ShardsOption.BATCH_NORM, paramLabel = "BY", description = ShardsOption.BATCH_NORM_DESCRIPTION + ".")
    private @Nullable String batchNorm;

    @Mixin
    private final ThreadsOption threads = new ThreadsOption();

    @Option(
            names = "--log-every",
            paramLabel = "N",
            description = "Steps between two lines of the log and of the metrics; default 10000, or what the run had.")
    private @Nullable Integer logEvery;

    @Mixin
    private final MetricsOptions metricsOptions = new MetricsOptions();

    @Option(
            names = "--diagnostics",
            description = {
                "After training print the tables of makemore part 3: outputs, gradients and",
                "updates of the last step; and the losses with calibrated batch normalisation."
            })
    private boolean diagnostics;

    @Option(
            names = "--find-lr",
            description = {
                "Instead of training, look for a learning rate as makemore part 2 does:",
                "1,000 steps with rates from 0.001 to 1. Leaves no run folder."
            })
    private boolean findLr;

    @Mixin
    private final ReportOptions reportOptions = new ReportOptions();

    @Mixin
    private final SamplingOptions sampling = new SamplingOptions();

    @Option(names = "--quiet", description = "Print the losses of the trained model only.")
    private boolean quiet;

    @Spec
    private CommandSpec spec;

    @Spec
    void listModels(CommandSpec command) {
        ModelOption.listIn(command);
    }

    @Override
    public Integer call() throws IOException {
        try {
            return Ranks.train(shards != null || folder.isResumed(), ranks -> {
                var resumed = folder.resumed("train");
                var other = resumed.isEmpty() ? null : spec.subcommands().get(OptionsFile.model(resumed.get()));
                if (other != null) {
                    // A run of a model that has a command of its own goes on by that command.
                    return other.execute(ofSubcommand());
                }
                train(resumed.map(OptionsFile::read).orElse(null), ranks);
                return ExitCode.DONE;
            });
        } catch (OutOfMemoryError error) {
            throw new FailedException("out of memory: " + error.getMessage() + "; give more, as in ./handgrad -Xmx8g"
                    + " train ..., or take a smaller --batch-size or --hidden");
        }
    }

    private String[] ofSubcommand() {
        var arguments = spec.commandLine().getParseResult().originalArgs();
        return arguments
                .subList(arguments.indexOf(spec.name()) + 1, arguments.size())
                .toArray(String[]::new);
    }

    private void train(@Nullable TrainOptions started, Collective ranks) throws IOException {
        var given = options(started);
        Checks.atLeast(1, "--log-every", given(logEvery, given.logEvery()));
        reportOptions.check();
        sampling.check();
        saving.check();
        metricsOptions.check();
        threads.apply();
        if (!findLr) {
            ShardsOption.check(given.sharding().shards(), ranks);
        }
        var names = names(started);
        var options = given.withAlphabet(names.alphabet());
        sampling.check(names.alphabet().size());
        if (findLr) {
            if (ranks.rank() == 0) {
                findLearningRate(options, names);
            }
            return;
        }
        // Before there is a run folder: what does not fit into memory, or weights that do not fit the model, leave
        // none.
        var memory = TrainingMemory.of(started == null ? options : options.withoutInit(), names)
                .inShards(options.sharding(), ranks);
        memory.requireFits(options, Runtime.getRuntime().maxMemory());
        var digest = LectureRun.digest(names);
        Ranks.requireAlike(ranks, options.startedWith(digest));
        var console = RunConsole.of(
                ranks, spec.commandLine().getOut(), spec.commandLine().getErr(), quiet);
        var command = RepeatCommand.of(
                spec.commandLine().getParseResult(), "train " + options.model().title(), options.given());
        // The server first: where its port is taken, there is no run folder.
        var asked = ranks.rank() == 0 ? reportOptions : new ReportOptions();
        try (var report = new RunReport(asked, options, command, console.out());
                var place = RunPlace.take(
                        ranks, folder, options, digest, memory.checkpoint(options), saving, logEvery, console);
                var signals = StoppableRanks.signals(ranks, console.err());
                var metrics = new Metrics(console.err()::println)) {
            new TrainingRun(options, names, memory, place, metrics, report, sampling, console, ranks)
                    .run(saving, signals, metricsOptions, diagnostics);
        }
    }

    /** The names, in the alphabet of the run to go on with, or of the weights that the training begins with. */
    private Names names(@Nullable TrainOptions started) {
        if (started != null) {
            return data.file() == null
                    ? started.names("--resume")
                    : NamesOption.inAlphabet("--data", data.names(), started.alphabet());
        }
        var names = data.names();
        return init == null
                ? names
                : NamesOption.inAlphabet("--init", names, SavedWeights.alphabet("--init", init, names.alphabet()));
    }

    /** The options before the names are read, so that a wrong one is refused first. */
    private TrainOptions options(@Nullable TrainOptions started) {
        var lecture = model == null && started != null
                ? started.model()
                : ModelOption.named(
                        model == null ? MODEL : model, spec.subcommands().keySet());
        var defaults = started == null ? TrainOptions.lecture(lecture, TrainOptions.BUNDLED) : started;
        return new TrainOptions(
                lecture,
                given(steps, defaults.steps()),
                given(batchSize, defaults.batchSize()),
                given(lr, defaults.lr()),
                given(seed, defaults.seed()),
                given(hidden, defaults.hidden()),
                given(embedding, defaults.embedding()),
                given(blockSize, defaults.blockSize()),
                data.file() == null ? defaults.data() : data.file().toString(),
                defaults.alphabet(),
                init == null ? defaults.init() : init,
                evaluation.or(defaults.evaluation()),
                sharding(lecture, defaults.sharding()));
    }

    private Sharding sharding(LectureModel lecture, Sharding otherwise) {
        if (shards != null) {
            // 0 stands for none where nothing is said, and has no meaning where it is.
            Checks.atLeast(1, ShardsOption.NAME, shards);
        }
        int number = given(shards, otherwise.shards());
        if (batchNorm == null) {
            return new Sharding(number, otherwise.normalizing());
        }
        var normalizing = Sharding.normalizing(ShardsOption.BATCH_NORM, batchNorm);
        if (number == 0) {
            throw new WrongInputException(
                    "--batch-norm says what shards are normalised by: give --shards as well, or" + " leave it out");
        }
        if (!lecture.normalisesBatches()) {
            throw new WrongInputException(lecture.title() + " has no batch normalisation: it has no --batch-norm");
        }
        if (lecture == LectureModel.WAVENET_SMALL_BUG && normalizing == Normalizing.BY_BATCH) {
            throw new WrongInputException(
                    lecture.title() + " has statistics for each position: it has no --batch-norm synchronized");
        }
        return new Sharding(number, normalizing);
    }

    /** The model that this command's training ends with, on the bundled names. */
    Layer trained() {
        var names = Names.bundled();
        var options = options(null).withAlphabet(names.alphabet());
        var split = names.split(TrainOptions.SPLIT_SEED, options.blockSize());
        return Training.of(options, split.train()).network();
    }

    private static <T> T given(@Nullable T value, T otherwise) {
        return value == null ? otherwise : value;
    }

    private void findLearningRate(TrainOptions options, Names names) {
        var given = spec.commandLine().getParseResult();
        for (var option : NOT_FOR_FINDER) {
            if (given.hasMatchedOption(option)) {
                throw new WrongInputException(
                        "--find-lr has its own steps and rates and writes nothing: leave out " + option);
            }
        }
        if (options.batchSize() == LectureModel.Defaults.ALL_ROWS) {
            throw new WrongInputException("--find-lr wants a model that learns from batches, "
                    + options.model().title() + " learns from all rows at once");
        }
        var split = names.split(TrainOptions.SPLIT_SEED, options.blockSize());
        LearningRates.find(options, split.train()).print(spec.commandLine().getOut());
    }
}
