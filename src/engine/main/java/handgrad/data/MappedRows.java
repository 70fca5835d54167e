package handgrad.data;

import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * A file of rows of numbers, each a tensor of one shape, that is read where it lies, by mapping it: it may be larger
 * than memory. Close it when it is used no more; reading after that throws. It must not become shorter while it is
 * open.
 */
public final class MappedRows implements AutoCloseable {
    private static final String WHAT = "a file of rows";

    /** The longest header of an IDX file: its magic number and 255 sizes. */
    private static final int LONGEST_HEADER = 4 * 256;

    /** What stands before the sizes of a row: the number of rows. */
    private static final int ROWS = 1;

    private final MappedFile mapped;
    private final IdxType type;
    private final ByteOrder order;
    private final long header;
    private final int size;
    private final int[] rowSizes;
    private final int rowElements;
    private final boolean pixels;

    private MappedRows(
            MappedFile mapped, IdxType type, ByteOrder order, long header, long size, int[] rowSizes, boolean pixels)
            throws DataFileException {
        this.mapped = mapped;
        this.type = type;
        this.order = order;
        this.header = header;
        this.rowSizes = rowSizes;
        this.pixels = pixels;
        rowElements = Shape.of(rowSizes).elements();
        if (size > Integer.MAX_VALUE) {
            throw new DataFileException(mapped.file(), "has " + size + " rows, more than the 2^31 - 1 that are read");
        }
        this.size = (int) size;
    }

    /** What makes rows of a file that is open. */
    private interface Layout {
        MappedRows of(MappedFile mapped) throws DataFileException;
    }

    /**
     * Opens a file in the IDX format of any type, not compressed; its first dimension counts the rows. They become
     * INT32, FLOAT32 or FLOAT64, as by {@link IdxFile#read}.
     *
     * @throws DataFileException if it cannot be read or is no whole file in the IDX format
     */
    public static MappedRows idx(Path file) throws DataFileException {
        return open(file, mapped -> ofIdx(mapped, false));
    }

    /**
     * Opens grey images in the IDX format, unsigned bytes (N, height, width), not compressed. They become FLOAT32 (N,
     * 1, height, width) from -1 for black to 1 for white, as in {@link ImageDataset}.
     *
     * @throws DataFileException if it cannot be read or is no whole file of images in the IDX format
     */
    public static MappedRows images(Path file) throws DataFileException {
        return open(file, mapped -> ofIdx(mapped, true));
    }

    /**
     * Opens a file of float32, little-endian, without a header.
     *
     * @param rowSizes the shape of a row
     * @throws DataFileException if it cannot be read or ends within a row
     */
    public static MappedRows float32(Path file, int... rowSizes) throws DataFileException {
        return open(file, mapped -> ofRaw(mapped, IdxType.FLOAT, rowSizes));
    }

    /**
     * Opens a file of int32, little-endian, without a header.
     *
     * @param rowSizes the shape of a row; none for one number, such as a class
     * @throws DataFileException if it cannot be read or ends within a row
     */
    public static MappedRows int32(Path file, int... rowSizes) throws DataFileException {
        return open(file, mapped -> ofRaw(mapped, IdxType.INT, rowSizes));
    }

    private static MappedRows open(Path file, Layout layout) throws DataFileException {
        var mapped = MappedFile.open(file, WHAT);
        try {
            return layout.of(mapped);
        } catch (DataFileException | RuntimeException exception) {
            mapped.close();
            throw exception;
        }
    }

    private static MappedRows ofRaw(MappedFile mapped, IdxType type, int[] rowSizes) throws DataFileException {
        long rowBytes = (long) Shape.of(rowSizes).elements() * type.bytes();
        if (rowBytes == 0) {
            throw new IllegalArgumentException(
                    "MappedRows: a row of shape " + Shape.of(rowSizes) + " must have at least 1 element");
        }
        if (mapped.size() % rowBytes != 0) {
            throw new DataFileException(
                    mapped.file(),
                    "is truncated: it has " + mapped.size() + " bytes, not a multiple of the " + rowBytes
                            + " of a row");
        }
        return new MappedRows(
                mapped, type, ByteOrder.LITTLE_ENDIAN, 0, mapped.size() / rowBytes, rowSizes.clone(), false);
    }

