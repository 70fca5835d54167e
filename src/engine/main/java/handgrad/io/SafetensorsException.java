package handgrad.io;

import handgrad.file.PrintableText;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file of tensors cannot be read or written; the message says which file and what is wrong with it. */
public final class SafetensorsException extends IOException {
    private static final long serialVersionUID = 1;

    private final boolean damage;

    SafetensorsException(Path file, String problem) {
        this(file, problem, null);
    }

    SafetensorsException(Path file, String problem, @Nullable Throwable cause) {
        this(file, problem, cause, isDamage(cause));
    }

    private SafetensorsException(Path file, String problem, @Nullable Throwable cause, boolean damage) {
        super(PrintableText.of(file + ": " + problem), cause);
        this.damage = damage;
    }

    /** Of a file that is sound and not what was asked for. */
    static SafetensorsException ofSoundFile(Path file, String problem) {
        return new SafetensorsException(file, problem, null, false);
    }

    private static boolean isDamage(@Nullable Throwable cause) {
        return switch (cause) {
            case CharacterCodingException _ -> true;
            case IOException _ -> false;
            case OutOfMemoryError _ -> false;
            case null, default -> true;
        };
    }

    /** Whether the file could be read, and what is in it is wrong; otherwise the system refused it, or memory did. */
    boolean isDamage() {
        return damage;
    }
}
