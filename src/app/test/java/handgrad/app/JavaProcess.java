package handgrad.app;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** JVMs that tests start, with the classes of this build and its tests. */
public final class JavaProcess {
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private JavaProcess() {}

    /**
     * A command line for a class with a main method. What is compiled is on the class path, where a test's classes are
     * found as well: on the module path they would be a patch.
     */
    public static List<String> command(List<String> options, Class<?> main, String... arguments) {
        return command(options, Path.of("target/test-classes"), main.getName(), List.of(arguments));
    }

    /**
     * A command line for a class with a main method that is not of this build.
     *
     * @param classes the folder that it is in
     */
    public static List<String> command(List<String> options, Path classes, String main, List<String> arguments) {
        var classPath = Stream.of(
                        classes.toString(),
                        System.getProperty("jdk.module.path"),
                        System.getProperty("java.class.path"))
                .filter(Objects::nonNull)
                .collect(Collectors.joining(File.pathSeparator));
        var command = new ArrayList<>(List.of(
                JAVA,
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath));
        command.addAll(options);
        command.add(main);
        command.addAll(arguments);
        return command;
    }

    /** Sends a process a signal, such as {@code TERM}. */
    public static void signal(String name, long pid) throws IOException, InterruptedException {
        var kill = new ProcessBuilder("sh", "-c", "kill -s " + name + " " + pid)
                .inheritIO()
                .start();
        if (kill.waitFor() != 0) {
            throw new IOException("kill -s " + name + " " + pid + " failed");
        }
    }
}
