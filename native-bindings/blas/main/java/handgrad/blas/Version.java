package handgrad.blas;

import java.util.Comparator;
import java.util.regex.Pattern;

/**
 * A version of OpenBLAS, and what it can be trusted with. A development version such as 0.3.30.dev counts as 0.3.30.
 *
 * <p>The rules come from OpenBLAS's own change log and issue tracker:
 *
 * <ul>
 *   <li>Below 0.3.21: 0.3.4 to 0.3.6 have a wrong SkylakeX dgemm (#1955, #2029, #2168), 0.3.11 leaves garbage in C when
 *       k = 0 and beta = 0 (#2914), and 0.3.20 was still seen with wrong products on Sapphire Rapids (#5267). 0.3.21 is
 *       the first version with no such report, and the oldest that a supported Debian (12) ships.
 *   <li>0.3.30 splits matrix products with a race; 0.3.31 took the change back. Its sgemm is also wrong on Apple M4
 *       (#5429).
 *   <li>Below 0.3.34 two concurrent level-3 calls may take different locks (#5825), so they must not meet.
 * </ul>
 */
record Version(int major, int minor, int patch) implements Comparable<Version> {
    static final Version OLDEST_TRUSTED = new Version(0, 3, 21);
    private static final Version RACY_PARTITION = new Version(0, 3, 30);
    private static final Version CONCURRENT_CALLS = new Version(0, 3, 34);

    private static final Pattern IN_CONFIG = Pattern.compile("OpenBLAS (\\d{1,4})\\.(\\d{1,4})\\.(\\d{1,4})\\b");
    private static final Comparator<Version> ORDER = Comparator.comparingInt(Version::major)
            .thenComparingInt(Version::minor)
            .thenComparingInt(Version::patch);

    /** The version in the answer of {@code openblas_get_config}. */
    static Version fromConfig(String config) throws UnusableLibraryException {
        var matcher = IN_CONFIG.matcher(config);
        if (!matcher.find()) {
            throw new UnusableLibraryException("openblas_get_config gives no version: \"" + config + "\"");
        }
        return new Version(
                Integer.parseInt(matcher.group(1)),
                Integer.parseInt(matcher.group(2)),
                Integer.parseInt(matcher.group(3)));
    }

    void requireTrusted() throws UnusableLibraryException {
        if (compareTo(OLDEST_TRUSTED) < 0) {
            throw new UnusableLibraryException("OpenBLAS " + this + " is too old to be trusted, use " + OLDEST_TRUSTED
                    + " or newer (not " + RACY_PARTITION + ")");
        }
        if (equals(RACY_PARTITION)) {
            throw new UnusableLibraryException("OpenBLAS " + this + " multiplies wrongly (a race, see the change log of"
                    + " 0.3.31), use a newer one");
        }
    }

    boolean allowsConcurrentCalls() {
        return compareTo(CONCURRENT_CALLS) >= 0;
    }

    @Override
    public int compareTo(Version other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}
