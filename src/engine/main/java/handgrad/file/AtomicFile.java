package handgrad.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

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

    /** Replaces a file by this content. */
    public static void write(Path file, Content content) throws IOException {
        var target = file.toAbsolutePath();
        var temporary = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            try (var channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                content.writeTo(channel);
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
        forceFolder(temporary.resolveSibling(""));
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
