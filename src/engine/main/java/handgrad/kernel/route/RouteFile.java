package handgrad.kernel.route;

import handgrad.blas.CacheFolder;
import handgrad.blas.OpenBlas;
import handgrad.file.AtomicFile;
import handgrad.file.InputFile;
import handgrad.file.PrintableText;
import handgrad.file.UnreadableFileException;
import handgrad.kernel.route.Route.Range;
import handgrad.kernel.runtime.Processor;
import handgrad.kernel.runtime.VectorSupport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A calibrated route in a file of text: what it is, the machine it was measured on, and for each form the work that
 * goes to OpenBLAS, from and to. Earlier versions wrote a last line for Aᵀ Bᵀ, which is passed over.
 */
final class RouteFile {
    private static final String TITLE = "handgrad matmul route 1";
    private static final String MACHINE = "machine ";
    private static final String FORM_OF_EARLIER_VERSIONS = "TT ";
    private static final int FORMS = Form.values().length;

    private static final int MAXIMUM_BYTES = 1 << 16;

    private RouteFile() {}

    /** Says why a file is of no use; the message begins with what is wrong and names no file. */
    static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1;

        UnusableException(String message) {
            super(PrintableText.of(message));
        }
    }

    /** Where the calibration of this user is kept. */
    static Path ofUser() {
        return CacheFolder.ofUser().resolve("handgrad", "matmul-route.txt");
    }

    /** All that a speed depends on here, in one line: a route of another machine is of no use. */
    static String machine() {
        var library = OpenBlas.library()
                .map(found -> found.version() + " " + found.coreName())
                .orElse("off");
        return "%s; JDK %s; OpenBLAS %s; vectors of %d bits"
                .formatted(Processor.model(), Runtime.version(), library, VectorSupport.BITS);
    }

    static Route read(Path file, String machine) throws UnusableException {
        List<String> lines;
        try {
            lines = InputFile.text(file, "a route", MAXIMUM_BYTES).lines().toList();
        } catch (UnreadableFileException failure) {
            throw new UnusableException("it cannot be read: " + failure.getMessage());
        }
        if (lines.size() > 2 && lines.getLast().startsWith(FORM_OF_EARLIER_VERSIONS)) {
            lines = lines.subList(0, lines.size() - 1);
        }
        if (lines.size() != 2 + FORMS
                || !lines.get(0).equals(TITLE)
                || !lines.get(1).startsWith(MACHINE)) {
            throw new UnusableException("it is not a matmul route as this version writes it");
        }
        var found = lines.get(1).substring(MACHINE.length());
        if (!found.equals(machine)) {
            throw new UnusableException(
                    "it was measured on " + PrintableText.excerpt(found) + ", and this is " + machine);
        }
        return new Route(range(lines, 2, Form.NN), range(lines, 3, Form.NT), range(lines, 4, Form.TN));
    }

    private static Range range(List<String> lines, int at, Form form) throws UnusableException {
        var line = lines.get(at);
        var words = line.split(" ", -1);
        try {
            if (words.length == 3 && words[0].equals(form.name())) {
                var range = new Range(Long.parseLong(words[1]), Long.parseLong(words[2]));
                if ((0 <= range.from() && range.from() < range.to()) || range.equals(Route.NONE)) {
                    return range;
                }
            }
        } catch (NumberFormatException notANumber) {
            // As wrong as a line of other words.
        }
        throw new UnusableException(
                "line " + (1 + at) + " should be " + form + " FROM TO, but is: " + PrintableText.excerpt(line));
    }

    /** Writes a file whole or not at all. */
    static void write(Path file, String machine, Route route) throws IOException {
        if (!file.isAbsolute()) {
            throw new IOException("this user has no home folder");
        }
        Files.createDirectories(file.getParent());
        AtomicFile.write(
                file,
                String.join(
                        "\n",
                        TITLE,
                        MACHINE + machine,
                        line(Form.NN, route),
                        line(Form.NT, route),
                        line(Form.TN, route),
                        ""));
    }

    private static String line(Form form, Route route) {
        var range = route.range(form);
        return form + " " + range.from() + " " + range.to();
    }
}
