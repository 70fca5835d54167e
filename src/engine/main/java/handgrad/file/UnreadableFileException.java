package handgrad.file;

import java.io.IOException;

/** A file cannot be read. The message says why and begins with what is wrong; whoever catches it names the file. */
public final class UnreadableFileException extends IOException {
    private static final long serialVersionUID = 1;

    UnreadableFileException(String problem) {
        super(PrintableText.of(problem));
    }

    UnreadableFileException(String problem, IOException cause) {
        super(PrintableText.of(problem), cause);
    }
}
