package handgrad.app.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import handgrad.app.CommandResult;
import handgrad.app.JavaProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** An image that the launcher of this checkout makes, unpacked from its archive, without PATH, HOME or a JDK. */
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImageTest {
    @TempDir
    private static Path folder;

    private Path image;

    @BeforeAll
    void makeImage() throws Exception {
        // A launcher that had to build would do so in the folders that these tests run from.
        assumeThat(Path.of("..", "..", "target", "app"))
                .as("what the launcher built, which ./handgrad --version does")
                .isDirectory();
        var made = folder.resolve("made here");
        var launcher = Path.of("..", "..", "handgrad").toAbsolutePath().toString();
        var result = result(new ProcessBuilder(launcher, "image", "--out", made.toString())
                .redirectError(folder.resolve("errors").toFile())
                .start());
        assertThat(result.code()).as(Files.readString(folder.resolve("errors"))).isZero();
        assertThat(result.out()).startsWith("folder:  " + made + ", ").contains("archive: " + made + ".tar.gz, ");
        assertThat(new ImageLayout(made).isThere()).isTrue();
        var there = Files.createDirectory(folder.resolve("there"));
        var tar = new ProcessBuilder("tar", "-xzf", made + ".tar.gz", "-C", there.toString()).inheritIO();
        assertThat(tar.start().waitFor()).isZero();
        image = Files.move(there.resolve("made here"), there.resolve("handgrad image"));
        Files.writeString(
                there.resolve("names.txt"), "emma\nolivia\nava\nisabella\nsophia\ncharlotte\nmia\n".repeat(3));
    }

    @Test
    void trainsSamplesAndEvaluates() throws Exception {
        assertThat(run("train", "mlp", "--steps", "20", "--data", "names.txt", "--out", "run")
                        .out())
                .contains("weights  sha256 ");
        assertThat(run("sample", "--run", "run", "-n", "3").out()).hasLineCount(3);
        assertThat(run("sweep", "--help").out()).contains("FILE.csv");
    }

    @Test
    void compilesALearnersCode() throws Exception {
        Files.writeString(image.resolveSibling("Hello.java"), """
            import module handgrad;
            void main() { IO.println(Tensor.zeros(2)); }
            """);
        assertThat(run("run", "Hello.java").out()).isEqualTo("FLOAT32 (2) [0.0000, 0.0000]\n");
        assertThat(start("exercise", "1").waitFor()).isEqualTo(1);
        var exercise = result(start("exercise", "1"));
        assertThat(exercise.out()).contains("0 of 26 right, 26 blank.");
        assertThat(exercise.err()).isEmpty();
        var shell = start("shell");
        shell.getOutputStream().write("Tensor.zeros(2)\n".getBytes(StandardCharsets.UTF_8));
        shell.getOutputStream().close();
        assertThat(result(shell).out()).contains("==> FLOAT32 (2) [0.0000, 0.0000]");
    }

    @Test
    void watchesALearnersFile() throws Exception {
        JavaProcess.assumeNoSignalIsIgnored();
        var learn = start("learn", "2");
        var lines = learn.inputReader().lines().iterator();
        while (!lines.next().contains(" right, ")) {
            assertThat(learn.isAlive()).isTrue();
        }
        learn.destroy();
        assertThat(learn.waitFor()).isEqualTo(143);
    }

    @Test
    void checksAndDraws() throws Exception {
        assertThat(run("check", "Tanh").out()).contains("3 operations");
        run("diagram", "mlp", "-o", "mlp.svg");
        assertThat(image.resolveSibling("mlp.svg")).content().contains("<svg");
    }

    @Test
    void saysWhatItCannotDo() throws Exception {
        assertThat(result(start("image", "--out", "x")))
                .isEqualTo(new CommandResult(
                        2,
                        "",
                        "handgrad: an image makes no image: run ./handgrad image in a checkout of handgrad, which has"
                                + " the JDK, or copy this folder\n"));
        assertThat(result(start("bench")).code()).isEqualTo(2);
    }

    @Test
    void nothingIsLeftOfACommandWhoseLauncherIsKilled() throws Exception {
        var train = start("train", "--steps", "100000000", "--out", "killed");
        while (Files.notExists(image.resolveSibling("killed").resolve("options.json"))) {
            assertThat(train.isAlive()).isTrue();
            Thread.sleep(50);
        }
        var left = train.descendants().toList();
        assertThat(left).isNotEmpty();
        train.destroyForcibly().waitFor();
        for (var process : left) {
            process.onExit().get(60, TimeUnit.SECONDS);
        }
    }

    /** What a command printed that ended well. */
    private CommandResult run(String... arguments) throws Exception {
        var result = result(start(arguments));
        assertThat(result.err()).isEmpty();
        assertThat(result.code()).isZero();
        return result;
    }

    private Process start(String... arguments) throws IOException {
        var command = Stream.concat(Stream.of(image.resolve("handgrad").toString()), Stream.of(arguments));
        var builder = new ProcessBuilder(command.toList())
                .directory(image.resolveSibling("").toFile());
        builder.environment().clear();
        builder.environment().put("PATH", "");
        return builder.start();
    }

    private static CommandResult result(Process process) throws Exception {
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        var err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new CommandResult(process.waitFor(), out, err);
    }
}
