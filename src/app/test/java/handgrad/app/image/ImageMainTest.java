package handgrad.app.image;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import handgrad.app.JavaProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script of an image and what it starts, with a Java that is a small shell script. */
class ImageMainTest {
    private static final String ARGUMENTS = "for argument; do echo \"$argument\"; done\n";

    @TempDir
    private Path folder;

    private Path image;

    @BeforeEach
    void makeImage() throws IOException {
        folder = folder.toRealPath();
        image = Files.createDirectory(folder.resolve("an image"));
        Files.createDirectories(image.resolve("runtime/bin"));
        try (var script = ImageMain.class.getResourceAsStream("launcher.sh")) {
            Files.copy(script, image.resolve("handgrad"));
        }
        assertThat(image.resolve("handgrad").toFile().setExecutable(true)).isTrue();
    }

    @Test
    void theScriptNeedsNoCommandOfTheSystem() throws Exception {
        java(ARGUMENTS);
        var result = script(image.resolve("handgrad"), "-Xmx1g", "run", "two words", "");
        assertThat(result.err()).isEmpty();
        assertThat(result.out().lines())
                .containsSequence(
                        "--class-path",
                        image + "/modules/*",
                        "-Dhandgrad.image=" + image,
                        "-Dhandgrad.terminal=false",
                        "handgrad.app.image.ImageMain",
                        "-Xmx1g",
                        "run",
                        "two words",
                        "");
    }

    @Test
    void theScriptFollowsALinkWhereItCan() throws Exception {
        java(ARGUMENTS);
        var link = Files.createSymbolicLink(folder.resolve("link"), Path.of("an image/handgrad"));
        assertThat(script(link))
                .isEqualTo(new CommandResult(
                        1,
                        "",
                        "handgrad: " + link + " is a link, and to follow it takes readlink, which is not on PATH; run"
                                + " the file that it names\n"));
        var process = new ProcessBuilder(link.toString(), "train");
        assertThat(result(process.start()).out()).contains("-Dhandgrad.image=" + image + "\n");
    }

    @Test
    void theScriptSaysWhatIsMissing() throws Exception {
        assertThat(script(image.resolve("handgrad")))
                .isEqualTo(new CommandResult(
                        1,
                        "",
                        "handgrad: there is no " + image + "/runtime/bin/java that may be run; unpack the whole"
                                + " archive, on a disk without noexec\n"));
        image = Files.move(image, folder.resolve("an:image"));
        assertThat(script(image.resolve("handgrad")))
                .isEqualTo(new CommandResult(
                        1,
                        "",
                        "handgrad: the path of this image has a colon, which separates paths for Java: rename a"
                                + " folder of " + image + "\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"train", "run"})
    void relaysWhatTheJvmSaysButTheWarning(String command) throws Exception {
        java("""
            echo 'WARNING: Using incubator modules: jdk.incubator.vector' >&2
            echo 'OpenJDK: out of memory' >&2
            printf 'the end' >&2
            echo 'the program' >&3
            exit 42
            """);
        var result = result(started(command));
        assertThat(result.code()).isEqualTo(42);
        assertThat(result.err().lines()).containsExactlyInAnyOrder("the program", "OpenJDK: out of memory", "the end");
        assertThat(folder.resolve("tmp")).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"HUP", "INT", "TERM"})
    void aSignalIsTheCommandsToAnswer(String signal) throws Exception {
        JavaProcess.assumeNoSignalIsIgnored();
        java("""
            trap 'echo "the end"; exit 42' %s
            echo ready
            while :; do sleep 0.01; done
            """.formatted(signal));
        var process = started("train");
        var out = process.inputReader();
        assertThat(out.readLine()).isEqualTo("ready");
        JavaProcess.signal(signal, process.pid());
        assertThat(out.readLine()).isEqualTo("the end");
        assertThat(process.waitFor()).isEqualTo(42);
    }

    @Test
    void saysWhereItCannotMakeATemporaryFile() throws Exception {
        java("");
        var builder = builder("train");
        builder.environment().put("TMPDIR", folder.resolve("none").toString());
        var result = result(builder.start());
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err())
                .startsWith("handgrad: cannot start a JVM for the command: " + folder.resolve("none/handgrad."))
                .endsWith("; is there room in " + folder.resolve("none") + "? TMPDIR names another folder\n");
    }

    private Process started(String... arguments) throws IOException {
        return builder(arguments).start();
    }

    private ProcessBuilder builder(String... arguments) throws IOException {
        var command =
                new ArrayList<>(JavaProcess.command(List.of("-Dhandgrad.image=" + image), ImageMain.class, arguments));
        command.removeAll(List.of("--add-modules", "jdk.incubator.vector"));
        var builder = new ProcessBuilder(command);
        builder.environment()
                .put("TMPDIR", Files.createDirectories(folder.resolve("tmp")).toString());
        return builder;
    }

    private CommandResult script(Path script, String... arguments) throws Exception {
        var command = new ArrayList<>(List.of("/bin/sh", script.toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().put("PATH", "");
        return result(builder.start());
    }

    private void java(String body) throws IOException {
        var java = Files.writeString(image.resolve("runtime/bin/java"), "#!/bin/sh\n" + body);
        assertThat(java.toFile().setExecutable(true)).isTrue();
    }

    private static CommandResult result(Process process) throws Exception {
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        var err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new CommandResult(process.waitFor(), out, err);
    }
}
