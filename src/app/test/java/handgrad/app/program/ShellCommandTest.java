package handgrad.app.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shell, in a JVM of its own: JShell reads the process's standard input, not {@link System#in}. */
class ShellCommandTest {
    /** In the place of the user's home, where JShell keeps its history. */
    @TempDir
    private Path preferences;

    /** All in one session: it is two JVMs, each as slow to start as any. */
    @Test
    void knowsTheEngineTellsOfAnErrorAndStaysWhenASnippetWantsTooMuchMemory() throws Exception {
        assertThat(type("""
            DType.FLOAT32
            Parameter.class
            unknown
            int kept = 7
            var all = new java.util.ArrayList<long[]>()
            while (true) all.add(new long[10_000_000])
            kept + 1
            """))
                .contains("$1 ==> FLOAT32")
                .contains("$2 ==> class handgrad.nn.Parameter")
                .contains("symbol:   variable unknown")
                // The warning of incubator modules.
                .doesNotContain("incubating")
                .contains("java.lang.OutOfMemoryError")
                .contains("==> 8");
    }

    @Test
    void staysWhenASnippetEndsItsJvm() throws Exception {
        assertThat(type("""
            int kept = 7
            System.exit(3)
            /reload -restore
            kept + 1
            /exit
            """))
                .contains("State engine terminated.")
                .contains("/reload -restore")
                .contains("==> 8");
    }

    private String type(String lines) throws Exception {
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        // Also for the JVM of the snippets: both are over before C2 has paid for itself.
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Djava.util.prefs.userRoot=" + preferences,
                        "--module-path",
                        System.getProperty("jdk.module.path"),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-m",
                        "handgrad.app/handgrad.app.Main",
                        "shell")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var keyboard = process.getOutputStream()) {
            keyboard.write(lines.getBytes(StandardCharsets.UTF_8));
        }
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return out;
    }
}
