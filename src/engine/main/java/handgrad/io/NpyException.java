package handgrad.io;

import handgrad.file.PrintableText;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file of NumPy cannot be read or written; the message says which file and what is wrong with it. */
public final class NpyException extends IOException {
    private static final long serialVersionUID = 1;

    NpyException(Path file, String problem) {
        this(file, problem, null);
    }

    NpyException(Path file, String problem, @Nullable Throwable cause) {
        super(PrintableText.of(file + ": " + problem), cause);
    }
}
