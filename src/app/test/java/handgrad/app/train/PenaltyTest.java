package handgrad.app.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import handgrad.nn.Parameter;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class PenaltyTest {
    private final Parameter parameter =
            new Parameter("weight", Tensor.randn(TorchRandom.seeded(3), 4, 5).to(DType.FLOAT64));

    @Test
    void is_the_mean_of_the_squares_times_its_strength() {
        var squares = parameter.value().mul(parameter.value());
        assertThat(new Penalty(0.5, List.of(parameter)).forward())
                .isCloseTo(0.5 * squares.sum().item() / 20, within(1e-12));
    }

    @Test
    void its_gradient_is_the_slope_of_its_value() {
        var penalty = new Penalty(0.5, List.of(parameter));
        parameter.grad().fill(1);
        penalty.backward();
        double step = 1e-6;
        for (int i = 0; i < 20; i++) {
            double value = parameter.value().getFlat(i);
            parameter.value().setFlat(i, value + step);
            double above = penalty.forward();
            parameter.value().setFlat(i, value - step);
            double below = penalty.forward();
            parameter.value().setFlat(i, value);
            assertThat(parameter.grad().getFlat(i)).isCloseTo(1 + (above - below) / (2 * step), within(1e-8));
        }
    }

    @Test
    void of_no_strength_changes_nothing() {
        var penalty = new Penalty(0, List.of(parameter));
        penalty.backward();
        assertThat(penalty.forward()).isZero();
        assertThat(parameter.grad())
                .isEqualTo(Tensor.zeros(DType.FLOAT64, parameter.value().shape()));
    }
}
