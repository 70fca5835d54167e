package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    @ParameterizedTest
    @CsvSource({
        "PYTORCH, 0.05774",
        "KAIMING_NORMAL, 0.14142",
        "KAIMING_UNIFORM, 0.14142",
        "XAVIER_NORMAL, 0.07071",
        "XAVIER_UNIFORM, 0.07071"
    })
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
}
