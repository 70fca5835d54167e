package handgrad.data;

import handgrad.file.InputFile;
import handgrad.file.UnreadableFileException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;

/** A file whose bytes the system brings into memory where they are read, until it is closed. */
final class MappedFile implements AutoCloseable {
    private final Path file;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment bytes;

    private MappedFile(Path file, String what) throws IOException {
        this.file = file;
        try (var channel = InputFile.open(file, what)) {
            bytes = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
        } catch (IOException | RuntimeException exception) {
            arena.close();
            throw exception;
        }
    }

    static MappedFile open(Path file, String what) throws DataFileException {
        if (IdxFile.isCompressed(file)) {
            throw new DataFileException(file, "is compressed, it cannot be read where it lies; unpack it first");
        }
        try {
            return new MappedFile(file, what);
        } catch (UnreadableFileException exception) {
            throw new DataFileException(file, String.valueOf(exception.getMessage()), exception);
        } catch (IOException exception) {
            throw new DataFileException(file, "cannot be read, " + exception.getMessage(), exception);
        }
    }

    Path file() {
        return file;
    }

    long size() {
        return bytes.byteSize();
    }

    /**
     * The bytes of the file.
     *
     * @throws IllegalStateException if it is closed
     */
    MemorySegment bytes() {
        if (!bytes.scope().isAlive()) {
            throw new IllegalStateException(file + " is closed, it is no longer read");
        }
        return bytes;
    }

    /** Gives the file back; a second time it does nothing. */
    @Override
    public void close() {
        if (bytes.scope().isAlive()) {
            arena.close();
        }
    }
}
