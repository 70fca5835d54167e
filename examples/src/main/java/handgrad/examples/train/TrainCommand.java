package handgrad.examples.train;

import handgrad.data.Dataset;
import handgrad.data.Names;
import handgrad.data.Split;
import handgrad.examples.command.Checks;
import handgrad.examples.command.ExitCode;
import handgrad.examples.command.NamesOption;
import handgrad.examples.command.Progress;
import handgrad.examples.command.WrongInputException;
import handgrad.examples.model.LectureModel;
import handgrad.examples.model.Marks;
import handgrad.nn.Layer;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalDouble;
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
            "Trains a model of the lectures on names and leaves a run folder behind.",
            "Steps, seed and sizes are those of the model's lecture unless given."
        },
        sortOptions = false,
        footerHeading = "%nModels:%n",
        footer = {
            "bigram-counted, bigram                    part 1, counted and as a network",
            "mlp, mlp-softmax, mlp-tanh, mlp-kaiming   parts 2 and 3, four initialisations",
            "mlp-bn                                    part 3, with batch normalisation",
            "deep, deep-no-bn                          part 3, six layers",
            "backprop                                  part 4, backward in one piece",
            "wavenet-flat-3, wavenet-flat-8            part 5, characters joined at once",
            "wavenet-small-bug, wavenet-small, wavenet part 5, the tree"
        })
public final class TrainCommand implements Callable<Integer> {
    private static final int MAXIMUM_THREADS = 1024;

