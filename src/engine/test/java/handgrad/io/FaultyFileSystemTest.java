package handgrad.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.io.FaultPlan.Crash;
import handgrad.io.FaultPlan.Fault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The faults are what they are said to be: who forgets one thing loses by it. */
@Tag("no-kernel")
class FaultyFileSystemTest {
    @TempDir
    private Path real;

    private FaultyFileSystem fileSystem;
    private Path file;
    private Path temporary;

    @BeforeEach
    void writeOldFile() throws IOException {
        Files.writeString(real.resolve("file"), "old");
        fileSystem = new FaultyFileSystem(real);
        file = fileSystem.root().resolve("file");
        temporary = file.resolveSibling("temporary");
    }

    private static void write(Path file, String text, boolean forced, StandardOpenOption option) throws IOException {
        try (var channel = FileChannel.open(file, option, StandardOpenOption.WRITE)) {
            var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            if (forced) {
                channel.force(true);
            }
        }
    }

    private void replace(boolean contentForced, boolean folderForced) throws IOException {
        write(temporary, "new", contentForced, StandardOpenOption.CREATE_NEW);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        if (folderForced) {
            try (var channel = FileChannel.open(fileSystem.root(), StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    @Test
    void what_was_forced_survives_a_crash() throws IOException {
        replace(true, true);
        fileSystem.crash(null);
        assertThat(file).hasContent("new");
    }

    @Test
    void a_name_that_was_not_forced_is_lost() throws IOException {
        replace(true, false);
        fileSystem.crash(null);
        assertThat(file).hasContent("old");
    }

    @Test
    void a_content_that_was_not_forced_is_lost() throws IOException {
        replace(false, true);
        fileSystem.crash(null);
        assertThat(file).hasContent("");
    }

    @Test
    void a_new_folder_that_was_not_forced_in_the_one_above_it_is_lost() throws IOException {
        var folder = fileSystem.root().resolve("folder");
        Files.createDirectory(folder);
        write(folder.resolve("file"), "new", true, StandardOpenOption.CREATE_NEW);
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
        fileSystem.crash(null);
        assertThat(folder).doesNotExist();
    }

    @Test
    void by_chance_all_of_it_is_there_or_some_or_nothing() throws IOException {
        Set<String> contents = new HashSet<>();
        Set<Boolean> names = new HashSet<>();
        for (long seed = 0; seed < 100; seed++) {
            write(file, "new and longer", false, StandardOpenOption.TRUNCATE_EXISTING);
            write(temporary, "", true, StandardOpenOption.CREATE);
            fileSystem.crash(new SplittableRandom(seed));
            contents.add(Files.readString(real.resolve("file")));
            names.add(Files.deleteIfExists(real.resolve("temporary")));
            Files.writeString(real.resolve("file"), "old");
            fileSystem = new FaultyFileSystem(real);
            file = fileSystem.root().resolve("file");
            temporary = file.resolveSibling("temporary");
        }
        assertThat(contents).contains("old", "new and longer", "new an");
        assertThat(names).containsExactlyInAnyOrder(true, false);
    }

    @Test
    void one_operation_fails_or_all_from_one_on() throws IOException {
        fileSystem.plan().arm(Fault.FAILS, 2);
        Files.delete(file);
        assertThatIOException()
                .isThrownBy(() -> Files.createDirectory(temporary))
                .withMessage("No space left on device");
        Files.createDirectory(temporary);
        assertThat(fileSystem.plan().wasReached()).isTrue();
        fileSystem.plan().arm(Fault.ALL_FAIL, 2);
        Files.delete(temporary);
        assertThat(fileSystem.plan().wasReached()).isFalse();
        for (int i = 0; i < 3; i++) {
            assertThatIOException().isThrownBy(() -> Files.createDirectory(temporary));
        }
        assertThat(fileSystem.plan().wasReached()).isTrue();
    }

    @Test
    void a_full_disk_takes_half_of_a_write_and_then_only_deletes() throws IOException {
        fileSystem.plan().arm(Fault.FULL, 1);
        assertThatIOException()
                .isThrownBy(() -> write(file, "abcdef", false, StandardOpenOption.TRUNCATE_EXISTING))
                .withMessage("No space left on device");
        assertThat(real.resolve("file")).hasContent("abc");
        assertThatIOException()
                .isThrownBy(() -> write(temporary, "", false, StandardOpenOption.CREATE_NEW))
                .withMessage("No space left on device");
        Files.delete(file);
        assertThat(real).isEmptyDirectory();
    }

    @Test
    void a_short_write_says_how_much_it_took() throws IOException {
        fileSystem.plan().arm(Fault.SHORT, 1);
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            var bytes = ByteBuffer.wrap("abcdef".getBytes(StandardCharsets.UTF_8));
            assertThat(channel.write(bytes)).isEqualTo(3);
            assertThat(bytes.remaining()).isEqualTo(3);
        }
        assertThat(real.resolve("file")).hasContent("abc");
    }

    @Test
    void after_a_crash_nothing_is_done() throws IOException {
        fileSystem.plan().arm(Fault.CRASH, 2);
        assertThatThrownBy(() -> write(file, "new", true, StandardOpenOption.WRITE))
                .isInstanceOf(Crash.class);
        assertThatThrownBy(() -> Files.delete(file)).isInstanceOf(Crash.class);
        fileSystem.crash(null);
        assertThat(file).hasContent("old");
    }
}
