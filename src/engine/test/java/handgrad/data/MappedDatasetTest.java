package handgrad.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.sun.management.ThreadMXBean;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("no-kernel")
class MappedDatasetTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    private Path folder;

    private static int[] numbers(int count) {
        return IntStream.range(0, count).toArray();
    }

    @ParameterizedTest
    @EnumSource
    void rows_of_an_idx_file_are_those_that_are_read(IdxType type) throws IOException {
        var x = folder.resolve("x.idx");
        var y = folder.resolve("y.idx");
        IdxFile.write(x, Tensor.of(numbers(60), 5, 3, 4).to(type.dtype()), type);
        IdxFile.write(y, Tensor.of(numbers(5), 5), IdxType.UNSIGNED_BYTE);
        var inMemory = new TensorDataset(IdxFile.read(x), IdxFile.read(y));
        try (var mapped = new MappedDataset(MappedRows.idx(x), MappedRows.idx(y))) {
            assertThat(mapped.rows(0, 5)).isEqualTo(inMemory.rows(0, 5));
            var options = BatchOptions.of(2, 7);
            assertThat(new Batches(mapped, options).next()).isEqualTo(new Batches(inMemory, options).next());
        }
    }

    @Test
    void images_become_those_of_an_image_dataset() throws IOException {
        var x = folder.resolve("x.idx");
        var y = folder.resolve("y.idx");
        IdxFile.write(x, Tensor.of(numbers(240), 2, 10, 12), IdxType.UNSIGNED_BYTE);
        IdxFile.write(y, Tensor.of(new int[] {9, 4}, 2), IdxType.UNSIGNED_BYTE);
        try (var mapped = new MappedDataset(MappedRows.images(x), MappedRows.idx(y))) {
            var batch = mapped.rows(0, 2);
            assertThat(batch).isEqualTo(ImageDataset.read(x, y).rows(0, 2));
            assertThat(batch.x().shape()).isEqualTo(Shape.of(2, 1, 10, 12));
        }
    }

    @Test
    void reads_numbers_without_a_header() throws IOException {
        var floats = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 6; i++) {
            floats.putFloat(i + 0.5f);
        }
        var x = Files.write(folder.resolve("x.bin"), floats.array());
        var y = Files.write(
                folder.resolve("y.bin"),
                ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(-3)
                        .putInt(70_000)
                        .array());
        try (var mapped = new MappedDataset(MappedRows.float32(x, 3), MappedRows.int32(y))) {
            assertThat(mapped.rows(1, 2).x()).isEqualTo(Tensor.of(new float[] {3.5f, 4.5f, 5.5f}, 1, 3));
            assertThat(mapped.rows(0, 2).y()).isEqualTo(Tensor.of(new int[] {-3, 70_000}, 2));
        }
    }

    /** The file has holes, so it takes no room on the disk. */
    @Test
    void a_file_of_gigabytes_takes_no_memory() throws IOException {
        var file = folder.resolve("large.bin");
        try (var large = new RandomAccessFile(file.toFile(), "rw")) {
            large.setLength(6L << 30);
        }
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try (var rows = MappedRows.float32(file, 1024)) {
            assertThat(rows.size()).isEqualTo(3 << 19);
            var last = rows.empty(1);
            last.fill(1);
            rows.fill(new int[] {rows.size() - 1}, last);
            assertThat(last.floats()).containsOnly(0);
        }
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(16 << 20);
    }

    @ParameterizedTest
    @EnumSource
    void batches_allocate_nothing(IdxType type) throws IOException {
        var x = folder.resolve("x.idx");
        IdxFile.write(x, Tensor.zeros(DType.INT32, Shape.of(50, 20)).to(type.dtype()), type);
        try (var mapped = new MappedDataset(MappedRows.idx(x), MappedRows.idx(x))) {
            var batches = new Batches(mapped, BatchOptions.of(4, 7));
            long allocated = Long.MAX_VALUE;
            for (int attempt = 0; attempt < 50 && allocated > 0; attempt++) {
                long before = THREADS.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 200; i++) {
                    batches.next();
                }
                allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
            }
            assertThat(allocated).isZero();
        }
    }

    @Test
    void what_is_closed_is_no_longer_read() throws IOException {
        var x = folder.resolve("x.idx");
        IdxFile.write(x, Tensor.of(numbers(6), 3, 2));
        var mapped = new MappedDataset(MappedRows.idx(x), MappedRows.idx(x));
        var batches = new Batches(mapped, BatchOptions.of(2, 7));
        mapped.close();
        assertThatIllegalStateException().isThrownBy(batches::next).withMessage(x + " is closed, it is no longer read");
    }

    @Test
    void refuses_what_are_no_rows() throws IOException {
        var x = folder.resolve("x.idx");
        IdxFile.write(x, Tensor.of(numbers(6), 3, 2));
        byte[] whole = Files.readAllBytes(x);
        var longer = Files.write(folder.resolve("longer"), Arrays.copyOf(whole, whole.length + 1));
        assertThatExceptionOfType(DataFileException.class)
                .isThrownBy(() -> MappedRows.idx(longer))
                .withMessage(longer + ": is too long: its header says (3, 2) of type int, in all 36 bytes, it has 37;"
                        + " download it again");
        var shorter = Files.write(folder.resolve("shorter"), Arrays.copyOf(whole, whole.length - 1));
        assertThatExceptionOfType(DataFileException.class)
                .isThrownBy(() -> MappedRows.idx(shorter))
                .withMessage(shorter + ": is truncated: its header says (3, 2) of type int, in all 36 bytes, it has 35;"
                        + " download it again");
        assertThatExceptionOfType(DataFileException.class)
                .isThrownBy(() -> MappedRows.images(x))
                .withMessage(x + ": its header says (3, 2) of type int; images are (N, height, width) of type unsigned"
                        + " byte");
        assertThatExceptionOfType(DataFileException.class)
                .isThrownBy(() -> MappedRows.float32(shorter, 2, 4))
                .withMessage(shorter + ": is truncated: it has 35 bytes, not a multiple of the 32 of a row");
        assertThatExceptionOfType(DataFileException.class)
                .isThrownBy(() -> MappedRows.idx(folder.resolve("x.idx.gz")))
                .withMessageEndingWith("x.idx.gz: is compressed, it cannot be read where it lies; unpack it first");
        var scalar = folder.resolve("scalar");
        IdxFile.write(scalar, Tensor.of(new int[] {5}));
        assertThatExceptionOfType(DataFileException.class)
                .isThrownBy(() -> MappedRows.idx(scalar))
                .withMessage(scalar + ": its header says () of type int, one number; rows have at least one dimension");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MappedRows.float32(x, 2, 0))
                .withMessage("MappedRows: a row of shape (2, 0) must have at least 1 element");
        try (var two = MappedRows.float32(x, 18 / 2);
                var three = MappedRows.idx(x)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new MappedDataset(two, three))
                    .withMessage("MappedDataset: x and y must have the same number of rows, they have 1 and 3");
        }
    }
}
