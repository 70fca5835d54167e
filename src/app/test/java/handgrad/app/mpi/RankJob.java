package handgrad.app.mpi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import handgrad.app.JavaProcess;
import handgrad.testing.RankLauncher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Jobs of several ranks on this machine. */
public final class RankJob {
    private static final int LIMIT_SECONDS = 100;

    private RankJob() {}

    /**
     * Runs a class with a main method, and kills the job after a while. The test is left out where this launcher is not
     * installed.
     */
    public static CommandResult run(
            RankLauncher launcher, int ranks, Map<String, String> environment, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        var command = launcher.command(ranks, JavaProcess.command(List.of(), main, arguments));
        var out = Files.createTempFile("ranks", ".out");
        var err = Files.createTempFile("ranks", ".err");
        try {
            var builder =
                    new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
            builder.environment().remove("HANDGRAD_MPI");
            builder.environment().putAll(RankLauncher.ENVIRONMENT);
            builder.environment().putAll(environment);
            var process = builder.start();
            boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
            if (!ended) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
            }
            assertThat(ended).as("ended in time: " + read(out) + read(err)).isTrue();
            return new CommandResult(process.exitValue(), read(out), read(err));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file, UTF_8);
    }
}
