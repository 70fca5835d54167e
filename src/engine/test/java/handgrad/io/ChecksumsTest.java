package handgrad.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import handgrad.io.StoredTensor.Checksum;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("no-kernel")
class ChecksumsTest {
    @TempDir
    private Path folder;

    private Path file;
    private byte[] whole;

    @BeforeEach
    void write() throws IOException {
        file = folder.resolve("model.safetensors");
        var tensors = new LinkedHashMap<String, Tensor>();
        tensors.put("weight", Tensor.randn(TorchRandom.seeded(1), 2, 3));
        tensors.put("mean", Tensor.of(new double[] {Math.PI}, 1));
        Safetensors.write(file, tensors, Map.of("format", "handgrad"));
        whole = Files.readAllBytes(file);
    }

    private int header() {
        return Long.BYTES
                + (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    /** The file with another header, whose length may differ. */
    private void replaceInHeader(String old, String replacement) throws IOException {
        var text = new String(whole, Long.BYTES, header() - Long.BYTES, StandardCharsets.UTF_8);
        assertThat(text).contains(old);
        byte[] changed = text.replace(old, replacement).getBytes(StandardCharsets.UTF_8);
        int elements = whole.length - header();
        Files.write(
                file,
                ByteBuffer.allocate(Long.BYTES + changed.length + elements)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(changed.length)
                        .put(changed)
                        .put(whole, header(), elements)
                        .array());
    }

    private void assertRefused(String problem) {
        assertThatExceptionOfType(SafetensorsException.class)
                .isThrownBy(() -> Safetensors.read(file))
                .withMessage(file + ": " + problem);
    }

    @Test
    void every_flipped_bit_of_the_elements_is_found_with_its_tensor() throws IOException {
        for (int bit = 8 * header(); bit < 8 * whole.length; bit++) {
            byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, flipped);
            int at = bit / 8 - header();
            var name = at < 8 ? "mean" : "weight";
            assertThatExceptionOfType(SafetensorsException.class)
                    .as("bit %d", bit)
                    .isThrownBy(() -> Safetensors.read(file))
                    .withMessageMatching(
                            "\\Q" + file + ": tensor '" + name + "': is damaged\\E, the CRC-32C of its bytes"
                                    + " is [0-9a-f]{8}, the metadata says [0-9a-f]{8}; copy the file again");
        }
    }

    /** A bit of the header is one of a text without meaning for the tensors, or it is found. */
    @Test
    void a_flipped_bit_of_the_header_changes_no_tensor() throws IOException {
        var right = Safetensors.read(file).tensors();
        int refused = 0;
        for (int bit = 0; bit < 8 * header(); bit++) {
            byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, flipped);
            try {
                assertThat(Safetensors.read(file).tensors()).as("bit %d", bit).isEqualTo(right);
            } catch (SafetensorsException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(8 * header() * 3 / 4);
    }

    @Test
    void an_inspection_tells_each_tensor_and_the_hash() throws IOException {
        var good = Safetensors.inspect(file);
        assertThat(good.tensors())
                .containsExactly(
                        new StoredTensor("mean", "F64", DType.FLOAT64, Shape.of(1), Checksum.GOOD),
                        new StoredTensor("weight", "F32", DType.FLOAT32, Shape.of(2, 3), Checksum.GOOD));
        assertThat(good.damaged()).isEmpty();
        assertThat(good.metadata()).containsExactly(Map.entry("format", "handgrad"));
        assertThat(good.hash()).isEqualTo(WeightsHash.of(Safetensors.read(file).tensors()));

        whole[whole.length - 1] ^= 1;
        Files.write(file, whole);
        var damaged = Safetensors.inspect(file);
        assertThat(damaged.damaged()).containsExactly("weight");
        assertThat(damaged.hash()).isNotEqualTo(good.hash());
    }

    @Test
    void a_file_without_checksums_or_with_some_is_read() throws IOException {
        var right = Safetensors.read(file).tensors();
        replaceInHeader("crc32c.__metadata__", "digest.__metadata__");
        assertThat(Safetensors.read(file).tensors()).isEqualTo(right);
        whole = Files.readAllBytes(file);
        replaceInHeader("crc32c.weight", "digest.weight");
        assertThat(Safetensors.read(file).tensors()).isEqualTo(right);
        assertThat(Safetensors.inspect(file).tensors().get(1).checksum()).isEqualTo(Checksum.ABSENT);
        replaceInHeader("crc32c.", "md5.");
        assertThat(Safetensors.read(file).tensors()).isEqualTo(right);
        assertThat(Safetensors.read(file).metadata()).containsKeys("format", "md5.weight");
        assertThat(Safetensors.inspect(file).tensors()).allMatch(tensor -> tensor.checksum() == Checksum.ABSENT);
    }

    @Test
    void a_changed_text_is_noticed() throws IOException {
        replaceInHeader("format\":\"handgrad", "format\":\"handgrae");
        assertThatExceptionOfType(SafetensorsException.class)
                .isThrownBy(() -> Safetensors.read(file))
                .withMessageMatching(Pattern.quote(file.toString())
                        + ": the metadata is damaged, the CRC-32C of its texts is [0-9a-f]{8}, it says [0-9a-f]{8};"
                        + " copy the file again");
    }

    @Test
    void refuses_checksums_that_are_none() throws IOException {
        replaceInHeader("crc32c.weight", "crc32c.bias");
        assertRefused("the metadata has a checksum of tensor 'bias', which the file does not have");
        Safetensors.write(file, Map.of("empty", Tensor.zeros(0, 2)), Map.of());
        whole = Files.readAllBytes(file);
        replaceInHeader("crc32c.empty\":\"00000000", "crc32c.empty\":\"0000\\u001b000");
        assertRefused("the metadata 'crc32c.empty' must be 8 digits from 0-9 and a-f, not '0000\\u001b000'");
        replaceInHeader("crc32c.empty\":\"00000000\"", "crc32c.empty\":\"\"");
        assertRefused("the metadata 'crc32c.empty' must be 8 digits from 0-9 and a-f, not ''");
        replaceInHeader("crc32c.empty\":\"00000000", "crc32c.empty\":\"00000001");
        assertRefused("tensor 'empty': is damaged, the CRC-32C of its bytes is 00000000, the metadata says 00000001;"
                + " copy the file again");
    }

    @Test
    void refuses_to_write_a_checksum_that_is_given() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Safetensors.write(file, Map.of(), Map.of("crc32c.x", "00000000")))
                .withMessage("write: the metadata has a checksum of its own; leave it out, write adds them");
    }

    /** Its elements are holes, which take no room on the disk. */
    @Test
    void a_file_that_does_not_fit_into_the_memory_is_refused_with_both_sizes() throws IOException {
        long elements = Integer.MAX_VALUE;
        byte[] json = "{\"a\":{\"dtype\":\"F64\",\"shape\":[%d],\"data_offsets\":[0,%d]}}"
                .formatted(elements, 8 * elements)
                .getBytes(StandardCharsets.UTF_8);
        try (var sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(0);
            sparse.write(ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(json.length)
                    .array());
            sparse.write(json);
            sparse.setLength(Long.BYTES + json.length + 8 * elements);
        }
        assertRefused("does not fit into the memory of this JVM: it has 16,384 MiB, the heap at most "
                + "%,d MiB".formatted(Runtime.getRuntime().maxMemory() >> 20));
    }
}
