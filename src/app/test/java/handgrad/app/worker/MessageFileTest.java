package handgrad.app.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MessageFileTest {
    private static final List<Message> ALL = List.of(
            new Message.Begin("Übung 5.java", 30_000, false),
            new Message.Print(false, "one line\nand a half"),
            new Message.Print(true, ""),
            new Message.Begin("A.java", 0, true),
            new Message.End(70));

    @TempDir
    private Path folder;

    @Test
    void carriesEveryMessageInItsOrder() throws IOException {
        try (var reader = MessageFile.create(folder.resolve("report"));
                var writer = MessageFile.open(folder.resolve("report"))) {
            assertThat(reader.read()).isEmpty();
            for (var message : ALL) {
                writer.write(message);
            }
            assertThat(reader.read()).isEqualTo(ALL);
            assertThat(reader.read()).isEmpty();
        }
    }

    @Test
    void waitsForTheRestOfAMessage() throws IOException {
        var path = folder.resolve("report");
        try (var reader = MessageFile.create(path);
                var writer = MessageFile.open(path)) {
            writer.write(ALL.get(1));
            byte[] bytes = Files.readAllBytes(path);
            try (var file = new RandomAccessFile(path.toFile(), "rw")) {
                file.setLength(0);
                for (int i = 0; i < bytes.length; i++) {
                    assertThat(reader.read()).as("after %d bytes", i).isEmpty();
                    file.write(bytes[i]);
                }
            }
            assertThat(reader.read()).containsExactly(ALL.get(1));
        }
    }

    @Test
    void isForItsOwnerAlone() throws IOException {
        var path = folder.resolve("report");
        MessageFile.create(path).close();
        assertThat(Files.getPosixFilePermissions(path).toString()).doesNotContain("GROUP", "OTHERS_READ");
        assertThatThrownBy(() -> MessageFile.create(path)).isInstanceOf(FileAlreadyExistsException.class);
    }
}
