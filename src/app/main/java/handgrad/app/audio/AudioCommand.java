package handgrad.app.audio;

import handgrad.app.command.Checks;
import handgrad.app.command.ExitCode;
import handgrad.app.command.FailedException;
import handgrad.app.command.StopSignals;
import handgrad.app.command.WrongInputException;
import handgrad.app.train.EvaluationOptions;
import handgrad.app.train.Metrics;
import handgrad.app.train.MetricsOptions;
import handgrad.app.train.RunConsole;
import handgrad.app.train.RunFolder;
import handgrad.app.train.RunFolderOptions;
import handgrad.app.train.RunPlace;
import handgrad.app.train.SavingOptions;
import handgrad.file.PrintableText;
import handgrad.io.Checkpoint;
import handgrad.io.Safetensors;
import handgrad.io.SafetensorsException;
import handgrad.nn.Layer;
import handgrad.random.TorchRandom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a WaveNet on sound and generates more of it. */
@Command(
        name = "audio",
        description = {
            "Trains a WaveNet on sound and leaves a run folder behind, with what it generates in generated.wav.",
            "With --run it generates from a trained one."
        },
        sortOptions = false)
public final class AudioCommand implements Callable<Integer> {
    private static final String GENERATED = "generated.wav";

    /** Samples that leave enough for train and dev. */
    private static final int LEAST_SAMPLES = 20 * SoundModel.RECEPTIVE_FIELD;

    private static final int MAXIMUM_SECONDS = 600;

