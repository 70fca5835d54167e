package handgrad.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Runs Python where it is installed with what a test needs. */
final class Python {
    private static final List<String> INTERPRETERS = List.of("python3", "/usr/bin/python3");

    /** The interpreter that has a module; to look for it takes as long as to run. */
    private static final Map<String, Optional<String>> FOUND = new ConcurrentHashMap<>();

    private Python() {}

    /** Runs a script beside this class, or aborts the test where no Python has the module. */
    static void run(Path folder, String module, String script, Object... arguments) throws Exception {
        var python = FOUND.computeIfAbsent(
                module,
                _ -> INTERPRETERS.stream()
                        .filter(each -> exitCode(folder, List.of(each, "-c", "import numpy, " + module)) == 0)
                        .findFirst());
        if (python.isEmpty()) {
            abort("no python3 with numpy and " + module + " is installed, the exchange with Python is not tested");
            return;
        }
        var file = folder.resolve(script);
        try (InputStream text = Objects.requireNonNull(Python.class.getResourceAsStream(script))) {
            Files.write(file, text.readAllBytes());
        }
        var command = new ArrayList<>(List.of(python.get(), file.toString()));
        for (var argument : arguments) {
            command.add(argument.toString());
        }
        int code = exitCode(folder, command);
        assertThat(code)
                .as(() -> {
                    try {
                        return Files.readString(folder.resolve("python.log"), StandardCharsets.UTF_8);
                    } catch (IOException exception) {
                        return exception.toString();
                    }
                })
                .isZero();
    }

    private static int exitCode(Path folder, List<String> command) {
        try {
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("python.log").toFile())
                    .start();
            if (!process.waitFor(2, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                return -1;
            }
            return process.exitValue();
        } catch (IOException _) {
            return -1;
        } catch (InterruptedException exception) {
            throw new IllegalStateException(exception);
        }
    }
}
