package handgrad.app;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.tensor.Backend;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DoctorCommandTest {
    @Test
    void printsARowForEachPart() {
        var out = new StringWriter();
        int threads = Backend.threads();
        int code = new CommandLine(new DoctorCommand(32, 1024, 3, Duration.ZERO))
                .setOut(new PrintWriter(out))
                .execute();
        assertThat(code).isZero();
        var parts = new ArrayList<>(
                List.of("CPU", "system", "JDK", "heap", "vectors", "BLAS", "matmul", "threads", "speed", "memory"));
        if (!Backend.checkMatmul().isEmpty()) {
            parts.add(parts.size() - 1, "route");
        }
        assertThat(out.toString()
                        .lines()
                        .map(line -> line.substring(0, 9).strip())
                        .filter(name -> !name.isEmpty()))
                .containsExactlyElementsOf(parts);
        assertThat(out.toString())
                .contains("JDK       " + Runtime.version())
                .contains("vectors   " + Backend.vectors())
                .contains("BLAS      " + Backend.blas())
                .contains("matmul    " + Backend.matmul())
                .contains("threads   " + threads + "\n")
                .containsPattern("speed     \\d+ GFLOP/s on one thread, matmul in float32, 32 x 32;"
                        + " not warm: the compiler still works\n")
                .containsPattern("memory    \\d+\\.\\d GB/s copied");
        assertThat(Backend.threads()).isEqualTo(threads);
    }

    /** In a JVM of its own, whose cache folder is not the user's. */
    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void calibratesForLaterRuns(@TempDir Path home) throws Exception {
        var calibration = doctor(home, "--calibrate=0");
        assertThat(calibration.code()).isZero();
        assertThat(calibration.out()).startsWith("form  m = n = k      Java  OpenBLAS  route\n");
        var file = calibration.out().lines().toList().getLast().replace("written to ", "");
        assertThat(Path.of(file)).startsWith(home).isRegularFile();
        Files.writeString(Path.of(file), "?");
        // Up to the rows that are measured, which another test has.
        var process = start(home);
        var rows = new ArrayList<String>();
        try (var out = process.inputReader(StandardCharsets.UTF_8)) {
            do {
                rows.add(out.readLine());
            } while (rows.getLast() != null && !rows.getLast().startsWith("threads"));
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(rows).anyMatch(row -> row != null && row.endsWith("(default; " + file + " is not used)"));
        assertThat(Files.readString(errors(home)).lines().filter(line -> line.startsWith("handgrad: ")))
                .containsExactly("handgrad: warning: " + file + " is not used: it is not a matmul route as this version"
                        + " writes it; ./handgrad doctor --calibrate writes a new one");
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void saysWhyThereIsNothingToCalibrate(@TempDir Path home) throws Exception {
        var result = doctor(home, "-Dhandgrad.blas=off", "--calibrate");
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err())
                .endsWith("handgrad: --calibrate: there is no route to choose: OpenBLAS is off: handgrad.blas=off\n");
    }

    @Test
    void refusesTimesThatAreNone() {
        assertThat(CommandResult.of("doctor", "--calibrate=-5"))
                .isEqualTo(new CommandResult(
                        2, "", "handgrad: --calibrate: the seconds must be from 0 to 3,600, they are -5.0\n"));
    }

    @Test
    void refusesAFileThatHoldsNoWeights(@TempDir Path folder) throws IOException {
        var none = folder.resolve("none");
        assertRefused(none + ": there is no such file", "doctor", none.toString());
        assertRefused(folder + ": is a folder, not a file of tensors", "doctor", folder.toString());
        var text = Files.writeString(folder.resolve("text"), "emma");
        assertRefused(
                text + ": has 4 bytes, too few for the length of a header, which takes 8", "doctor", text.toString());
        assertRefused("FILE is empty; name a file or folder", "doctor", "");
        assertRefused(
                "--calibrate measures the machine: leave it out, or " + text, "doctor", "--calibrate=0", "" + text);
    }

    private static void assertRefused(String message, String... arguments) {
        assertThat(CommandResult.of(arguments)).isEqualTo(new CommandResult(2, "", "handgrad: " + message + "\n"));
    }

    private static Path errors(Path home) {
        return home.resolve("err.txt");
    }

    private static CommandResult doctor(Path home, String... options) throws Exception {
        var process = start(home, options);
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new CommandResult(process.waitFor(), out, Files.readString(errors(home)));
    }

    private static Process start(Path home, String... options) throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                Stream.of(options).filter(option -> option.startsWith("-D")).toList());
        command.addAll(List.of(
                "-Duser.home=" + home,
                "--module-path",
                System.getProperty("jdk.module.path"),
                "--class-path",
                System.getProperty("java.class.path"),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=handgrad.blas",
                "--module",
                "handgrad.app/handgrad.app.Main",
                "doctor"));
        command.addAll(
                Stream.of(options).filter(option -> !option.startsWith("-D")).toList());
        var builder = new ProcessBuilder(command);
        builder.environment().remove("XDG_CACHE_HOME");
        return builder.redirectError(errors(home).toFile()).start();
    }
}
