package handgrad.io;

import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads one array of NumPy, from a file or from an entry of an archive. */
final class NpyReader {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int CHUNK_BYTES = 1 << 20;
    private static final int MAXIMUM_HEADER = 1 << 20;

    private final Path file;
    private final String entry;
    private final InputStream in;
    private long rest;

    /**
     * A reader.
     *
     * @param entry what the messages say of the place in the file, with a colon and a space, or empty
     * @param length how many bytes there are
     */
    NpyReader(Path file, String entry, InputStream in, long length) {
        this.file = file;
        this.entry = entry;
        this.in = in;
        rest = length;
    }

    /** The array, in row-major order. */
    Tensor read() throws IOException {
        var header = header();
        var type = header.type();
        long bytes = (long) header.shape().elements() * type.bytes();
        if (bytes != rest) {
            throw wrong(
                    "shape " + header.shape() + " of " + type + " takes " + bytes + " bytes; " + rest + " are there");
        }
        long memory = (long) header.shape().elements() * (type.dtype() == DType.FLOAT64 ? Double.BYTES : Float.BYTES);
        if (memory > Runtime.getRuntime().maxMemory()) {
            throw tooLarge(memory, null);
        }
        try {
            return header.fortranOrder()
                    ? transposed(elements(header, reversed(header.shape())))
                    : elements(header, header.shape());
        } catch (OutOfMemoryError e) {
            throw tooLarge(memory, e);
        }
    }

    private NpyException tooLarge(long memory, @Nullable OutOfMemoryError cause) {
        return new NpyException(
                file,
                entry
                        + String.format(
                                Locale.ROOT,
                                "does not fit into the memory of this JVM: it takes %,d MiB, the heap at most %,d MiB",
                                memory >> 20,
                                Runtime.getRuntime().maxMemory() >> 20),
                cause);
    }

    private NpyHeader header() throws IOException {
        byte[] start = bytes(MAGIC.length + 2);
        if (!Arrays.equals(MAGIC, Arrays.copyOf(start, MAGIC.length))) {
            throw wrong("is no array of NumPy, it does not begin with \\x93NUMPY");
        }
        int version = start[MAGIC.length];
        if (version < 1 || version > 3 || start[MAGIC.length + 1] != 0) {
            throw wrong("is of version " + Byte.toUnsignedInt(start[MAGIC.length]) + "."
                    + Byte.toUnsignedInt(start[MAGIC.length + 1]) + " of the format; 1.0, 2.0 and 3.0 are supported");
        }
        var size = ByteBuffer.wrap(bytes(version == 1 ? Short.BYTES : Integer.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        long length = version == 1 ? Short.toUnsignedLong(size.getShort()) : Integer.toUnsignedLong(size.getInt());
        if (length > MAXIMUM_HEADER) {
            throw wrong("has a header of " + length + " bytes, at most " + MAXIMUM_HEADER + " are taken");
        }
        byte[] header = bytes((int) length);
        try {
            var charset = version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
            return NpyHeader.parse(
                    charset.newDecoder().decode(ByteBuffer.wrap(header)).toString());
        } catch (CharacterCodingException e) {
            throw new NpyException(file, entry + "the header is not UTF-8 text", e);
        } catch (NpyHeader.WrongHeaderException e) {
            throw new NpyException(file, entry + e.getMessage(), e);
        }
    }

    /** So many bytes, if they are there. */
    private byte[] bytes(int count) throws IOException {
        if (count > rest) {
            throw wrong("is cut off in its header");
        }
        byte[] bytes = new byte[count];
        fill(bytes, count);
        return bytes;
    }

    private void fill(byte[] bytes, int count) throws IOException {
        if (in.readNBytes(bytes, 0, count) < count) {
            throw wrong("is shorter than its length says");
        }
        rest -= count;
    }

    private Tensor elements(NpyHeader header, Shape shape) throws IOException {
        var type = header.type();
        var tensor = Tensor.zeros(type.dtype(), shape);
        byte[] chunk = new byte[(int) Math.min(CHUNK_BYTES, rest)];
        int from = 0;
        while (rest > 0) {
            int count = (int) Math.min(chunk.length, rest);
            fill(chunk, count);
            var problem = type.read(ByteBuffer.wrap(chunk, 0, count).order(header.order()), tensor, from);
            if (problem.isPresent()) {
                throw wrong(problem.get());
            }
            from += count / type.bytes();
        }
        return tensor;
    }

    private static Shape reversed(Shape shape) {
        int[] sizes = shape.toArray();
        int[] reversed = new int[sizes.length];
        for (int d = 0; d < sizes.length; d++) {
            reversed[d] = sizes[sizes.length - 1 - d];
        }
        return Shape.of(reversed);
    }

    /** out[i, j, …] = x[…, j, i]: the order of Fortran is the order of C of the reversed shape. */
    private static Tensor transposed(Tensor x) {
        var out = Tensor.zeros(x.dtype(), reversed(x.shape()));
        int[] sizes = out.shape().toArray();
        int[] index = new int[sizes.length];
        for (int position = 0; position < out.shape().elements(); position++) {
            int source = 0;
            for (int d = sizes.length - 1; d >= 0; d--) {
                source = source * sizes[d] + index[d];
            }
            out.setFlat(position, x.getFlat(source));
            for (int d = sizes.length - 1; d >= 0 && ++index[d] == sizes[d]; d--) {
                index[d] = 0;
            }
        }
        return out;
    }

    private NpyException wrong(String problem) {
        return new NpyException(file, entry + problem);
    }
}
