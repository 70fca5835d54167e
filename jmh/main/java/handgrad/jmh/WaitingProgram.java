package handgrad.jmh;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** A program that prints {@code ready} and waits for a line, so that it can begin together with another one. */
final class WaitingProgram implements AutoCloseable {
    private final Process process;
    private final BufferedReader reader;
    private final String what;
    private final List<String> lines = new ArrayList<>();

    /** Starts it. */
    WaitingProgram(ProcessBuilder builder, String what) throws IOException {
        process = builder.start();
        reader = process.inputReader();
        this.what = what;
    }

    /** Waits until it is ready. */
    void awaitReady() throws IOException {
        for (var line = reader.readLine(); line != null; line = reader.readLine()) {
            lines.add(line);
            if (line.equals("ready")) {
                return;
            }
        }
        Programs.requireSuccess(process, what, lines);
        throw new StudyException(what + " ended before it was ready");
    }

    /** Lets it begin. */
    void go() {
        try {
            process.outputWriter().append('\n').flush();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** All that it prints, to its end. */
    List<String> rest() {
        reader.lines().forEach(lines::add);
        Programs.requireSuccess(process, what, lines);
        return lines;
    }

    /** Ends it if it still runs. */
    @Override
    public void close() {
        process.destroy();
    }
}
