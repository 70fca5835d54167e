package handgrad.data;

import handgrad.file.AtomicFile;
import handgrad.tensor.Tensor;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;

/**
 * Files in the IDX format of MNIST (Y. LeCun, C. Cortes, C. Burges): a tensor of bytes, shorts, ints, floats or doubles
 * with any number of dimensions, big-endian. A file whose name ends with {@code .gz} is compressed. Files are read
 * strictly: a header that makes no sense, a missing byte and one too many are refused.
 */
public final class IdxFile {
    /** A multiple of the bytes of every type. */
    private static final int CHUNK = 1 << 16;

    private static final int MOST_DIMENSIONS = 255;

    private IdxFile() {}

    /**
     * Reads a file as a tensor: INT32 for bytes, shorts and ints, FLOAT32 for floats, FLOAT64 for doubles.
     *
     * @throws DataFileException if it cannot be read, is no whole file in the IDX format, or has 2³¹ elements or more
     */
    public static Tensor read(Path file) throws DataFileException {
        try (var stream = ImageFolder.open(file, "a file in the IDX format", Long.MAX_VALUE)) {
            var header = IdxHeader.read(file, stream);
            var shape = header.shape(file, 0);
            var elements = elements(file, stream, header, Kind.of(header.type()));
            int[] sizes = shape.toArray();
            return switch (header.type().dtype()) {
                case INT32 -> Tensor.of((int[]) elements, sizes);
                case FLOAT32 -> Tensor.of((float[]) elements, sizes);
                case FLOAT64 -> Tensor.of((double[]) elements, sizes);
            };
        } catch (IOException exception) {
            throw ImageFolder.unreadable(file, exception);
        }
    }

    /**
     * Reads the whole numbers of a file, in row-major order: labels, for example.
     *
     * @throws DataFileException as {@link #read}, or if it holds floats or doubles
     */
    public static int[] readInts(Path file) throws DataFileException {
        var tensor = read(file);
        return switch (tensor.dtype()) {
            case INT32 -> tensor.ints();
            case FLOAT32, FLOAT64 ->
                throw new DataFileException(
                        file,
                        "holds numbers of type " + IdxType.of(tensor.dtype()) + ", whole numbers are expected; read it"
                                + " as a tensor");
        };
    }

    /** Writes a tensor whole or not at all: INT32 as ints, FLOAT32 as floats, FLOAT64 as doubles. */
    public static void write(Path file, Tensor tensor) throws DataFileException {
        write(file, tensor, IdxType.of(tensor.dtype()));
    }

    /**
     * Writes a tensor whole or not at all, compressed if the name ends with {@code .gz}.
     *
     * @throws IllegalArgumentException if the tensor is not of the type's {@link IdxType#dtype}, or one of its elements
     *     is no number of the type
     * @throws DataFileException if it cannot be written
     */
    public static void write(Path file, Tensor tensor, IdxType type) throws DataFileException {
        requireWritable(tensor, type);
        try {
            AtomicFile.write(file, channel -> {
                var stream = Channels.newOutputStream(channel);
                if (isCompressed(file)) {
                    var compressed = new GZIPOutputStream(stream, CHUNK);
                    writeTo(compressed, tensor, type);
                    compressed.finish();
                } else {
                    writeTo(stream, tensor, type);
                }
            });
        } catch (IOException exception) {
            throw new DataFileException(file, "cannot be written, " + exception.getMessage(), exception);
        }
    }

    private static void requireWritable(Tensor tensor, IdxType type) {
        if (tensor.dtype() != type.dtype()) {
            throw new IllegalArgumentException("write: " + tensor.dtype() + " elements as type " + type
                    + "; convert with" + " to(DType." + type.dtype() + ")");
        }
        if (tensor.shape().rank() > MOST_DIMENSIONS) {
            throw new IllegalArgumentException(
                    "write: " + tensor.shape().rank() + " dimensions, the IDX format has at most " + MOST_DIMENSIONS);
        }
        switch (tensor.dtype()) {
            case INT32 -> {
                int[] elements = tensor.ints();
                for (int i = 0; i < elements.length; i++) {
                    if (elements[i] < type.least() || elements[i] > type.largest()) {
                        throw new IllegalArgumentException("write: element " + i + " is " + elements[i] + ", type "
                                + type + " has " + type.least() + " to " + type.largest());
                    }
                }
            }
            case FLOAT32, FLOAT64 -> {}
        }
    }

