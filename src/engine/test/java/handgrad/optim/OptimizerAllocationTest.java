package handgrad.optim;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.kernel.Allocation;
import handgrad.nn.Parameter;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Steps of every optimiser with all that it can do, clipped within the step and before it. */
@Tag("no-kernel")
class OptimizerAllocationTest {
    private static final SgdOptions MOMENTUM =
            SgdOptions.PYTORCH.withMomentum(0.9).withWeightDecay(0.01);
    private static final AdamOptions DECAY = AdamOptions.PYTORCH.withWeightDecay(0.01);
    private static final RMSpropOptions RMS =
            RMSpropOptions.PYTORCH.withMomentum(0.9).withCentered(true).withWeightDecay(0.01);

    private static Stream<Function<List<Parameter>, Optimizer>> optimizers() {
        return Stream.of(
                Sgd::new,
                parameters -> new Sgd(parameters, SgdOptions.PYTORCH.withWeightDecay(0.01)),
                parameters -> new Sgd(parameters, MOMENTUM.withDampening(0.5)),
                parameters -> new Sgd(parameters, MOMENTUM.withNesterov(true)),
                parameters -> new RMSprop(parameters, RMS),
                parameters -> new Adam(parameters, DECAY),
                parameters -> new AdamW(ParameterGroups.decayMatrices(parameters), DECAY));
    }

    @ParameterizedTest
    @Tag("allocation")
    @MethodSource("optimizers")
    void a_step_allocates_nothing(Function<List<Parameter>, Optimizer> newOptimizer) {
        for (var dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            var random = TorchRandom.seeded(1);
            var weight = new Parameter("weight", Tensor.randn(random, 7, 9).to(dtype));
            var bias = new Parameter("bias", Tensor.randn(random, 9).to(dtype));
            var optimizer = newOptimizer.apply(List.of(weight, bias));
            long bytes = Allocation.leastBytes(() -> {
                optimizer.zeroGrad();
                weight.grad().fill(1);
                bias.grad().fill(-1);
                Gradients.clipNorm(optimizer.parameters(), 2);
                optimizer.step(1e-6);
                Gradients.clipValue(optimizer.parameters(), 0.5);
                optimizer.clippedStep(1e-6, 1);
            });
            assertThat(bytes).as("%s, bytes allocated in 2,000 steps", dtype).isZero();
        }
    }
}
