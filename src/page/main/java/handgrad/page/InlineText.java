package handgrad.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** A style or a program that stands in a page itself, and the hash by which the page's policy lets it run. */
public final class InlineText {
    private InlineText() {}

    /**
     * Reads one from the resources of a module, as a browser reads it.
     *
     * @param stream what {@link Class#getResourceAsStream} found, closed then
     * @throws IllegalStateException if it is null
     */
    public static String of(String name, @Nullable InputStream stream) {
        if (stream == null) {
            throw new IllegalStateException("the program was built without " + name);
        }
        try (stream) {
            // A browser hashes lines as it reads them: ended by a line feed, however they were checked out.
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }

    /** Its hash as a Content-Security-Policy names it: {@code sha256-} and Base64. */
    public static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException exception) {
            throw new IllegalStateException("every Java has SHA-256", exception);
        }
    }
}
