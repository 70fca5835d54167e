package handgrad.app.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.app.command.WrongInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class MetricsTest {
    @TempDir
    private Path folder;

    private final List<String> warnings = new ArrayList<>();
    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("metrics.jsonl");
    }

    /** Metrics of a training of so many steps, each line logged, dev every second step. */
    private void train(Metrics metrics, int from, int to, int steps) {
        for (int step = from; step < to; step++) {
            metrics.step(step, 3 - step / 8.0, 0.1, 0.5 * step);
            if ((step + 1) % 2 == 0) {
                metrics.evaluation(step + 1, "dev", 3.125 - step / 8.0, 0.5 * step);
            }
        }
        if (to == steps) {
            metrics.split("train", 2);
            metrics.split("dev", 2.25);
        }
    }

    @Test
    void aLineHasItsLossAndTheTimeInMicroseconds() throws IOException {
        try (var metrics = new Metrics(warnings::add)) {
            metrics.addFile(file);
            metrics.step(500, 2.1, 0.1, 1.25);
            metrics.evaluation(500, "dev", 2.2, 1.2500004);
            metrics.step(501, 2.1, 0.01, Double.NaN);
            metrics.split("dev", 2.1057);
            assertThat(file).as("each line is there at once").content().isEqualTo("""
                {"step":500,"loss":2.1,"lr":0.1,"seconds":1.25}
                {"step":500,"split":"dev","loss":2.2,"seconds":1.25}
                {"step":501,"loss":2.1,"lr":0.01}
                {"split":"dev","loss":2.1057}
                """);
        }
        assertThat(warnings).isEmpty();
    }

    @Test
    void whatIsReadBackIsWhatWasWritten() throws IOException {
        try (var metrics = new Metrics(warnings::add)) {
            metrics.addFile(file);
            metrics.step(7, 0.1 + 0.2, 1e-5, 1234.567891);
            metrics.step(8, 2.5, 0.1, Double.NaN);
            metrics.evaluation(8, "dev", Double.NaN, 3600);
            metrics.split("train", Double.POSITIVE_INFINITY);
        }
        assertThat(MetricsFile.read(file))
                .isEqualTo(new MetricsFile(
                        List.of(
                                new MetricsLine.Step(7, 0.1 + 0.2, 1e-5, 1234.567891),
                                new MetricsLine.Step(8, 2.5, 0.1, Double.NaN)),
                        List.of(new MetricsLine.Evaluated(8, "dev", Double.NaN, 3600)),
                        List.of(new MetricsLine.Final("train", Double.POSITIVE_INFINITY))));
    }

    @Test
    void aLastLineThatWasNotWrittenToItsEndIsLeftOut() throws IOException {
        Files.writeString(file, "{\"step\":0,\"loss\":3.5,\"lr\":0.1}\n{\"step\":1,\"lo");
        assertThat(MetricsFile.lines(file)).containsExactly(new MetricsLine.Step(0, 3.5, 0.1, Double.NaN));
        Files.writeString(file, "{\"step\":0,\"loss\":3.5,\"lr\":0.1}\n{\"step\":1,\"loss\":3.25,\"lr\":0.1}");
        assertThat(MetricsFile.lines(file))
                .as("its end of line alone is missing")
                .hasSize(2);
        Files.writeString(file, "{\"step\":0,\"loss\":3.5,\"lr\":0.1}\n\0\0\0\0");
        assertThat(MetricsFile.lines(file)).as("the machine lost its power").hasSize(1);
    }

    @Test
    void aLineThatIsNoneOfMetricsIsNamed() throws IOException {
        assertWrong("not metrics", "is not JSON");
        assertWrong("", "is not a JSON object");
        assertWrong("{\"step\":1,\"lr\":0.1}", "loss is missing");
        assertWrong("{\"step\":1,\"loss\":2}", "lr is missing");
        assertWrong("{\"step\":-1,\"loss\":2,\"lr\":0.1}", "step has the wrong value -1");
        assertWrong("{\"loss\":2}", "split is missing");
        assertWrong("{\"step\":1,\"loss\":2,\"lr\":0.1,\"seconds\":\"long\"}", "seconds has the wrong value long");
    }

    private void assertWrong(String line, String message) throws IOException {
        Files.writeString(file, "{\"step\":0,\"loss\":3.5,\"lr\":0.1}\n" + line + "\n{\"split\":\"dev\",\"loss\":2}\n");
        assertThatThrownBy(() -> Metrics.cut(file, 5, _ -> true))
                .isInstanceOf(WrongInputException.class)
                .hasMessage(file + ", line 2: " + message);
    }

    @Test
    void aRunThatIsCutAndGoesOnEndsWithTheFileOfAnUnbrokenOne() throws IOException {
        var unbroken = folder.resolve("unbroken.jsonl");
        try (var metrics = new Metrics(warnings::add)) {
            metrics.addFile(unbroken);
            train(metrics, 0, 12, 12);
        }
        for (int checkpoint = 0; checkpoint <= 8; checkpoint++) {
            for (int killed = checkpoint; killed <= 9; killed++) {
                try (var metrics = new Metrics(warnings::add)) {
                    metrics.addFile(file);
                    train(metrics, 0, killed, 12);
                }
                Files.writeString(file, Files.readString(file) + "{\"step\":10,");
                resume(checkpoint, 12);
                assertThat(file)
                        .as("killed after %d, with a checkpoint at %d", killed, checkpoint)
                        .hasSameTextualContentAs(unbroken);
            }
        }
    }

    private void resume(int checkpoint, int steps) throws IOException {
        Metrics.cut(file, checkpoint, _ -> true);
        try (var metrics = new Metrics(warnings::add)) {
            metrics.continueFile(file);
            train(metrics, checkpoint, steps, steps);
        }
    }

    @Test
    void aRunThatIsGivenMoreStepsLosesItsFinalLinesAndTheExtraOneOfItsLastStep() throws IOException {
        try (var metrics = new Metrics(warnings::add)) {
            metrics.addFile(file);
            metrics.step(0, 3, 0.1, 0.5);
            metrics.step(10, 2, 0.1, 1);
            metrics.step(14, 1.5, 0.1, 2);
            metrics.split("dev", 1.75);
        }
        Metrics.cut(file, 15, step -> step % 10 == 0 || step == 29);
        assertThat(MetricsFile.lines(file))
                .containsExactly(new MetricsLine.Step(0, 3, 0.1, 0.5), new MetricsLine.Step(10, 2, 0.1, 1));
    }

    @Test
    void toCutAFileThatIsNotThereMakesNone() throws IOException {
        Metrics.cut(file, 5, _ -> true);
        assertThat(file).doesNotExist();
        try (var metrics = new Metrics(warnings::add)) {
            metrics.continueFile(file);
            metrics.split("dev", 2);
        }
        assertThat(file).hasContent("{\"split\":\"dev\",\"loss\":2.0}");
    }

    @Test
    void aFileThatWasRemovedIsMadeAgainWithItsFolderAndToldOnce() throws IOException {
        var run = folder.resolve("runs/a\nb");
        Files.createDirectories(run);
        try (var metrics = new Metrics(warnings::add)) {
            metrics.addFile(run.resolve("metrics.jsonl"));
            metrics.addFile(file);
            metrics.step(0, 3, 0.1, 0.5);
            for (int step = 1; step <= 2; step++) {
                Files.delete(run.resolve("metrics.jsonl"));
                Files.delete(run);
                Files.delete(run.getParent());
                metrics.step(step, 2, 0.1, 1);
            }
            metrics.split("dev", 2);
        }
        assertThat(MetricsFile.lines(file)).hasSize(4);
        assertThat(MetricsFile.lines(run.resolve("metrics.jsonl"))).hasSize(2);
        assertThat(warnings)
                .containsExactly("handgrad: warning: " + folder + "/runs/a\\nb/metrics.jsonl was removed; a new one has"
                        + " what comes from now on");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aDeviceIsNotCut() throws IOException {
        Metrics.cut(Path.of("/dev/null"), 5, _ -> true);
        try (var metrics = new Metrics(warnings::add)) {
            metrics.continueFile(Path.of("/dev/null"));
            metrics.split("dev", 2);
        }
        assertThat(Files.isRegularFile(Path.of("/dev/null"))).isFalse();
        assertThat(warnings).isEmpty();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskIsToldOnceAndEndsNothing() throws IOException {
        try (var metrics = new Metrics(warnings::add)) {
            metrics.addFile(Path.of("/dev/full"));
            metrics.addFile(file);
            train(metrics, 0, 4, 4);
        }
        assertThat(MetricsFile.lines(file)).hasSize(8);
        assertThat(warnings)
                .containsExactly("handgrad: warning: /dev/full cannot be written: No space left on device; the training"
                        + " goes on without it");
    }
}
