package handgrad.app.train;

import handgrad.file.PrintableText;
import handgrad.nn.Collective;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;

/**
 * Where a training prints.
 *
 * @param out gets what was asked for
 * @param err gets warnings
 * @param quiet whether to print nothing but the losses of the trained model
 */
public record RunConsole(PrintWriter out, PrintWriter err, boolean quiet) {
    /** Writes a file. */
    public interface Writing {
        /** Writes it. */
        void write() throws IOException;
    }

    /** Where a rank prints: the first as it is told, the others nothing. */
    public static RunConsole of(Collective ranks, PrintWriter out, PrintWriter err, boolean quiet) {
        return ranks.rank() == 0
                ? new RunConsole(out, err, quiet)
                : new RunConsole(new PrintWriter(Writer.nullWriter()), new PrintWriter(Writer.nullWriter()), true);
    }

    /** Writes what the run can end without; where that fails it says so. */
    public void orWarn(String what, Writing writing) {
        try {
            writing.write();
        } catch (IOException exception) {
            warn(what + " cannot be written: " + RunFolder.reason(exception));
        }
    }

    /** Prints a line on what is not as it should be, and does not end the run. */
    public void warn(String problem) {
        err.println(PrintableText.of("handgrad: warning: " + problem));
        err.flush();
    }
}
