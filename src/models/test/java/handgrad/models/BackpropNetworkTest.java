package handgrad.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import handgrad.check.GradientCheck;
import handgrad.data.Names;
import handgrad.nn.CrossEntropyLoss;
import handgrad.optim.Sgd;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void the_steps_with_names_agree_with_the_fused_pass(boolean training) {
        var network = BackpropNetwork.draw(new LectureModel.Sizes(3, 4, 7), random);
        network.to(DType.FLOAT64);
        var x = Tensor.randint(random, 27, 9, 3);
        network.forward(x); // the running statistics are no longer those of the start
        network.train(training);
        var named = new HashMap<String, Tensor>();
        var last = network.forward(x, (name, value) -> {
            named.put(name, value);
            return value;
        });
        assertThat(named)
                .containsOnlyKeys(
                        "emb",
                        "embcat",
                        "hprebn",
                        "bnmeani",
                        "bndiff",
                        "bndiff2",
                        "bnvar",
                        "bnvar_inv",
                        "bnraw",
                        "hpreact",
                        "h",
                        "logits");
        assertThat(named.get("logits")).isSameAs(last);
        assertThat(network.forward(x).doubles()).containsExactly(last.doubles(), within(1e-12));
    }

    @Test
    void without_differences_from_the_mean_all_rows_are_alike() {
        var network = BackpropNetwork.draw(new LectureModel.Sizes(3, 4, 7), random);
        var zeroed = network.forward(
                Tensor.randint(random, 27, 9, 3), (name, value) -> name.equals("bndiff") ? value.mul(0) : value);
        assertThat(zeroed.narrow(0, 0, 1)).isEqualTo(zeroed.narrow(0, 8, 1));
    }

    @Test
    void a_step_in_steady_state_allocates_nothing() {
        assumeTrue(Backend.vectors().contains("float vectors"), "the fallback kernels make small temporary arrays");
        var network = BackpropNetwork.draw(new LectureModel.Sizes(3, 10, 200), random);
        var data = Names.bundled().split(42).train();
        var loss = new CrossEntropyLoss();
        var sgd = new Sgd(network.parameters());
        var thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        // Until C2 has compiled the kernels their vectors are objects, so the quietest of many rounds counts.
        for (int round = 0; round < 1_000 && least > 0; round++) {
            long before = thread.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 100; i++) {
                var batch = data.batch(32, random);
                loss.forward(network.forward(batch.x()), batch.y());
                sgd.zeroGrad();
                network.backward(loss.backward());
                sgd.step(0.01);
            }
            least = Math.min(least, thread.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).as("bytes allocated in 100 steps").isZero();
    }
}
