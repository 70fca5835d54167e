package handgrad.app.sequence;

import handgrad.app.command.FailedException;
import handgrad.app.command.Lines;
import handgrad.app.command.StopSignals;
import handgrad.app.train.LossTable;
import handgrad.app.train.Metrics;
import handgrad.app.train.MetricsOptions;
import handgrad.app.train.RunConsole;
import handgrad.app.train.RunOutcome;
import handgrad.app.train.RunPlace;
import handgrad.app.train.RunSaver;
import handgrad.app.train.SampleRequest;
import handgrad.app.train.SamplingOptions;
import handgrad.app.train.SavedWeights;
import handgrad.app.train.SavingOptions;
import handgrad.app.train.SteppedTraining;
import handgrad.app.train.StoppableRanks;
import handgrad.app.train.TrainingLog;
import handgrad.app.train.TrainingLoop;
import handgrad.app.train.TrainingMemory;
import handgrad.diagnostics.Advice;
import handgrad.diagnostics.Recorder;
import handgrad.file.PrintableText;
import handgrad.io.WeightsHash;
import handgrad.nn.Collective;
import handgrad.nn.Layer;
import handgrad.tensor.Backend;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SequencedMap;

/**
 * One training of a model of sequences from its options to its run folder, with what it prints, writes and draws.
 *
 * @param memory what it needs
 * @param place where it leaves what it makes, and what it goes on from
 * @param report shows the training while it lasts and after
 * @param ranks share the training; rank 0 alone does what comes after it
 */
