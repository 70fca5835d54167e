package handgrad.data;

import java.io.IOException;

/** A file is not a list of names; the message says which file, which line and what is wrong there. */
public final class NamesException extends IOException {
    private static final long serialVersionUID = 1;

    NamesException(String file, String problem) {
        super(file + ": " + problem);
    }

    NamesException(String file, int line, String problem) {
        super(file + ", line " + line + ": " + problem);
    }

    NamesException(String file, String problem, IOException cause) {
        super(file + ": " + problem, cause);
    }
}
