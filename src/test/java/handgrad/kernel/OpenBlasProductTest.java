package handgrad.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Which products OpenBLAS's kernels for small matrices do; that the products are right is for {@link MatrixProductTest}. */
class OpenBlasProductTest {
    private static final boolean WIDE = VectorSupport.BITS == 512;

    @Test
    void takesSixteenRowsOfSmallB() {
        assertThat(OpenBlasProduct.isSmall(100, 100, 100)).isEqualTo(WIDE);
        assertThat(OpenBlasProduct.isSmall(1 << 20, 250, 250)).isEqualTo(WIDE);
        assertThat(OpenBlasProduct.isSmall(1 << 20, 250, 251)).isFalse();
        assertThat(OpenBlasProduct.isSmall(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE))
                .isFalse();
    }

    @Test
    void takesLargerBOfFewerRows() {
        assertThat(OpenBlasProduct.isSmall(1, 1000, 1000)).isEqualTo(WIDE);
        assertThat(OpenBlasProduct.isSmall(2, 1000, 501)).isFalse();
    }
}
