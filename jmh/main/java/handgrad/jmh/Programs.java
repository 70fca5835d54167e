package handgrad.jmh;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Processes that studies start: how, and what they print. */
final class Programs {
    /** The lines of a failed program that are shown. */
    private static final int LINES_OF_FAILURE = 20;

    /**
     * Has a peer take the native libraries that it brings: JavaCPP searches this path too, and would load a PyTorch
     * that the system has beside its own, which ends the JVM.
     */
    static final String BUNDLED_LIBRARIES = "-Djava.library.path=none";

    private Programs() {}

    /** The command that runs a class on this class path with this JVM, and options of it. */
    static List<String> java(List<String> options, Class<?> main, String... arguments) {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                BUNDLED_LIBRARIES,
                "-classpath",
                System.getProperty("java.class.path")));
        command.addAll(options);
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return command;
    }

    /** A process of a command whose libraries compute on so many threads. */
    static ProcessBuilder builder(List<String> command, int threads) {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        for (var library : List.of("OMP", "OPENBLAS", "MKL")) {
            builder.environment().put(library + "_NUM_THREADS", Integer.toString(threads));
        }
        return builder;
    }

    /** The command with what every program that is measured takes at its end. */
    static List<String> timed(List<String> command, Effort effort) {
        var all = new ArrayList<>(command);
        all.add(Integer.toString(effort.warmups()));
        all.add(Integer.toString(effort.iterations()));
        all.add(Double.toString(effort.seconds()));
        return all;
    }

    /** What a program prints to its end; its standard input is empty. */
    static List<String> output(ProcessBuilder builder, String what) throws IOException {
        var process = builder.start();
        process.getOutputStream().close();
        var lines = process.inputReader().lines().toList();
        requireSuccess(process, what, lines);
        return lines;
    }

    /** Refuses a program that failed, with the end of what it printed. */
    static void requireSuccess(Process process, String what, List<String> lines) {
        int code = waitFor(process);
        if (code != 0) {
            var end = lines.subList(Math.max(0, lines.size() - LINES_OF_FAILURE), lines.size());
            throw new StudyException(what + " ended with " + code + ":\n" + String.join("\n", end));
        }
    }

    /** What stands behind a key at the beginning of lines. */
    static List<String> values(List<String> lines, String key) {
        return lines.stream()
                .filter(line -> line.startsWith(key + " "))
                .map(line -> line.substring(key.length() + 1))
                .toList();
    }

    /** The same as numbers. */
    static List<Double> numbers(List<String> lines, String key) {
        return values(lines, key).stream().map(Double::valueOf).toList();
    }

    /** Whether a command can be run, with success. */
    static boolean isThere(String... command) throws IOException {
        try {
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return waitFor(process) == 0;
        } catch (IOException _) {
            // ProcessBuilder's way to say that there is no such program.
            return false;
        }
    }

    private static int waitFor(Process process) {
        try {
            process.waitFor(1, TimeUnit.HOURS);
            return process.exitValue();
        } catch (InterruptedException failure) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new StudyException("interrupted", failure);
        }
    }
}
