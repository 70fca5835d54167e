package handgrad.blas;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs a main class of the tests in a process of its own, for what is decided once per process. */
final class ChildJvm {
    private ChildJvm() {}

    static Process start(Class<?> main, Map<String, String> environment) throws IOException {
        String classPath = Stream.of(
                        System.getProperty("jdk.module.path", ""),
                        System.getProperty("java.class.path", ""),
                        folder(OpenBlas.class).toString(),
                        folder(main).toString())
                .filter(path -> !path.isEmpty())
                .collect(Collectors.joining(File.pathSeparator));
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        classPath,
                        main.getName())
                .redirectErrorStream(true);
        builder.environment().remove("HANDGRAD_BLAS");
        builder.environment().putAll(environment);
        return builder.start();
    }

    static String run(Class<?> main, Map<String, String> environment) throws IOException {
        return output(start(main, environment));
    }

    static String output(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    }

    /** Where a class comes from. In the tests' module the classes of main and test come from different folders. */
    private static Path folder(Class<?> type) {
        String name = type.getName().replace('.', '/') + ".class";
        String path = type.getResource("/" + name).getPath();
        return Path.of(path.substring(0, path.length() - name.length()));
    }
}
