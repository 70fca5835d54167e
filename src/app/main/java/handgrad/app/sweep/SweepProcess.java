package handgrad.app.sweep;

import handgrad.app.command.StopSignal;
import handgrad.app.worker.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** A training in a JVM of its own, which ends itself when this one is gone. */
record SweepProcess(Process process, Path log) {
    private static final String MAIN = "handgrad.app.Main";
    private static final int SIGNAL = 128;

    /** The largest share of the machine's memory for one JVM, in percent: the JDK's own default. */
    private static final int MOST_PERCENT = 25;

    /** What all of them may have together. */
    private static final int ALL_PERCENT = 80;

    /**
     * Starts one.
     *
     * @param arguments of the command line
     * @param log gets what it prints, behind what is there
     * @param jobs how many run at a time
     */
    static SweepProcess start(List<String> arguments, Path log, int jobs) throws IOException {
        var options = List.of(
                "-Dhandgrad.parent=input",
                "-Dhandgrad.terminal=false",
                // A user's own -Xmx, which is passed on, goes before it.
                "-XX:MaxRAMPercentage=" + Math.clamp(ALL_PERCENT / jobs, 1, MOST_PERCENT));
        var process = new ProcessBuilder(ChildJvm.command(options, MAIN, arguments))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        return new SweepProcess(process, log);
    }

    /** Asks it to end in its own time, with a checkpoint. */
    void stop() {
        process.destroy();
    }

    /** Whether this is the exit code of a training that somebody stopped, so that it can go on later. */
    static boolean wasStopped(int code) {
        return Arrays.stream(StopSignal.values()).anyMatch(signal -> signal.exitCode() == code);
    }

    /** Why it failed, from its exit code and the last line that it printed. */
    String failure(int code) throws IOException {
        try (var lines = Files.lines(log)) {
            var last = lines.filter(line -> !line.isBlank()).reduce("", (_, line) -> line);
            return code > SIGNAL
                    ? "ended by signal %d (too little memory?); its last line: %s".formatted(code - SIGNAL, last)
                    : last.isEmpty() ? "exit code " + code : last.replaceFirst("^handgrad: ", "");
        }
    }
}
