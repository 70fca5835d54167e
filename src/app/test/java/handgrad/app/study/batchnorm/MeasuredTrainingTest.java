package handgrad.app.study.batchnorm;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.data.GlyphImages;
import handgrad.nn.Linear;
import handgrad.random.TorchRandom;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MeasuredTrainingTest {
    private static final DeepLinear LINEAR =
            new DeepLinear(20, DeepLinear.Placement.EVERY, DeepLinear.Weights.XAVIER_NORMAL);

    private static void nothing() {}

    @ParameterizedTest
    @EnumSource
    void measuringChangesNothing(Variant variant) {
        var steps = new AtomicInteger();
        var measured = MeasuredTraining.run(LINEAR, variant, 1, 12, 4, MeasuredTrainingTest::nothing);
        var alone = MeasuredTraining.run(LINEAR, variant, 1, 12, 0, steps::incrementAndGet);
        assertThat(measured.steps()).containsExactly(0, 3, 6, 9);
        assertThat(alone.readings()).isEmpty();
        assertThat(steps).hasValue(12);
        assertThat(measured.losses()).hasSize(12).isEqualTo(alone.losses()).isNotEqualTo(new double[12]);
        assertThat(measured.firstLoss()).isEqualTo(measured.losses()[0]);
    }

    @ParameterizedTest
    @EnumSource
    void everyNetworkIsMeasuredInEveryLayerButTheFirst(Variant variant) {
        var images =
                new ImageNetwork(GlyphImages.split(20, 0, TorchRandom.seeded(1)).train(), "test", 2, 8);
        assertThat(first(LINEAR, variant).difference()).hasSize(24);
        assertThat(Arrays.stream(first(new NamesNetwork(), variant).cosine()))
                .hasSize(6)
                .allMatch(cosine -> cosine > -1.0001 && cosine < 1.0001);
        assertThat(Arrays.stream(first(images, variant).drift())).hasSize(5).allMatch(drift -> drift > 0);
    }

    private static ProbeResult first(Network network, Variant variant) {
        return MeasuredTraining.run(network, variant, 2, 2, 1, MeasuredTrainingTest::nothing)
                .readings()
                .getFirst();
    }

    /** The sum over so many inputs makes the learning rate too large: the loss leaves float32 within the steps. */
    @Test
    void aTrainingThatDivergesEndsThere() {
        var wide = new DeepLinear(100_000, DeepLinear.Placement.HIDDEN, DeepLinear.Weights.KAIMING_NORMAL);
        var training = MeasuredTraining.run(wide, Variant.STANDARD, 1, 20, 20, MeasuredTrainingTest::nothing);
        assertThat(training.losses()[19]).isInfinite();
        assertThat(training.lastLoss()).isInfinite();
        assertThat(training.readings()).hasSizeLessThan(20).hasSize(training.steps().length);
    }

    @Test
    void variantsOfASeedStartWithTheSameWeights() {
        for (var variant : Variant.values()) {
            var linear = LINEAR.start(variant, 5).stages();
            var standard = LINEAR.start(Variant.STANDARD, 5).stages();
            assertThat(linear).hasSameSizeAs(standard);
            for (int i = 0; i < linear.size(); i++) {
                assertThat(linear.get(i).weight().value().floats())
                        .isEqualTo(standard.get(i).weight().value().floats());
            }
        }
    }

    @Test
    void normalisesBehindEveryLayerOrAllButTheLast() {
        for (var placement : DeepLinear.Placement.values()) {
            var network = new DeepLinear(20, placement, DeepLinear.Weights.XAVIER_NORMAL);
            var layers = network.start(Variant.NOISY, 1).model().layers();
            int normalised = placement == DeepLinear.Placement.EVERY ? 25 : 24;
            assertThat(layers).hasSize(25 + 2 * normalised);
            assertThat(layers.getLast() instanceof Linear).isEqualTo(placement == DeepLinear.Placement.HIDDEN);
            assertThat(network.start(Variant.STANDARD, 1).model().layers()).hasSize(25);
        }
    }
}
