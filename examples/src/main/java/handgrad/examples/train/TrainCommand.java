package handgrad.examples.train;

import handgrad.data.Alphabet;
import handgrad.data.Dataset;
import handgrad.data.Names;
import handgrad.data.NamesException;
import handgrad.data.Split;
import handgrad.diagnostics.Advice;
import handgrad.diagnostics.Recorder;
import handgrad.examples.command.Checks;
import handgrad.examples.command.ExitCode;
import handgrad.examples.command.Progress;
import handgrad.examples.command.WrongInputException;
import handgrad.examples.model.LectureModel;
import handgrad.examples.report.Outcome;
import handgrad.nn.Layer;
import handgrad.nn.Sequential;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
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
            "mlp, mlp-softmax, mlp-tanh, mlp-kaiming   parts 2 and 3, four initialisations",
            "mlp-bn                                    part 3, with batch normalisation",
            "deep, deep-no-bn                          part 3, six layers",
            "backprop                                  part 4, backward in one piece",
            "wavenet-flat-3, wavenet-flat-8            part 5, characters joined at once",
            "wavenet-small-bug, wavenet-small, wavenet part 5, the tree"
        })
public final class TrainCommand implements Callable<Integer> {
    /** The seed of the split, as in the lectures. */
    private static final long SPLIT_SEED = 42;

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
            defaultValue = "" + TrainOptions.DEFAULT_BATCH_SIZE,
            description = "Rows in a batch, up to 20,000; default ${DEFAULT-VALUE}.")
    private int batchSize;

    @Option(
            names = "--lr",
            paramLabel = "RATE",
            defaultValue = "" + TrainOptions.DEFAULT_LR,
            description = "Learning rate, a tenth of it from the lecture's step on; default ${DEFAULT-VALUE}.")
    private double lr;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the weights, then of the batches.")
    private @Nullable Long seed;

    @Option(names = "--hidden", paramLabel = "N", description = "Units of a hidden layer, up to 20,000.")
    private @Nullable Integer hidden;

    @Option(names = "--embedding", paramLabel = "N", description = "Numbers that a character becomes, up to 1,000.")
    private @Nullable Integer embedding;

    @Option(names = "--block-size", paramLabel = "N", description = "Characters that the model sees, up to 100.")
    private @Nullable Integer blockSize;

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description = "A text file with one name a line, a to z; without it the bundled list of 2018.")
    private @Nullable Path data;

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

    @Option(names = "--quiet", description = "Print the losses of the trained model only.")
    private boolean quiet;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        var options = options();
        Checks.atLeast(1, "--log-every", logEvery);
        reportOptions.check();
        if (threads != null) {
            Checks.between(1, MAXIMUM_THREADS, "--threads", threads);
            Backend.setThreads(threads);
        }
        var names = names();
        if (findLr) {
            findLearningRate(options, names);
            return ExitCode.DONE;
        }
        var folder = out == null ? RunFolder.next(model) : new RunFolder(out);
        Checks.notEmpty("--out", folder.path());
        var command = RepeatCommand.of(spec.commandLine().getParseResult(), model);
        try (var metrics = new Metrics();
                var report = new RunReport(
                        reportOptions, options, command, spec.commandLine().getOut())) {
            folder.create();
            addMetricsFile(metrics);
            folder.start(options, metrics);
            run(options, names, folder, metrics, report);
        }
        return ExitCode.DONE;
    }

    private TrainOptions options() {
        var lecture = LectureModel.named(model);
        var defaults = lecture.defaults();
        return new TrainOptions(
                lecture,
                given(steps, defaults.steps()),
                batchSize,
                lr,
                given(seed, defaults.seed()),
                given(hidden, defaults.sizes().hidden()),
                given(embedding, defaults.sizes().embedding()),
                given(blockSize, defaults.sizes().blockSize()),
                data == null ? TrainOptions.BUNDLED : data.toString());
    }

    private static <T> T given(@Nullable T value, T otherwise) {
        return value == null ? otherwise : value;
    }

    private void run(TrainOptions options, Names names, RunFolder folder, Metrics metrics, RunReport page) {
        var printer = spec.commandLine().getOut();
        var split = names.split(SPLIT_SEED, options.blockSize());
        var random = TorchRandom.seeded(options.seed());
        var network = options.model().build(options.sizes(), random);
        if (!quiet) {
            describe(printer, options, names, split, network);
        }
        var recorder = new Recorder(network, Alphabet.SIZE, options.steps());
        page.starts(network, split, recorder);
        long nanoseconds = train(printer, network, split, options, random, metrics, recorder);
        page.trained(nanoseconds);
        options.model().finish(network, split.train());
        var losses = Evaluation.of(network, split);
        metrics.split("train", losses.train());
        metrics.split("dev", losses.dev());
        metrics.split("test", losses.test());
        folder.save(network);
        report(printer, options, losses, nanoseconds);
        adviseOn(printer, losses, split, recorder);
        folder.saveDiagnostics(recorder);
        if (diagnostics) {
            DiagnosticsTable.print(printer, recorder.snapshots().getLast());
            if (network instanceof Sequential sequential) {
                Calibration.of(sequential, split).print(printer, losses);
            }
        }
        var sampler = new Sampler(network, options.blockSize(), TorchRandom.seeded(options.sampleSeed()));
        var samples = Stream.generate(sampler::name).limit(SAMPLES).toList();
        if (!quiet) {
            printer.printf("%n%s%n%nrun folder: %s%n", wrapped(String.join(" ", samples)), folder.path());
        }
        if (page.isWanted()) {
            page.ended(outcome(options, network, split, losses, samples), folder);
        }
    }

    private static Outcome outcome(
            TrainOptions options, Layer network, Split split, Evaluation losses, List<String> samples) {
        var lecture = options.model();
        return new Outcome(
                List.of(
                        new Outcome.SplitLoss("train", losses.train(), lecture.trainLoss()),
                        new Outcome.SplitLoss("dev", losses.dev(), lecture.devLoss()),
                        new Outcome.SplitLoss("test", losses.test(), OptionalDouble.empty())),
                options.areTheLectures() && !options.data().equals(TrainOptions.BUNDLED),
                lecture.isTree() ? 0.02 : 0.01,
                marked(samples, split),
                RunReport.embedding(network),
                network instanceof Sequential sequential
                        ? Calibration.of(sequential, split).statistics()
                        : List.of(),
                finder(options, split.train()));
    }

    /** What the learning-rate finder sees of the same model before its training. */
    private static Outcome.Finder finder(TrainOptions options, Dataset train) {
        var random = TorchRandom.seeded(options.seed());
        var network = options.model().build(options.sizes(), random);
        var rates = LearningRates.find(network, train, options.batchSize(), random);
        return new Outcome.Finder(rates.exponents(), rates.losses(), rates.smoothed(), rates.suggestion());
    }

    private static List<Outcome.Sample> marked(List<String> samples, Split split) {
        var train = Set.copyOf(split.train().words());
        var dev = Set.copyOf(split.dev().words());
        return samples.stream()
                .map(name -> new Outcome.Sample(
                        name, train.contains(name) ? "in train" : dev.contains(name) ? "in dev" : "new"))
                .toList();
    }

    /** What does not go with the learning-rate finder, which has its own steps and rates and writes nothing. */
    private static final List<String> NOT_FOR_FINDER = List.of(
            "--steps", "--lr", "--out", "--log-every", "--metrics", "--diagnostics", "--report", "--open", "--serve");

    private void findLearningRate(TrainOptions options, Names names) {
        var given = spec.commandLine().getParseResult();
        for (var option : NOT_FOR_FINDER) {
            if (given.hasMatchedOption(option)) {
                throw new WrongInputException(
                        "--find-lr has its own steps and rates and writes nothing: leave out " + option);
            }
        }
        var random = TorchRandom.seeded(options.seed());
        var network = options.model().build(options.sizes(), random);
        var train = names.split(SPLIT_SEED, options.blockSize()).train();
        LearningRates.find(network, train, options.batchSize(), random)
                .print(spec.commandLine().getOut());
    }

    /** Words in lines of at most 79 characters, so far as single words are no longer. */
    private static String wrapped(String words) {
        return words.replaceAll("(.{1,79})(?: |$)", "$1\n").strip();
    }

    private Names names() {
        if (data != null) {
            Checks.notEmpty("--data", data);
        }
        try {
            return data == null ? Names.bundled() : Names.read(data);
        } catch (NamesException exception) {
            throw new WrongInputException("--data: " + exception.getMessage());
        }
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
                "model    %s (%s): %,d parameters, batch %d, seed %d%n",
                model,
                options.model().lecture(),
                network.parameterCount(),
                batchSize,
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
        printer.printf(Locale.ROOT, "%n%9s  %8s  %6s%n", "step", "loss", "lr");
    }

    /** Trains and returns how many nanoseconds it took. */
    private long train(
            PrintWriter printer,
            Layer network,
            Split split,
            TrainOptions options,
            TorchRandom random,
            Metrics metrics,
            Recorder recorder) {
        long start = System.nanoTime();
        try (var progress = new Progress(model, options.steps(), quiet)) {
            Trainer.train(network, split.train(), options, random, (step, loss, rate) -> {
                progress.step(step, loss);
                for (var advice : recorder.after(step, loss, rate)) {
                    if (!quiet) {
                        progress.log(printer, advice(advice));
                    }
                }
                if (Double.isFinite(loss) && (step % logEvery == 0 || step == options.steps() - 1)) {
                    metrics.step(step, loss, rate);
                    if (!quiet) {
                        progress.log(
                                printer, String.format(Locale.ROOT, "%,9d  %8.4f  %6s", step, loss, shortest(rate)));
                    }
                }
            });
        }
        return System.nanoTime() - start;
    }

    /** An advice as lines of the log, set apart by the margin of its numbers. */
    private static String advice(Advice advice) {
        var lines = wrapped(String.format(Locale.ROOT, "step %,d: %s", advice.step(), advice.text()));
        return "\n" + lines.indent(2);
    }

    /** A rate as a person writes it: 0.01, not 0.010000000000000002. */
    private static String shortest(double rate) {
        return Float.toString((float) rate);
    }

    private void report(PrintWriter printer, TrainOptions options, Evaluation losses, long nanoseconds) {
        if (!quiet) {
            printer.printf(
                    Locale.ROOT,
                    "%n%,d steps in %.1f s, %.4f ms a step%n%n",
                    options.steps(),
                    nanoseconds / 1e9,
                    nanoseconds / 1e6 / options.steps());
        }
        var lecture = options.model();
        boolean published = lecture.trainLoss().isPresent();
        printer.printf(Locale.ROOT, "%-5s  %8s%s%n", "", "loss", published ? "   lecture" : "");
        printLoss(printer, "train", losses.train(), lecture.trainLoss());
        printLoss(printer, "dev", losses.dev(), lecture.devLoss());
        printLoss(printer, "test", losses.test(), OptionalDouble.empty());
        if (!published) {
            printer.println("The lecture does not train this model to the end.");
        } else if (!options.areTheLectures()) {
            printer.println("The lecture's losses are of its own options: see the defaults in --help.");
        } else if (data == null) {
            printer.println("The lecture's losses are of an earlier edition of the names: give its");
            printer.println("names.txt with --data.");
        }
        printer.flush();
    }

    private void adviseOn(PrintWriter printer, Evaluation losses, Split split, Recorder recorder) {
        int names = split.dev().words().size();
        for (var advice : recorder.evaluated(losses.train(), losses.dev(), names, split.devInTrain())) {
            if (!quiet) {
                printer.println(advice(advice));
            }
        }
    }

    private static void printLoss(PrintWriter printer, String part, double loss, OptionalDouble lecture) {
        var published = lecture.isPresent() ? String.format(Locale.ROOT, "  %8.4f", lecture.getAsDouble()) : "";
        printer.printf(Locale.ROOT, "%-5s  %8.4f%s%n", part, loss, published);
    }
}
