package handgrad.kernel.route;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.blas.OpenBlas;
import handgrad.kernel.runtime.VectorSupport;
import org.junit.jupiter.api.Test;

class BlasKernelsTest {
    @Test
    void knowsTheFamiliesOfX86AndTakesOthersForTheVectors() {
        assertThat(BlasKernels.of("Cooperlake")).isEqualTo(BlasKernels.AVX512);
        assertThat(BlasKernels.of("SkylakeX")).isEqualTo(BlasKernels.AVX512);
        assertThat(BlasKernels.of("Haswell")).isEqualTo(BlasKernels.AVX2);
        assertThat(BlasKernels.of("ZEN")).isEqualTo(BlasKernels.AVX2);
        assertThat(BlasKernels.of("Sandybridge")).isEqualTo(BlasKernels.OLDER);
        assertThat(BlasKernels.of("Nehalem")).isEqualTo(BlasKernels.OLDER);
        assertThat(BlasKernels.of("neoversen1"))
                .isEqualTo(VectorSupport.BITS == 512 ? BlasKernels.AVX512 : BlasKernels.AVX2);
        OpenBlas.library()
                .ifPresent(library -> assertThat(BlasKernels.IN_USE).isEqualTo(BlasKernels.of(library.coreName())));
    }

    @Test
    void saysWhatToDoAboutKernelsOlderThanTheCpu() {
        assertThat(BlasKernels.advice("Haswell", 512, null))
                .isEqualTo("its kernels for Haswell are older than this CPU, which has vectors of 512 bits: set"
                        + " OPENBLAS_CORETYPE=SkylakeX, or name an OpenBLAS that knows this CPU by HANDGRAD_BLAS");
        assertThat(BlasKernels.advice("Nehalem", 256, "Nehalem"))
                .isEqualTo("its kernels for Nehalem are older than this CPU, which has vectors of 256 bits: unset"
                        + " OPENBLAS_CORETYPE, which is Nehalem");
        assertThat(BlasKernels.advice("Cooperlake", 512, "Cooperlake")).isNull();
        assertThat(BlasKernels.advice("Haswell", 256, null)).isNull();
        assertThat(BlasKernels.advice("armv8", 128, null)).isNull();
        // Vectors of 512 bits, but off: families of x86 are no advice for a CPU of arm64.
        assertThat(BlasKernels.advice("neoversen1", 512, null)).isNull();
    }
}
