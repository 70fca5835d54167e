package handgrad.app.study.batchnorm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import handgrad.check.GradientCheck;
import handgrad.random.TorchRandom;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import handgrad.tensor.Variance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NoiseTest {
    private static final int UNITS = 400;
    private static final int ROWS = 500;

    private final Noise noise = new Noise(TorchRandom.seeded(3));

    @Test
    void itsGradientIsRight() {
        noise.hold(true);
        GradientCheck.of(noise).input(Shape.of(6, 5)).assertPasses();
    }

    /** The summand alone is the output for 0. */
    @Test
    void eachValueGetsASummandWithinATenthOfItsUnits() {
        var out = noise.forward(Tensor.zeros(ROWS, UNITS));
        var means = out.mean(0);
        assertThat(least(means)).isBetween(-0.51, -0.45);
        assertThat(-least(means.neg())).isBetween(0.45, 0.51);
        var around = out.sub(means);
        assertThat(least(around)).isCloseTo(-0.1, within(0.02));
        assertThat(around.std().item()).isCloseTo(0.2 / Math.sqrt(12), within(1e-3));
    }

    /** The factor alone is what a second input adds to the output of the first. */
    @Test
    void eachValueGetsAFactorAroundThatOfItsUnit() {
        noise.hold(true);
        var summand = noise.forward(Tensor.zeros(ROWS, UNITS));
        var factor = noise.forward(Tensor.ones(ROWS, UNITS)).sub(summand);
        var means = factor.mean(0);
        assertThat(least(means)).isBetween(0.98, 1.02);
        assertThat(-least(means.neg())).isBetween(1.23, 1.27);
        assertThat(factor.sub(means).std().item()).isCloseTo(0.1, within(1e-3));
    }

    @Test
    void pixelsOfAChannelShareTheirUnit() {
        var out = noise.forward(Tensor.zeros(4, 2, 30, 30));
        assertThat(out.shape()).isEqualTo(Shape.of(4, 2, 30, 30));
        var channel = out.transpose(0, 1).reshape(2, -1);
        assertThat(channel.std(1, Variance.BIASED, false).floats())
                .containsExactly(new float[] {0.0577f, 0.0577f}, within(2e-3f));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void isDrawnAtEveryForwardUnlessItIsHeld(boolean held) {
        var x = Tensor.ones(3, 4);
        var first = noise.forward(x);
        noise.hold(held);
        assertThat(noise.forward(x).equals(first)).isEqualTo(held);
    }

    private static double least(Tensor x) {
        double least = Double.POSITIVE_INFINITY;
        for (float value : x.floats()) {
            least = Math.min(least, value);
        }
        return least;
    }
}
