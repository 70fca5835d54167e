package handgrad.data;

import handgrad.file.PrintableText;
import java.io.IOException;

/** A file is not a list of names; the message says which file, which line and what is wrong there. */
public final class NamesException extends IOException {
    private static final long serialVersionUID = 1;

    NamesException(String file, String problem) {
        super(PrintableText.of(file + ": " + problem));
    }

    NamesException(String file, int line, String problem) {
        super(PrintableText.of(file + ", line " + line + ": " + problem));
    }

    NamesException(String file, String problem, IOException cause) {
        super(PrintableText.of(file + ": " + problem), cause);
    }
}
