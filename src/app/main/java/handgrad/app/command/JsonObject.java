package handgrad.app.command;

import handgrad.file.AtomicFile;
import handgrad.file.PrintableText;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/** The properties of a JSON object whose values are texts and numbers, as run folders and results have them. */
public final class JsonObject {
    private static final JsonFactory JSON = new JsonFactory();

    private final Map<String, String> values = new LinkedHashMap<>();

    private JsonObject() {}

    /**
     * Reads a text.
     *
     * @param place where the text is from, such as its file; messages begin with it, and with the line if there are
     *     several
     * @param value makes something of the properties
     * @throws WrongInputException if it is no such object, or {@code value} throws one; the message says what is wrong
     */
    public static <T> T read(String place, String text, Function<JsonObject, T> value) {
        try {
            return value.apply(parsed(text));
        } catch (JacksonException exception) {
            var location = exception.getLocation();
            if (location == null) {
                // One of Jackson's limits, such as that on the length of a name.
                throw new WrongInputException(place + ": " + PrintableText.excerpt(exception.getOriginalMessage()));
            }
            var line = text.indexOf('\n') < 0 ? "" : ", line " + location.getLineNr();
            throw new WrongInputException(place + line + ": is not JSON");
        } catch (WrongInputException exception) {
            throw new WrongInputException(place + ": " + exception.getMessage());
        }
    }

    private static JsonObject parsed(String text) {
        try (var parser = JSON.createParser(ObjectReadContext.empty(), text)) {
            try {
                return parsed(parser);
            } catch (StreamConstraintsException exception) {
                var name = PrintableText.excerpt(String.valueOf(parser.currentName()));
                throw new WrongInputException(name + " has more digits or characters than are read");
            }
        }
    }

    private static JsonObject parsed(JsonParser parser) {
        var object = new JsonObject();
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new WrongInputException("is not a JSON object");
        }
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            var name = parser.currentName();
            if (!parser.nextToken().isScalarValue()) {
                throw new WrongInputException(PrintableText.excerpt(name) + " must be a text or a number");
            }
            if (object.values.put(name, parser.getString()) != null) {
                throw new WrongInputException(PrintableText.excerpt(name) + " stands there twice");
            }
        }
        if (parser.nextToken() != null) {
            throw new WrongInputException("goes on after its JSON object");
        }
        return object;
    }

    /** The names of the properties, as they stand one after the other. */
    public Set<String> names() {
        return Collections.unmodifiableSet(values.keySet());
    }

    /** Writes a file with an object of these properties, whole or not at all. */
    public static void write(Path file, Consumer<JsonGenerator> properties) throws IOException {
        var text = new StringWriter();
        try (var generator = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            generator.writeStartObject();
            properties.accept(generator);
            generator.writeEndObject();
        }
        AtomicFile.write(file, text + "\n");
    }

    /** Whether there is such a property. */
    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** A property as it is written. */
    public String text(String name) {
        var value = values.get(name);
        if (value == null) {
            throw new WrongInputException(name + " is missing");
        }
        return value;
    }

    /** A property as the number that {@code parse} makes of it, or throws a {@link NumberFormatException}. */
    public <T> T number(String name, Function<String, T> parse) {
        var value = text(name);
        try {
            return parse.apply(value);
        } catch (NumberFormatException exception) {
            throw new WrongInputException(name + " has the wrong value " + PrintableText.excerpt(value));
        }
    }
}
