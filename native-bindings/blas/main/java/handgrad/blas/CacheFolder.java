package handgrad.blas;

import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The folder in which the system keeps what a user's programs can make again. */
public final class CacheFolder {
    private CacheFolder() {}

    /**
     * {@code XDG_CACHE_HOME}, else {@code ~/.cache}; on macOS {@code ~/Library/Caches}, on Windows
     * {@code LOCALAPPDATA}. It need not exist, and is relative where the user has no home folder: then nothing may be
     * kept.
     */
    public static Path ofUser() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        Path home = Path.of(System.getProperty("user.home"));
        if (system.startsWith("windows")) {
            return folder("LOCALAPPDATA", home.resolve("AppData").resolve("Local"));
        }
        if (system.startsWith("mac")) {
            return home.resolve("Library").resolve("Caches");
        }
        return folder("XDG_CACHE_HOME", home.resolve(".cache"));
    }

    /** The XDG specification says to ignore a relative path. */
    private static Path folder(String variable, Path otherwise) {
        @Nullable String value = System.getenv(variable);
        return value != null && Path.of(value).isAbsolute() ? Path.of(value) : otherwise;
    }
}
