package handgrad.kernel.route;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.kernel.runtime.VectorSupport;
import org.junit.jupiter.api.Test;

/** Which products OpenBLAS's kernels for small matrices do. */
class SmallProductsTest {
    private static final boolean WIDE = VectorSupport.BITS == 512 && BlasKernels.IN_USE == BlasKernels.AVX512;

    @Test
    void takesSixteenRowsOfSmallB() {
        assertThat(SmallProducts.has(100, 100, 100)).isEqualTo(WIDE);
        assertThat(SmallProducts.has(1 << 20, 250, 250)).isEqualTo(WIDE);
        assertThat(SmallProducts.has(1 << 20, 250, 251)).isFalse();
        assertThat(SmallProducts.has(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE))
                .isFalse();
    }

    @Test
    void takesLargerBOfFewerRows() {
        assertThat(SmallProducts.has(1, 1000, 1000)).isEqualTo(WIDE);
        assertThat(SmallProducts.has(2, 1000, 501)).isFalse();
    }
}
