package handgrad.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("no-kernel")
class SafetensorsTest {
    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("model.safetensors");
    }

    private static Map<String, Tensor> tensors() {
        var tensors = new LinkedHashMap<String, Tensor>();
        tensors.put("weight", Tensor.of(new float[] {1, -2.5f, Float.MIN_VALUE, Float.MAX_VALUE, 0, -0f}, 2, 3));
        tensors.put("steps", Tensor.of(new int[] {Integer.MIN_VALUE, 0, Integer.MAX_VALUE}, 3));
        tensors.put("mean", Tensor.of(new double[] {Math.PI}));
        tensors.put("empty", Tensor.zeros(0, 5));
        return tensors;
    }

    private static Tensor tensor(Safetensors file, String name) {
        return Objects.requireNonNull(file.tensors().get(name), name);
    }

    @Test
    void readsWhatItWrote() throws IOException {
        Safetensors.write(file(), tensors(), Map.of("steps", "200000"));
        var read = Safetensors.read(file());
        assertThat(read.metadata()).containsExactly(Map.entry("steps", "200000"));
        assertThat(tensor(read, "weight").shape()).isEqualTo(Shape.of(2, 3));
        assertThat(tensor(read, "weight").floats())
                .isEqualTo(new float[] {1, -2.5f, Float.MIN_VALUE, Float.MAX_VALUE, 0, -0f});
        assertThat(tensor(read, "steps").dtype()).isEqualTo(DType.INT32);
        assertThat(tensor(read, "steps").ints()).containsExactly(Integer.MIN_VALUE, 0, Integer.MAX_VALUE);
        assertThat(tensor(read, "mean").shape()).isEqualTo(Shape.SCALAR);
        assertThat(tensor(read, "mean").doubles()).containsExactly(Math.PI);
        assertThat(tensor(read, "empty").shape()).isEqualTo(Shape.of(0, 5));
    }

    @Test
    void elementsOfEightBytesComeFirstAndTheRestInOrder() throws IOException {
        Safetensors.write(file(), tensors(), Map.of());
        assertThat(Safetensors.read(file()).tensors().keySet()).containsExactly("mean", "weight", "steps", "empty");
    }

    @Test
    void headerIsAlignedJson() throws IOException {
        Safetensors.write(file(), Map.of("x", Tensor.of(new int[] {1}, 1)), Map.of());
        byte[] bytes = Files.readAllBytes(file());
        // The checksum of 01 00 00 00 is that of a program of its own, which gives e3069283 for "123456789".
        var json = "{\"__metadata__\":{\"crc32c.x\":\"9522e17f\"},"
                + "\"x\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
        assertThat(new String(bytes, 8, bytes.length - 12, StandardCharsets.UTF_8))
                .isEqualTo(json + "   ");
        assertThat(bytes).startsWith(96, 0, 0, 0, 0, 0, 0, 0).endsWith(1, 0, 0, 0);
    }

    @Test
    void writingAgainGivesEqualBytes() throws IOException {
        Safetensors.write(file(), tensors(), Map.of("format", "pt"));
        byte[] first = Files.readAllBytes(file());
        var read = Safetensors.read(file());
        Safetensors.write(file(), read.tensors(), read.metadata());
        assertThat(Files.readAllBytes(file())).isEqualTo(first);
    }

    @Test
    void tensorsLargerThanTheBufferKeepEveryElement() throws IOException {
        var floats = new float[700_001];
        var doubles = new double[300_001];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = i;
        }
        for (int i = 0; i < doubles.length; i++) {
            doubles[i] = -i;
        }
        Safetensors.write(
                file(), Map.of("floats", Tensor.of(floats, 700_001), "doubles", Tensor.of(doubles, 300_001)), Map.of());
        var read = Safetensors.read(file());
        assertThat(tensor(read, "floats").floats()).isEqualTo(floats);
        assertThat(tensor(read, "doubles").doubles()).isEqualTo(doubles);
    }

    @Test
    void noTensorsMakeAFileToo() throws IOException {
        Safetensors.write(file(), Map.of(), Map.of());
        assertThat(Safetensors.read(file()).tensors()).isEmpty();
    }

    /** The fixture was written by the Python library; see {@code make_fixtures.py} beside it. */
    @Test
    void readsAFileOfPythonsAndWritesTheSameButForChecksums() throws IOException {
        try (var stream = Objects.requireNonNull(getClass().getResourceAsStream("python.safetensors"))) {
            Files.write(file(), stream.readAllBytes());
        }
        var read = Safetensors.read(file());
        assertThat(read.metadata()).containsExactly(Map.entry("format", "a \"quoted\" text"));
        assertThat(read.tensors()).containsOnlyKeys("weight", "größe", "scalar", "empty");
        assertThat(tensor(read, "weight").shape()).isEqualTo(Shape.of(2, 3));
        assertThat(tensor(read, "weight").floats())
                .isEqualTo(
                        new float[] {1.5f, -0f, Float.POSITIVE_INFINITY, Float.NaN, Float.MAX_VALUE, Float.MIN_VALUE});
        assertThat(tensor(read, "größe").ints()).containsExactly(7, -1, Integer.MAX_VALUE, Integer.MIN_VALUE);
        assertThat(tensor(read, "scalar").shape()).isEqualTo(Shape.SCALAR);
        assertThat(tensor(read, "scalar").doubles()).containsExactly(0.1);
        assertThat(tensor(read, "empty").shape()).isEqualTo(Shape.of(0, 3));

        var again = folder.resolve("again.safetensors");
        Safetensors.write(again, read.tensors(), read.metadata());
        var written = new String(Files.readAllBytes(again), StandardCharsets.ISO_8859_1);
        var without = written.substring(8)
                .replaceAll(",\"crc32c\\.[^\"]+\":\"[0-9a-f]{8}\"", "")
                .replaceFirst("\\}\\} +", "}}");
        var pythons = new String(Files.readAllBytes(file()), StandardCharsets.ISO_8859_1);
        assertThat(without).isEqualTo(pythons.substring(8).replaceFirst("\\}\\} +", "}}"));
    }

    @Test
    void mapsCannotBeChanged() {
        var file = new Safetensors(tensors(), Map.of());
        assertThat(file.tensors()).isUnmodifiable();
        assertThat(file.metadata()).isUnmodifiable();
    }

    @Test
    void refusesToWriteATensorCalledMetadata() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Safetensors.write(file(), Map.of("__metadata__", Tensor.zeros(1)), Map.of()))
                .withMessage(
                        "write: a tensor cannot be called __metadata__, the format keeps that name for the metadata");
        assertThat(file()).doesNotExist();
    }

    @Test
    void refusesToWriteHalfASurrogatePair() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Safetensors.write(file(), Map.of("\ud83d", Tensor.zeros(1)), Map.of()))
                .withMessage("write: the name of a tensor or a text of the metadata has half a surrogate pair");
    }

    @Test
    void refusesToWriteWhereItCannot() {
        var nowhere = folder.resolve("nowhere").resolve("model.safetensors");
        assertThatExceptionOfType(SafetensorsException.class)
                .isThrownBy(() -> Safetensors.write(nowhere, Map.of(), Map.of()))
                .withMessage(nowhere + ": cannot be written, there is no such folder");
        assertThatExceptionOfType(SafetensorsException.class)
                .isThrownBy(() -> Safetensors.write(folder, Map.of(), Map.of()))
                .withMessage(folder + ": is a folder, not a file of tensors");
    }
}
