package handgrad.app.train;

import handgrad.app.command.JsonObject;
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
        var options =
                TrainOptions.lecture(model, names.source()).withSteps(steps).withAlphabet(names.alphabet());
        var split = names.split(TrainOptions.SPLIT_SEED, options.blockSize());
        var data = model.isBigram() ? names.dataset(options.blockSize()) : split.train();
        Training training;
        try (var progress = new Progress(model.title(), steps, false)) {
            training = Training.of(options, data, progress::step);
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
     * @param place where the line stands; messages begin with it
     * @throws WrongInputException if it is no run; the message says what is wrong with it
     */
    public static LectureRun parse(String place, String json) {
        return JsonObject.read(
                place,
                json,
                values -> new LectureRun(
                        ModelOption.named(values.text("model")),
                        values.text("names"),
                        values.number("steps", Integer::valueOf),
                        values.number("first", Double::valueOf),
                        values.number("last", Double::valueOf),
                        values.number("train", Double::valueOf),
                        values.number("dev", Double::valueOf),
                        values.number("seconds", Double::valueOf)));
    }

    /** The SHA-256 of the names, each with a line feed after it, in hexadecimal digits. */
    public static String digest(Names names) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (var word : names.words()) {
                digest.update((word + "\n").getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException exception) {
            throw new IllegalStateException("every Java platform has SHA-256", exception);
        }
    }
}
