package handgrad.app.learn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SavedFileTest {
    @TempDir
    private Path folder;

    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();

    private Event next() throws InterruptedException {
        return events.poll(1, TimeUnit.MINUTES);
    }

    @Test
    void tells_of_a_file_written_over_replaced_deleted_and_made_again() throws IOException, InterruptedException {
        var file = Files.writeString(folder.resolve("A.java"), "first");
        try (var _ = SavedFile.watch(file, events::add)) {
            Files.writeString(file, "second, longer");
            assertThat(next()).isEqualTo(new Event.Saved(file));

            var other = Files.writeString(folder.resolve("A.java.tmp"), "third");
            Files.move(other, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            assertThat(next()).isEqualTo(new Event.Saved(file));

            Files.delete(file);
            assertThat(next()).isEqualTo(new Event.Gone(file));
            Files.writeString(file, "fourth");
            assertThat(next()).isEqualTo(new Event.Saved(file));

            Files.writeString(folder.resolve("B.java"), "another");
            Files.writeString(file, "fifth, after the other");
            assertThat(next()).isEqualTo(new Event.Saved(file));
            assertThat(events).isEmpty();
        }
    }

    @Test
    void tells_of_a_file_whose_folder_is_made_later() throws IOException, InterruptedException {
        var file = folder.resolve("later").resolve("A.java");
        try (var _ = SavedFile.watch(file, events::add)) {
            Files.createDirectories(folder.resolve("later"));
            Files.writeString(file, "first");
            assertThat(next()).isEqualTo(new Event.Saved(file));
        }
    }
}
