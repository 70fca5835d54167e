package handgrad.examples;

import handgrad.data.Names;
import handgrad.data.NamesException;
import handgrad.data.Split;
import handgrad.nn.Sequential;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains a model of the lectures on names. */
@Command(
        name = "train",
        description = {
            "Trains a model of the lectures on names and leaves a run folder behind.",
            "The defaults are the lecture's. The learning rate falls to a tenth at step 100,000."
        },
        sortOptions = false)
final class TrainCommand implements Callable<Integer> {
    /** The seed of the split, as in the lectures. */
    private static final long SPLIT_SEED = 42;

    /** The lectures sample with a generator of its own, seeded ten above the one of the training. */
    private static final int SAMPLE_SEED_OFFSET = 10;

    private static final int SAMPLES = 20;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "MODEL",
            defaultValue = "mlp-bn",
            description = "mlp (part 2) or mlp-bn (part 3); by default mlp-bn.")
    private String model = "mlp-bn";

    @Option(
            names = "--steps",
            defaultValue = "200000",
            showDefaultValue = Visibility.ALWAYS,
            description = "Batches to train on.")
    private int steps;

    @Option(
            names = "--batch-size",
            defaultValue = "32",
            showDefaultValue = Visibility.ALWAYS,
            description = "Rows in a batch.")
    private int batchSize;

    @Option(names = "--lr", defaultValue = "0.1", showDefaultValue = Visibility.ALWAYS, description = "Learning rate.")
    private double lr;

    @Option(
            names = "--seed",
            defaultValue = "2147483647",
            showDefaultValue = Visibility.ALWAYS,
            description = "Seed of the weights, then of the batches.")
    private long seed;

    @Option(
            names = "--hidden",
            defaultValue = "200",
            showDefaultValue = Visibility.ALWAYS,
            description = "Units of the hidden layer.")
    private int hidden;

    @Option(
            names = "--embedding",
            defaultValue = "10",
            showDefaultValue = Visibility.ALWAYS,
            description = "Numbers that a character becomes.")
    private int embedding;

    @Option(
            names = "--block-size",
            defaultValue = "3",
            showDefaultValue = Visibility.ALWAYS,
            description = "Characters that the model sees, up to 100.")
    private int blockSize;

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description = "A text file with one name a line, a to z; without it the bundled list of 2018.")
    private @Nullable Path data;

    @Option(names = "--out", paramLabel = "DIR", description = "The run folder; without it a new one under runs.")
    private @Nullable Path out;

    @Option(
            names = "--threads",
            description = "Threads of large operations; without it one for each processor. Does not change results.")
    private @Nullable Integer threads;

    @Option(
            names = "--log-every",
            defaultValue = "10000",
            showDefaultValue = Visibility.ALWAYS,
            description = "Steps between two lines of the log and of the metrics.")
    private int logEvery;

    @Option(
            names = "--metrics",
            paramLabel = "FILE",
            description = "Also write the metrics, as JSON lines, to this file.")
    private @Nullable Path metricsFile;

    @Option(names = "--quiet", description = "Print the losses of the trained model only.")
    private boolean quiet;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        var printer = spec.commandLine().getOut();
        var lecture = LectureModel.named(model);
        var options = options();
        if (threads != null) {
            Backend.setThreads(Checks.atLeast(1, "--threads", threads));
        }
        Checks.atLeast(1, "--log-every", logEvery);
        var names = names();
        var split = names.split(SPLIT_SEED, blockSize);
        var folder = out == null ? RunFolder.next(model) : new RunFolder(out);
        folder.create(options);

        var random = TorchRandom.seeded(seed);
        var network = lecture.build(options.sizes(), random);
        try (var metrics = metrics(folder)) {
            if (!quiet) {
                describe(printer, lecture, names, split, network);
            }
            long nanoseconds = train(printer, network, split, options, random, metrics);
            folder.save(network);
            report(printer, lecture, options, network, split, metrics, nanoseconds);
        } catch (Trainer.DivergedException diverged) {
            spec.commandLine().getErr().println("handgrad: " + diverged.getMessage());
            return ExitCode.FAILED;
        }
        if (!quiet) {
            printer.println();
            var sampleRandom = TorchRandom.seeded(seed + SAMPLE_SEED_OFFSET);
            printer.println(String.join(" ", Sampler.names(network, blockSize, SAMPLES, sampleRandom)));
            printer.println();
            printer.println("run folder: " + folder.path());
        }
        return ExitCode.DONE;
    }

    private TrainOptions options() {
        Checks.atLeast(1, "--steps", steps);
        Checks.atLeast(model.equals("mlp-bn") ? 2 : 1, "--batch-size", batchSize);
        Checks.atLeast(1, "--hidden", hidden);
        Checks.atLeast(1, "--embedding", embedding);
        Checks.atLeast(1, "--block-size", blockSize);
        Checks.atMost(100, "--block-size", blockSize);
        if (!(lr > 0) || Double.isInfinite(lr)) {
            throw new WrongInputException("--lr must be more than 0, it is " + lr);
        }
        return new TrainOptions(
                model,
                steps,
                batchSize,
                lr,
                seed,
                hidden,
                embedding,
                blockSize,
                data == null ? TrainOptions.BUNDLED : data.toString());
    }

    private Names names() {
        try {
            return data == null ? Names.bundled() : Names.read(data);
        } catch (NamesException exception) {
            throw new WrongInputException("--data: " + exception.getMessage());
        }
    }

    private Metrics metrics(RunFolder folder) {
        var paths = new ArrayList<Path>();
        paths.add(folder.metrics());
        if (metricsFile != null) {
            paths.add(metricsFile);
        }
        try {
            return new Metrics(paths);
        } catch (IOException exception) {
            throw new WrongInputException(
                    "--metrics: cannot write to " + metricsFile + ": " + RunFolder.reason(exception));
        }
    }

    private void describe(PrintWriter printer, LectureModel lecture, Names names, Split split, Sequential network) {
        printer.printf(
                Locale.ROOT,
                "%s (%s): %,d parameters, batch %d, seed %d%n",
                model,
                lecture.lecture(),
                network.parameterCount(),
                batchSize,
                seed);
        printer.printf(
                Locale.ROOT,
                "names: %s: %,d names; rows: train %,d, dev %,d, test %,d%n",
                names.edition(),
                names.words().size(),
                split.train().size(),
                split.dev().size(),
                split.test().size());
        printer.printf(
                Locale.ROOT,
                "       %,d of %,d dev names (%.1f %%) and %,d of %,d test names (%.1f %%) also occur in train%n",
                split.devInTrain(),
                split.dev().words().size(),
                100.0 * split.devInTrain() / split.dev().words().size(),
                split.testInTrain(),
                split.test().words().size(),
                100.0 * split.testInTrain() / split.test().words().size());
        printer.println("kernels: " + Backend.vectors());
        printer.println("OpenBLAS: " + Backend.blas());
        printer.printf(Locale.ROOT, "%n%9s  %8s  %6s%n", "step", "loss", "lr");
    }

    /** Trains and returns how many nanoseconds it took. */
    private long train(
            PrintWriter printer,
            Sequential network,
            Split split,
            TrainOptions options,
            TorchRandom random,
            Metrics metrics)
            throws IOException {
        long start = System.nanoTime();
        try (var progress = Progress.of(model, steps, quiet)) {
            Trainer.train(network, split.train(), options, random, (step, loss, rate) -> {
                progress.step(step, loss);
                if (step % logEvery == 0 || step == steps - 1) {
                    metrics.step(step, loss, rate);
                    if (!quiet) {
                        progress.clear(System.err);
                        printer.printf(Locale.ROOT, "%,9d  %8.4f  %6s%n", step, loss, shortest(rate));
                        printer.flush();
                    }
                }
            });
        }
        return System.nanoTime() - start;
    }

    /** A rate as a person writes it: 0.01, not 0.010000000000000002. */
    private static String shortest(double rate) {
        return Float.toString((float) rate);
    }

    private void report(
            PrintWriter printer,
            LectureModel lecture,
            TrainOptions options,
            Sequential network,
            Split split,
            Metrics metrics,
            long nanoseconds)
            throws IOException {
        double train = Evaluation.loss(network, split.train());
        double dev = Evaluation.loss(network, split.dev());
        double test = Evaluation.loss(network, split.test());
        metrics.split("train", train);
        metrics.split("dev", dev);
        metrics.split("test", test);
        if (!quiet) {
            printer.printf(
                    Locale.ROOT,
                    "%n%,d steps in %.1f s, %.1f µs a step%n%n",
                    steps,
                    nanoseconds / 1e9,
                    nanoseconds / 1e3 / steps);
        }
        printer.printf(Locale.ROOT, "%-5s  %8s  %8s%n", "", "loss", "lecture");
        printer.printf(Locale.ROOT, "%-5s  %8.4f  %8.4f%n", "train", train, lecture.trainLoss());
        printer.printf(Locale.ROOT, "%-5s  %8.4f  %8.4f%n", "dev", dev, lecture.devLoss());
        printer.printf(Locale.ROOT, "%-5s  %8.4f%n", "test", test);
        if (!options.areTheLectures()) {
            printer.println("The lecture's losses are of its own options: see the defaults in --help.");
        } else if (data == null) {
            printer.println(
                    "The lecture's losses are of an earlier edition of the names: give its names.txt with --data.");
        }
        printer.flush();
    }
}
