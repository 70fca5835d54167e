package handgrad.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import handgrad.nn.Parameter;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link Optimizer#clippedStep} beside the two calls that it stands for. */
@Tag("no-kernel")
class ClippedStepTest {
    private static final SgdOptions MOMENTUM =
            SgdOptions.PYTORCH.withMomentum(0.9).withWeightDecay(0.5);
    private static final AdamOptions DECAY = AdamOptions.PYTORCH.withWeightDecay(0.5);
    private static final RMSpropOptions RMS =
            RMSpropOptions.PYTORCH.withMomentum(0.9).withCentered(true).withWeightDecay(0.01);

    private static Stream<Function<List<Parameter>, Optimizer>> optimizers() {
        return Stream.of(
                parameters -> new Sgd(parameters, MOMENTUM),
                parameters -> new Sgd(parameters, MOMENTUM.withNesterov(true)),
                parameters -> new RMSprop(parameters, RMS),
                parameters -> new Adam(parameters, DECAY),
                parameters -> new AdamW(parameters, DECAY));
    }

    private static List<Parameter> parameters(DType dtype) {
        var random = TorchRandom.seeded(3);
        return List.of(
                new Parameter("weight", Tensor.randn(random, 7, 9).to(dtype)),
                new Parameter("bias", Tensor.randn(random, 9).to(dtype)));
    }

    private static void draw(List<Parameter> parameters, TorchRandom random, double scale) {
        for (var parameter : parameters) {
            int[] sizes = parameter.value().shape().toArray();
            parameter.grad().copyFrom(Tensor.randn(random, sizes).mul(scale));
        }
    }

    private static List<Tensor> values(List<Parameter> parameters) {
        return parameters.stream().map(Parameter::value).map(Tensor::copy).toList();
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void has_the_bits_of_clipping_and_stepping(Function<List<Parameter>, Optimizer> newOptimizer) {
        for (var dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            var parameters = parameters(dtype);
            var others = parameters(dtype);
            var optimizer = newOptimizer.apply(parameters);
            var other = newOptimizer.apply(others);
            // Norms of about 2.5, which stay, and of more, which are clipped.
            for (int step = 0; step < 6; step++) {
                draw(parameters, TorchRandom.seeded(step), step % 2 == 0 ? 0.3 : 7);
                draw(others, TorchRandom.seeded(step), step % 2 == 0 ? 0.3 : 7);
                var grads = parameters.stream().map(p -> p.grad().copy()).toList();
                double norm = optimizer.clippedStep(0.01, 3);
                assertThat(norm).isEqualTo(Gradients.clipNorm(others, 3)).isNotEqualTo(3);
                other.step(0.01);
                assertThat(values(parameters)).isEqualTo(values(others));
                assertThat(parameters.stream().map(Parameter::grad).toList()).isEqualTo(grads);
            }
        }
    }

    /** One rounding less than in two calls: at most one unit in the last place of the step. */
    @Test
    void plain_sgd_differs_by_one_rounding() {
        var parameters = parameters(DType.FLOAT32);
        var others = parameters(DType.FLOAT32);
        draw(parameters, TorchRandom.seeded(1), 7);
        draw(others, TorchRandom.seeded(1), 7);
        new Sgd(parameters).clippedStep(0.1, 3);
        Gradients.clipNorm(others, 3);
        new Sgd(others).step(0.1);
        for (int i = 0; i < 2; i++) {
            float[] values = parameters.get(i).value().floats();
            float[] expected = others.get(i).value().floats();
            for (int j = 0; j < values.length; j++) {
                float largest = Math.max(0.3f, Math.abs(expected[j]));
                assertThat(Math.abs(values[j] - expected[j])).isLessThanOrEqualTo(Math.ulp(largest));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void a_gradient_that_is_not_finite_is_named_and_nothing_changes(Function<List<Parameter>, Optimizer> newOptimizer) {
        for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            var parameters = parameters(DType.FLOAT32);
            var optimizer = newOptimizer.apply(parameters);
            draw(parameters, TorchRandom.seeded(1), 1);
            parameters.get(1).grad().floats()[8] = wrong;
            var before = values(parameters);
            assertThatExceptionOfType(ArithmeticException.class)
                    .isThrownBy(() -> optimizer.clippedStep(0.1, 1))
                    .withMessage("clippedStep: the gradient of parameter 1, bias (9), is not finite; a smaller learning"
                            + " rate, or a look at the loss, helps");
            assertThat(values(parameters)).isEqualTo(before);
        }
    }

    @Test
    void a_factor_is_the_mean_of_gradients_that_were_added() {
        var parameters = parameters(DType.FLOAT64);
        var others = parameters(DType.FLOAT64);
        draw(parameters, TorchRandom.seeded(1), 4);
        draw(others, TorchRandom.seeded(1), 1);
        new AdamW(parameters, DECAY).step(0.1, 0.25);
        new AdamW(others, DECAY).step(0.1);
        assertThat(values(parameters)).isEqualTo(values(others));
    }

    @Test
    void a_limit_or_a_factor_without_sense_is_refused() {
        var sgd = new Sgd(parameters(DType.FLOAT32));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sgd.clippedStep(0.1, 0))
                .withMessage("clippedStep: the limit must be more than 0, it is 0.0");
        for (double factor : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> sgd.step(0.1, factor))
                    .withMessage("Sgd: the factor of the gradients must be at least 0 and finite, it is " + factor);
        }
    }
}
