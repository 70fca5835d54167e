package handgrad.app.train;

import handgrad.file.PrintableText;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A file that a training adds to while it runs, and can do without: what cannot be written is told once, and the next
 * part is tried again. Each part is in the file whole or not at all, so that none follows the half of another.
 */
final class AppendedFile implements Closeable {
    private final Path path;
    private final byte[] beginning;
    private final Consumer<String> warning;

    /** Null after a part that could not be written. */
    private @Nullable FileChannel channel;

    /** The length up to the end of the last part that was written whole. */
    private long whole;

    private boolean warned;

    private AppendedFile(Path path, byte[] beginning, Consumer<String> warning) {
        this.path = path;
        this.beginning = beginning;
        this.warning = warning;
    }

    /**
     * Starts a file anew.
     *
     * @param beginning what it begins with, also where it has to be made once more
     * @param warning is told in one line, and once, that something cannot be written
     */
    static AppendedFile create(Path path, byte[] beginning, Consumer<String> warning) throws IOException {
        var file = new AppendedFile(path, beginning, warning);
        file.open();
        return file;
    }

    /** Starts a file anew with its first part. */
    static AppendedFile later(Path path, byte[] beginning, Consumer<String> warning) {
        return new AppendedFile(path, beginning, warning);
    }

    /** Goes on with a file of whole parts, or starts it where there is none. */
    static AppendedFile extend(Path path, Consumer<String> warning) throws IOException {
        var file = new AppendedFile(path, new byte[0], warning);
        file.whole = Files.exists(path) ? Files.size(path) : 0;
        file.open();
        return file;
    }

    /** Opens the file without what is behind its last whole part. */
    private void open() throws IOException {
        channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        if (channel.size() > whole) {
            channel.truncate(whole);
        }
        if (whole == 0) {
            write(beginning);
        }
    }

    private void write(byte[] bytes) throws IOException {
        var open = Objects.requireNonNull(channel);
        var buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            open.write(buffer);
        }
        whole = open.size();
    }

    /** Adds a part; where that fails the training goes on without it. */
    void add(byte[] part) {
        try {
            boolean gone = channel != null && !Files.exists(path);
            if (gone) {
                close();
                whole = 0;
            }
            if (channel == null) {
                Files.createDirectories(path.toAbsolutePath().resolveSibling(""));
                open();
            }
            write(part);
            if (gone) {
                warn("was removed; a new one has what comes from now on");
            }
        } catch (IOException exception) {
            warn("cannot be written: " + RunFolder.reason(exception) + "; the training goes on without it");
            close();
        }
    }

    private void warn(String what) {
        if (!warned) {
            warned = true;
            warning.accept(PrintableText.of("handgrad: warning: " + path + " " + what));
        }
    }

    @Override
    public void close() {
        try (var _ = channel) {
            channel = null;
        } catch (IOException exception) {
            warn("cannot be written: " + RunFolder.reason(exception));
        }
    }
}