record SequenceRun(
        SequenceOptions options,
        SequenceData data,
        TrainingMemory memory,
        RunPlace place,
        Metrics metrics,
        SequenceReport report,
        SamplingOptions sampling,
        RunConsole console,
        Collective ranks) {
    /**
     * Trains from where the run stands and saves the weights; only then it evaluates and reports, and what fails there
     * loses nothing.
     */
    void run(SavingOptions saving, StopSignals signals, MetricsOptions more) {
        var random = data.random(options);
        var network = new SequenceNetwork(options, place.checkpoint() == null).begin(random);
        if (!console.quiet()) {
            describe(network);
        }
        int symbols = data.symbols().size();
        var task = data.task(options, network, random);
        var recorder = new Recorder(network, symbols, options.steps());
        var stoppable = new StoppableRanks(ranks, signals);
        var trainer = new SequenceTrainer(options, network, task, symbols, stoppable);
        options.addSettings(trainer.state(), place.digest());
        trainer.state().with("recorder", recorder);
        var saver = new RunSaver(place, trainer.state(), saving, console);
        var estimate = new LinkedHashMap<String, Double>();
        var loop = new TrainingLoop(
                trainer,
                options.evaluation(),
                () -> {
                    estimate.putAll(task.estimate());
                    return estimate.lastEntry().getValue();
                },
                saver,
                stoppable);
        loop.begin(place, metrics, more, console);
        report.starts(network, recorder, loop::seconds);
        train(loop, recorder, task, estimate);
        if (!place.isOwn()) {
            return;
        }
        loop.keepBest(network, task.judge(), console);
        place.folder().save(network, metadata());
        loop.endIfAsked(TrainingLoop.EVALUATION);

        printSeconds(trainer, loop);
        var losses = evaluation(task);
        console.orWarn("what was seen of the training", () -> place.folder().saveDiagnostics(recorder));
        loop.endIfAsked("the samples and the report");
        if (!console.quiet()) {
            console.out().println();
            options.model().sample(options, network, SampleRequest.afterTraining(sampling), console.out());
            console.out().println();
            console.out()
                    .println(PrintableText.of("run folder: " + place.folder().path()));
        }
        if (report.isWanted()) {
            console.orWarn("the report", () -> report.ended(network, losses, task.evaluated(), place.folder()));
        }
        loop.endIfAsked("the outcome");
        end(network, trainer, loop, losses);
    }

    private Map<String, String> metadata() {
        return options.alphabet().isEmpty() ? Map.of() : Map.of(SavedWeights.ALPHABET, options.alphabet());
    }

    private void describe(Layer network) {
        var out = console.out();
        out.printf(
                Locale.ROOT,
                "model    %s (%s): %,d parameters, batch %s, seed %d%n",
                options.model().title(),
                options.model().origin(),
                network.parameterCount(),
                options.text(Setting.BATCH_SIZE),
                options.seed());
        out.println(PrintableText.of("folder   " + place.folder().path()));
        out.println("memory   " + memory.line());
        if (options.has(Setting.INIT)) {
            out.println(PrintableText.of("init     " + options.text(Setting.INIT)));
        }
        data.lines().forEach(line -> out.println(PrintableText.of(line)));
        out.println("vectors  " + Backend.vectors());
        out.println("BLAS     " + Backend.blas());
        out.println("matmul   " + Backend.matmul());
        out.flush();
    }

    private void train(TrainingLoop loop, Recorder recorder, SequenceTask task, SequencedMap<String, Double> estimate) {
        var title = options.model().title();
        try (var log = new TrainingLog(title, options.steps(), place.logEvery(), loop, metrics, console)) {
            loop.run(new TrainingLoop.Listener() {
                @Override
                public void step(SteppedTraining.Step done) {
                    recorder.after(done.step(), done.loss(), done.lr()).forEach(advice -> log.print(text(advice)));
                    log.step(done);
                }

                @Override
                public void evaluated(int steps, double dev) {
                    log.evaluated(steps, estimate);
                }

                @Override
                public void sample() {
                    log.print(task.sample());
                }
            });
        }
    }

    /** An advice as lines of the log, set apart by the margin of its numbers. */
    private static String text(Advice advice) {
        var lines = Lines.wrapped(String.format(Locale.ROOT, "step %,d: %s", advice.step(), advice.text()));
        return "\n" + lines.indent(2);
    }

    private void printSeconds(SequenceTrainer trainer, TrainingLoop loop) {
        int steps = trainer.state().step();
        if (!console.quiet() && steps > 0) {
            console.out()
                    .printf(
                            Locale.ROOT,
                            "%n%,d steps in %.1f s, %.2f ms a step%n%n",
                            steps,
                            loop.seconds(),
                            1e3 * loop.seconds() / steps);
        }
    }

    /** The losses; weights that give none are not kept as those of a finished run. */
    private SequencedMap<String, Double> evaluation(SequenceTask task) {
        var losses = task.evaluate();
        losses.forEach((part, loss) -> {
            if (!Double.isFinite(loss)) {
                console.orWarn(
                        "the folder", () -> Files.deleteIfExists(place.folder().weights()));
                throw new FailedException(
                        "training diverged: the loss on %s is %s; try a smaller --lr".formatted(part, loss));
            }
            metrics.split(part, loss);
        });
        print(losses, data.symbols().size(), task.evaluated(), console);
        return losses;
    }

    /** Prints losses, and of what they are. */
    static void print(SequencedMap<String, Double> losses, int symbols, String evaluated, RunConsole console) {
        var table = new LossTable();
        losses.forEach((part, loss) -> table.add(part, loss, OptionalDouble.empty()));
        table.print(console.out());
        if (!console.quiet()) {
            console.out().print(Lines.wrapped(evaluated).indent(0));
            console.out()
                    .printf(
                            Locale.ROOT,
                            "Each symbol as likely as the other gives ln %,d = %.4f.%n",
                            symbols,
                            Math.log(symbols));
        }
        console.out().flush();
    }

    /** Says that the run is finished: after this it is not gone on with. */
    private void end(Layer network, SequenceTrainer trainer, TrainingLoop loop, SequencedMap<String, Double> losses) {
        var hash = WeightsHash.of(network.stateDict());
        var outcome = new RunOutcome(
                options.steps(),
                trainer.state().step(),
                loop.seconds(),
                losses.getOrDefault("train", Double.NaN),
                losses.getOrDefault("dev", Double.NaN),
                losses.getOrDefault("test", Double.NaN),
                hash);
        console.orWarn("the outcome", () -> outcome.write(place.folder().outcome()));
        if (!console.quiet()) {
            console.out().println("weights  sha256 " + hash);
        }
    }
}
