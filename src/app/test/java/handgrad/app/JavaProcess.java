package handgrad.app;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
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

    /**
     * Skips a test of signals where this JVM was started to ignore one of them, as it is behind {@code nohup} and in
     * the background of a script: that is inherited, and a JVM does not take it back.
     */
    public static void assumeNoSignalIsIgnored() throws IOException {
        var status = Path.of("/proc/self/status");
        if (Files.isReadable(status)) {
            long ignored = Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("SigIgn:"))
                    .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                    .findFirst()
                    .orElse(0);
            long stop = bit(1) | bit(2) | bit(15); // SIGHUP, SIGINT, SIGTERM
            assumeTrue((ignored & stop) == 0, "this JVM was started to ignore SIGHUP, SIGINT or SIGTERM");
        }
    }

    private static long bit(int signal) {
        return 1L << (signal - 1);
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
