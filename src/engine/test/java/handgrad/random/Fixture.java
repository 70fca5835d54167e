package handgrad.random;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** A file of calls made on one generator after another, with what they drew; {@code make_fixtures.py} makes them. */
final class Fixture {
    /** One call: its name, its arguments and the values it drew; or {@code seed} with its argument. */
    record Call(String name, List<String> arguments, List<String> values) {
        int argument(int index) {
            return Integer.parseInt(arguments.get(index));
        }

        int[] integers() {
            return values.stream().mapToInt(Integer::parseInt).toArray();
        }

        long[] longs() {
            return values.stream().mapToLong(Long::parseLong).toArray();
        }

        float[] floats() {
            var floats = new float[values.size()];
            for (int i = 0; i < floats.length; i++) {
                floats[i] = Float.intBitsToFloat(Integer.parseUnsignedInt(values.get(i), 16));
            }
            return floats;
        }

        double[] doubles() {
            return values.stream()
                    .mapToDouble(bits -> Double.longBitsToDouble(Long.parseUnsignedLong(bits, 16)))
                    .toArray();
        }

        @Override
        public String toString() {
            return name + arguments;
        }
    }

    private Fixture() {}

    static List<Call> read(String file) {
        try (var stream = Objects.requireNonNull(Fixture.class.getResourceAsStream(file), file)) {
            var text = new String(stream.readAllBytes(), StandardCharsets.US_ASCII);
            return text.lines().map(Fixture::parse).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Call parse(String line) {
        int equals = line.indexOf(" =");
        var call = words(equals < 0 ? line : line.substring(0, equals));
        var values = equals < 0 ? List.<String>of() : words(line.substring(equals + 2));
        return new Call(call.getFirst(), call.subList(1, call.size()), values);
    }

    private static List<String> words(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split(" ", -1));
    }
}
