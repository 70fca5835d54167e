package handgrad.io;

import handgrad.tensor.Tensor;
import handgrad.testing.FuzzTest;
import handgrad.testing.FuzzedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

class SafetensorsFuzzTest implements FuzzTest {
    private static final String METADATA = "{\"__metadata__\":{\"format\":\"pt\",\"crc32c.a\":\"8a9136aa\"},";
    private static final String TENSORS = "\"a\":{\"dtype\":\"F32\",\"shape\":[2,4],\"data_offsets\":[0,32]},"
            + "\"größe\":{\"dtype\":\"I32\",\"shape\":[],\"data_offsets\":[32,36]}}";

    @Override
    public Stream<FuzzedReader> readers() {
        return Stream.of(
                new FuzzedReader(
                        "model.safetensors",
                        List.of(file("weight", Map.of()), file("0.weight", Map.of("format", "pt"))),
                        SafetensorsException.class,
                        SafetensorsFuzzTest::read),
                // A header of the right length in front of elements, so that its text is read.
                new FuzzedReader(
                        "header.safetensors",
                        List.of(
                                (METADATA + TENSORS).getBytes(StandardCharsets.UTF_8),
                                ("{" + TENSORS).getBytes(StandardCharsets.UTF_8)),
                        SafetensorsException.class,
                        SafetensorsFuzzTest::writeWithElements,
                        SafetensorsFuzzTest::read));
    }

    private static void read(Path file) throws SafetensorsException {
        Safetensors.inspect(file);
        Safetensors.read(file);
    }

    private static void writeWithElements(Path file, byte[] header) throws IOException {
        FuzzedReader.write(
                file,
                ByteBuffer.allocate(Long.BYTES + header.length + 36)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(header.length)
                        .put(header)
                        .array());
    }

    private static byte[] file(String name, Map<String, String> metadata) {
        var tensors = new LinkedHashMap<String, Tensor>();
        tensors.put(name, Tensor.of(new float[] {1, -2, 3}, 3));
        tensors.put("steps", Tensor.of(new int[] {7}));
        tensors.put("mean", Tensor.of(new double[] {Math.PI, 0}, 1, 2));
        try {
            var file = Files.createTempFile("sample", ".safetensors");
            try {
                Safetensors.write(file, tensors, metadata);
                return Files.readAllBytes(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }
}
