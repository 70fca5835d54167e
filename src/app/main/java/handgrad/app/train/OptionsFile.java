package handgrad.app.train;

import handgrad.app.command.JsonObject;
import handgrad.app.command.ModelOption;
import handgrad.app.command.UserFile;
import handgrad.app.command.WrongInputException;
import handgrad.data.Alphabet;
import handgrad.file.PrintableText;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** The options of a run as a JSON object, one property for each. */
final class OptionsFile {
    private static final int MAXIMUM_BYTES = 1 << 20;

    private static final String NAMES = "names";

    private OptionsFile() {}

    /**
     * Writes the options, whole or not at all.
     *
     * @param names the digest of the names
     * @param logEvery how many steps lie between two lines of the log
     */
    static void write(Path file, TrainOptions options, String names, int logEvery) throws IOException {
        JsonObject.write(file, generator -> {
            generator.writeStringProperty("model", options.model().title());
            generator.writeNumberProperty("steps", options.steps());
            generator.writeNumberProperty("batchSize", options.batchSize());
            generator.writeNumberProperty("lr", options.lr());
            generator.writeNumberProperty("seed", options.seed());
            generator.writeNumberProperty("hidden", options.hidden());
            generator.writeNumberProperty("embedding", options.embedding());
            generator.writeNumberProperty("blockSize", options.blockSize());
            generator.writeStringProperty("data", options.data());
            generator.writeStringProperty("alphabet", options.alphabet().characters());
            var init = options.init();
            if (init != null) {
                generator.writeStringProperty("init", init.toString());
            }
            if (options.evaluation().every() > 0) {
                generator.writeNumberProperty("evalEvery", options.evaluation().every());
                generator.writeNumberProperty("patience", options.evaluation().patience());
            }
            var sharding = options.sharding();
            if (sharding.shards() > 0) {
                generator.writeNumberProperty("shards", sharding.shards());
            }
            if (sharding.isSynchronized()) {
                generator.writeStringProperty("batchNorm", sharding.batchNorm());
            }
            generator.writeNumberProperty(RunOptions.LOG_EVERY, logEvery);
            generator.writeStringProperty(NAMES, names);
        });
    }

    /** Reads the options back; the message of the exception says what is wrong with the file. */
    static TrainOptions read(Path file) {
        return readStarted(file).options();
    }

    /**
     * Reads the options back with the digest of the names, also of a version without {@code init}, {@code names} or
     * {@code alphabet}, which is a to z then; the message of the exception says what is wrong with the file.
     */
    static StartedRun readStarted(Path file) {
        var text = new UserFile("", file, "the options of a run").text(MAXIMUM_BYTES);
        return JsonObject.read(
                file.toString(),
                text,
                values -> new StartedRun(
                        file.resolveSibling(""), options(values), values.has(NAMES) ? values.text(NAMES) : null));
    }

    /** The model that a file says, whether there is such a model or not. */
    static String model(Path file) {
        var text = new UserFile("", file, "the options of a run").text(MAXIMUM_BYTES);
        return JsonObject.read(file.toString(), text, values -> values.text("model"));
    }

    /**
     * How many steps lie between two lines of the log of a run of any model.
     *
     * @param otherwise what a file of a version that did not write it down stands for
     */
    static int logEvery(Path file, int otherwise) {
        var text = new UserFile("", file, "the options of a run").text(MAXIMUM_BYTES);
        return JsonObject.read(
                file.toString(),
                text,
                values -> values.has(RunOptions.LOG_EVERY)
                        ? values.number(RunOptions.LOG_EVERY, OptionsFile::positive)
                        : otherwise);
    }

    private static int positive(String text) {
        int number = Integer.parseInt(text);
        if (number < 1) {
            throw new NumberFormatException(text);
        }
        return number;
    }

    private static TrainOptions options(JsonObject values) {
        if (values.text("model").equals("audio")) {
            throw new WrongInputException("is of a run of audio, not of train; use ./handgrad audio");
        }
        return new TrainOptions(
                ModelOption.named(values.text("model")),
                values.number("steps", Integer::valueOf),
                values.number("batchSize", Integer::valueOf),
                values.number("lr", Double::valueOf),
                values.number("seed", Long::valueOf),
                values.number("hidden", Integer::valueOf),
                values.number("embedding", Integer::valueOf),
                values.number("blockSize", Integer::valueOf),
                values.text("data"),
                values.has("alphabet") ? alphabet(values.text("alphabet")) : Alphabet.A_TO_Z,
                values.has("init") ? path("init", values.text("init")) : null,
                values.has("evalEvery")
                        ? new EvaluationSchedule(
                                values.number("evalEvery", Integer::valueOf),
                                values.number("patience", Integer::valueOf))
                        : EvaluationSchedule.NONE,
                new Sharding(
                        values.has("shards") ? values.number("shards", Integer::valueOf) : 0,
                        Sharding.normalizing(
                                "batchNorm", values.has("batchNorm") ? values.text("batchNorm") : "shard")));
    }

    private static Alphabet alphabet(String characters) {
        try {
            return Alphabet.of(characters);
        } catch (IllegalArgumentException exception) {
            throw new WrongInputException("alphabet is none: " + exception.getMessage());
        }
    }

    private static Path path(String name, String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException exception) {
            throw new WrongInputException(name + " is no path: " + PrintableText.excerpt(text));
        }
    }
}