    /** What does not go with a model that is trained already. */
    private static final List<String> OF_TRAINING = List.of(
            "--data",
            "--steps",
            "--lr",
            "--out",
            "--resume",
            "--eval-every",
            "--patience",
            "--checkpoint-every",
            "--keep",
            "--log-every",
            "--metrics",
            "--tensorboard",
            "--quiet");

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description = "A WAV file of 16-bit PCM; without it ten seconds of computed notes.")
    private @Nullable Path data;

    @Option(names = "--steps", paramLabel = "N", description = "Batches to train on; default 2000.")
    private @Nullable Integer steps;

    @Option(
            names = "--lr",
            paramLabel = "RATE",
            description = "Learning rate of Adam, a tenth of it for the last quarter; default 0.003.")
    private @Nullable Double lr;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "2",
            description = "Seconds to generate; default ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of weights, batches and draws; default 42.")
    private @Nullable Long seed;

    @Mixin
    private final RunFolderOptions folder = new RunFolderOptions();

    @Mixin
    private final SavingOptions saving = new SavingOptions();

    @Mixin
    private final MetricsOptions metricsOptions = new MetricsOptions();

    @Mixin
    private final EvaluationOptions evaluation = new EvaluationOptions();

    @Option(names = "--run", paramLabel = "DIR", description = "Generate from the model in this run folder.")
    private @Nullable Path run;

    @Option(
            names = "--log-every",
            paramLabel = "N",
            description = "Steps between two lines of the log and of the metrics; default 500, or what the run had.")
    private @Nullable Integer logEvery;

    @Option(names = "--quiet", description = "Print the losses of the trained model only.")
    private boolean quiet;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Checks.between(1, MAXIMUM_SECONDS, "--seconds", seconds);
        if (run == null) {
            train();
        } else {
            Checks.notEmpty("--run", run);
            refuseOptionsOfTraining();
            var trained = new RunFolder(run);
            var weights = weights(trained);
            var saved = read(weights);
            var model = SoundModel.build(TorchRandom.seeded(0));
            load(weights, model, saved);
            trained.warning().ifPresent(spec.commandLine().getErr()::println);
            generate(model, sampleRate(weights, saved), seed == null ? AudioOptions.DEFAULT.seed() : seed, run);
        }
        return ExitCode.DONE;
    }

    /** The weights of a run, or its newest checkpoint where it has not ended, with a line on that. */
    private Path weights(RunFolder folder) {
        if (!Files.isDirectory(folder.path())) {
            return folder.weights();
        }
        return folder.newestWeights(spec.commandLine().getErr()::println).orElse(folder.weights());
    }

    private void refuseOptionsOfTraining() {
        var given = spec.commandLine().getParseResult();
        for (var option : OF_TRAINING) {
            if (given.hasMatchedOption(option)) {
                throw new WrongInputException("--run generates from a trained model: leave out " + option);
            }
        }
    }

    private void train() throws IOException {
        var started = folder.resumed("audio").map(AudioOptions::read).orElse(AudioOptions.DEFAULT);
        var options = new AudioOptions(
                steps == null ? started.steps() : steps,
                lr == null ? started.lr() : lr,
                seed == null ? started.seed() : seed,
                data == null ? started.data() : data.toString(),
                evaluation.or(started.evaluation()));
        Checks.atLeast(1, "--steps", options.steps());
        Checks.atLeast(1, "--log-every", logEvery == null ? options.logEvery() : logEvery);
        Checks.learningRate(options.lr());
        saving.check();
        metricsOptions.check();
        var sound = sound(options.data());
        var console =
                new RunConsole(spec.commandLine().getOut(), spec.commandLine().getErr(), quiet);
        try (var place = RunPlace.take(
                        folder, options, sound.digest(), SoundTrainer.checkpointBytes(), saving, logEvery, console);
                var signals = StopSignals.install(console.err(), "the start");
                var metrics = new Metrics(console.err()::println)) {
            var model = new SoundRun(options, sound, place, metrics, console).run(saving, signals, metricsOptions);
            signals.during("the sound");
            generate(model, sound.sampleRate(), options.seed(), place.folder().path());
        }
    }

    private static Sound sound(String data) {
        if (data.equals(AudioOptions.COMPUTED)) {
            return Tone.melody();
        }
        var file = Path.of(data);
        Checks.notEmpty("--data", file);
        Sound sound;
        try {
            sound = WavFile.read(file);
        } catch (WrongInputException exception) {
            throw new WrongInputException("--data: " + exception.getMessage());
        }
        if (sound.samples().length < LEAST_SAMPLES) {
            throw new WrongInputException("--data: " + data + " is too short: " + sound.samples().length
                    + " samples, at least " + LEAST_SAMPLES + " are needed");
        }
        return sound;
    }

    private void generate(Layer model, int sampleRate, long seed, Path folder) {
        var printer = spec.commandLine().getOut();
        var file = folder.resolve(GENERATED);
        long start = System.nanoTime();
        int[] symbols = SoundModel.generate(model, Math.multiplyExact(seconds, sampleRate), TorchRandom.seeded(seed));
        double took = (System.nanoTime() - start) / 1e9;
        try {
            WavFile.write(file, new Sound(sampleRate, MuLaw.decode(symbols)));
        } catch (IOException exception) {
            throw new FailedException(file + " cannot be written: " + RunFolder.reason(exception));
        }
        printer.printf(
                Locale.ROOT, "%n%d s of sound, made in %.1f s: %s%n", seconds, took, PrintableText.of(file.toString()));
        printer.flush();
    }

    private static Safetensors read(Path file) {
        if (!Files.exists(file)) {
            throw new WrongInputException("--run: there is no " + file + ": audio has not trained a model there");
        }
        try {
            return Checkpoint.weights(file);
        } catch (SafetensorsException exception) {
            throw new WrongInputException("--run: " + exception.getMessage());
        }
    }

    private static void load(Path file, Layer model, Safetensors saved) {
        try {
            model.loadStateDict(saved.tensors());
        } catch (IllegalArgumentException exception) {
            throw new WrongInputException("--run: " + file + " is no model of audio: " + exception.getMessage());
        }
    }

    private static int sampleRate(Path file, Safetensors saved) {
        var rate = saved.metadata().getOrDefault(SoundTrainer.SAMPLE_RATE, "");
        if (!rate.matches("[1-9][0-9]{0,5}")) {
            throw new WrongInputException("--run: " + file + " does not say how many samples a second has");
        }
        return Integer.parseInt(rate);
    }
}
