package handgrad.app;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;

/** What a command printed and returned. */
public record CommandResult(int code, String out, String err) {
    /** Runs a command in this JVM; {@code out} holds what went to {@link System#out} as well. */
    public static CommandResult of(String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new StringWriter();
        var systemOut = System.out;
        try (var stream = new PrintStream(out, true, StandardCharsets.UTF_8)) {
            System.setOut(stream);
            int code = Handgrad.run(
                    arguments, new PrintWriter(stream, true, StandardCharsets.UTF_8), new PrintWriter(err, true));
            return new CommandResult(code, out.toString(StandardCharsets.UTF_8), err.toString());
        } finally {
            System.setOut(systemOut);
        }
    }

    /** As {@link #of}, where several run in threads at the same time: {@link System#out} is left alone. */
    public static CommandResult besideOthers(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        int code = Handgrad.run(arguments, new PrintWriter(out, true), new PrintWriter(err, true));
        return new CommandResult(code, out.toString(), err.toString());
    }
}
