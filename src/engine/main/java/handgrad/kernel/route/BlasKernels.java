package handgrad.kernel.route;

import handgrad.blas.OpenBlas;
import handgrad.kernel.runtime.VectorSupport;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The kernels that OpenBLAS chose. They follow the processor family that it took this one for, which may be an older
 * one than it is: a version that does not know the processor takes the nearest it knows, and the environment variable
 * {@code OPENBLAS_CORETYPE} names any.
 */
public final class BlasKernels {
    private static final String VARIABLE = "OPENBLAS_CORETYPE";

    /** The width of their vectors in bits; that of the Java kernels where OpenBLAS is off or names no family of x86. */
    static final int BITS =
            OpenBlas.library().map(library -> bits(library.coreName())).orElse(VectorSupport.BITS);

    private BlasKernels() {}

    /** The width of the vectors of a family, in the words of {@code openblas_get_corename}. */
    static int bits(String coreName) {
        return switch (coreName.toLowerCase(Locale.ROOT)) {
            case "skylakex", "cooperlake", "sapphirerapids" -> 512;
            case "haswell", "zen", "excavator", "steamroller", "piledriver", "bulldozer", "sandybridge" -> 256;
            case "prescott",
                    "core2",
                    "penryn",
                    "dunnington",
                    "nehalem",
                    "atom",
                    "nano",
                    "athlon",
                    "opteron",
                    "opteron_sse3",
                    "barcelona",
                    "bobcat",
                    "katmai",
                    "coppermine",
                    "northwood",
                    "banias" -> 128;
            default -> VectorSupport.BITS;
        };
    }

    /** A sentence on kernels that are older than the CPU, with the remedy; empty if they are not. */
    public static Optional<String> advice() {
        return OpenBlas.library()
                .map(library -> advice(
                        library.coreName(),
                        bits(library.coreName()),
                        VectorSupport.WIDEST_OF_CPU,
                        System.getenv(VARIABLE)));
    }

    static @Nullable String advice(String coreName, int bits, int cpu, @Nullable String variable) {
        if (bits >= cpu || cpu < 256) {
            return null;
        }
        var remedy = variable != null
                ? "unset %s, which is %s".formatted(VARIABLE, variable)
                : "set %s=%s, or name an OpenBLAS that knows this CPU by HANDGRAD_BLAS"
                        .formatted(VARIABLE, cpu == 512 ? "SkylakeX" : "Haswell");
        return "its kernels for %s have vectors of %d bits, this CPU has %d: %s".formatted(coreName, bits, cpu, remedy);
    }
}
