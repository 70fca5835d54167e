package handgrad.check.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import handgrad.check.GradientCheck;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every operation of the registry promises. */
class RegistryTest {
    /** The smallest number of samples that an operation may have. */
    private static final int SAMPLES = 8;

    /** The largest error of a FLOAT32 gradient, relative to the norm of the gradients of all inputs together. */
    private static final double GRADIENT_ERROR = 2e-6;

    static Stream<Named<Proof>> operations() {
        return Registry.proofs().stream().map(operation -> Named.of(operation.name(), operation));
    }

    static Stream<Named<Proof>> differentiable() {
        return operations().filter(operation -> operation.getPayload().differentiable());
    }

    @ParameterizedTest
    @Tag("no-kernel")
    @MethodSource("operations")
    void has_samples_and_error_inputs(Proof operation) {
        assertThat(operation.samples()).hasSizeGreaterThanOrEqualTo(SAMPLES);
        assertThat(operation.refusals()).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("operations")
    void value_follows_the_reference(Proof operation) {
        for (var sample : operation.samples()) {
            for (var dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
                var inputs = sample.inputs(DType.FLOAT64);
                var expected = sample.definition().function().apply(inputs);
                var tolerance = sample.definition().tolerance(dtype, inputs);
                var actual = sample.value(dtype);
                assertThat(actual.shape()).as(sample.description()).isEqualTo(expected.shape());
                for (int i = 0; i < expected.shape().elements(); i++) {
                    double bound = tolerance.getFlat(i);
                    if (!(Math.abs(actual.getFlat(i) - expected.getFlat(i)) <= bound)) {
                        assertThat(actual.getFlat(i))
                                .as("%s, inputs %s, element %d", dtype, sample.description(), i)
                                .isEqualTo(expected.getFlat(i), within(bound));
                    }
                }
            }
        }
    }

    /** In FLOAT64, whose loops are plain ones on every set of kernels. */
    @ParameterizedTest
    @Tag("no-kernel")
    @MethodSource("differentiable")
    void gradient_follows_central_differences(Proof operation) {
        operation.samples().stream().map(sample -> sample.check().get()).forEach(GradientCheck::assertPasses);
    }

    @ParameterizedTest
    @MethodSource("differentiable")
    void float32_gradient_follows_float64(Proof operation) {
        for (var sample : operation.samples()) {
            var dOut = direction(sample);
            var single = sample.gradients(dOut);
            var exact = sample.gradients(dOut.to(DType.FLOAT64));
            double norm =
                    Math.sqrt(exact.stream().mapToDouble(RegistryTest::squares).sum());
            for (int i = 0; i < exact.size(); i++) {
                double error = Math.sqrt(squares(single.get(i).to(DType.FLOAT64).sub(exact.get(i))));
                assertThat(error)
                        .as("inputs %s, gradient %d", sample.description(), i)
                        .isLessThanOrEqualTo(GRADIENT_ERROR * norm);
            }
        }
    }

    private static Tensor direction(ProofSample sample) {
        return Tensor.randn(
                TorchRandom.seeded(1), sample.value(DType.FLOAT32).shape().toArray());
    }

    private static double squares(Tensor x) {
        return x.pow(2).sum().item();
    }

    @ParameterizedTest
    @MethodSource("operations")
    void gives_the_same_bits_twice(Proof operation) {
        for (var sample : operation.samples()) {
            for (var dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
                assertThat(sample.value(dtype)).as(sample.description()).isEqualTo(sample.value(dtype));
                if (sample.differentiable()) {
                    var dOut = direction(sample).to(dtype);
                    assertThat(sample.gradients(dOut)).as(sample.description()).isEqualTo(sample.gradients(dOut));
                }
            }
        }
    }

    @ParameterizedTest
    @Tag("no-kernel")
    @MethodSource("operations")
    void refuses_error_inputs(Proof operation) {
        for (var error : operation.refusals()) {
            assertThatIllegalArgumentException().isThrownBy(error.call()::run).withMessage(error.message());
        }
    }
}
