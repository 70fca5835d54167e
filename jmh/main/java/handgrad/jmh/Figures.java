package handgrad.jmh;

import handgrad.file.InputFile;
import handgrad.file.PrintableText;
import handgrad.file.UnreadableFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * What a study found, as it is kept in a JSON file.
 *
 * @param study its name
 * @param facts machine, command, date and whatever else the scores depend on
 * @param notes findings and warnings in words
 * @param scores the table, row by row
 */
public record Figures(String study, Map<String, String> facts, List<String> notes, List<Score> scores) {
    /** How a note begins that says that the machine was not quiet. */
    static final String NOISY = "Noisy: ";

    private static final int MAXIMUM_BYTES = 16 << 20;

    private static final JsonFactory JSON = new JsonFactory();

    /** Whether the machine was not quiet. */
    boolean isNoisy() {
        return notes.stream().anyMatch(note -> note.startsWith(NOISY));
    }

    /** Writes the file, with its folder. */
    public void write(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        try (var output = Files.newBufferedWriter(file);
                var json = JSON.createGenerator(ObjectWriteContext.empty(), output)) {
            json.writeStartObject();
            json.writeStringProperty("study", study);
            json.writeBooleanProperty("noisy", isNoisy());
            json.writeObjectPropertyStart("facts");
            facts.forEach(json::writeStringProperty);
            json.writeEndObject();
            json.writeArrayPropertyStart("notes");
            notes.forEach(json::writeString);
            json.writeEndArray();
            json.writeArrayPropertyStart("scores");
            for (var score : scores) {
                json.writeRaw('\n');
                json.writeStartObject();
                json.writeStringProperty("row", score.row());
                json.writeStringProperty("column", score.column());
                json.writeNumberProperty("median", score.median());
                json.writeNumberProperty("low", score.low());
                json.writeNumberProperty("high", score.high());
                writeIfKnown(json, "spread", score.spread());
                writeIfKnown(json, "allocated", score.allocated());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeRaw('\n');
        }
    }

    private static void writeIfKnown(JsonGenerator json, String name, double value) {
        if (!Double.isNaN(value)) {
            json.writeNumberProperty(name, value);
        }
    }

    /**
     * Reads a file that {@link #write} wrote.
     *
     * @throws StudyException if it cannot be read or is none; the message names the file and the line
     */
    public static Figures read(Path file) {
        String text;
        try {
            text = InputFile.text(file, "the figures of a study", MAXIMUM_BYTES);
        } catch (UnreadableFileException exception) {
            throw new StudyException(PrintableText.of(file + ": " + exception.getMessage()));
        }
        try (var json = JSON.createParser(ObjectReadContext.empty(), text)) {
            try {
                return read(json);
            } catch (JacksonException | IllegalArgumentException exception) {
                throw new StudyException(
                        PrintableText.of("%s, line %d: is not as bench writes it; measure the study again"
                                .formatted(file, json.currentLocation().getLineNr())));
            }
        }
    }

    private static Figures read(JsonParser json) {
        var study = "";
        var facts = new LinkedHashMap<String, String>();
        var notes = new ArrayList<String>();
        var scores = new ArrayList<Score>();
        json.nextToken();
        require(json, JsonToken.START_OBJECT);
        while (json.nextToken() != JsonToken.END_OBJECT) {
            var name = json.currentName();
            json.nextToken();
            switch (name) {
                case "study" -> {
                    require(json, JsonToken.VALUE_STRING);
                    study = json.getString();
                }
                // Follows from the notes.
                case "noisy" -> json.skipChildren();
                case "facts" -> facts.putAll(strings(json));
                case "notes" -> {
                    require(json, JsonToken.START_ARRAY);
                    while (json.nextToken() != JsonToken.END_ARRAY) {
                        require(json, JsonToken.VALUE_STRING);
                        notes.add(json.getString());
                    }
                }
                case "scores" -> {
                    require(json, JsonToken.START_ARRAY);
                    while (json.nextToken() != JsonToken.END_ARRAY) {
                        scores.add(score(strings(json)));
                    }
                }
                default -> throw new IllegalArgumentException("unknown property " + name);
            }
        }
        if (json.nextToken() != null) {
            throw new IllegalArgumentException("more than an object");
        }
        return new Figures(study, facts, notes, scores);
    }

    private static void require(JsonParser json, JsonToken expected) {
        if (json.currentToken() != expected) {
            throw new IllegalArgumentException("no " + expected);
        }
    }

    /** The object that the parser stands at, every value as text. */
    private static Map<String, String> strings(JsonParser json) {
        var values = new LinkedHashMap<String, String>();
        require(json, JsonToken.START_OBJECT);
        while (json.nextToken() != JsonToken.END_OBJECT) {
            var name = json.currentName();
            if (!json.nextToken().isScalarValue()) {
                throw new IllegalArgumentException("no text and no number");
            }
            values.put(name, json.getString());
        }
        return values;
    }

    private static Score score(Map<String, String> values) {
        return new Score(
                values.getOrDefault("row", ""),
                values.getOrDefault("column", ""),
                number(values, "median"),
                number(values, "low"),
                number(values, "high"),
                number(values, "spread"),
                number(values, "allocated"));
    }

    private static double number(Map<String, String> values, String name) {
        return Double.parseDouble(values.getOrDefault(name, "NaN"));
    }
}
