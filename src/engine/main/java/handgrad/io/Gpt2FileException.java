package handgrad.io;

import handgrad.file.PrintableText;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file of llm.c cannot be read or written; the message says which, what is wrong with it and what to do. */
public final class Gpt2FileException extends IOException {
    private static final long serialVersionUID = 1;

    Gpt2FileException(Path file, String problem) {
        this(file, problem, null);
    }

    Gpt2FileException(Path file, String problem, @Nullable Throwable cause) {
        super(PrintableText.of(file + ": " + problem), cause);
    }
}
