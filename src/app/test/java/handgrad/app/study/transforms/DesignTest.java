package handgrad.app.study.transforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class DesignTest {
    // y = 1 + 2x on x = 0 .. 4, with one target moved; leverage 1/n + (x - mean)² / Σ (x - mean)².
    private static final double[][] X = {{0, 1, 2, 3, 4}};

    @Test
    void fitsLeastSquares() {
        assertThat(Design.of(X).fit(new double[] {1, 3, 5, 7, 9})).containsExactly(new double[] {1, 2}, within(1e-12));
        assertThat(Design.of(X).fit(new double[] {1, 3, 5, 7, 14})).containsExactly(new double[] {0, 3}, within(1e-12));
    }

    @Test
    void theFarthestRowHasTheLargestLeverage() {
        assertThat(Design.of(X).largestLeverage()).isCloseTo(0.2 + 4 / 10.0, within(1e-12));
        assertThat(Design.of(new double[][] {{0, 0, 0, 0, 1}}).largestLeverage())
                .isCloseTo(1, within(1e-12));
    }

    @Test
    void knowsColumnsThatSayTheSame() {
        assertThat(Design.of(X).isSingular()).isFalse();
        assertThat(Design.of(new double[][] {X[0], {3, 5, 7, 9, 11}}).isSingular())
                .isTrue();
        assertThat(Design.of(new double[][] {{1, 1, 1, 1, 1}}).isSingular()).isTrue();
        assertThat(Design.of(new double[][] {{1e6, 1e6 + 1, 1e6, 1e6, 1e6}}).isSingular())
                .isFalse();
    }
}
