package handgrad.app.train;

import handgrad.app.command.ModelOption;
import handgrad.app.command.Progress;
import handgrad.app.command.WrongInputException;
import handgrad.data.Names;
import handgrad.models.LectureModel;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import tools.jackson.core.JacksonException;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * What a training with a lecture's own options came to. A loss that a model does not have is NaN.
 *
 * @param model the model
 * @param names which names it was trained on: {@link #digest}
 * @param steps how many steps it was trained
 * @param first the loss of the first batch
 * @param last the loss of the last batch, before its update
 * @param train the loss on what it learned from
 * @param dev the loss on dev; none for a bigram, which learns from all names
 * @param seconds how long the steps took
 */
public record LectureRun(
        LectureModel model,
        String names,
        int steps,
        double first,
        double last,
        double train,
        double dev,
        double seconds) {
    /** The {@link #digest} of the lecture's names.txt. */
    public static final String NAMES = "816d2a728695db28a20e17eae61c9c423091a511b3df09a06a489dccbf0876c7";

    /** Trains a model on names; shows how far it is. */
    public static LectureRun measure(LectureModel model, int steps, Names names) {
        var options = TrainOptions.lecture(model, names.source()).withSteps(steps);
        var split = names.split(TrainOptions.SPLIT_SEED, options.blockSize());
        var data = model.isBigram() ? names.dataset(options.blockSize()) : split.train();
        Training training;
        try (var progress = new Progress(model.title(), steps, false)) {
            training = Training.of(options, data, (step, loss, _) -> progress.step(step, loss));
        }
        return new LectureRun(
                model,
                digest(names),
                steps,
                training.firstLoss(),
                training.lastLoss(),
                Evaluation.loss("train", training.network(), data),
                model.isBigram() ? Double.NaN : Evaluation.loss("dev", training.network(), split.dev()),
                training.seconds());
    }

    /** The run as one line of JSON, without an end of line; {@link #parse} reads it. */
    public String json() {
        var line = new StringWriter();
        try (var generator = new JsonFactory().createGenerator(ObjectWriteContext.empty(), line)) {
            generator.writeStartObject();
            generator.writeStringProperty("model", model.title());
            generator.writeStringProperty("names", names);
            generator.writeNumberProperty("steps", steps);
            generator.writeNumberProperty("first", first);
            generator.writeNumberProperty("last", last);
            generator.writeNumberProperty("train", train);
            generator.writeNumberProperty("dev", dev);
            generator.writeNumberProperty("seconds", seconds);
            generator.writeEndObject();
        }
        return line.toString();
    }

    /**
     * Reads a line of JSON.
     *
     * @throws WrongInputException if it is no run; the message says what is wrong with it
     */
    public static LectureRun parse(String json) {
        try {
            var values = OptionsFile.values(json);
            return new LectureRun(
                    ModelOption.named(OptionsFile.value(values, "model")),
                    OptionsFile.value(values, "names"),
                    OptionsFile.number(values, "steps", Integer::valueOf),
                    OptionsFile.number(values, "first", Double::valueOf),
                    OptionsFile.number(values, "last", Double::valueOf),
                    OptionsFile.number(values, "train", Double::valueOf),
                    OptionsFile.number(values, "dev", Double::valueOf),
                    OptionsFile.number(values, "seconds", Double::valueOf));
        } catch (JacksonException exception) {
            throw new WrongInputException("is not JSON");
        }
    }

    /** The SHA-256 of the names, each with a line feed after it, in hexadecimal digits. */
    public static String digest(Names names) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (var word : names.words()) {
                digest.update((word + "\n").getBytes(StandardCharsets.US_ASCII));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException exception) {
            throw new IllegalStateException("every Java platform has SHA-256", exception);
        }
    }
}