    private static void writeTo(OutputStream stream, Tensor tensor, IdxType type) throws IOException {
        var out = new DataOutputStream(new BufferedOutputStream(stream, CHUNK));
        out.writeInt(type.code() << 8 | tensor.shape().rank());
        for (int size : tensor.shape().toArray()) {
            out.writeInt(size);
        }
        for (int i = 0; i < tensor.shape().elements(); i++) {
            switch (type) {
                case UNSIGNED_BYTE, BYTE -> out.writeByte(tensor.ints()[i]);
                case SHORT -> out.writeShort(tensor.ints()[i]);
                case INT -> out.writeInt(tensor.ints()[i]);
                case FLOAT -> out.writeFloat(tensor.floats()[i]);
                case DOUBLE -> out.writeDouble(tensor.doubles()[i]);
            }
        }
        out.flush();
    }

    /** Reads unsigned bytes as they are, of a header that has been checked. */
    static byte[] bytes(Path file, InputStream stream, IdxHeader header) throws IOException {
        return (byte[]) elements(file, stream, header, Kind.BYTES);
    }

    static boolean isCompressed(Path file) {
        return file.toString().endsWith(".gz");
    }

    /** What the elements are kept in. */
    private enum Kind {
        BYTES,
        INTS,
        FLOATS,
        DOUBLES;

        static Kind of(IdxType type) {
            return switch (type.dtype()) {
                case INT32 -> INTS;
                case FLOAT32 -> FLOATS;
                case FLOAT64 -> DOUBLES;
            };
        }

        Object array(int length) {
            return switch (this) {
                case BYTES -> new byte[length];
                case INTS -> new int[length];
                case FLOATS -> new float[length];
                case DOUBLES -> new double[length];
            };
        }

        Object copy(Object array, int length) {
            return switch (this) {
                case BYTES -> Arrays.copyOf((byte[]) array, length);
                case INTS -> Arrays.copyOf((int[]) array, length);
                case FLOATS -> Arrays.copyOf((float[]) array, length);
                case DOUBLES -> Arrays.copyOf((double[]) array, length);
            };
        }
    }

    /** What follows the header, all of it and no more. Room is made as elements come: the header may claim anything. */
    private static Object elements(Path file, InputStream stream, IdxHeader header, Kind kind) throws IOException {
        int count = (int) header.elements();
        int width = header.type().bytes();
        int room = (int) Math.min(count, Math.max(Files.size(file) / width, CHUNK));
        Object elements = kind.array(room);
        byte[] chunk = new byte[CHUNK];
        for (int read = 0; read < count; ) {
            int wanted = (int) Math.min(CHUNK, (long) (count - read) * width);
            int found = stream.readNBytes(chunk, 0, wanted);
            if (found < wanted) {
                throw header.wrongLength(file, false, Long.toString(header.bytes() + (long) read * width + found));
            }
            int more = wanted / width;
            if (read + more > room) {
                room = (int) Math.min(count, Math.max(2L * room, (long) read + more));
                elements = kind.copy(elements, room);
            }
            convert(ByteBuffer.wrap(chunk, 0, wanted), header.type(), elements, read, more);
            read += more;
        }
        if (stream.read() >= 0) {
            throw header.wrongLength(file, true, "more");
        }
        return elements;
    }

    private static void convert(ByteBuffer chunk, IdxType type, Object target, int start, int count) {
        if (target instanceof byte[] bytes) {
            chunk.get(bytes, start, count);
            return;
        }
        switch (type) {
            case UNSIGNED_BYTE -> {
                for (int i = 0; i < count; i++) {
                    ((int[]) target)[start + i] = Byte.toUnsignedInt(chunk.get());
                }
            }
            case BYTE -> {
                for (int i = 0; i < count; i++) {
                    ((int[]) target)[start + i] = chunk.get();
                }
            }
            case SHORT -> {
                for (int i = 0; i < count; i++) {
                    ((int[]) target)[start + i] = chunk.getShort();
                }
            }
            case INT -> chunk.asIntBuffer().get((int[]) target, start, count);
            case FLOAT -> chunk.asFloatBuffer().get((float[]) target, start, count);
            case DOUBLE -> chunk.asDoubleBuffer().get((double[]) target, start, count);
        }
    }
}
