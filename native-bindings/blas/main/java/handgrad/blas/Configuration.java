package handgrad.blas;

import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the search for a library depends on.
 *
 * @param request {@code off}, the path of a library, or null for the bundled or the system's one
 * @param requestedBy the name of the property or variable that the request came from, null without a request
 * @param platform the folder of the bundled library, named as its jar names it: {@code linux-x86_64}
 * @param cache the user's cache folder; the bundled library is unpacked below it
 * @param systemLibrary the system's OpenBLAS as the dynamic loader finds it, null where none is looked for
 */
record Configuration(
        @Nullable String request,
        @Nullable String requestedBy,
        String platform,
        Path cache,
        @Nullable String systemLibrary) {
    private static final String PROPERTY = "handgrad.blas";
    private static final String VARIABLE = "HANDGRAD_BLAS";

    static Configuration ofSystem() {
        String property = blankToNull(System.getProperty(PROPERTY));
        String variable = blankToNull(System.getenv(VARIABLE));
        String request = property != null ? property : variable;
        String requestedBy = request == null ? null : property != null ? PROPERTY : VARIABLE;
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String architecture = System.getProperty("os.arch");
        Path cache = CacheFolder.ofUser();
        if (system.startsWith("windows")) {
            // Windows also looks for a library by name in the current folder, where anyone may have put one.
            return new Configuration(request, requestedBy, platform("windows", architecture), cache, null);
        }
        if (system.startsWith("mac")) {
            String homebrew = "/opt/homebrew/opt/openblas/lib/libopenblas.dylib";
            return new Configuration(request, requestedBy, platform("macosx", architecture), cache, homebrew);
        }
        // Not libblas.so.3: that may be any BLAS.
        return new Configuration(request, requestedBy, platform(system, architecture), cache, "libopenblas.so.0");
    }

    private static String platform(String system, String architecture) {
        return system + "-"
                + switch (architecture) {
                    case "amd64" -> "x86_64";
                    case "aarch64" -> "arm64";
                    default -> architecture;
                };
    }

    private static @Nullable String blankToNull(@Nullable String value) {
        return value == null || value.isBlank() ? null : value;
    }
}
