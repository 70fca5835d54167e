package handgrad.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import handgrad.nn.BatchNorm1d;
import handgrad.random.TorchRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Sums over millions of numbers, which float32 alone cannot add. */
@Tag("no-kernel")
class LargeReductionTest {
    private static final int MILLION = 1_000_000;

    private static Tensor normals(int n, double offset) {
        var x = Tensor.randn(TorchRandom.seeded(3), n);
        float[] elements = x.floats();
        for (int i = 0; i < n; i++) {
            elements[i] += (float) offset;
        }
        return x;
    }

    @Test
    void ones() {
        assertThat(Tensor.ones(20 * MILLION, 2).mean(0, false).floats()).containsExactly(1, 1);
    }

    @Test
    void ten_million_tenths() {
        double exact = 1e7 * 0.1f;
        var x = Tensor.full(0.1, 10 * MILLION);
        assertThat(x.sum().item()).isEqualTo(exact, within(0x1p-24 * 23.25 * exact));
        assertThat(x.var().item()).isZero();
        assertThat(x.reshape(-1, 20).var(0, Variance.UNBIASED, false).sum().item())
                .isZero();
        assertThat(Tensor.zeros(DType.FLOAT64, Shape.of(10 * MILLION))
                        .fill(0.1)
                        .sum()
                        .item())
                .isEqualTo(MILLION, within(0x1p-53 * 23.25 * MILLION));
        float[] elements = x.floats();
        for (int i = 0; i < elements.length; i += 2) {
            elements[i] = -0.1f;
        }
        assertThat(x.sum().item()).isZero();
    }

    @Test
    void normals_far_from_0() {
        requireSpread(normals(100_000, 1e6));
        requireSpread(normals(MILLION, 1e4));
        requireSpread(normals(MILLION, 1e6));
    }

    private static void requireSpread(Tensor x) {
        int n = x.size(0);
        float[] elements = x.floats();
        double mean = ExactSum.of(n, i -> elements[i]) / n;
        double variance = ExactSum.squares(n, i -> elements[i]) / (n - 1);
        assertThat(x.mean().item()).isEqualTo(mean, within(0x1p-24 * mean));
        assertThat(x.var().item()).isEqualTo(variance, within(0x1p-24 * 20 * variance));
        assertThat(x.reshape(n, 1).std(0, Variance.UNBIASED, false).item())
                .isEqualTo(Math.sqrt(variance), within(0x1p-24 * 20 * variance));
    }

    @Test
    void deviations_below_the_least_normal_number() {
        assertThat(Tensor.of(new float[] {0, 1e-40f}, 2).std().item())
                .isCloseTo(1e-40 / Math.sqrt(2), withinPercentage(1e-3));
        assertThat(Tensor.of(new float[] {0, 7, 1e-40f, 7}, 2, 2)
                        .std(0, Variance.UNBIASED, false)
                        .getFlat(0))
                .isCloseTo(1e-40 / Math.sqrt(2), withinPercentage(1e-3));
    }

    @Test
    void two_columns_of_plus_and_minus_100() {
        var x = Tensor.zeros(MILLION, 2);
        for (int i = 0; i < MILLION; i++) {
            x.floats()[2 * i] = 100;
            x.floats()[2 * i + 1] = -100;
        }
        assertThat(x.std(0, Variance.UNBIASED, false).floats()).containsExactly(0, 0);
        var norm = new BatchNorm1d(2);
        assertThat(norm.forward(x).abs().sum().item()).isZero();
        assertThat(norm.runningMean().floats()).containsExactly(10, -10);
    }

    @Test
    void the_gradient_of_a_bias() {
        int rows = 2 * MILLION;
        var dWeight = Tensor.zeros(1, 2);
        var dBias = Tensor.zeros(2);
        Functional.linearBackwardParameters(Tensor.zeros(rows, 1), Tensor.ones(rows, 2), dWeight, dBias);
        assertThat(dBias.floats()).containsExactly(rows, rows);
    }

    @Test
    void the_loss_of_a_million_rows() {
        var logits = Tensor.full(0.1, MILLION, 3);
        var targets = Tensor.zeros(DType.INT32, Shape.of(MILLION));
        assertThat(LossFunctions.crossEntropy(logits, targets, Tensor.zeros(MILLION, 3)))
                .isEqualTo(Math.log(3), within(1e-7));
        assertThat(PointwiseLosses.mseLoss(logits, Tensor.zeros(MILLION, 3), LossReduction.MEAN))
                .isEqualTo((double) 0.1f * 0.1f, within(1e-12));
    }
}
