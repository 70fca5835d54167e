package handgrad.app.study.batchnorm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import handgrad.app.study.batchnorm.LpNormalization.Norm;
import handgrad.check.GradientCheck;
import handgrad.random.TorchRandom;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LpNormalizationTest {
    private final TorchRandom random = TorchRandom.seeded(7);

    @ParameterizedTest
    @EnumSource
    void itsGradientsAreRight(Norm norm) {
        GradientCheck.of(new LpNormalization(norm, Tensor.rand(random, 5)))
                .input(Shape.of(6, 5))
                .assertPasses();
        GradientCheck.of(new LpNormalization(norm, Tensor.rand(random, 3)))
                .input(Shape.of(2, 3, 4, 2))
                .assertPasses();
    }

    @ParameterizedTest
    @CsvSource({"L1, 2.25", "L2, 2.5980762113533160", "L_INFINITY, 4"})
    void dividesByTheNormThatTheValuesHadBeforeTheirMeanWasTakenOff(Norm norm, double scale) {
        var layer = new LpNormalization(norm, Tensor.ones(1));
        var out = layer.forward(Tensor.of(new float[] {1, -4, 3, 1}, 4, 1));
        assertThat(out.floats()[1]).isCloseTo((float) (-4.25 / scale), within(1e-5f));
    }

    @Test
    void pixelsOfAChannelAreValuesOfOneUnit() {
        var images = Tensor.randn(random, 3, 2, 4, 5);
        var rows = images.transpose(1, 3).reshape(-1, 2);
        var asImages = new LpNormalization(Norm.L1, Tensor.ones(2)).forward(images);
        var asRows = new LpNormalization(Norm.L1, Tensor.ones(2)).forward(rows);
        assertThat(asImages.transpose(1, 3).reshape(-1, 2).floats()).containsExactly(asRows.floats(), within(1e-5f));
    }

    @ParameterizedTest
    @EnumSource
    void aUnitThatIsZeroForTheWholeBatchStaysZero(Norm norm) {
        var layer = new LpNormalization(norm, Tensor.ones(1));
        assertThat(layer.forward(Tensor.zeros(3, 1)).floats()).containsOnly(0);
        assertThat(layer.backward(Tensor.zeros(3, 1)).floats()).containsOnly(0);
    }
}
