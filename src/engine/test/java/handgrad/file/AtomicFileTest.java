package handgrad.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("no-kernel")
class AtomicFileTest {
    @TempDir
    private Path folder;

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void replacesTheFileAndLeavesNothingElse() throws IOException {
        var file = Files.writeString(folder.resolve("file"), "old and longer");
        AtomicFile.write(file, channel -> channel.write(bytes("new")));
        assertThat(file).hasContent("new");
        assertThat(folder.toFile().list()).containsExactly("file");
    }

    @Test
    void aFailureLeavesTheOldFileAndNothingElse() throws IOException {
        var file = Files.writeString(folder.resolve("file"), "old");
        assertThatIOException()
                .isThrownBy(() -> AtomicFile.write(file, channel -> {
                    channel.write(bytes("half of the n"));
                    throw new IOException("the disk is full");
                }))
                .withMessage("the disk is full");
        assertThat(file).hasContent("old");
        assertThat(folder.toFile().list()).containsExactly("file");
    }

    @Test
    void textIsWrittenInUtf8AndReplacesTheFile() throws IOException {
        var file = Files.writeString(folder.resolve("file"), "old and longer");
        AtomicFile.write(file, "σ(x)");
        assertThat(Files.readAllBytes(file)).isEqualTo("σ(x)".getBytes(StandardCharsets.UTF_8));
        assertThat(folder.toFile().list()).containsExactly("file");
    }

    @Test
    void aFolderThatIsNotThereIsNamed() {
        assertThatIOException()
                .isThrownBy(() -> AtomicFile.write(folder.resolve("none/file"), "new"))
                .isInstanceOf(NoSuchFileException.class)
                .withMessageContaining("none");
    }

    @Test
    void whoHasTheOldFileOpenKeepsIt() throws IOException {
        var file = Files.writeString(folder.resolve("file"), "old");
        try (var reader = Files.newBufferedReader(file)) {
            AtomicFile.write(file, channel -> channel.write(bytes("new")));
            assertThat(reader.readLine()).isEqualTo("old");
        }
    }

    @Test
    void nothingIsSeenBeforeAllIsWritten() throws IOException {
        var file = folder.resolve("file");
        AtomicFile.write(file, channel -> {
            channel.write(bytes("new"));
            assertThat(file).doesNotExist();
        });
        assertThat(file).exists();
    }

    @Test
    void temporaryFilesOfADeadProcessAreRemovedAndNoOthers() throws IOException {
        var temporary = new AtomicReference<Path>();
        AtomicFile.write(folder.resolve("file"), channel -> {
            try (var entries = Files.list(folder)) {
                temporary.set(entries.findFirst().orElseThrow());
            }
        });
        var dead = Files.writeString(temporary.get(), "half of the n");
        Files.writeString(
                folder.resolve(".a\nb.c" + dead.getFileName().toString().substring(".file".length())), "");
        var others = List.of(
                "file",
                dead.getFileName() + "x",
                "x" + dead.getFileName(),
                dead.getFileName().toString().toUpperCase(Locale.ROOT),
                ".file.tmp",
                "file.tmp",
                dead.getFileName().toString().replaceFirst("file\\.", ""),
                dead.getFileName().toString().replaceFirst("-", ""));
        for (var other : others) {
            Files.writeString(folder.resolve(other), "");
        }
        AtomicFile.removeTemporaries(folder);
        assertThat(folder.toFile().list()).containsExactlyInAnyOrderElementsOf(others);
        AtomicFile.removeTemporaries(folder);
        assertThat(folder.toFile().list()).hasSize(others.size());
    }

    @Test
    void aFolderIsMadeWithThoseAboveItOnce() throws IOException {
        var deep = folder.resolve("a/b/c");
        AtomicFile.createFolder(deep);
        AtomicFile.createFolder(deep);
        assertThat(deep).isDirectory();
        var link = Files.createSymbolicLink(folder.resolve("link"), deep);
        AtomicFile.createFolder(link.resolve("d"));
        assertThat(deep.resolve("d")).isDirectory();
        var file = Files.writeString(folder.resolve("file"), "");
        assertThatIOException()
                .isThrownBy(() -> AtomicFile.createFolder(file))
                .isInstanceOf(FileAlreadyExistsException.class)
                .withMessage(file.toString());
    }
}
