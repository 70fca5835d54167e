package handgrad.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("no-kernel")
class IdxFileTest {
    @TempDir
    private Path folder;

    private Path write(String name, byte... content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }

    /** A header and room for so many bytes, at its end. */
    private static ByteBuffer header(int type, int bytes, int... sizes) {
        var buffer = ByteBuffer.allocate(4 + 4 * sizes.length + bytes).putInt(type << 8 | sizes.length);
        for (int size : sizes) {
            buffer.putInt(size);
        }
        return buffer;
    }

    private static void assertRefused(Path file, String problem) {
        assertThatExceptionOfType(DataFileException.class)
                .isThrownBy(() -> IdxFile.read(file))
                .withMessage(file + ": " + problem);
    }

    @Test
    void reads_every_type() throws IOException {
        var bytes =
                write("a", header(8, 4, 2, 2).put(new byte[] {0, 127, -128, -1}).array());
        assertThat(IdxFile.read(bytes)).isEqualTo(Tensor.of(new int[] {0, 127, 128, 255}, 2, 2));
        var signed = write("b", header(9, 2, 2).put(new byte[] {-128, 5}).array());
        assertThat(IdxFile.read(signed)).isEqualTo(Tensor.of(new int[] {-128, 5}, 2));
        var shorts = write(
                "c",
                header(11, 4, 1, 2, 1)
                        .putShort((short) -2)
                        .putShort((short) 300)
                        .array());
        assertThat(IdxFile.read(shorts)).isEqualTo(Tensor.of(new int[] {-2, 300}, 1, 2, 1));
        var ints = write("d", header(12, 4, 1).putInt(-70_000).array());
        assertThat(IdxFile.readInts(ints)).containsExactly(-70_000);
        var floats = write("e", header(13, 8, 2).putFloat(1.5f).putFloat(-2).array());
        assertThat(IdxFile.read(floats)).isEqualTo(Tensor.of(new float[] {1.5f, -2}, 2));
        var doubles = write("f", header(14, 8).putDouble(0.1).array());
        assertThat(IdxFile.read(doubles)).isEqualTo(Tensor.of(new double[] {0.1}));
        var nothing = write("g", header(13, 0, 3, 0).array());
        assertThat(IdxFile.read(nothing).shape()).isEqualTo(Shape.of(3, 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"data.idx", "data.idx.gz"})
    void what_is_written_is_read(String name) throws IOException {
        var file = folder.resolve(name);
        int[] whole = new int[3 * 50_000];
        Arrays.setAll(whole, i -> i % 251 - 125);
        for (var type : new IdxType[] {IdxType.BYTE, IdxType.SHORT, IdxType.INT}) {
            IdxFile.write(file, Tensor.of(whole, 3, 50_000), type);
            assertThat(IdxFile.read(file)).isEqualTo(Tensor.of(whole, 3, 50_000));
        }
        for (var type : new DType[] {DType.INT32, DType.FLOAT32, DType.FLOAT64}) {
            var tensor = Tensor.of(whole, 30, 5_000).to(type);
            IdxFile.write(file, tensor);
            assertThat(IdxFile.read(file)).isEqualTo(tensor);
        }
        IdxFile.write(file, Tensor.of(new int[] {255, 0}, 2), IdxType.UNSIGNED_BYTE);
        assertThat(IdxFile.readInts(file)).containsExactly(255, 0);
        assertThat(Files.readAllBytes(file)[0]).isEqualTo((byte) (name.endsWith("gz") ? 0x1f : 0));
    }

    @Test
    void what_no_file_can_hold_is_not_written() {
        var file = folder.resolve("data.idx");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IdxFile.write(file, Tensor.of(new int[] {1, 256}, 2), IdxType.UNSIGNED_BYTE))
                .withMessage("write: element 1 is 256, type unsigned byte has 0 to 255");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IdxFile.write(file, Tensor.of(new int[] {-40_000}, 1), IdxType.SHORT))
                .withMessage("write: element 0 is -40000, type short has -32768 to 32767");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IdxFile.write(file, Tensor.zeros(2), IdxType.UNSIGNED_BYTE))
                .withMessage("write: FLOAT32 elements as type unsigned byte; convert with to(DType.INT32)");
        assertThat(file).doesNotExist();
        var nowhere = folder.resolve("missing").resolve("data.idx");
        assertThatExceptionOfType(DataFileException.class)
                .isThrownBy(() -> IdxFile.write(nowhere, Tensor.zeros(2)))
                .withMessageStartingWith(nowhere + ": cannot be written, ");
    }

    @Test
    void refuses_what_is_no_idx_file() throws IOException {
        assertRefused(
                write("a", (byte) 0x89, (byte) 'P', (byte) 'N', (byte) 'G', (byte) 0),
                "begins with the magic number 0x89504e47, files in the IDX format with 0x0000, a type of 08, 09 or 0b"
                        + " to 0e and the number of dimensions");
        assertRefused(
                write("b", header(10, 1, 1).array()),
                "begins with the magic number 0x00000a01, files in the IDX format with 0x0000, a type of 08, 09 or 0b"
                        + " to 0e and the number of dimensions");
        assertRefused(
                write("c", (byte) 0x1f, (byte) 0x8b, (byte) 8, (byte) 0, (byte) 0),
                "begins with the magic number 0x1f8b0800, files in the IDX format with 0x0000, a type of 08, 09 or 0b"
                        + " to 0e and the number of dimensions; it is compressed, its name must end with .gz");
        assertRefused(folder.resolve("missing"), "there is no such file");
        assertRefused(folder, "is a folder, not a file in the IDX format");
        var floats = write("d", header(13, 4, 1).array());
        assertThatExceptionOfType(DataFileException.class)
                .isThrownBy(() -> IdxFile.readInts(floats))
                .withMessage(floats + ": holds numbers of type float, whole numbers are expected; read it as a tensor");
    }

    @Test
    void refuses_truncated_and_overlong_files() throws IOException {
        byte[] whole = header(12, 24, 2, 3).array();
        assertRefused(write("a"), "is truncated: it has 0 bytes, its header alone 4; download it again");
        assertRefused(
                write("b", Arrays.copyOf(whole, 11)),
                "is truncated: it has 11 bytes, its header alone 12; download it again");
        assertRefused(
                write("c", Arrays.copyOf(whole, 35)),
                "is truncated: its header says (2, 3) of type int, in all 36 bytes, it has 35; download it again");
        assertRefused(
                write("d", Arrays.copyOf(whole, 37)),
                "is too long: its header says (2, 3) of type int, in all 36 bytes, it has more; download it again");
        var compressed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(compressed)) {
            gzip.write(whole, 0, 35);
        }
        assertRefused(
                write("e.gz", compressed.toByteArray()),
                "is truncated: its header says (2, 3) of type int, in all 36 bytes, it has 35; download it again");
        assertRefused(
                write("f.gz", Arrays.copyOf(compressed.toByteArray(), 20)),
                "is truncated: the compressed data ends too early; download it again");
        assertRefused(write("g.gz", whole), "is not a whole gzip file; download it again");
    }

    @Test
    void refuses_sizes_that_no_tensor_has() throws IOException {
        assertRefused(
                write("a", header(8, 0, -1, 3).array()),
                "its header says (4294967295, 3) of type unsigned byte, more than the 2^31 - 1 elements of a tensor");
        assertRefused(
                write("b", header(14, 0, 1 << 16, 1 << 16, 1 << 16, 1 << 16).array()),
                "its header says (65536, 65536, 65536, 65536) of type double, more than the 2^31 - 1 elements of a"
                        + " tensor");
        assertRefused(
                write("c", header(8, 0, Integer.MAX_VALUE).array()),
                "is truncated: its header says (2147483647) of type unsigned byte, in all 2147483655 bytes, it has 8;"
                        + " download it again");
    }
}
