package handgrad.data;

import handgrad.file.PrintableText;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file or a folder of data is not what it should be, or cannot be read or written; the message says which, where in
 * it, what is wrong there and what to do.
 */
public final class DataFileException extends IOException {
    private static final long serialVersionUID = 1;

    DataFileException(Path file, String problem) {
        this(file, problem, null);
    }

    DataFileException(Path file, String problem, @Nullable IOException cause) {
        super(PrintableText.of(file + ": " + problem), cause);
    }
}
