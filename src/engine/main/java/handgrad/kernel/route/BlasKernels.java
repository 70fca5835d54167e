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
public enum BlasKernels {
    /** For AVX-512, with kernels for small matrices. */
    AVX512(512),
    /** For AVX2 and fused multiply-add. */
    AVX2(256),
    /** For x86 without fused multiply-add. */
    OLDER(128);

    /** Those in use; where OpenBLAS is off or names no family of x86, those that fit the vectors of Java. */
    static final BlasKernels IN_USE =
            OpenBlas.library().map(library -> of(library.coreName())).orElseGet(BlasKernels::ofVectors);

    private static final String VARIABLE = "OPENBLAS_CORETYPE";

    private final int bits;

    BlasKernels(int bits) {
        this.bits = bits;
    }

    /** The kernels for a family, in the words of {@code openblas_get_corename}. */
    static BlasKernels of(String coreName) {
        var kernels = ofX86(coreName);
        return kernels == null ? ofVectors() : kernels;
    }

    /** The kernels for a family of x86; null for another. */
    private static @Nullable BlasKernels ofX86(String coreName) {
        return switch (coreName.toLowerCase(Locale.ROOT)) {
            case "skylakex", "cooperlake", "sapphirerapids" -> AVX512;
            case "haswell", "zen", "excavator", "steamroller" -> AVX2;
            case "sandybridge",
                    "bulldozer",
                    "piledriver",
                    "bobcat",
                    "barcelona",
                    "nehalem",
                    "dunnington",
                    "penryn",
                    "core2",
                    "atom",
                    "nano",
                    "opteron",
                    "opteron_sse3",
                    "athlon",
                    "prescott",
                    "northwood",
                    "banias",
                    "katmai",
                    "coppermine" -> OLDER;
            default -> null;
        };
    }

    private static BlasKernels ofVectors() {
        return VectorSupport.BITS == AVX512.bits ? AVX512 : AVX2;
    }

    /** A sentence on kernels that are older than the CPU, with the remedy; empty if they are not. */
    public static Optional<String> advice() {
        return OpenBlas.library()
                .map(library -> advice(library.coreName(), VectorSupport.WIDEST_OF_CPU, System.getenv(VARIABLE)));
    }

    static @Nullable String advice(String coreName, int cpu, @Nullable String variable) {
        var kernels = ofX86(coreName);
        if (kernels == null || cpu < AVX2.bits || kernels.bits >= cpu) {
            return null;
        }
        var remedy = variable != null
                ? "unset %s, which is %s".formatted(VARIABLE, variable)
                : "set %s=%s, or name an OpenBLAS that knows this CPU by HANDGRAD_BLAS"
                        .formatted(VARIABLE, cpu == AVX512.bits ? "SkylakeX" : "Haswell");
        return "its kernels for %s are older than this CPU, which has vectors of %d bits: %s"
                .formatted(coreName, cpu, remedy);
    }
}
