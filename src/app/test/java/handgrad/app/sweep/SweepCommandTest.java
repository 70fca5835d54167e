package handgrad.app.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import handgrad.app.JavaProcess;
import handgrad.app.Main;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sweeps of tiny trainings, each in a process of its own. */
class SweepCommandTest {
    private static final List<String> JVM = List.of("-XX:TieredStopAtLevel=1", "-Dhandgrad.blas=off");

    @TempDir
    private Path folder;

    private Path names;

    @BeforeEach
    void writeNames() throws IOException {
        names = Files.writeString(
                folder.resolve("names.txt"), "emma\nolivia\nava\nisabella\nsophia\ncharlotte\nmia\namelia\n".repeat(3));
    }

    @Test
    void recordsAFailureGoesOnAndSkipsWhatIsDone() throws Exception {
        var file = file("model,steps,hidden,seed,data\nmlp,5,4,1,%1$s\nmlp,5,99999,1,%1$s\n");
        var out = folder.resolve("out");
        var failed = SweepFile.read(file).runs().getLast();
        var why = "--hidden must be from 1 to 20,000, it is 99999";
        var first = sweep(file, out, "--jobs", "1");
        assertThat(first.code()).isEqualTo(1);
        assertThat(first.err().lines().filter(line -> !line.startsWith("WARNING")))
                .containsExactly(
                        "handgrad: %s: line 3: %s: %s; all it printed is in %s"
                                .formatted(file, failed.text(), why, out.resolve("logs/" + failed.name() + ".log")),
                        "handgrad: 1 of 2 runs are not done: 1 failed, 0 are at work in another sweep, "
                                + "0 were stopped by others");
        assertThat(first.out().lines().toList()).hasSize(2).last().asString().endsWith(": failed: " + why);
        var table = merge(out);
        assertThat(table.lines()).hasSize(3).last().asString().endsWith("\"" + why + "\"");
        // The second run is tried again, and the first is not.
        var log = out.resolve("logs/" + SweepFile.read(file).runs().getFirst().name() + ".log");
        var before = Files.getLastModifiedTime(log);
        var again = sweep(file, out, "--jobs", "1");
        assertThat(again.out().lines()).hasSize(2).first().isEqualTo("1 of 2 are done already");
        assertThat(Files.getLastModifiedTime(log)).isEqualTo(before);
        assertThat(merge(out)).isEqualTo(table);
    }

