package handgrad.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A reader of files that must read a damaged one or refuse it: with its own exception, whose message is one line that a
 * terminal shows as it is and that names the file.
 *
 * @param file the name of the file that it reads
 * @param samples contents that it reads
 * @param declared what it throws for a file that is wrong
 * @param prepare writes a content where the reader finds it
 * @param reading reads that file
 */
public record FuzzedReader(
        String file, List<byte[]> samples, Class<? extends Exception> declared, Preparation prepare, Reading reading) {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** What a reader may set aside for a small file, whatever sizes it claims. */
    private static final long MEMORY = 32 << 20;

    private static final int LONGEST_MESSAGE = 2000;

    /** Writes a file. */
    public interface Preparation {
        /** Writes the content, or a file that has it inside. */
        void write(Path file, byte[] content) throws IOException;
    }

    /** Reads a file. */
    public interface Reading {
        /** Reads it; what it returns does not matter. */
        void read(Path file) throws Exception;
    }

    /** A reader of files that are written as they are. */
    public FuzzedReader(String file, List<byte[]> samples, Class<? extends Exception> declared, Reading reading) {
        this(file, samples, declared, FuzzedReader::write, reading);
    }

    /** A reader of text. */
    public static FuzzedReader ofText(
            String file, List<String> samples, Class<? extends Exception> declared, Reading reading) {
        return new FuzzedReader(
                file,
                samples.stream()
                        .map(text -> text.getBytes(StandardCharsets.UTF_8))
                        .toList(),
                declared,
                reading);
    }

    /**
     * Writes a file in the place of another. It is cut off after writing: where ext4 sees a file cut to nothing and
     * written, it waits for the disk, a millisecond each time.
     */
    public static void write(Path file, byte[] content) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(content));
            channel.truncate(content.length);
        }
    }

    @Override
    public String toString() {
        return file;
    }

    /** Lets it read the samples, and then so many damaged ones. */
    void check(Path folder, long firstSeed, int count) throws Exception {
        var path = folder.resolve(file);
        for (byte[] sample : samples) {
            prepare.write(path, sample);
            reading.read(path);
        }
        int refused = 0;
        for (long seed = firstSeed; seed < firstSeed + count; seed++) {
            byte[] content = Mutator.damaged(samples, seed);
            prepare.write(path, content);
            long before = THREADS.getCurrentThreadAllocatedBytes();
            Throwable thrown = thrown(path);
            long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
            var wrong = wrong(thrown, folder, allocated - 100L * content.length);
            if (!wrong.isEmpty()) {
                fail("%s, seed %d: %s: %s".formatted(file, seed, wrong, excerpt(content)), thrown);
            }
            refused += thrown == null ? 0 : 1;
        }
        assertThat(refused).as("refused of %d", count).isGreaterThan(count / 100);
    }

    private @Nullable Throwable thrown(Path path) {
        try {
            reading.read(path);
            return null;
        } catch (Throwable thrown) {
            return thrown;
        }
    }

    /** What is wrong with an outcome; empty for nothing. */
    private String wrong(@Nullable Throwable thrown, Path folder, long allocated) {
        if (allocated > MEMORY) {
            return "allocates %,d bytes".formatted(allocated);
        }
        if (thrown == null) {
            return "";
        }
        var message = String.valueOf(thrown.getMessage());
        return !declared.isInstance(thrown)
                ? "throws what it does not declare"
                : !isOneShownLine(message)
                        ? "its message is not one line that a terminal shows as it is"
                        : message.length() > LONGEST_MESSAGE
                                ? "its message is too long"
                                : !message.contains(folder.toString()) ? "its message does not name the file" : "";
    }

    private static boolean isOneShownLine(String message) {
        return message.codePoints().noneMatch(character -> switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> true;
            default -> false;
        });
    }

    private static String excerpt(byte[] content) {
        return HexFormat.of().formatHex(Arrays.copyOf(content, Math.min(content.length, 2000)));
    }
}
