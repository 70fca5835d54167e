package handgrad.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Types that a tensor does not have, in files made by hand. */
@Tag("no-kernel")
class StoredTypeTest {
    @TempDir
    private Path folder;

    /** A file of one tensor, a, whose bytes are these hexadecimal digits. */
    private Path file(String type, String elements, String metadata) throws IOException {
        byte[] bytes = HexFormat.of().parseHex(elements.replace(" ", ""));
        int count = bytes.length / StoredType.valueOf(type).bytes();
        byte[] header = "{%s'a':{'dtype':'%s','shape':[%d],'data_offsets':[0,%d]}}"
                .formatted(metadata, type, count, bytes.length)
                .replace('\'', '"')
                .getBytes(StandardCharsets.UTF_8);
        return Files.write(
                folder.resolve("a.safetensors"),
                ByteBuffer.allocate(Long.BYTES + header.length + bytes.length)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(header.length)
                        .put(header)
                        .put(bytes)
                        .array());
    }

    private static Tensor a(Path file) throws IOException {
        return Objects.requireNonNull(Safetensors.read(file).tensors().get("a"));
    }

    static Stream<Arguments> floats() {
        float infinity = Float.POSITIVE_INFINITY;
        return Stream.of(
                argumentSet("F16", "F16", "003c 00c0 ff7b 0100 0080 007c 007e", new float[] {
                    1, -2, 65504, 0x1p-24f, -0f, infinity, Float.NaN
                }),
                argumentSet("BF16", "BF16", "803f 00c0 7f7f 0100 0080 807f c07f", new float[] {
                    1, -2, 0x1.fep127f, 0x1p-133f, -0f, infinity, Float.NaN
                }));
    }

    @ParameterizedTest
    @MethodSource("floats")
    void halvesAreWidened(String type, String elements, float[] expected) throws IOException {
        var a = a(file(type, elements, ""));
        assertThat(a.dtype()).isEqualTo(DType.FLOAT32);
        assertThat(a.floats()).isEqualTo(expected);
    }

    static Stream<Arguments> wholeNumbers() {
        return Stream.of(
                argumentSet("I64", "I64", "ffffff7f00000000 00000080ffffffff", new int[] {
                    Integer.MAX_VALUE, Integer.MIN_VALUE
                }),
                argumentSet("U64", "U64", "ffffff7f00000000 0700000000000000", new int[] {Integer.MAX_VALUE, 7}),
                argumentSet("U32", "U32", "ffffff7f 07000000", new int[] {Integer.MAX_VALUE, 7}),
                argumentSet("I16", "I16", "ff7f 0080 0100", new int[] {32767, -32768, 1}),
                argumentSet("U16", "U16", "ff7f 0080 0100", new int[] {32767, 32768, 1}),
                argumentSet("I8", "I8", "7f 80 01", new int[] {127, -128, 1}),
                argumentSet("U8", "U8", "7f 80 ff", new int[] {127, 128, 255}),
                argumentSet("BOOL", "BOOL", "01 00 01", new int[] {1, 0, 1}));
    }

    @ParameterizedTest
    @MethodSource("wholeNumbers")
    void wholeNumbersAreReadAsInt32(String type, String elements, int[] expected) throws IOException {
        var a = a(file(type, elements, ""));
        assertThat(a.dtype()).isEqualTo(DType.INT32);
        assertThat(a.ints()).isEqualTo(expected);
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                argumentSet(
                        "above",
                        "I64",
                        "0100000000000000 0000008000000000",
                        "element 1 of I64 is 2147483648, which INT32 cannot hold"),
                argumentSet(
                        "below", "I64", "ffffff7fffffffff", "element 0 of I64 is -2147483649, which INT32 cannot hold"),
                argumentSet(
                        "unsigned",
                        "U64",
                        "ffffffffffffffff",
                        "element 0 of U64 is 18446744073709551615, which INT32 cannot hold"),
                argumentSet("word", "U32", "ffffffff", "element 0 of U32 is 4294967295, which INT32 cannot hold"),
                argumentSet("truth", "BOOL", "01 02 03", "element 1 of BOOL is 2, it must be 0 or 1"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void whatInt32CannotHoldIsRefused(String type, String elements, String problem) throws IOException {
        var file = file(type, elements, "");
        assertThatExceptionOfType(SafetensorsException.class)
                .isThrownBy(() -> Safetensors.read(file))
                .withMessage(file + ": tensor 'a': " + problem);
    }

    @Test
    void elementsOfSeveralChunksAreRead() throws IOException {
        int count = (1 << 20) + 3;
        var file = file("U8", "05".repeat(count), "");
        assertThat(a(file).ints()).hasSize(count).containsOnly(5);
    }

    @Test
    void inspectionTellsTheTypeInTheFileAndChecksItsBytes() throws IOException {
        var checksum = new CRC32C();
        checksum.update(new byte[] {(byte) 0x80, 0x3f});
        var metadata = "'__metadata__':{'crc32c.a':'" + Checksums.digits(checksum) + "'},";
        var tensor =
                Safetensors.inspect(file("BF16", "803f", metadata)).tensors().getFirst();
        assertThat(tensor.type()).isEqualTo("BF16");
        assertThat(tensor.dtype()).isEqualTo(DType.FLOAT32);
        assertThat(tensor.checksum()).isEqualTo(StoredTensor.Checksum.GOOD);
        var damaged = file("I64", "0000008000000000", metadata);
        assertThatExceptionOfType(SafetensorsException.class)
                .isThrownBy(() -> Safetensors.read(damaged))
                .withMessageContaining("tensor 'a': is damaged");
    }
}
