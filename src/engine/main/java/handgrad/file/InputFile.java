package handgrad.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Locale;

/**
 * Reads files that a user names: only regular ones, because a device or a pipe may never end, and none that is larger
 * than its reader takes. What a file should be stands in the messages, for example {@code a file of names}.
 */
public final class InputFile {
    /** Bytes in one call of the system, which copies them through a buffer of this size outside the heap. */
    private static final int CHUNK_BYTES = 1 << 20;

    private InputFile() {}

    /** Opens a regular file. */
    public static FileChannel open(Path file, String what) throws UnreadableFileException {
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            if (attributes.isDirectory()) {
                throw new UnreadableFileException("is a folder, not " + what);
            }
            if (!attributes.isRegularFile()) {
                throw new UnreadableFileException("is a device, a pipe or a socket, not " + what);
            }
            return FileChannel.open(file, StandardOpenOption.READ);
        } catch (IOException exception) {
            throw unreadable(exception);
        }
    }

    /** Opens a regular file of at most so many bytes. */
    public static FileChannel open(Path file, String what, long limit) throws UnreadableFileException {
        var channel = open(file, what);
        try {
            if (channel.size() > limit) {
                throw new UnreadableFileException(
                        String.format(Locale.ROOT, "is larger than %s, the most that %s may have", size(limit), what));
            }
            return channel;
        } catch (IOException exception) {
            try {
                channel.close();
            } catch (IOException late) {
                exception.addSuppressed(late);
            }
            throw unreadable(exception);
        }
    }

    /** The bytes of a regular file, which has at most {@code limit} of them. */
    public static byte[] bytes(Path file, String what, int limit) throws UnreadableFileException {
        try (var channel = open(file, what, limit)) {
            var bytes = ByteBuffer.allocate((int) Math.min(channel.size(), limit));
            int capacity = bytes.capacity();
            do {
                bytes.limit(Math.min(capacity, bytes.position() + CHUNK_BYTES));
            } while (bytes.hasRemaining() && channel.read(bytes) >= 0);
            return bytes.position() == capacity ? bytes.array() : Arrays.copyOf(bytes.array(), bytes.position());
        } catch (IOException exception) {
            throw unreadable(exception);
        }
    }

    /** The text of a regular file of at most {@code limit} bytes, in UTF-8, without a byte-order mark. */
    public static String text(Path file, String what, int limit) throws UnreadableFileException {
        var bytes = ByteBuffer.wrap(bytes(file, what, limit));
        var decoder = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
        try {
            var text = decoder.decode(bytes).toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException exception) {
            int line = 1;
            for (int i = 0; i < bytes.position(); i++) {
                line += bytes.get(i) == '\n' ? 1 : 0;
            }
            throw new UnreadableFileException("line " + line + " is not UTF-8 text; save the file in UTF-8", exception);
        }
    }

    /** What the system said, in words: the message of its exception is often the path alone. */
    private static UnreadableFileException unreadable(IOException exception) {
        return switch (exception) {
            case UnreadableFileException told -> told;
            case NoSuchFileException _ -> new UnreadableFileException("there is no such file", exception);
            case AccessDeniedException _ ->
                new UnreadableFileException("may not be read, permission denied", exception);
            case FileSystemException other
            when other.getReason() != null ->
                new UnreadableFileException("cannot be read, " + other.getReason(), exception);
            default -> new UnreadableFileException("cannot be read, " + exception.getMessage(), exception);
        };
    }

    /** A size in the largest unit that it is a whole number of, up to MiB. */
    private static String size(long bytes) {
        int shift = bytes % (1 << 20) == 0 ? 20 : bytes % (1 << 10) == 0 ? 10 : 0;
        return String.format(
                Locale.ROOT, "%,d %s", bytes >> shift, shift == 20 ? "MiB" : shift == 10 ? "KiB" : "bytes");
    }
}
