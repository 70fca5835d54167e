package handgrad.app.train;

import handgrad.app.command.JsonObject;
import handgrad.app.command.UserFile;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What a run came to, in outcome.json, which is written last: with it a run is finished.
 *
 * @param steps how many steps were asked for
 * @param done how many there were, less where patience ended them
 * @param seconds how long they took
 * @param train the loss on train
 * @param dev the loss on dev; NaN where there is no dev
 * @param test the loss on test; NaN where there is no test
 * @param weights the hash of the weights
 */
public record RunOutcome(int steps, int done, double seconds, double train, double dev, double test, String weights) {
    private static final int MAXIMUM_BYTES = 1 << 16;

    /** Writes it whole. */
    public void write(Path file) throws IOException {
        JsonObject.write(file, generator -> {
            generator.writeNumberProperty("steps", steps);
            generator.writeNumberProperty("done", done);
            generator.writeNumberProperty("seconds", seconds);
            generator.writeNumberProperty("train", train);
            if (!Double.isNaN(dev)) {
                generator.writeNumberProperty("dev", dev);
            }
            if (!Double.isNaN(test)) {
                generator.writeNumberProperty("test", test);
            }
            generator.writeStringProperty("weights", weights);
        });
    }

    /** Reads it back; the message of the exception says what is wrong with the file. */
    public static RunOutcome read(Path file) {
        var text = new UserFile("", file, "the outcome of a run").text(MAXIMUM_BYTES);
        return JsonObject.read(
                file.toString(),
                text,
                values -> new RunOutcome(
                        values.number("steps", Integer::valueOf),
                        values.number("done", Integer::valueOf),
                        values.number("seconds", Double::valueOf),
                        values.number("train", Double::valueOf),
                        optional("dev", values),
                        optional("test", values),
                        values.text("weights")));
    }

    /** The loss on a part of the data that a run need not have. */
    private static double optional(String part, JsonObject values) {
        return values.has(part) ? values.number(part, Double::valueOf) : Double.NaN;
    }
}
