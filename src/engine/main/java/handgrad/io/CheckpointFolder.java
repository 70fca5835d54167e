package handgrad.io;

import handgrad.file.AtomicFile;
import handgrad.file.PrintableText;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * The last checkpoints of a training, {@code checkpoint-STEP.safetensors} in a folder.
 *
 * <pre>{@code
 * var checkpoints = new CheckpointFolder(folder, 2);
 * checkpoints.readNewest(state, System.err::println);
 * while (state.step() < 10_000) {
 *     …
 *     if (state.step() % 1_000 == 0) {
 *         checkpoints.write(state);
 *     }
 * }
 * }</pre>
 *
 * <p>One process writes to a folder at a time.
 *
 * @param path the folder, which {@link #write} makes where there is none
 * @param keep how many checkpoints stay, at least 1: a new one, once it is on the disk, takes the place of the oldest
 */
public record CheckpointFolder(Path path, int keep) {
    private static final Pattern NAME = Pattern.compile("checkpoint-(0|[1-9][0-9]{0,9})\\.safetensors");
    private static final String DAMAGED = ".damaged";

    /** Checks the number. */
    public CheckpointFolder {
        if (keep < 1) {
            throw new IllegalArgumentException("CheckpointFolder: keep must be at least 1, it is " + keep);
        }
    }

    /**
     * Writes the training of now and takes away the oldest checkpoints, if there are too many then.
     *
     * @return the file
     * @throws SafetensorsException if the checkpoint cannot be written, or an old one not deleted; those before it stay
     * @throws IllegalStateException if there is a checkpoint of a later step, or as {@link Checkpoint#write}
     */
    public Path write(TrainingState state) throws SafetensorsException {
        var file = path.resolve("checkpoint-" + state.step() + ".safetensors");
        try {
            AtomicFile.createFolder(path);
        } catch (IOException exception) {
            throw new SafetensorsException(
                    file, "cannot be written, its folder cannot be made: " + reason(exception), exception);
        }
        requireNoneAfter(state.step());
        Checkpoint.write(file, state);
        var files = files();
        for (var old : files.subList(0, Math.max(0, files.size() - keep))) {
            delete(old, file);
        }
        return file;
    }

    /** Otherwise a training that is interrupted would go on from what is not its own. */
    private void requireNoneAfter(int step) throws SafetensorsException {
        var files = byStep();
        if (!files.isEmpty() && files.lastKey() > step) {
            throw new IllegalStateException(PrintableText.of("CheckpointFolder: "
                    + files.lastEntry().getValue() + " is of a later step than " + step
                    + ": read the newest checkpoint before a training goes on, or move it to another folder"));
        }
    }

    private static void delete(Path old, Path written) throws SafetensorsException {
        try {
            Files.deleteIfExists(old);
        } catch (IOException exception) {
            throw new SafetensorsException(
                    old, "cannot be deleted, though " + written + " takes its place: " + reason(exception), exception);
        }
    }

    /**
     * Sets a training to the {@link #newest} checkpoint.
     *
     * @param told a line on each one that is damaged
     * @return the file that was read; empty where there is none
     * @throws SafetensorsException if a checkpoint cannot be read for another reason than damage, such as its
     *     permissions or its version
     * @throws IllegalArgumentException if it is the checkpoint of another training: {@link Checkpoint#read}
     */
    public Optional<Path> readNewest(TrainingState state, Consumer<String> told) throws SafetensorsException {
        var newest = newest(told);
        if (newest.isPresent()) {
            Checkpoint.read(newest.get(), state);
        }
        return newest;
    }

    /**
     * The newest checkpoint that can be read. A damaged one is renamed, {@code .damaged} behind its name, and the one
     * before it is taken. What a process that died left half written is deleted.
     *
     * @param told a line on each one that is damaged
     * @throws SafetensorsException as {@link #readNewest}
     */
    public Optional<Path> newest(Consumer<String> told) throws SafetensorsException {
        deleteTemporaries();
        for (var file : files().reversed()) {
            try {
                Checkpoint.of(file);
                return Optional.of(file);
            } catch (SafetensorsException exception) {
                if (!exception.isDamage()) {
                    throw exception;
                }
                told.accept(exception.getMessage() + "; it is kept as "
                        + setAside(file).getFileName());
            }
        }
        return Optional.empty();
    }

    private void deleteTemporaries() throws SafetensorsException {
        try {
            if (Files.isDirectory(path)) {
                AtomicFile.removeTemporaries(path);
            }
        } catch (IOException exception) {
            throw new SafetensorsException(
                    path, "has half a file of a process that died, which stays: " + reason(exception), exception);
        }
    }

    private static Path setAside(Path file) throws SafetensorsException {
        var aside = file.resolveSibling(file.getFileName() + DAMAGED);
        try {
            return Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException exception) {
            throw new SafetensorsException(file, "is damaged and cannot be renamed: " + reason(exception), exception);
        }
    }

    /** The checkpoints, that of the earliest step first; none where there is no such folder. */
    public List<Path> files() throws SafetensorsException {
        return new ArrayList<>(byStep().values());
    }

    private TreeMap<Long, Path> byStep() throws SafetensorsException {
        var byStep = new TreeMap<Long, Path>();
        try (var entries = Files.newDirectoryStream(path)) {
            for (var entry : entries) {
                var name = NAME.matcher(entry.getFileName().toString());
                if (name.matches()) {
                    byStep.put(Long.parseLong(name.group(1)), entry);
                }
            }
        } catch (NoSuchFileException exception) {
            return byStep;
        } catch (DirectoryIteratorException exception) {
            throw new SafetensorsException(
                    path,
                    "cannot be read, " + reason(Objects.requireNonNull(exception.getCause())),
                    exception.getCause());
        } catch (IOException exception) {
            throw new SafetensorsException(path, "cannot be read, " + reason(exception), exception);
        }
        return byStep;
    }

    /** What the system said, in words: the message of its exception is often the path alone. */
    private static String reason(IOException exception) {
        return switch (exception) {
            case AccessDeniedException _ -> "permission denied";
            case FileAlreadyExistsException other -> other.getFile() + " is no folder";
            case NotDirectoryException _ -> "it is no folder";
            case DirectoryNotEmptyException _ -> "it is a folder, and not empty";
            case FileSystemException other when other.getReason() != null -> other.getReason();
            default -> String.valueOf(exception.getMessage());
        };
    }
}
