package handgrad.data;

import handgrad.file.PrintableText;
import handgrad.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What stands before the elements of an IDX file: a magic number of four bytes, then a size of four bytes for each
 * dimension, all big-endian. The magic number is two zeros, the type of the elements and the number of dimensions.
 *
 * @param sizes of each dimension, outermost first, from 0 to 2³² - 1
 */
@SuppressWarnings("ArrayRecordComponent") // read, never compared
record IdxHeader(IdxType type, long[] sizes) {
    private static final int MAGIC_BYTES = 4;
    private static final int GZIP = 0x1f8b;

    /** Reads it from the stream's start. */
    static IdxHeader read(Path file, InputStream stream) throws IOException {
        byte[] magic = stream.readNBytes(MAGIC_BYTES);
        requireLength(file, magic.length, MAGIC_BYTES, 0);
        int number = ByteBuffer.wrap(magic).getInt();
        var type = IdxType.ofCode(magic[2]);
        if (number >>> 16 != 0 || type == null) {
            throw new DataFileException(
                    file,
                    "begins with the magic number 0x%08x, files in the IDX format with 0x0000, a type of 08, 09 or 0b"
                                    .formatted(number)
                            + " to 0e and the number of dimensions"
                            + (number >>> 16 == GZIP ? "; it is compressed, its name must end with .gz" : ""));
        }
        int rank = Byte.toUnsignedInt(magic[3]);
        byte[] bytes = stream.readNBytes(rank * Integer.BYTES);
        requireLength(file, bytes.length, rank * Integer.BYTES, MAGIC_BYTES);
        var buffer = ByteBuffer.wrap(bytes);
        long[] sizes = new long[rank];
        for (int d = 0; d < rank; d++) {
            sizes[d] = Integer.toUnsignedLong(buffer.getInt());
        }
        return new IdxHeader(type, sizes);
    }

    private static void requireLength(Path file, int found, int wanted, int before) throws DataFileException {
        if (found < wanted) {
            throw new DataFileException(
                    file,
                    "is truncated: it has " + (before + found) + " bytes, its header alone " + (before + wanted)
                            + "; download it again");
        }
    }

    /** Its own length in bytes. */
    int bytes() {
        return MAGIC_BYTES + sizes.length * Integer.BYTES;
    }

    /** The magic number. */
    int magic() {
        return type.code() << 8 | sizes.length;
    }

    /** The number of elements; {@link Long#MAX_VALUE} if it is no long. */
    long elements() {
        long product = 1;
        for (long size : sizes) {
            if (size == 0) {
                return 0;
            }
            boolean fits = Math.multiplyHigh(product, size) == 0 && product * size >= 0;
            product = fits ? product * size : Long.MAX_VALUE;
        }
        return product;
    }

    /** The length of a whole file in bytes; {@link Long#MAX_VALUE} if it is no long. */
    long fileBytes() {
        long elements = elements();
        return elements > (Long.MAX_VALUE - bytes()) / type.bytes()
                ? Long.MAX_VALUE
                : bytes() + elements * type.bytes();
    }

    /** The shape of a tensor of the dimensions from one on. */
    Shape shape(Path file, int from) throws DataFileException {
        try {
            return Shape.of("IdxHeader", Arrays.copyOfRange(sizes, from, sizes.length));
        } catch (IllegalArgumentException _) {
            throw new DataFileException(
                    file,
                    says() + (from == 0 ? ", more than" : ", a row of more than")
                            + " the 2^31 - 1 elements of a tensor");
        }
    }

    /** What it says in a message: {@code its header says (60000, 28, 28) of type unsigned byte}. */
    String says() {
        var list = Arrays.toString(sizes);
        return "its header says (" + PrintableText.excerpt(list.substring(1, list.length() - 1)) + ") of type " + type;
    }

    /** Refuses a file of this length, or at least this length, whose header says another. */
    void requireWhole(Path file, long bytes) throws DataFileException {
        if (bytes != fileBytes()) {
            throw wrongLength(file, bytes > fileBytes(), Long.toString(bytes));
        }
    }

    /** What is wrong where a file is longer or shorter than its header says. */
    DataFileException wrongLength(Path file, boolean tooLong, String found) {
        var whole = fileBytes() == Long.MAX_VALUE ? "2^63 or more" : Long.toString(fileBytes());
        return new DataFileException(
                file,
                (tooLong ? "is too long: " : "is truncated: ") + says() + ", in all " + whole + " bytes, it has "
                        + found + "; download it again");
    }
}
