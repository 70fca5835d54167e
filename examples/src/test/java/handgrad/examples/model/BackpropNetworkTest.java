package handgrad.examples.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import handgrad.check.GradientCheck;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import org.junit.jupiter.api.Test;

class BackpropNetworkTest {
    private final TorchRandom random = TorchRandom.seeded(2147483647L);

    @Test
    void its_gradients_pass() {
        var network = BackpropNetwork.draw(new LectureModel.Sizes(3, 4, 7), random);
        GradientCheck.of(network).input(Tensor.randint(random, 27, 9, 3)).assertPasses();
    }

    @Test
    void it_refuses_a_backward_pass_in_evaluation() {
        var network = BackpropNetwork.draw(new LectureModel.Sizes(3, 4, 7), random);
        network.train(false);
        network.forward(Tensor.randint(random, 27, 9, 3));
        assertThatIllegalStateException()
                .isThrownBy(() -> network.backward(Tensor.ones(9, 27)))
                .withMessage("BackpropNetwork.backward: is for training alone; call train(true), then forward");
    }

    @Test
    void it_has_the_parameters_of_the_lecture() {
        assertThat(BackpropNetwork.draw(new LectureModel.Sizes(3, 10, 200), random)
                        .parameterCount())
                .isEqualTo(12_297);
        assertThat(BackpropNetwork.draw(new LectureModel.Sizes(3, 10, 64), random)
                        .parameterCount())
                .isEqualTo(4_137);
    }

    @Test
    void calibration_takes_the_statistics_of_all_rows() {
        var network = BackpropNetwork.draw(new LectureModel.Sizes(3, 4, 7), random);
        var x = Tensor.randint(random, 27, 5_000, 3);
        var byBatch = network.forward(x).copy();
        network.calibrate(x);
        network.train(false);
        var byCalibration = network.forward(x);
        assertThat(byCalibration.sub(byBatch).abs().max(1, false).max(0, false).item())
                .isCloseTo(0, within(1e-4));
    }
}
