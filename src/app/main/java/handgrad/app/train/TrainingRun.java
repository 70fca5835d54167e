package handgrad.app.train;

import handgrad.app.command.FailedException;
import handgrad.app.command.Lines;
import handgrad.app.command.StopSignals;
import handgrad.app.report.Marks;
import handgrad.app.report.Outcome;
import handgrad.data.Dataset;
import handgrad.data.Names;
import handgrad.data.Split;
import handgrad.diagnostics.Advice;
import handgrad.diagnostics.Recorder;
import handgrad.file.PrintableText;
import handgrad.io.WeightsHash;
import handgrad.models.LectureModel;
import handgrad.models.Published;
import handgrad.nn.Collective;
import handgrad.nn.Layer;
import handgrad.nn.Sequential;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One training from its options to its run folder, with what it prints, writes and draws on the way.
 *
 * @param memory what it needs
 * @param place where it leaves what it makes, and what it goes on from
 * @param page shows the training while it lasts and after
 * @param ranks share the training; rank 0 alone does what comes after it
 */
record TrainingRun(
        TrainOptions options,
        Names names,
        TrainingMemory memory,
        RunPlace place,
        Metrics metrics,
        RunReport page,
        SamplingOptions sampling,
        RunConsole console,
        Collective ranks) {
    /** As many names as the lectures draw. */
    private static final int SAMPLES = 20;

    /**
     * Trains from where the run stands and saves the weights; only then it evaluates and reports, and what fails there
     * loses nothing.
     */
    void run(SavingOptions saving, StopSignals signals, MetricsOptions more, boolean diagnostics) {
        var model = options.model();
        var random = TorchRandom.seeded(options.seed());
        var network = (place.checkpoint() == null ? options : options.withoutInit()).network(random);
        var header = new RunHeader(options, names, memory, console.out());
        if (!console.quiet()) {
            header.describe(network, place.folder().path());
            // The next lines name OpenBLAS, which takes long to check and open: meanwhile the names are split.
            Thread.ofPlatform().daemon().start(Backend::blas);
        }
        var split = names.split(TrainOptions.SPLIT_SEED, options.blockSize());
        var data = model.isBigram() ? names.dataset(options.blockSize()) : split.train();
        if (!console.quiet()) {
            header.describe(split);
        }
        var recorder = new Recorder(network, options.alphabet().size(), options.steps());
        var stoppable = new StoppableRanks(ranks, signals);
        var trainer = new Trainer(network, data, options, random, stoppable);
        options.addSettings(trainer.state(), place.digest());
        trainer.state().with("recorder", recorder);
        var saver = new RunSaver(place, trainer.state(), saving, console);
        var loop = new TrainingLoop(trainer, options.evaluation(), () -> dev(network, split), saver, stoppable);
        loop.begin(place, metrics, more, console);
        page.starts(network, split, recorder, loop::seconds);
        train(loop, recorder);
        if (!place.isOwn()) {
            return;
        }
        loop.keepBest(network, console);
        model.finish(network, data);
        place.folder().save(network, options.alphabet());
        loop.endIfAsked(TrainingLoop.EVALUATION);

        printSeconds(trainer, loop);
        var table = new LossTable();
        var judged = model.isBigram() ? judgeBigram(network, trainer, data, split, table) : network;
        var losses = evaluation(judged, split);
        metrics.split("train", losses.train());
        metrics.split("dev", losses.dev());
        metrics.split("test", losses.test());
        new LossReport(options, names).print(losses, table, console.out());
        adviseOn(losses, split, recorder);
        console.orWarn("what was seen of the training", () -> place.folder().saveDiagnostics(recorder));
        if (diagnostics) {
            printDiagnostics(network, split, losses, recorder);
        }
        loop.endIfAsked("the samples and the report");

        var samples = samples(network, split);
        if (page.isWanted()) {
            var outcome = outcome(network, split, losses, samples);
            console.orWarn("the report", () -> page.ended(outcome, place.folder()));
        }
        loop.endIfAsked("the outcome");
        end(network, trainer, loop, losses);
    }

    private static double dev(Layer network, Split split) {
        double loss = Evaluation.loss(network, split.dev());
        network.train(true);
        return loss;
    }

    private void train(TrainingLoop loop, Recorder recorder) {
        var title = options.model().title();
        try (var log = new TrainingLog(title, options.steps(), place.logEvery(), loop, metrics, console)) {
            loop.run(new TrainingLoop.Listener() {
                @Override
                public void step(SteppedTraining.Step done) {
                    recorder.after(done.step(), done.loss(), done.lr()).forEach(advice -> log.print(advice(advice)));
                    log.step(done);
                }

                @Override
                public void evaluated(int steps, double dev) {
                    log.evaluated(steps, dev);
                }
            });
        }
    }

    private void printSeconds(Trainer trainer, TrainingLoop loop) {
        int steps = trainer.state().step();
        if (!console.quiet() && steps > 0) {
            console.out()
                    .printf(
                            Locale.ROOT,
                            "%n%,d steps in %.1f s, %.4f ms a step%n%n",
                            steps,
                            loop.seconds(),
                            loop.seconds() * 1e3 / steps);
        }
    }

    /** Adds the losses on all names, from which a bigram learns, and returns one that learned from train alone. */
    private Layer judgeBigram(Layer network, Trainer trainer, Dataset all, Split split, LossTable table) {
        var report = new LossReport(options, names);
        if (options.steps() > 0) {
            table.add("step " + (options.steps() - 1), trainer.lastLoss(), report.published(Published::last));
        }
        double loss = Evaluation.loss("all names", network, all);
        metrics.split("all", loss);
        table.add("all", loss, report.published(Published::train));
        return Training.of(options, split.train()).network();
    }

    /** The losses; weights that give none are not kept as those of a finished run. */
    private Evaluation evaluation(Layer judged, Split split) {
        try {
            return Evaluation.of(judged, split);
        } catch (FailedException diverged) {
            console.orWarn(
                    "the folder", () -> Files.deleteIfExists(place.folder().weights()));
            throw diverged;
        }
    }

    private void adviseOn(Evaluation losses, Split split, Recorder recorder) {
        int dev = split.dev().words().size();
        for (var advice : recorder.evaluated(losses.train(), losses.dev(), dev, split.devInTrain())) {
            if (!console.quiet()) {
                console.out().println(advice(advice));
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
            DiagnosticsTable.print(console.out(), snapshots.getLast());
        }
        if (network instanceof Sequential sequential) {
            Calibration.of(sequential, split).print(console.out(), losses);
        }
    }

    private Samples samples(Layer network, Split split) {
        var model = options.model();
        var draw = model.draw(TorchRandom.seeded(options.sampleSeed()));
        var samples =
                Samples.draw(SAMPLES, new Sampler(network, options, sampling, draw), Marks.of(model, names, split));
        if (!console.quiet()) {
            console.out().println();
            samples.print(console.out());
            console.out()
                    .printf(
                            "%nrun folder: %s%n",
                            PrintableText.of(place.folder().path().toString()));
        }
        return samples;
    }

    private Outcome outcome(Layer network, Split split, Evaluation losses, Samples samples) {
        var report = new LossReport(options, names);
        return new Outcome(
                report.splits(losses),
                report.hasLosses(),
                report.isTheLectures(),
                options.model().published().tolerance(),
                samples.samples(),
                RunReport.embedding(network, options.alphabet()),
                network instanceof Sequential sequential
                        ? Calibration.of(sequential, split).statistics()
                        : List.of(),
                finder(split.train()));
    }

    /**
     * What the learning-rate finder sees of the same model before its training; null for one without batches,
     * and where the weights that it began with are gone.
     */
    private Outcome.@Nullable Finder finder(Dataset train) {
        var init = options.init();
        boolean isThere = init == null || Files.exists(init);
        if (options.batchSize() == LectureModel.Defaults.ALL_ROWS || !isThere) {
            return null;
        }
        var rates = LearningRates.find(options, train);
        return new Outcome.Finder(rates.exponents(), rates.losses(), rates.smoothed(), rates.suggestion());
    }

    /** Says that the run is finished: after this it is not gone on with. */
    private void end(Layer network, Trainer trainer, TrainingLoop loop, Evaluation losses) {
        var hash = WeightsHash.of(network.stateDict());
        var outcome = new RunOutcome(
                options.steps(),
                trainer.state().step(),
                loop.seconds(),
                losses.train(),
                losses.dev(),
                losses.test(),
                hash);
        console.orWarn("the outcome", () -> outcome.write(place.folder().outcome()));
        if (!console.quiet()) {
            console.out().println("weights  sha256 " + hash);
        }
    }
}
