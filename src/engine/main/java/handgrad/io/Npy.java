package handgrad.io;

import handgrad.file.AtomicFile;
import handgrad.file.InputFile;
import handgrad.file.UnreadableFileException;
import handgrad.tensor.Tensor;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * One array in a file of NumPy, {@code .npy}: what {@code numpy.save} writes and {@code numpy.load} reads.
 *
 * <p>Read are the versions 1.0 to 3.0, the orders of C and of Fortran, and both orders of bytes. f8 becomes FLOAT64, f4
 * and f2 become FLOAT32, and b1 and whole numbers of every width become INT32, if it holds every element. Objects and
 * records are refused, and nothing in a file is ever run. The format is in NumPy's manual under numpy.lib.format.
 */
public final class Npy {
    /** The header ends at a multiple of it, as NumPy writes it. */
    private static final int ALIGNMENT = 64;

    private static final byte[] START = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};

    private Npy() {}

    /**
     * Reads a file. Sizes are checked against the size of the file before memory is set aside.
     *
     * @return of the array's shape, () for a single number
     * @throws NpyException if the file cannot be read, is not such a file, or has a number that the type cannot hold;
     *     the message says where it is wrong
     */
    public static Tensor read(Path file) throws NpyException {
        try (var channel = InputFile.open(file, "an array of NumPy");
                var in = new BufferedInputStream(Channels.newInputStream(channel))) {
            return new NpyReader(file, "", in, channel.size()).read();
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    static NpyException unreadable(Path file, IOException exception) {
        return switch (exception) {
            case NpyException told -> told;
            case UnreadableFileException told -> new NpyException(file, String.valueOf(told.getMessage()), told);
            default -> new NpyException(file, "cannot be read, " + exception.getMessage(), exception);
        };
    }

    /**
     * Writes a file, or replaces it whole: version 1.0, in the order of C, little-endian, as f4, f8 or i4.
     *
     * @throws NpyException if the file cannot be written
     */
    public static void write(Path file, Tensor tensor) throws NpyException {
        replace(file, channel -> {
            writeAll(channel, ByteBuffer.wrap(header(tensor)));
            SafetensorsWriter.elements(tensor, bytes -> writeAll(channel, bytes));
        });
    }

    static void replace(Path file, AtomicFile.Content content) throws NpyException {
        if (Files.isDirectory(file)) {
            throw new NpyException(file, "is a folder, not a file of NumPy");
        }
        try {
            AtomicFile.write(file, content);
        } catch (NoSuchFileException e) {
            throw new NpyException(file, "cannot be written, there is no such folder", e);
        } catch (AccessDeniedException e) {
            throw new NpyException(file, "may not be written, permission denied", e);
        } catch (IOException e) {
            throw new NpyException(file, "cannot be written, " + e.getMessage(), e);
        }
    }

    static void writeAll(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** All that stands before the elements. */
    static byte[] header(Tensor tensor) {
        var type = switch (tensor.dtype()) {
            case FLOAT32 -> "<f4";
            case FLOAT64 -> "<f8";
            case INT32 -> "<i4";
        };
        int[] sizes = tensor.shape().toArray();
        // A tuple of one has a comma at its end.
        var shape = Arrays.stream(sizes).mapToObj(String::valueOf).collect(Collectors.joining(", "))
                + (sizes.length == 1 ? "," : "");
        var text = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + shape + "), }";
        int start = START.length + Short.BYTES;
        int length = (start + text.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT - start;
        var header = ByteBuffer.allocate(start + length);
        header.put(START).put((byte) length).put((byte) (length >> Byte.SIZE));
        header.put(text.getBytes(StandardCharsets.ISO_8859_1));
        while (header.remaining() > 1) {
            header.put((byte) ' ');
        }
        return header.put((byte) '\n').array();
    }
}
