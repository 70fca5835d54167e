package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("composition")
class InitializationTest {
    private static final int FAN_IN = 100;
    private static final int FAN_OUT = 300;

    private static double largest(Tensor x) {
        double largest = 0;
        for (int i = 0; i < x.shape().elements(); i++) {
            largest = Math.max(largest, Math.abs(x.getFlat(i)));
        }
        return largest;
    }

    /** Deviations of the formulas with fan-in 100 and fan-out 300; a uniform one is its bound / √3. */
    private static Stream<Arguments> deviations() {
        return Stream.of(
                arguments(Initialization.PYTORCH, 0.05774),
                arguments(Initialization.KAIMING_NORMAL, 0.14142),
                arguments(Initialization.KAIMING_UNIFORM, 0.14142),
                arguments(Initialization.XAVIER_NORMAL, 0.07071),
                arguments(Initialization.XAVIER_UNIFORM, 0.07071),
                arguments(Initialization.XAVIER_UNIFORM.withGain(3), 0.21213),
                arguments(Initialization.normal(0.02), 0.02),
                // Of ±2 deviations; ±0.5 of a deviation of 10 is nearly uniform.
                arguments(Initialization.truncatedNormal(0.02, 0.04), 0.02 * 0.87963),
                arguments(Initialization.truncatedNormal(10, 0.5), 0.5 / Math.sqrt(3)));
    }

    @ParameterizedTest
    @MethodSource("deviations")
    void weights_have_the_deviation_of_the_formula(Initialization initialization, double deviation) {
        var weight = new Linear(FAN_IN, FAN_OUT, false, initialization, TorchRandom.seeded(1))
                .weight()
                .value();
        double squares = weight.pow(2).sum().item() / weight.shape().elements();
        assertThat(Math.sqrt(squares)).isEqualTo(deviation, within(0.02 * deviation));
        assertThat(weight.sum().item() / weight.shape().elements()).isEqualTo(0, within(0.02 * deviation));
    }

    @Test
    void uniform_weights_keep_within_their_bound() {
        var random = TorchRandom.seeded(1);
        var pytorch = new Linear(FAN_IN, FAN_OUT, true, Initialization.PYTORCH, random);
        assertThat(largest(pytorch.weight().value())).isBetween(0.099, 0.1);
        assertThat(largest(pytorch.parameters().get(1).value())).isBetween(0.095, 0.1);
        var kaiming = new Linear(FAN_IN, FAN_OUT, true, Initialization.KAIMING_UNIFORM, random);
        assertThat(largest(kaiming.weight().value())).isBetween(0.243, 0.245);
        assertThat(largest(kaiming.parameters().get(1).value())).isZero();
    }

    @Test
    void a_convolution_counts_the_pixels_of_its_kernel() {
        var conv = new Conv2d(4, 50, 5, TorchRandom.seeded(1)); // fan-in 100
        assertThat(largest(conv.weight().value())).isBetween(0.099, 0.1);
        var zeros = new Conv2d(
                4, 50, 5, Conv2dOptions.PYTORCH.withInitialization(Initialization.ZEROS), TorchRandom.seeded(1));
        assertThat(Arrays.stream(zeros.parameters().toArray(Parameter[]::new))
                        .mapToDouble(parameter -> largest(parameter.value()))
                        .sum())
                .isZero();
    }

    /** Rows at right angles where there are fewer of them, otherwise columns, all of length 1. */
    @ParameterizedTest
    @CsvSource({"7, 7", "40, 9", "9, 40", "1, 5", "64, 64"})
    void an_orthogonal_weight_keeps_angles_and_lengths(int rows, int columns) {
        var weight = Initialization.ORTHOGONAL.weight(rows, columns, TorchRandom.seeded(3));
        var products = rows < columns ? weight.matmulTransposeB(weight) : weight.matmulTransposeA(weight);
        for (int i = 0; i < products.size(0); i++) {
            for (int j = 0; j < products.size(0); j++) {
                assertThat(products.get(i, j)).isEqualTo(i == j ? 1 : 0, within(1e-6));
            }
        }
    }

    @Test
    void a_truncated_normal_keeps_within_its_limit() {
        var random = TorchRandom.seeded(1);
        assertThat(largest(Initialization.truncatedNormal(1, 2).weight(FAN_IN, FAN_OUT, random)))
                .isBetween(1.99, 2.0);
        // Where the limit is far away, a uniform number of -1 would be -∞.
        assertThat(largest(Initialization.truncatedNormal(1, 100).weight(FAN_IN, FAN_OUT, random)))
                .isBetween(3.5, 100.0);
    }

    @Test
    void an_initialization_of_ones_own_is_a_function() {
        Initialization twos = (_, _, _, sizes) -> Tensor.full(2, sizes);
        var layer = new Linear(3, 3, true, twos, TorchRandom.seeded(1));
        assertThat(layer.weight().value()).isEqualTo(Tensor.full(2, 3, 3));
        assertThat(layer.parameters().get(1).value()).isEqualTo(Tensor.zeros(3));
        var scaled = Initialization.PYTORCH.withGain(0);
        assertThat(largest(scaled.weight(3, 2, TorchRandom.seeded(1)))).isZero();
        assertThat(scaled.bias(3, 2, TorchRandom.seeded(1)))
                .isEqualTo(Initialization.PYTORCH.bias(3, 2, TorchRandom.seeded(1)));
    }

    @Test
    void what_has_no_sense_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Initialization.normal(-1))
                .withMessage("normal: the deviation must be at least 0 and finite, it is -1.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Initialization.truncatedNormal(0, 1))
                .withMessage("truncatedNormal: the deviation must be more than 0 and finite, it is 0.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Initialization.truncatedNormal(1, Double.NaN))
                .withMessage("truncatedNormal: the limit must be more than 0 and finite, it is NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Initialization.ZEROS.withGain(Double.NaN))
                .withMessage("withGain: the gain must be finite, it is NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Initialization.ORTHOGONAL.weight(3, 3, TorchRandom.seeded(1), 9))
                .withMessage("orthogonal: wants a weight of at least two dimensions, it is (9)");
    }
}
