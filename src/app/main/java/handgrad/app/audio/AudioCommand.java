package handgrad.app.audio;

import handgrad.app.command.Checks;
import handgrad.app.command.ExitCode;
import handgrad.app.command.FailedException;
import handgrad.app.command.Progress;
import handgrad.app.command.WrongInputException;
import handgrad.app.train.Metrics;
import handgrad.app.train.RunFolder;
import handgrad.data.Sequence;
import handgrad.file.PrintableText;
import handgrad.io.Safetensors;
import handgrad.io.SafetensorsException;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Layer;
import handgrad.optim.Adam;
import handgrad.optim.Schedule;
import handgrad.random.TorchRandom;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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
    private static final String SAMPLE_RATE = "sample_rate";
    private static final String GENERATED = "generated.wav";

    /** Crops in a batch, and the predictions in each. */
    private static final int CROPS = 4;

    private static final int CROP = 512;

    /** The share of the steps after which the learning rate is a tenth. */
    private static final double LR_DROP = 0.75;

    /** The part of the sound, at its end, that the model does not learn from. */
    private static final double DEV = 0.1;

    /** Samples that leave enough for train and dev. */
    private static final int LEAST_SAMPLES = 20 * SoundModel.RECEPTIVE_FIELD;

    private static final int MAXIMUM_SECONDS = 600;

    /** What does not go with a model that is trained already. */
    private static final List<String> OF_TRAINING =
            List.of("--data", "--steps", "--lr", "--out", "--log-every", "--quiet");

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description = "A WAV file of 16-bit PCM; without it ten seconds of computed notes.")
    private @Nullable Path data;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Batches to train on; default ${DEFAULT-VALUE}.")
    private int steps;

    @Option(
            names = "--lr",
            paramLabel = "RATE",
            defaultValue = "0.003",
            description = "Learning rate of Adam, a tenth of it for the last quarter; default ${DEFAULT-VALUE}.")
    private double lr;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "2",
            description = "Seconds to generate; default ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "42",
            description = "Seed of weights, batches and draws; default ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--out", paramLabel = "DIR", description = "The run folder; without it a new one under runs.")
    private @Nullable Path out;

    @Option(names = "--run", paramLabel = "DIR", description = "Generate from the model in this run folder.")
    private @Nullable Path run;

    @Option(
            names = "--log-every",
            paramLabel = "N",
            defaultValue = "500",
            description = "Steps between two lines of the log and of the metrics; default ${DEFAULT-VALUE}.")
    private int logEvery;

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
            var weights = new RunFolder(run).weights();
            var saved = read(weights);
            var model = SoundModel.build(TorchRandom.seeded(0));
            load(weights, model, saved);
            new RunFolder(run).warning().ifPresent(spec.commandLine().getErr()::println);
            generate(model, sampleRate(weights, saved), run);
        }
        return ExitCode.DONE;
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
        Checks.atLeast(1, "--steps", steps);
        Checks.atLeast(1, "--log-every", logEvery);
        Checks.learningRate(lr);
        var sound = sound();
        var folder = out == null ? RunFolder.next("audio") : new RunFolder(out);
        Checks.notEmpty("--out", folder.path());
        try (var metrics = new Metrics()) {
            folder.create();
            folder.start(metrics);
            train(sound, folder, metrics);
        }
    }

    private Sound sound() {
        if (data == null) {
            return Tone.melody();
        }
        Checks.notEmpty("--data", data);
        Sound sound;
        try {
            sound = WavFile.read(data);
        } catch (WrongInputException exception) {
            throw new WrongInputException("--data: " + exception.getMessage());
        }
        if (sound.samples().length < LEAST_SAMPLES) {
            throw new WrongInputException("--data: " + data + " is too short: " + sound.samples().length
                    + " samples, at least " + LEAST_SAMPLES + " are needed");
        }
        return sound;
    }

    private void train(Sound sound, RunFolder folder, Metrics metrics) {
        var printer = spec.commandLine().getOut();
        int[] symbols = MuLaw.encode(sound.samples());
        int trainEnd = (int) ((1 - DEV) * symbols.length);
        int[] train = Arrays.copyOf(symbols, trainEnd);
        int[] dev = Arrays.copyOfRange(symbols, trainEnd, symbols.length);
        var random = TorchRandom.seeded(seed);
        var model = SoundModel.build(random);
        if (!quiet) {
            printer.printf(
                    Locale.ROOT, "model    audio (WaveNet): %,d parameters, seed %d%n", model.parameterCount(), seed);
            printer.printf(
                    Locale.ROOT,
                    "sound    %s: %.1f s, %,d samples a second%n%n%9s  %8s  %6s%n",
                    data == null ? "computed notes" : PrintableText.of(data.toString()),
                    sound.seconds(),
                    sound.sampleRate(),
                    "step",
                    "loss",
                    "lr");
        }
        folder.saveEnvironment();
        long start = System.nanoTime();
        train(model, train, random, printer, metrics);
        double trainSeconds = (System.nanoTime() - start) / 1e9;
        double trainLoss = SoundModel.loss(model, train);
        double devLoss = SoundModel.loss(model, dev);
        if (!Double.isFinite(trainLoss + devLoss)) {
            throw new FailedException("training diverged: its loss is not finite; try a smaller --lr");
        }
        metrics.split("train", trainLoss);
        metrics.split("dev", devLoss);
        folder.save(model, Map.of(SAMPLE_RATE, Integer.toString(sound.sampleRate())));
        if (!quiet) {
            printer.printf(
                    Locale.ROOT,
                    "%n%,d steps in %.1f s, %.2f ms a step%n%n",
                    steps,
                    trainSeconds,
                    1e3 * trainSeconds / steps);
        }
        printer.printf(
                Locale.ROOT,
                "%5s  %8s%ntrain  %8.4f%ndev    %8.4f%n(each symbol as likely as the other gives ln 256 = %.4f)%n",
                "",
                "loss",
                trainLoss,
                devLoss,
                Math.log(MuLaw.SYMBOLS));
        generate(model, sound.sampleRate(), folder.path());
    }

    private void train(Layer model, int[] train, TorchRandom random, PrintWriter printer, Metrics metrics) {
        var symbols = Arrays.copyOf(train, train.length - 1);
        var sequence = new Sequence(symbols, Arrays.copyOfRange(train, 1, train.length), SoundModel.RECEPTIVE_FIELD);
        var loss = new CrossEntropyLoss();
        var adam = new Adam(model.parameters());
        var schedule = Schedule.steps(lr).then(1 + (int) (LR_DROP * steps), lr / 10);
        try (var progress = new Progress("audio", steps, quiet)) {
            for (int step = 0; step < steps; step++) {
                var batch = sequence.batch(CROPS, CROP, random);
                double value = loss.forward(model.forward(batch.x()), batch.y());
                adam.zeroGrad();
                model.backward(loss.backward());
                double rate = schedule.at(step);
                adam.step(rate);
                progress.step(step, value);
                if (step % logEvery == 0 || step == steps - 1) {
                    metrics.step(step, value, rate);
                    if (!quiet) {
                        progress.log(
                                printer,
                                String.format(
                                        Locale.ROOT, "%,9d  %8.4f  %6s", step, value, Float.toString((float) rate)));
                    }
                }
            }
        }
    }

    private void generate(Layer model, int sampleRate, Path folder) {
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
            return Safetensors.read(file);
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
        var rate = saved.metadata().getOrDefault(SAMPLE_RATE, "");
        if (!rate.matches("[1-9][0-9]{0,5}")) {
            throw new WrongInputException("--run: " + file + " does not say how many samples a second has");
        }
        return Integer.parseInt(rate);
    }
}