    @Test
    @Tag("long")
    void killedThreeTimesItMakesTheSameTable() throws Exception {
        var file = file("model,steps,hidden,seed,lr,data\nmlp,5,4,0..11,0.1|0.01,%s\n");
        assertThat(sweep(file, folder.resolve("whole"), "--jobs", "2").code()).isZero();
        var out = folder.resolve("killed");
        for (int done : new int[] {3, 9, 17}) {
            var process = process(file, out, "--jobs", "2");
            while (done(out) < done) {
                assertThat(process.isAlive()).isTrue();
                Thread.sleep(20);
            }
            process.destroyForcibly().waitFor();
        }
        assertThat(done(out)).isLessThan(24);
        for (int task = 1; task <= 3; task++) {
            assertThat(sweep(file, out, "--task", task + "/3").code()).isZero();
        }
        assertThat(merge(out)).isEqualTo(merge(folder.resolve("whole"))).hasLineCount(25);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0/4", "5/4", "1", "1/0", "a/b", "1/4/2", "-1/4", ""})
    void refusesATaskThatThereIsNot(String task) throws Exception {
        var file = file("model\nmlp\n");
        assertThat(CommandResult.of(
                        "sweep", file.toString(), "--out", folder.resolve("out").toString(), "--task", task))
                .isEqualTo(new CommandResult(
                        2,
                        "",
                        "handgrad: --task must be i/n, with i from 1 to n, such as 1/4; it is '" + task + "'\n"));
    }

    @Test
    void tasksShareTheRuns() throws Exception {
        var runs = SweepFile.read(file("model,seed\nmlp,0..9\n")).runs();
        var shared = new ArrayList<SweepRun>();
        for (int i = 1; i <= 4; i++) {
            var share = SweepTask.of(i + "/4").of(runs);
            assertThat(share).hasSizeBetween(2, 3);
            shared.addAll(share);
        }
        assertThat(shared).containsExactlyInAnyOrderElementsOf(runs);
        assertThat(SweepTask.of("3/4").of(runs.subList(0, 2))).isEmpty();
    }

    @Test
    void wantsAFileAndAFolder() {
        assertThat(CommandResult.of("sweep"))
                .isEqualTo(new CommandResult(
                        2, "", "handgrad: sweep wants the file of the runs, as in sweep runs.csv --out sweeps/a\n"));
        assertThat(CommandResult.of("sweep", "runs.csv"))
                .isEqualTo(new CommandResult(2, "", "handgrad: sweep wants a folder for its runs: give --out DIR\n"));
        assertThat(CommandResult.of("sweep", folder.resolve("none").toString(), "--out", "x"))
                .isEqualTo(
                        new CommandResult(2, "", "handgrad: " + folder.resolve("none") + ": there is no such file\n"));
    }

    @Test
    void theScriptOfAClusterTakesItsShareAndGoesBackIntoTheQueue() throws Exception {
        JavaProcess.assumeNoSignalIsIgnored();
        var handgrad = script("fake", "echo \"$@\"; trap 'echo saved; exit 143' TERM; while :; do sleep 0.01; done\n");
        script("scontrol", "echo \"$@\" >'%s'\n".formatted(folder.resolve("asked")));
        var builder = new ProcessBuilder(
                "/bin/sh",
                Path.of("..", "..", "examples", "programs", "sweep.sbatch").toString(),
                "a b.csv",
                "out");
        builder.environment()
                .putAll(Map.of(
                        "HANDGRAD", handgrad.toString(),
                        "PATH", folder + ":" + System.getenv("PATH"),
                        "SLURM_ARRAY_TASK_ID", "2",
                        "SLURM_ARRAY_TASK_MIN", "0",
                        "SLURM_ARRAY_TASK_COUNT", "8",
                        "SLURM_JOB_ID", "4711"));
        var process = builder.start();
        var out = process.inputReader();
        assertThat(out.readLine()).isEqualTo("sweep a b.csv --out out --task 3/8");
        JavaProcess.signal("TERM", process.pid());
        assertThat(out.readLine()).isEqualTo("saved");
        assertThat(process.waitFor()).isEqualTo(143);
        assertThat(folder.resolve("asked")).hasContent("requeue 4711\n");
        script("fake", "exit 1\n");
        Files.delete(folder.resolve("asked"));
        assertThat(builder.start().waitFor()).isEqualTo(1);
        assertThat(folder.resolve("asked")).doesNotExist();
    }

    private Path script(String name, String body) throws IOException {
        var file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + body);
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("runs.csv"), text.formatted(names));
    }

    private static int done(Path out) throws IOException {
        var runs = out.resolve("runs");
        if (!Files.exists(runs)) {
            return 0;
        }
        try (var paths = Files.walk(runs, 2)) {
            return (int) paths.filter(path -> path.endsWith("outcome.json")).count();
        }
    }

    private static String merge(Path out) throws IOException {
        CommandResult.of("sweep", "merge", out.toString());
        return Files.readString(out.resolve("results.csv"));
    }

    private Process process(Path file, Path out, String... more) throws IOException {
        var arguments = new ArrayList<>(List.of("sweep", file.toString(), "--out", out.toString()));
        arguments.addAll(List.of(more));
        return new ProcessBuilder(JavaProcess.command(JVM, Main.class, arguments.toArray(String[]::new)))
                .redirectError(folder.resolve("errors").toFile())
                .start();
    }

    private CommandResult sweep(Path file, Path out, String... more) throws Exception {
        var process = process(file, out, more);
        var printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new CommandResult(process.waitFor(), printed, Files.readString(folder.resolve("errors")));
    }
}
