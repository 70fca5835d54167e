package handgrad.app.train;

import handgrad.app.command.ModelOption;
import handgrad.app.command.WrongInputException;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
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
        var text = new StringWriter();
        try (var generator = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            generator.writeStartObject();
            generator.writeStringProperty("model", options.model().title());
            generator.writeNumberProperty("steps", options.steps());
            generator.writeNumberProperty("batchSize", options.batchSize());
            generator.writeNumberProperty("lr", options.lr());
            generator.writeNumberProperty("seed", options.seed());
            generator.writeNumberProperty("hidden", options.hidden());
            generator.writeNumberProperty("embedding", options.embedding());
            generator.writeNumberProperty("blockSize", options.blockSize());
            generator.writeStringProperty("data", options.data());
            generator.writeEndObject();
        }
        Files.writeString(file, text + "\n");
    }

    /** Reads the options back; the message of the exception says what is wrong with the file. */
    static TrainOptions read(Path file) {
        try {
            var values = values(Files.readString(file));
            return new TrainOptions(
                    ModelOption.named(value(values, "model")),
                    number(values, "steps", Integer::valueOf),
                    number(values, "batchSize", Integer::valueOf),
                    number(values, "lr", Double::valueOf),
                    number(values, "seed", Long::valueOf),
                    number(values, "hidden", Integer::valueOf),
                    number(values, "embedding", Integer::valueOf),
                    number(values, "blockSize", Integer::valueOf),
                    value(values, "data"));
        } catch (CharacterCodingException exception) {
            throw new WrongInputException(file + ": is not UTF-8 text");
        } catch (IOException exception) {
            throw new WrongInputException(file + ": cannot be read, " + RunFolder.reason(exception));
        } catch (JacksonException exception) {
            throw new WrongInputException(
                    file + ", line " + exception.getLocation().getLineNr() + ": is not JSON");
        } catch (WrongInputException exception) {
            throw new WrongInputException(file + ": " + exception.getMessage());
        }
    }

    /** The properties of a JSON object whose values are texts and numbers. */
    static Map<String, String> values(String text) {
        var values = new HashMap<String, String>();
        try (var parser = JSON.createParser(ObjectReadContext.empty(), text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new WrongInputException("is not a JSON object");
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                var name = parser.currentName();
                if (!parser.nextToken().isScalarValue()) {
                    throw new WrongInputException(name + " must be a text or a number");
                }
                values.put(name, parser.getString());
            }
        }
        return values;
    }

    static String value(Map<String, String> values, String name) {
        var value = values.get(name);
        if (value == null) {
            throw new WrongInputException(name + " is missing");
        }
        return value;
    }

    static <T> T number(Map<String, String> values, String name, Function<String, T> parse) {
        var value = value(values, name);
        try {
            return parse.apply(value);
        } catch (NumberFormatException exception) {
            throw new WrongInputException(name + " has the wrong value " + value);
        }
    }
}
