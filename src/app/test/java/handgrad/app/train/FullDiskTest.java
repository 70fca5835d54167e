package handgrad.app.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import handgrad.app.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A disk of two pages of memory, where the machine lets one be mounted. */
@EnabledOnOs(OS.LINUX)
class FullDiskTest {
    private static final int PAGE = 4096;

    @TempDir
    private Path folder;

    private final List<String> warnings = new ArrayList<>();
    private Path disk;
    private boolean mounted;

    @BeforeEach
    void mount() throws IOException, InterruptedException {
        disk = Files.createDirectory(folder.resolve("disk"));
        mounted = run("mount", "-t", "tmpfs", "-o", "size=" + 2 * PAGE, "tmpfs", disk.toString()) == 0;
        assumeTrue(mounted, "a disk can be mounted");
    }

    @AfterEach
    void unmount() throws IOException, InterruptedException {
        if (mounted) {
            assertThat(run("umount", disk.toString())).isZero();
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    @Test
    void aLineThatFitsByHalfIsTakenBackAndTheNextComesWhenThereIsRoomAgain() throws IOException {
        var file = disk.resolve("metrics.jsonl");
        var filler = disk.resolve("filler");
        Files.write(filler, new byte[PAGE]);
        try (var metrics = new Metrics(warnings::add)) {
            metrics.addFile(file);
            // Lines of 41 bytes: 4,096 is no multiple.
            for (int step = 100; step < 300; step++) {
                metrics.step(step, 2.5, 0.1, 1.25);
            }
            int whole = PAGE / Files.readString(file).indexOf('\n');
            assertThat(MetricsFile.lines(file)).hasSizeBetween(whole - 5, whole);
            assertThat(warnings)
                    .containsExactly("handgrad: warning: " + file + " cannot be written: No space left on device; the"
                            + " training goes on without it");
            Files.delete(filler);
            metrics.step(300, 2.5, 0.1, 1.25);
            metrics.split("dev", 2);
        }
        var lines = MetricsFile.read(file);
        int last = lines.steps().size() - 1;
        assertThat(lines.steps())
                .extracting(MetricsLine.Step::step)
                .isEqualTo(IntStream.concat(IntStream.range(100, 100 + last), IntStream.of(300))
                        .boxed()
                        .toList());
        assertThat(lines.finals()).hasSize(1);
        assertThat(file).content().endsWith("\n").doesNotContain("\n\n");
        assertThat(warnings).hasSize(1);
    }

    @Test
    void aRunThatHasNoRoomLeavesNoOptions() throws IOException {
        var run = disk.resolve("run");
        assertThat(CommandResult.of("train", "--steps", "3", "--out", run.toString()))
                .extracting(CommandResult::code, CommandResult::err)
                .containsExactly(
                        2,
                        "handgrad: --out: " + run + " has 4.1 kB of room, and its checkpoints need 200.6 kB; make room,"
                                + " name a folder on another disk, or give a smaller --keep\n");
        try (var files = Files.list(run)) {
            assertThat(files).containsExactly(run.resolve(".lock"));
        }
    }

    @Test
    void aRunThatIsResumedOnAFullDiskKeepsItsMetrics() throws IOException {
        var file = disk.resolve("metrics.jsonl");
        Files.writeString(file, "{\"step\":0,\"loss\":3.5,\"lr\":0.1}\n{\"step\":1,\"loss\":3.25,\"lr\":0.1}\n");
        Files.write(disk.resolve("filler"), new byte[PAGE]);
        assertThat(catchThrowable(() -> Metrics.cut(file, 1, _ -> true))).isInstanceOf(IOException.class);
        assertThat(MetricsFile.lines(file)).hasSize(2);
        try (var files = Files.list(disk)) {
            assertThat(files).as("no half of a new one").hasSize(2);
        }
    }
}
