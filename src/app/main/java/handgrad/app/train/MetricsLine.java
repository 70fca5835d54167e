package handgrad.app.train;

import handgrad.app.command.JsonObject;
import java.io.StringWriter;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** One line of the metrics of a run: a loss, and where in the training it stood. */
sealed interface MetricsLine {
    /** Makes the writers. */
    JsonFactory JSON = new JsonFactory();

    /**
     * The loss of a step's batch, before the step changed the weights.
     *
     * @param seconds the training time so far; NaN where it is not known
     */
    record Step(int step, double loss, double lr, double seconds) implements MetricsLine {}

    /**
     * The loss over a whole part of the data in the middle of a training.
     *
     * @param step how many steps the model had made
     * @param seconds the training time so far; NaN where it is not known
     */
    record Evaluated(int step, String split, double loss, double seconds) implements MetricsLine {}

    /** The loss over a whole part of the data after the last step. */
    record Final(String split, double loss) implements MetricsLine {}

    /** The loss of a batch or of a part of the data. */
    double loss();

    /** The line as a JSON object; seconds that are not known are left out, others rounded to microseconds. */
    default String json() {
        var text = new StringWriter();
        try (var generator = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            generator.writeStartObject();
            switch (this) {
                case Step(int step, double loss, double lr, double seconds) -> {
                    generator.writeNumberProperty("step", step);
                    generator.writeNumberProperty("loss", loss);
                    generator.writeNumberProperty("lr", lr);
                    writeSeconds(generator, seconds);
                }
                case Evaluated(int step, String split, double loss, double seconds) -> {
                    generator.writeNumberProperty("step", step);
                    generator.writeStringProperty("split", split);
                    generator.writeNumberProperty("loss", loss);
                    writeSeconds(generator, seconds);
                }
                case Final(String split, double loss) -> {
                    generator.writeStringProperty("split", split);
                    generator.writeNumberProperty("loss", loss);
                }
            }
            generator.writeEndObject();
        }
        return text.toString();
    }

    /**
     * Reads a line back, also of a version without seconds.
     *
     * @param place where it is from; the message of the exception begins with it
     * @throws handgrad.app.command.WrongInputException if it is no such line
     */
    static MetricsLine of(String place, String text) {
        return JsonObject.read(place, text, values -> {
            double loss = values.number("loss", Double::valueOf);
            if (!values.has("step")) {
                return new Final(values.text("split"), loss);
            }
            int step = values.number("step", MetricsLine::count);
            double seconds = values.has("seconds") ? values.number("seconds", Double::valueOf) : Double.NaN;
            return values.has("split")
                    ? new Evaluated(step, values.text("split"), loss, seconds)
                    : new Step(step, loss, values.number("lr", Double::valueOf), seconds);
        });
    }

    private static void writeSeconds(JsonGenerator generator, double seconds) {
        if (!Double.isNaN(seconds)) {
            generator.writeNumberProperty("seconds", Math.round(1e6 * seconds) / 1e6);
        }
    }

    private static int count(String text) {
        int count = Integer.parseInt(text);
        if (count < 0) {
            throw new NumberFormatException(text);
        }
        return count;
    }
}
