package handgrad.app.audio;

import handgrad.app.command.JsonObject;
import handgrad.app.command.UserFile;
import handgrad.app.command.WrongInputException;
import handgrad.app.train.EvaluationSchedule;
import handgrad.app.train.RunOptions;
import handgrad.io.TrainingState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Function;

/**
 * What a training on sound can be repeated with.
 *
 * @param steps how many batches to train on
 * @param lr the learning rate of Adam
 * @param seed of weights, batches and draws
 * @param data the file with the sound, or {@link #COMPUTED}
 * @param evaluation when it is evaluated on dev while it lasts
 */
record AudioOptions(int steps, double lr, long seed, String data, EvaluationSchedule evaluation) implements RunOptions {
    /** The data of a training on computed notes. */
    static final String COMPUTED = "computed";

    static final AudioOptions DEFAULT = new AudioOptions(2000, 0.003, 42, COMPUTED, EvaluationSchedule.NONE);

    private static final int MAXIMUM_BYTES = 1 << 20;
    private static final String MODEL = "audio";
    private static final String DIGEST = "digest";

    @Override
    public String name() {
        return MODEL;
    }

    @Override
    public String command() {
        return "audio";
    }

    @Override
    public int logEvery() {
        return 500;
    }

    @Override
    public void write(Path file, String digest, int logEvery) throws IOException {
        JsonObject.write(file, generator -> {
            generator.writeStringProperty("model", MODEL);
            generator.writeNumberProperty("steps", steps);
            generator.writeNumberProperty("lr", lr);
            generator.writeNumberProperty("seed", seed);
            generator.writeStringProperty("data", data);
            generator.writeNumberProperty("evalEvery", evaluation.every());
            generator.writeNumberProperty("patience", evaluation.patience());
            generator.writeNumberProperty(RunOptions.LOG_EVERY, logEvery);
            generator.writeStringProperty(DIGEST, digest);
        });
    }

    @Override
    public int requireAlike(Path file, String digest) {
        var folder = Objects.requireNonNull(file.getParent());
        var then = read(file);
        RunOptions.requireAlike(folder, "--lr", then.lr, lr);
        RunOptions.requireAlike(folder, "--seed", then.seed, seed);
        RunOptions.requireAlike(folder, "--eval-every", then.evaluation.every(), evaluation.every());
        RunOptions.requireAlike(folder, "--patience", then.evaluation.patience(), evaluation.patience());
        if (!digest(file).equals(digest)) {
            throw new WrongInputException("--data: the sound of %s is not the one that %s was started on, of %s then;"
                            .formatted(data, folder, then.data)
                    + " name another folder");
        }
        RunOptions.requireNotFewer(folder, then.steps, steps);
        return then.steps;
    }

    /** Reads the options back; the message of the exception says what is wrong with the file. */
    static AudioOptions read(Path file) {
        return read(file, values -> {
            if (!values.text("model").equals(MODEL)) {
                throw new WrongInputException("is of a run of train, not of audio");
            }
            return new AudioOptions(
                    values.number("steps", Integer::valueOf),
                    values.number("lr", Double::valueOf),
                    values.number("seed", Long::valueOf),
                    values.text("data"),
                    new EvaluationSchedule(
                            values.number("evalEvery", Integer::valueOf), values.number("patience", Integer::valueOf)));
        });
    }

    private static String digest(Path file) {
        return read(file, values -> values.text(DIGEST));
    }

    private static <T> T read(Path file, Function<JsonObject, T> value) {
        return JsonObject.read(
                file.toString(), new UserFile("", file, "the options of a run").text(MAXIMUM_BYTES), value);
    }

    /** Says in the state of a training what must be the same when it goes on. */
    void addSettings(TrainingState state, Sound sound) {
        state.withSetting("model", MODEL)
                .withSetting("lr", Double.toString(lr))
                .withSetting("seed", Long.toString(seed))
                .withSetting("eval-every", Integer.toString(evaluation.every()))
                .withSetting("patience", Integer.toString(evaluation.patience()))
                .withSetting(SoundTrainer.SAMPLE_RATE, Integer.toString(sound.sampleRate()))
                .withSetting(DIGEST, sound.digest());
    }
}
