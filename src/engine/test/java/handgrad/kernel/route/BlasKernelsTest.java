package handgrad.kernel.route;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.blas.OpenBlas;
import handgrad.kernel.runtime.VectorSupport;
import org.junit.jupiter.api.Test;

class BlasKernelsTest {
    @Test
    void knowsTheFamiliesOfX86AndTakesOthersForTheCpu() {
        assertThat(BlasKernels.bits("Cooperlake")).isEqualTo(512);
        assertThat(BlasKernels.bits("SkylakeX")).isEqualTo(512);
        assertThat(BlasKernels.bits("Haswell")).isEqualTo(256);
        assertThat(BlasKernels.bits("ZEN")).isEqualTo(256);
        assertThat(BlasKernels.bits("Sandybridge")).isEqualTo(256);
        assertThat(BlasKernels.bits("Nehalem")).isEqualTo(128);
        assertThat(BlasKernels.bits("neoversen1")).isEqualTo(VectorSupport.BITS);
        OpenBlas.library()
                .ifPresent(library -> assertThat(BlasKernels.BITS).isEqualTo(BlasKernels.bits(library.coreName())));
    }

    @Test
    void saysWhatToDoAboutKernelsOlderThanTheCpu() {
        assertThat(BlasKernels.advice("Haswell", 256, 512, null))
                .isEqualTo("its kernels for Haswell have vectors of 256 bits, this CPU has 512: set"
                        + " OPENBLAS_CORETYPE=SkylakeX, or name an OpenBLAS that knows this CPU by HANDGRAD_BLAS");
        assertThat(BlasKernels.advice("Nehalem", 128, 256, "Nehalem"))
                .isEqualTo("its kernels for Nehalem have vectors of 128 bits, this CPU has 256: unset"
                        + " OPENBLAS_CORETYPE, which is Nehalem");
        assertThat(BlasKernels.advice("Cooperlake", 512, 512, "Cooperlake")).isNull();
        assertThat(BlasKernels.advice("Haswell", 256, 256, null)).isNull();
        assertThat(BlasKernels.advice("armv8", 128, 128, null)).isNull();
    }
}
