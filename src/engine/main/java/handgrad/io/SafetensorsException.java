package handgrad.io;

import java.io.IOException;
import java.nio.file.Path;

/** A file of tensors cannot be read or written; the message says which file and what is wrong with it. */
public final class SafetensorsException extends IOException {
    private static final long serialVersionUID = 1;

    SafetensorsException(Path file, String problem) {
        super(file + ": " + problem);
    }

    SafetensorsException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }
}
