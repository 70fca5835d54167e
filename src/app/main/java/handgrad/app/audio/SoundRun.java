package handgrad.app.audio;

import handgrad.app.command.FailedException;
import handgrad.app.command.StopSignals;
import handgrad.app.train.Metrics;
import handgrad.app.train.MetricsOptions;
import handgrad.app.train.RunConsole;
import handgrad.app.train.RunOutcome;
import handgrad.app.train.RunPlace;
import handgrad.app.train.RunSaver;
import handgrad.app.train.SavingOptions;
import handgrad.app.train.StoppableRanks;
import handgrad.app.train.TrainingLog;
import handgrad.app.train.TrainingLoop;
import handgrad.file.PrintableText;
import handgrad.io.WeightsHash;
import handgrad.nn.Collective;
import handgrad.nn.Layer;
import handgrad.random.TorchRandom;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/** One training on sound from its options to the weights in its run folder, with what it prints on the way. */
record SoundRun(AudioOptions options, Sound sound, RunPlace place, Metrics metrics, RunConsole console) {
    /** The part of the sound, at its end, that the model does not learn from. */
    private static final double DEV = 0.1;

    /** Trains from where the run stands and returns the model. */
    Layer run(SavingOptions saving, StopSignals signals, MetricsOptions more) {
        int[] symbols = MuLaw.encode(sound.samples());
        int trainEnd = (int) ((1 - DEV) * symbols.length);
        int[] train = Arrays.copyOf(symbols, trainEnd);
        int[] dev = Arrays.copyOfRange(symbols, trainEnd, symbols.length);
        var random = TorchRandom.seeded(options.seed());
        var model = SoundModel.build(random);
        var trainer = new SoundTrainer(model, train, options, random);
        options.addSettings(trainer.state(), sound);
        var saver = new RunSaver(place, trainer.state(), saving, console);
        var loop = new TrainingLoop(
                trainer,
                options.evaluation(),
                () -> SoundModel.loss(model, dev),
                saver,
                new StoppableRanks(Collective.single(), signals));
        describe(model);
        loop.begin(place, metrics, more, console);
        try (var log = new TrainingLog("audio", options.steps(), place.logEvery(), loop, metrics, console)) {
            loop.run(log);
        }
        loop.keepBest(model, console);
        place.folder().save(model, Map.of(SoundTrainer.SAMPLE_RATE, Integer.toString(sound.sampleRate())));
        loop.endIfAsked(TrainingLoop.EVALUATION);
        evaluate(model, train, dev, loop, trainer);
        return model;
    }

    private void describe(Layer model) {
        if (!console.quiet()) {
            console.out()
                    .printf(
                            Locale.ROOT,
                            "model    audio (WaveNet): %,d parameters, seed %d%n",
                            model.parameterCount(),
                            options.seed());
            console.out().println(PrintableText.of("folder   " + place.folder().path()));
            console.out()
                    .printf(
                            Locale.ROOT,
                            "sound    %s: %.1f s, %,d samples a second%n",
                            options.data().equals(AudioOptions.COMPUTED)
                                    ? "computed notes"
                                    : PrintableText.of(options.data()),
                            sound.seconds(),
                            sound.sampleRate());
        }
    }

    private void evaluate(Layer model, int[] train, int[] dev, TrainingLoop loop, SoundTrainer trainer) {
        double trainLoss = SoundModel.loss(model, train);
        double devLoss = SoundModel.loss(model, dev);
        if (!Double.isFinite(trainLoss + devLoss)) {
            console.orWarn(
                    "the folder", () -> Files.deleteIfExists(place.folder().weights()));
            throw new FailedException("training diverged: its loss is not finite; try a smaller --lr");
        }
        metrics.split("train", trainLoss);
        metrics.split("dev", devLoss);
        int steps = trainer.state().step();
        if (!console.quiet()) {
            console.out()
                    .printf(
                            Locale.ROOT,
                            "%n%,d steps in %.1f s, %.2f ms a step%n%n",
                            steps,
                            loop.seconds(),
                            1e3 * loop.seconds() / steps);
        }
        console.out()
                .printf(
                        Locale.ROOT,
                        "%5s  %8s%ntrain  %8.4f%ndev    %8.4f%n(each symbol as likely as the other gives ln 256 ="
                                + " %.4f)%n",
                        "",
                        "loss",
                        trainLoss,
                        devLoss,
                        Math.log(MuLaw.SYMBOLS));
        var outcome = new RunOutcome(
                options.steps(),
                steps,
                loop.seconds(),
                trainLoss,
                devLoss,
                Double.NaN,
                WeightsHash.of(model.stateDict()));
        console.orWarn("the outcome", () -> outcome.write(place.folder().outcome()));
    }
}
