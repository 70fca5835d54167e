package handgrad.data;

import handgrad.file.PrintableText;
import java.io.IOException;
import java.nio.file.Path;

/** A folder or a file holds no images in a known format; the message says which, what is wrong there and what to do. */
public final class ImagesException extends IOException {
    private static final long serialVersionUID = 1;

    ImagesException(Path file, String problem) {
        super(PrintableText.of(file + ": " + problem));
    }

    ImagesException(Path file, String problem, IOException cause) {
        super(PrintableText.of(file + ": " + problem), cause);
    }
}
