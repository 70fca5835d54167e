package handgrad.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Replaces a file whole or not at all: whoever opens it, even after a crash, sees the old content or the new.
 *
 * <p>The content goes to a temporary file in the same folder, is forced to the disk and only then takes the file's
 * name; a file system may otherwise make the new name last before the new content. The folder is forced last, for the
 * name itself. A reader that has the old file open or mapped keeps it.
 */
public final class AtomicFile {
    /** Writes all of a file's content. */
    @FunctionalInterface
    public interface Content {
        /** Writes it from the channel's start. */
        void writeTo(FileChannel channel) throws IOException;
    }

    private static final String TEMPORARY = ".tmp";

    /** That of a temporary file: a dot, the name of the file, a UUID, {@link #TEMPORARY}. */
    private static final Pattern TEMPORARY_NAME =
            Pattern.compile("\\..+\\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\.tmp", Pattern.DOTALL);

    private AtomicFile() {}

    /** Replaces a file by this text, in UTF-8. */
    public static void write(Path file, String text) throws IOException {
        var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        write(file, channel -> {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        });
    }

    /**
     * Replaces a file by this content.
     *
     * @throws IOException if that fails; the file is then the old one, or the new one where only forcing its folder
     *     failed, and there is no other
     */
    public static void write(Path file, Content content) throws IOException {
        var target = file.toAbsolutePath();
        var temporary = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + TEMPORARY);
        try {
            try (var channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                content.writeTo(channel);
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException | Error failure) {
            try {
                Files.deleteIfExists(temporary);
            } catch (IOException late) {
                failure.addSuppressed(late);
            }
            throw failure;
        }
        forceFolder(target.resolveSibling(""));
    }

    /** Makes a folder, and those above it, where there is none; each is on the disk when this returns. */
    public static void createFolder(Path folder) throws IOException {
        var target = folder.toAbsolutePath();
        if (Files.isDirectory(target)) {
            return;
        }
        var parent = target.getParent();
        if (parent != null) {
            createFolder(parent);
        }
        try {
            Files.createDirectory(target);
        } catch (FileAlreadyExistsException exception) {
            // Another process may have made it just now.
            if (!Files.isDirectory(target)) {
                throw exception;
            }
        }
        forceFolder(target.resolveSibling(""));
    }

    /**
     * Deletes what processes that ended in the middle of {@link #write} left in a folder. Who calls it knows that no
     * process writes there now, as by a lock.
     */
    public static void removeTemporaries(Path folder) throws IOException {
        try (var entries = Files.newDirectoryStream(folder)) {
            for (var entry : entries) {
                if (TEMPORARY_NAME.matcher(entry.getFileName().toString()).matches()) {
                    Files.deleteIfExists(entry);
                }
            }
        } catch (DirectoryIteratorException exception) {
            throw exception.getCause();
        }
    }

    /** Elsewhere than on POSIX systems a folder cannot be opened, and there is nothing to force. */
    private static void forceFolder(Path folder) throws IOException {
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
