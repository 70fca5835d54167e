package handgrad.io;

import handgrad.file.PrintableText;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file of tensors cannot be read or written; the message says which file and what is wrong with it. */
public final class SafetensorsException extends IOException {
    private static final long serialVersionUID = 1;

    SafetensorsException(Path file, String problem) {
        super(PrintableText.of(file + ": " + problem));
    }

    SafetensorsException(Path file, String problem, @Nullable Throwable cause) {
        super(PrintableText.of(file + ": " + problem), cause);
    }

    /** Whether the file could be read, and what is in it is wrong; otherwise the system refused it, or memory did. */
    boolean isDamage() {
        return switch (getCause()) {
            case CharacterCodingException _ -> true;
            case IOException _ -> false;
            case OutOfMemoryError _ -> false;
            case null, default -> true;
        };
    }
}