    /** As many names as the lectures draw. */
    private static final int SAMPLES = 20;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "MODEL",
            defaultValue = "mlp-bn",
            description = "One of the models below; default ${DEFAULT-VALUE}.")
    private String model = "mlp-bn";

    @Option(names = "--steps", paramLabel = "N", description = "Batches to train on.")
    private @Nullable Integer steps;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            description = "Rows in a batch, up to 20,000; 32 in the lectures.")
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

    @Option(names = "--out", paramLabel = "DIR", description = "The run folder; without it a new one under runs.")
    private @Nullable Path out;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads of large operations; without it one for each processor. Does not change results.")
    private @Nullable Integer threads;

    @Option(
            names = "--log-every",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Steps between two lines of the log and of the metrics; default ${DEFAULT-VALUE}.")
    private int logEvery;

    @Option(
            names = "--metrics",
            paramLabel = "FILE",
            description = "Also write the metrics, as JSON lines, to this file.")
    private @Nullable Path metricsFile;

    @Mixin
    private final Sampling sampling = new Sampling();

    @Option(names = "--quiet", description = "Print the losses of the trained model only.")
    private boolean quiet;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        var options = options();
        Checks.atLeast(1, "--log-every", logEvery);
        sampling.check();
        if (threads != null) {
            Checks.between(1, MAXIMUM_THREADS, "--threads", threads);
            Backend.setThreads(threads);
        }
        var names = data.names();
        var folder = out == null ? RunFolder.next(model) : new RunFolder(out);
        Checks.notEmpty("--out", folder.path());
        try (var metrics = new Metrics()) {
            folder.create();
            addMetricsFile(metrics);
            folder.start(options, metrics);
            run(options, names, folder, metrics);
        }
        return ExitCode.DONE;
    }

    private TrainOptions options() {
        var lecture = LectureModel.named(model);
        var defaults = lecture.defaults();
        return new TrainOptions(
                lecture,
                given(steps, defaults.steps()),
                given(batchSize, defaults.batchSize()),
                given(lr, defaults.lr()),
                given(seed, defaults.seed()),
                given(hidden, defaults.sizes().hidden()),
                given(embedding, defaults.sizes().embedding()),
                given(blockSize, defaults.sizes().blockSize()),
                data.file() == null ? TrainOptions.BUNDLED : data.file().toString());
    }

    private static <T> T given(@Nullable T value, T otherwise) {
        return value == null ? otherwise : value;
    }

    private void run(TrainOptions options, Names names, RunFolder folder, Metrics metrics) {
        var printer = spec.commandLine().getOut();
        var split = names.split(TrainOptions.SPLIT_SEED, options.blockSize());
        var data = options.model().isBigram() ? names.dataset(options.blockSize()) : split.train();
        var random = TorchRandom.seeded(options.seed());
        var network = options.model().build(options.sizes(), random);
        if (!quiet) {
            describe(printer, options, names, split, network);
        }
        var training = train(printer, network, data, options, random, metrics);
        var table = new LossTable();
        var judged = options.model().isBigram() ? judgeBigram(training, data, split, options, metrics, table) : network;
        var losses = Evaluation.of(judged, split);
        metrics.split("train", losses.train());
        metrics.split("dev", losses.dev());
        metrics.split("test", losses.test());
        folder.save(network);
        report(printer, options, losses, training, table);
        if (!quiet) {
            var draw = options.model().draw(TorchRandom.seeded(options.sampleSeed()));
            var sampler = new Sampler(network, options.blockSize(), sampling, draw);
            var samples = Samples.draw(SAMPLES, sampler, Marks.of(options.model(), names, split));
            printer.println();
            samples.print(printer);
            printer.printf("%nrun folder: %s%n", folder.path());
        }
    }

    /** Adds the losses on all names, from which a bigram learns, and returns one that learned from train alone. */
    private static Layer judgeBigram(
            Training training, Dataset all, Split split, TrainOptions options, Metrics metrics, LossTable table) {
        var published = options.model().published();
        if (options.steps() > 0) {
            table.add("step " + (options.steps() - 1), training.lastLoss(), published.last());
        }
        double loss = Evaluation.loss("all names", training.network(), all);
        metrics.split("all", loss);
        table.add("all", loss, published.train());
        return Training.of(options, split.train()).network();
    }

    private void addMetricsFile(Metrics metrics) {
        if (metricsFile == null) {
            return;
        }
        Checks.notEmpty("--metrics", metricsFile);
        var parent = metricsFile.toAbsolutePath().getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            throw new WrongInputException("--metrics: there is no folder " + metricsFile.getParent());
        }
        try {
            metrics.addFile(metricsFile);
        } catch (IOException exception) {
            throw new WrongInputException(
                    "--metrics: cannot write to " + metricsFile + ": " + RunFolder.reason(exception));
        }
    }

    private void describe(PrintWriter printer, TrainOptions options, Names names, Split split, Layer network) {
        printer.printf(
                Locale.ROOT,
                "model    %s (%s): %,d parameters, batch %s, seed %d%n",
                model,
                options.model().lecture(),
                network.parameterCount(),
                options.batchSize() == LectureModel.Defaults.ALL_ROWS ? "all rows" : options.batchSize(),
                options.seed());
        printer.printf(
                Locale.ROOT,
                "names    %s: %,d%n",
                names.edition(),
                names.words().size());
        printer.printf(
                Locale.ROOT,
                "rows     train %,d, dev %,d, test %,d%n",
                split.train().size(),
                split.dev().size(),
                split.test().size());
        printer.printf(
                Locale.ROOT,
                "repeats  %,d of %,d dev names (%.1f %%) and %,d of %,d test names (%.1f %%)%n"
                        + "         also occur in train%n",
                split.devInTrain(),
                split.dev().words().size(),
                100.0 * split.devInTrain() / split.dev().words().size(),
                split.testInTrain(),
                split.test().words().size(),
                100.0 * split.testInTrain() / split.test().words().size());
        printer.println("vectors  " + Backend.vectors());
        printer.println("BLAS     " + Backend.blas());
        printer.println();
        if (options.steps() > 0) {
            printer.printf(Locale.ROOT, "%9s  %8s  %6s%n", "step", "loss", "lr");
        }
    }

    private Training train(
            PrintWriter printer,
            Layer network,
            Dataset data,
            TrainOptions options,
            TorchRandom random,
            Metrics metrics) {
        try (var progress = new Progress(model, options.steps(), quiet)) {
            return Training.of(network, data, options, random, (step, loss, rate) -> {
                progress.step(step, loss);
                if (step % logEvery == 0 || step == options.steps() - 1) {
                    metrics.step(step, loss, rate);
                    if (!quiet) {
                        progress.log(
                                printer, String.format(Locale.ROOT, "%,9d  %8.4f  %6s", step, loss, shortest(rate)));
                    }
                }
            });
        }
    }

    /** A rate as a person writes it: 0.01, not 0.010000000000000002. */
    private static String shortest(double rate) {
        return Float.toString((float) rate);
    }

    private void report(
            PrintWriter printer, TrainOptions options, Evaluation losses, Training training, LossTable table) {
        if (!quiet && options.steps() > 0) {
            printer.printf(
                    Locale.ROOT,
                    "%n%,d steps in %.1f s, %.4f ms a step%n%n",
                    options.steps(),
                    training.seconds(),
                    training.seconds() * 1e3 / options.steps());
        }
        var lecture = options.model();
        var published = lecture.published();
        table.add("train", losses.train(), lecture.isBigram() ? OptionalDouble.empty() : published.train());
        table.add("dev", losses.dev(), published.dev());
        table.add("test", losses.test(), OptionalDouble.empty());
        table.print(printer);
        if (lecture.isBigram()) {
            printer.println("all: trained on all names, as the lecture does. train, dev and test: trained");
            printer.println("once more, on train alone, as every other model is.");
        }
        if (!published.isThere()) {
            printer.println("The lecture does not train this model to the end.");
        } else if (!options.areTheLectures()) {
            printer.println("The lecture's losses are of its own options: see the defaults in --help.");
        } else if (data.file() == null) {
            printer.println("The lecture's losses are of an earlier edition of the names: give its");
            printer.println("names.txt with --data.");
        }
        printer.flush();
    }
}
