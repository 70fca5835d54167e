package handgrad.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import handgrad.nn.Gelu;
import handgrad.nn.Linear;
import handgrad.nn.Relu;
import handgrad.nn.Tanh;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("composition")
class StatisticsTest {
    @Test
    void mean_and_deviation_are_the_tensors_own() {
        var x = Tensor.randn(TorchRandom.seeded(1), 50, 40).mul(0.3).add(1000).to(DType.FLOAT64);
        var moments = Moments.of(Moments.floats(x));
        var rounded = x.to(DType.FLOAT32).to(DType.FLOAT64);
        assertThat(moments.mean()).isEqualTo(rounded.mean().item(), within(1e-9));
        assertThat(moments.std()).isEqualTo(rounded.std().item(), within(1e-9));
        assertThat(Moments.of(Moments.floats(Tensor.full(0.1, 7))).std()).isZero();
        assertThat(Moments.of(Moments.floats(Tensor.scalar(3))).std()).isNaN();
        assertThat(Moments.of(new float[] {1, Float.NaN}).mean()).isNaN();
    }

    @Test
    void shares_of_a_tanh() {
        var y = Tensor.of(new float[] {0.98f, 0.5f, 0, -0.98f, 1, 0.96f, -1, -0.97f}, 2, 4);
        var statistics =
                Statistics.of("2", "Tanh", y, LayerTraits.of(new Tanh()).flatness());
        assertThat(statistics.saturated()).isEqualTo(4 / 8.0);
        assertThat(statistics.zero()).isEqualTo(1 / 8.0);
        assertThat(statistics.deadUnits()).as("the first only").isEqualTo(1 / 4.0);
    }

    @Test
    void shares_of_a_relu() {
        var y = Tensor.of(new float[] {0, 0, 3, 0, 2, 0}, 2, 3);
        var statistics =
                Statistics.of("2", "Relu", y, LayerTraits.of(new Relu()).flatness());
        assertThat(statistics.saturated()).isNaN();
        assertThat(statistics.zero()).isEqualTo(4 / 6.0);
        assertThat(statistics.deadUnits()).as("the first only").isEqualTo(1 / 3.0);
        var dead = Statistics.of("2", "Relu", Tensor.zeros(2, 3), Flatness.RELU);
        assertThat(dead.deadUnits()).isEqualTo(1);
    }

    @Test
    void other_layers_have_none() {
        assertThat(LayerTraits.of(new Linear(2, 2, TorchRandom.seeded(1))).flatness())
                .isNull();
        var gelu = Statistics.of(
                "2", "Gelu", Tensor.zeros(2, 3), LayerTraits.of(new Gelu()).flatness());
        assertThat(gelu.saturated()).isNaN();
        assertThat(gelu.deadUnits()).isNaN();
    }

    private static Histogram histogram(float... elements) {
        return Statistics.of("2", "Tanh", Tensor.of(elements, elements.length), null)
                .histogram();
    }

    @Test
    void a_histogram_counts_every_finite_value() {
        var histogram = histogram(-1, 1, 1, 0.01f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY);
        assertThat(histogram.from()).isEqualTo(-1);
        assertThat(histogram.to()).isEqualTo(1);
        assertThat(histogram.counts()).hasSize(100);
        assertThat(histogram.counts()[0]).isEqualTo(1);
        assertThat(histogram.counts()[50]).isEqualTo(1);
        assertThat(histogram.counts()[99]).isEqualTo(2);
        assertThat(histogram(2, 2).counts()[0]).isEqualTo(2);
        assertThat(histogram(Float.NaN).counts()).isEmpty();
        assertThat(histogram().counts()).isEmpty();
    }

    @Test
    void a_loss_curve_averages_the_logarithm() {
        var few = LossCurve.of(new float[] {1, 10, 100});
        assertThat(few.binSize()).isEqualTo(1);
        assertThat(few.log10()).containsExactly(0, 1, 2);
        float[] losses = new float[1_005];
        Arrays.fill(losses, 10);
        losses[0] = 1;
        var curve = LossCurve.of(losses);
        assertThat(curve.binSize()).isEqualTo(10);
        assertThat(curve.log10()).hasSize(101);
        assertThat(curve.log10()[0]).isEqualTo(0.9, within(1e-12));
        assertThat(curve.log10()[100]).isEqualTo(1, within(1e-12));
        assertThat(LossCurve.of(new float[200_000]).binSize()).isEqualTo(1000);
        assertThat(LossCurve.of(new float[0]).log10()).isEmpty();
    }
}
