package handgrad.app.train;

import handgrad.app.command.Lines;
import handgrad.app.command.Progress;
import handgrad.app.report.Marks;
import handgrad.app.report.Outcome;
import handgrad.data.Alphabet;
import handgrad.data.Dataset;
import handgrad.data.Names;
import handgrad.data.Split;
import handgrad.diagnostics.Advice;
import handgrad.diagnostics.Recorder;
import handgrad.file.PrintableText;
import handgrad.io.WeightsHash;
import handgrad.models.LectureModel;
import handgrad.models.Published;
import handgrad.nn.Layer;
import handgrad.nn.Sequential;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One training from its options to its run folder, with what it prints, writes and draws on the way.
 *
 * @param memory what it needs
 * @param page shows the training while it lasts and after
 * @param quiet whether to print nothing but the losses of the trained model
 */
record TrainingRun(
        TrainOptions options,
        Names names,
        TrainingMemory memory,
        RunFolder folder,
        Metrics metrics,
        RunReport page,
        SamplingOptions sampling,
        PrintWriter printer,
        boolean quiet) {
    /** As many names as the lectures draw. */
    private static final int SAMPLES = 20;

    private static final int SHOWN_CHARACTERS = 60;

    /** Trains, evaluates, saves, and then reports: a report that fails loses nothing. */
    void run(int logEvery, boolean diagnostics) {
        var model = options.model();
        var random = TorchRandom.seeded(options.seed());
        var network = options.network(random);
        if (!quiet) {
            describe(network);
            // The next lines name OpenBLAS, which takes long to check and open: meanwhile the names are split.
            Thread.ofPlatform().daemon().start(Backend::blas);
        }
        var split = names.split(TrainOptions.SPLIT_SEED, options.blockSize());
        var data = model.isBigram() ? names.dataset(options.blockSize()) : split.train();
        if (!quiet) {
            describe(split);
        }
        folder.saveEnvironment();
        var recorder = new Recorder(network, options.alphabet().size(), options.steps());
        page.starts(network, split, recorder);
        var training = train(network, data, random, recorder, logEvery);
        page.trained(training.seconds());
        var table = new LossTable();
        var judged = model.isBigram() ? judgeBigram(training, data, split, table) : network;
        var losses = Evaluation.of(judged, split);
        metrics.split("train", losses.train());
        metrics.split("dev", losses.dev());
        metrics.split("test", losses.test());
        folder.save(network, options.alphabet());
        printLosses(losses, training, table);
        adviseOn(losses, split, recorder);
        folder.saveDiagnostics(recorder);
        if (diagnostics) {
            printDiagnostics(network, split, losses, recorder);
        }
        var draw = model.draw(TorchRandom.seeded(options.sampleSeed()));
        var sampler = new Sampler(network, options, sampling, draw);
        var samples = Samples.draw(SAMPLES, sampler, Marks.of(model, names, split));
        if (!quiet) {
            printer.println();
            samples.print(printer);
            printer.printf("%nrun folder: %s%n", PrintableText.of(folder.path().toString()));
        }
        if (page.isWanted()) {
            page.ended(outcome(network, split, losses, samples), folder);
        }
        if (!quiet) {
            printer.println("weights  sha256 " + WeightsHash.of(network.stateDict()));
        }
    }

    /** Says at once what is about to be trained. */
    private void describe(Layer network) {
        printer.printf(
                Locale.ROOT,
                "model    %s (%s): %,d parameters, batch %s, seed %d%n",
                options.model().title(),
                options.model().lecture(),
                network.parameterCount(),
                options.batchSize() == LectureModel.Defaults.ALL_ROWS ? "all rows" : options.batchSize(),
                options.seed());
        printer.println("memory   " + memory.line());
        var init = options.init();
        if (init != null) {
            printer.println("init     " + PrintableText.of(init.toString()));
        }
        printer.printf(
                Locale.ROOT,
                "names    %s: %,d%n",
                PrintableText.of(names.edition()),
                names.words().size());
        if (!options.alphabet().equals(Alphabet.A_TO_Z)) {
            printer.printf(
                    Locale.ROOT,
                    "symbols  %,d: .%s%n",
                    options.alphabet().size(),
                    firstOf(options.alphabet().characters()));
        }
        printer.flush();
    }

    /** As much of the characters as fits in a line. */
    private static String firstOf(String characters) {
        return characters.codePointCount(0, characters.length()) <= SHOWN_CHARACTERS
                ? characters
                : characters.substring(0, characters.offsetByCodePoints(0, SHOWN_CHARACTERS)) + "…";
    }

    private void describe(Split split) {
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
        printer.println("matmul   " + Backend.matmul());
        printer.println();
        if (options.steps() > 0) {
            printer.printf(Locale.ROOT, "%9s  %8s  %6s%n", "step", "loss", "lr");
        }
    }

    private Training train(Layer network, Dataset data, TorchRandom random, Recorder recorder, int logEvery) {
        try (var progress = new Progress(options.model().title(), options.steps(), quiet)) {
            return Training.of(network, data, options, random, (step, loss, rate) -> {
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
    }

    /** A rate as a person writes it: 0.01, not 0.010000000000000002. */
    private static String shortest(double rate) {
        return Float.toString((float) rate);
    }

    /** Adds the losses on all names, from which a bigram learns, and returns one that learned from train alone. */
    private Layer judgeBigram(Training training, Dataset all, Split split, LossTable table) {
        if (options.steps() > 0) {
            table.add("step " + (options.steps() - 1), training.lastLoss(), published(Published::last));
        }
        double loss = Evaluation.loss("all names", training.network(), all);
        metrics.split("all", loss);
        table.add("all", loss, published(Published::train));
        return Training.of(options, split.train()).network();
    }

    private void printLosses(Evaluation losses, Training training, LossTable table) {
        if (!quiet && options.steps() > 0) {
            printer.printf(
                    Locale.ROOT,
                    "%n%,d steps in %.1f s, %.4f ms a step%n%n",
                    options.steps(),
                    training.seconds(),
                    training.seconds() * 1e3 / options.steps());
        }
        var lecture = options.model();
        table.add("train", losses.train(), lecture.isBigram() ? OptionalDouble.empty() : published(Published::train));
        table.add("dev", losses.dev(), published(Published::dev));
        table.add("test", losses.test(), OptionalDouble.empty());
        table.print(printer);
        if (lecture.isBigram()) {
            printer.println("all: trained on all names, as the lecture does. train, dev and test: trained");
            printer.println("once more, on train alone, as every other model is.");
        }
        if (!hasLecturesNames() && !hasBundledNames()) {
            printer.println("No lecture has these names, so there is no loss of its to compare with.");
        } else if (lecture.isConvolution()) {
            printer.println("No lecture has this model. Part 5's tree, on the lecture's names.txt, ends at");
            printer.println("1.7690 on train and 1.9937 on dev.");
        } else if (!lecture.published().isThere()) {
            printer.println("The lecture does not train this model to the end.");
        } else if (!options.areTheLectures()) {
            printer.println("The lecture's losses are of its own options: see the defaults in --help.");
        } else if (hasBundledNames()) {
            printer.println("The lecture's losses are of an earlier edition of the names: give its");
            printer.println("names.txt with --data.");
        }
        printer.flush();
    }

    private boolean hasBundledNames() {
        return options.data().equals(TrainOptions.BUNDLED);
    }

    private boolean hasLecturesNames() {
        return LectureRun.digest(names).equals(LectureRun.NAMES);
    }

    /** A loss that the lecture prints, where it is of these names or of another edition of them. */
    private OptionalDouble published(Function<Published, OptionalDouble> loss) {
        return hasBundledNames() || hasLecturesNames()
                ? loss.apply(options.model().published())
                : OptionalDouble.empty();
    }

    private void adviseOn(Evaluation losses, Split split, Recorder recorder) {
        int dev = split.dev().words().size();
        for (var advice : recorder.evaluated(losses.train(), losses.dev(), dev, split.devInTrain())) {
            if (!quiet) {
                printer.println(advice(advice));
            }
        }
    }

    /** An advice as lines of the log, set apart by the margin of its numbers. */
    private static String advice(Advice advice) {
        var lines = Lines.wrapped(String.format(Locale.ROOT, "step %,d: %s", advice.step(), advice.text()));
        return "\n" + lines.indent(2);
    }

    private void printDiagnostics(Layer network, Split split, Evaluation losses, Recorder recorder) {
        var snapshots = recorder.snapshots();
        if (!snapshots.isEmpty()) {
            DiagnosticsTable.print(printer, snapshots.getLast());
        }
        if (network instanceof Sequential sequential) {
            Calibration.of(sequential, split).print(printer, losses);
        }
    }

    private Outcome outcome(Layer network, Split split, Evaluation losses, Samples samples) {
        var model = options.model();
        return new Outcome(
                List.of(
                        new Outcome.SplitLoss("train", losses.train(), published(Published::train)),
                        new Outcome.SplitLoss("dev", losses.dev(), published(Published::dev)),
                        new Outcome.SplitLoss("test", losses.test(), OptionalDouble.empty())),
                hasBundledNames() || hasLecturesNames(),
                options.areTheLectures() && hasLecturesNames(),
                model.published().tolerance(),
                samples.samples(),
                RunReport.embedding(network, options.alphabet()),
                network instanceof Sequential sequential
                        ? Calibration.of(sequential, split).statistics()
                        : List.of(),
                finder(split.train()));
    }

    /** What the learning-rate finder sees of the same model before its training; null for one without batches. */
    private Outcome.@Nullable Finder finder(Dataset train) {
        if (options.batchSize() == LectureModel.Defaults.ALL_ROWS) {
            return null;
        }
        var rates = LearningRates.find(options, train);
        return new Outcome.Finder(rates.exponents(), rates.losses(), rates.smoothed(), rates.suggestion());
    }
}
