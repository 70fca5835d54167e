package handgrad.app.study;

import java.io.StringWriter;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * Results as JSON: {@code {"options": {"width": "4"}, "numbers": {"fails": [64]}}}. What JSON has no number for stands
 * as the text {@code "NaN"}, {@code "Infinity"} or {@code "-Infinity"}.
 */
final class NumbersJson {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private NumbersJson() {}

    /** One result, in one line. */
    static String of(Map<String, String> options, Numbers numbers) {
        var text = new StringWriter();
        try (var json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            write(json, options, numbers);
        }
        return text.toString();
    }

    /** An array of results, one a line. */
    static String of(Map<Map<String, String>, Numbers> results) {
        return results.entrySet().stream()
                .map(result -> of(result.getKey(), result.getValue()))
                .collect(Collectors.joining(",\n", "[\n", "\n]"));
    }

    private static void write(JsonGenerator json, Map<String, String> options, Numbers numbers) {
        json.writeStartObject();
        json.writeName("options");
        json.writeStartObject();
        options.forEach(json::writeStringProperty);
        json.writeEndObject();
        json.writeName("numbers");
        json.writeStartObject();
        numbers.lists().forEach((name, list) -> {
            json.writeName(name);
            json.writeStartArray();
            for (double number : list) {
                if (number == Math.rint(number) && Math.abs(number) < 1e15) {
                    json.writeNumber((long) number);
                } else {
                    json.writeNumber(number);
                }
            }
            json.writeEndArray();
        });
        json.writeEndObject();
        json.writeEndObject();
    }

    /**
     * One result of one line.
     *
     * @throws tools.jackson.core.JacksonException if it is not JSON
     * @throws NumberFormatException if it is not JSON of this kind
     */
    static Map<Map<String, String>, Numbers> read(String line) {
        var options = new TreeMap<String, String>();
        var numbers = new Numbers();
        try (var json = JSON.createParser(ObjectReadContext.empty(), line)) {
            expect(json, JsonToken.START_OBJECT, "");
            expect(json, JsonToken.PROPERTY_NAME, "options");
            expect(json, JsonToken.START_OBJECT, "options");
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                var name = json.currentName();
                expect(json, JsonToken.VALUE_STRING, name);
                options.put(name, json.getString());
            }
            expect(json, JsonToken.PROPERTY_NAME, "numbers");
            expect(json, JsonToken.START_OBJECT, "numbers");
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                var name = json.currentName();
                expect(json, JsonToken.START_ARRAY, name);
                var list = DoubleStream.builder();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    list.add(Double.parseDouble(json.getString()));
                }
                numbers.put(name, list.build().toArray());
            }
            expect(json, JsonToken.END_OBJECT, "");
            if (json.nextToken() != null) {
                throw new NumberFormatException("more than a result");
            }
        }
        return Map.of(options, numbers);
    }

    private static void expect(JsonParser json, JsonToken token, String name) {
        if (json.nextToken() != token || !(name.isEmpty() || name.equals(json.currentName()))) {
            throw new NumberFormatException("no " + token + " " + name);
        }
    }
}
