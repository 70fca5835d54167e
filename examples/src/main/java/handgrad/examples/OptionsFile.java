package handgrad.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** The options of a run as a JSON object, one property for each. */
final class OptionsFile {
    private static final JsonFactory JSON = new JsonFactory();

    private OptionsFile() {}

    static void write(Path file, TrainOptions options) throws IOException {
        try (var writer = Files.newBufferedWriter(file)) {
            var generator = JSON.createGenerator(ObjectWriteContext.empty(), writer);
            generator.writeStartObject();
            generator.writeStringProperty("model", options.model());
            generator.writeNumberProperty("steps", options.steps());
            generator.writeNumberProperty("batchSize", options.batchSize());
            generator.writeNumberProperty("lr", options.lr());
            generator.writeNumberProperty("seed", options.seed());
            generator.writeNumberProperty("hidden", options.hidden());
            generator.writeNumberProperty("embedding", options.embedding());
            generator.writeNumberProperty("blockSize", options.blockSize());
            generator.writeStringProperty("data", options.data());
            generator.writeEndObject();
            generator.flush();
            writer.write("\n");
        }
    }

    /** Reads the options back; what is wrong with the file is said in one line. */
    static TrainOptions read(Path file) {
        var values = new HashMap<String, String>();
        try (var reader = Files.newBufferedReader(file);
                var parser = JSON.createParser(ObjectReadContext.empty(), reader)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new WrongInputException(file + " does not hold the options of a run: it is no JSON object");
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                var name = parser.currentName();
                if (!parser.nextToken().isScalarValue()) {
                    throw new WrongInputException(file + ": " + name + " must be a text or a number");
                }
                values.put(name, parser.getString());
            }
        } catch (JacksonException | IOException exception) {
            throw new WrongInputException(file + " cannot be read as JSON: " + exception.getMessage());
        }
        return new TrainOptions(
                value(file, values, "model"),
                (int) number(file, values, "steps"),
                (int) number(file, values, "batchSize"),
                number(file, values, "lr"),
                (long) number(file, values, "seed"),
                (int) number(file, values, "hidden"),
                (int) number(file, values, "embedding"),
                (int) number(file, values, "blockSize"),
                value(file, values, "data"));
    }

    private static String value(Path file, Map<String, String> values, String name) {
        var value = values.get(name);
        if (value == null) {
            throw new WrongInputException(file + " has no " + name);
        }
        return value;
    }

    private static double number(Path file, Map<String, String> values, String name) {
        var value = value(file, values, name);
        try {
            return Double.parseDouble(value);
        } catch (NumberFormatException exception) {
            throw new WrongInputException(file + ": " + name + " must be a number, it is " + value);
        }
    }
}
