package handgrad.io;

import handgrad.file.PrintableText;
import handgrad.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/** Parses the JSON of a header, strictly: what is not in the format's description is refused, not passed over. */
final class HeaderParser {
    /** What a header says. */
    record Header(List<Entry> entries, Map<String, String> metadata) {}

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** More than any model has; without a limit a header could ask for a list of 50 million sizes. */
    private static final int MAXIMUM_DIMENSIONS = 64;

    private final Path file;
    private final JsonParser json;
    private final List<Entry> entries = new ArrayList<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    private HeaderParser(Path file, JsonParser json) {
        this.file = file;
        this.json = json;
    }

    static Header parse(Path file, String text) throws SafetensorsException {
        try (var json = JSON.createParser(ObjectReadContext.empty(), text)) {
            return new HeaderParser(file, json).header();
        } catch (JacksonException e) {
            throw new SafetensorsException(
                    file,
                    "the header is not sound JSON: " + PrintableText.excerpt(e.getOriginalMessage()) + place(e),
                    e);
        }
    }

    /** Jackson does not tell the place where one of its limits is passed. */
    private static String place(JacksonException exception) {
        var location = exception.getLocation();
        return location == null ? "" : ", at its character " + (location.getCharOffset() + 1);
    }

    private Header header() throws SafetensorsException {
        json.nextToken(); // the reader has seen that it opens an object
        while (json.nextToken() != JsonToken.END_OBJECT) {
            var key = json.currentName();
            json.nextToken();
            if (key.equals(Safetensors.METADATA)) {
                metadata();
            } else {
                entries.add(entry(key));
            }
        }
        if (json.nextToken() != null) {
            throw new SafetensorsException(file, "the header goes on after its JSON object");
        }
        return new Header(entries, metadata);
    }

    private void metadata() throws SafetensorsException {
        require(JsonToken.START_OBJECT, "the metadata must be an object of texts");
        while (json.nextToken() != JsonToken.END_OBJECT) {
            var key = json.currentName();
            json.nextToken();
            require(JsonToken.VALUE_STRING, "the metadata '" + PrintableText.excerpt(key) + "' must be a text");
            metadata.put(key, json.getString());
        }
    }

    private Entry entry(String name) throws SafetensorsException {
        var tensor = "tensor '" + PrintableText.excerpt(name) + "': ";
        require(JsonToken.START_OBJECT, tensor + "must be an object with dtype, shape and data_offsets");
        StoredType type = null;
        long[] sizes = null;
        long[] offsets = null;
        while (json.nextToken() != JsonToken.END_OBJECT) {
            var key = json.currentName();
            json.nextToken();
            switch (key) {
                case "dtype" -> type = type(tensor);
                case "shape" -> sizes = numbers(tensor + "shape", MAXIMUM_DIMENSIONS);
                case "data_offsets" -> offsets = numbers(tensor + "data_offsets", 2);
                default ->
                    throw new SafetensorsException(
                            file, tensor + "the key '" + PrintableText.excerpt(key) + "' is unknown");
            }
        }
        var knownType = present(type, tensor + "dtype is missing");
        var shape = shape(present(sizes, tensor + "shape is missing"), tensor);
        var range = present(offsets, tensor + "data_offsets are missing");
        if (range.length != 2 || range[0] > range[1]) {
            throw new SafetensorsException(
                    file, tensor + "data_offsets must be a begin and an end, not " + Arrays.toString(range));
        }
        var entry = new Entry(name, knownType, shape, range[0], range[1]);
        if (entry.bytes() != entry.end() - entry.begin()) {
            throw new SafetensorsException(
                    file,
                    tensor + "shape " + shape + " of " + knownType + " takes " + entry.bytes() + " bytes, data_offsets "
                            + Arrays.toString(range) + " hold " + (entry.end() - entry.begin()));
        }
        return entry;
    }

    private StoredType type(String tensor) throws SafetensorsException {
        require(JsonToken.VALUE_STRING, tensor + "dtype must be a text");
        var name = json.getString();
        return StoredType.named(name)
                .orElseThrow(() -> new SafetensorsException(
                        file,
                        tensor + "dtype '" + PrintableText.excerpt(name) + "' is not supported; "
                                + Arrays.stream(StoredType.values())
                                        .map(StoredType::name)
                                        .collect(Collectors.joining(", "))
                                + " are"));
    }

    private long[] numbers(String what, int most) throws SafetensorsException {
        require(JsonToken.START_ARRAY, what + " must be a list of integers");
        var numbers = new long[most];
        int count = 0;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            require(JsonToken.VALUE_NUMBER_INT, what + " must be a list of integers");
            if (count == most) {
                throw new SafetensorsException(file, what + " has more than " + most + " numbers");
            }
            long number = json.getLongValue();
            if (number < 0) {
                throw new SafetensorsException(file, what + " has the negative number " + number);
            }
            numbers[count++] = number;
        }
        return Arrays.copyOf(numbers, count);
    }

    /** The shape, if a Java array can hold its elements. */
    private Shape shape(long[] sizes, String tensor) throws SafetensorsException {
        long elements = 1;
        for (long size : sizes) {
            // Neither factor is above 2^31 - 1 when they are multiplied, so the product does not overflow.
            if (size > Integer.MAX_VALUE || (elements *= size) > Integer.MAX_VALUE) {
                throw new SafetensorsException(
                        file, tensor + "shape " + Arrays.toString(sizes) + " has more than 2^31 - 1 elements");
            }
        }
        return Shape.of(Arrays.stream(sizes).mapToInt(Math::toIntExact).toArray());
    }

    private <T> T present(@Nullable T value, String problem) throws SafetensorsException {
        if (value == null) {
            throw new SafetensorsException(file, problem);
        }
        return value;
    }

    private void require(JsonToken expected, String problem) throws SafetensorsException {
        if (json.currentToken() != expected) {
            throw new SafetensorsException(file, problem);
        }
    }
}