    private static MappedRows ofIdx(MappedFile mapped, boolean pixels) throws DataFileException {
        var file = mapped.file();
        byte[] beginning = new byte[(int) Math.min(mapped.size(), LONGEST_HEADER)];
        MemorySegment.copy(mapped.bytes(), ValueLayout.JAVA_BYTE, 0, beginning, 0, beginning.length);
        IdxHeader header;
        try {
            header = IdxHeader.read(file, new ByteArrayInputStream(beginning));
        } catch (IOException exception) {
            throw ImageFolder.unreadable(file, exception);
        }
        long[] sizes = header.sizes();
        if (sizes.length == 0) {
            throw new DataFileException(file, header.says() + ", one number; rows have at least one dimension");
        }
        if (pixels && (header.type() != IdxType.UNSIGNED_BYTE || sizes.length != 3)) {
            throw new DataFileException(
                    file, header.says() + "; images are (N, height, width) of type " + IdxType.UNSIGNED_BYTE);
        }
        header.requireWhole(file, mapped.size());
        int[] read = header.shape(file, ROWS).toArray();
        int[] rowSizes = pixels ? new int[] {1, read[0], read[1]} : read;
        return new MappedRows(mapped, header.type(), ByteOrder.BIG_ENDIAN, header.bytes(), sizes[0], rowSizes, pixels);
    }

    /** The number of rows. */
    public int size() {
        return size;
    }

    /** A tensor with room for so many rows. */
    Tensor empty(int rows) {
        long[] sizes = new long[rowSizes.length + 1];
        sizes[0] = rows;
        for (int d = 0; d < rowSizes.length; d++) {
            sizes[d + 1] = rowSizes[d];
        }
        return Tensor.zeros(pixels ? DType.FLOAT32 : type.dtype(), Shape.of("MappedRows", sizes));
    }

    /** Copies rows into a tensor of {@link #empty}; it allocates nothing. */
    void fill(int[] rows, Tensor target) {
        var bytes = mapped.bytes();
        for (int i = 0; i < rows.length; i++) {
            long offset = header + (long) rows[i] * rowElements * type.bytes();
            copy(bytes, offset, target, i * rowElements);
        }
    }

    private void copy(MemorySegment bytes, long offset, Tensor target, int start) {
        int n = rowElements;
        boolean big = order.equals(ByteOrder.BIG_ENDIAN);
        switch (type) {
            case UNSIGNED_BYTE -> {
                for (int i = 0; i < n; i++) {
                    int value = Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, offset + i));
                    if (pixels) {
                        target.floats()[start + i] = ImageDataset.number(value);
                    } else {
                        target.ints()[start + i] = value;
                    }
                }
            }
            case BYTE -> {
                for (int i = 0; i < n; i++) {
                    target.ints()[start + i] = bytes.get(ValueLayout.JAVA_BYTE, offset + i);
                }
            }
            case SHORT -> {
                for (int i = 0; i < n; i++) {
                    target.ints()[start + i] = bytes.get(Big.SHORT, offset + (long) i * Short.BYTES);
                }
            }
            case INT -> MemorySegment.copy(bytes, big ? Big.INT : Little.INT, offset, target.ints(), start, n);
            case FLOAT -> MemorySegment.copy(bytes, big ? Big.FLOAT : Little.FLOAT, offset, target.floats(), start, n);
            case DOUBLE -> MemorySegment.copy(bytes, Big.DOUBLE, offset, target.doubles(), start, n);
        }
    }

    /** Numbers of IDX files. */
    private static final class Big {
        static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
        static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
        static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
        static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    }

    /** Numbers of files without a header. */
    private static final class Little {
        static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    }

    /** Gives the file back. */
    @Override
    public void close() {
        mapped.close();
    }
}
