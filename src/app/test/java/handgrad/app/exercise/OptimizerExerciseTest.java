package handgrad.app.exercise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import handgrad.app.program.SourceProgram;
import handgrad.nn.Parameter;
import handgrad.optim.Adam;
import handgrad.optim.AdamOptions;
import handgrad.optim.Gradients;
import handgrad.optim.Optimizer;
import handgrad.optim.Sgd;
import handgrad.optim.SgdOptions;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The solution of the exercise in optimisers against the optimisers of the engine. */
class OptimizerExerciseTest {
    private SourceProgram program;
    private Object solution;

    @BeforeEach
    void run() throws Exception {
        var exercise = Exercise.named("27");
        program = SourceProgram.compile(exercise.fileName(), exercise.solution());
        solution = program.newInstance();
        program.invoke(solution, program.mainClass().getDeclaredMethod("backward"));
    }

    private Tensor field(String name) throws ReflectiveOperationException {
        var field = program.mainClass().getDeclaredField(name);
        field.setAccessible(true);
        return (Tensor) Objects.requireNonNull(field.get(solution));
    }

    private Tensor gradient(Tensor weights) throws Exception {
        var method = program.mainClass().getDeclaredMethod("gradient", Tensor.class);
        return (Tensor) Objects.requireNonNull(program.invoke(solution, method, weights));
    }

    private Parameter weights() throws ReflectiveOperationException {
        var parameter = new Parameter("w", field("w").copy());
        parameter.to(DType.FLOAT64);
        return parameter;
    }

    private void threeSteps(Parameter weights, Optimizer optimizer) throws Exception {
        for (int step = 0; step < 3; step++) {
            weights.grad().copyFrom(gradient(weights.value()));
            optimizer.step(0.05);
        }
    }

    private static void assertClose(Tensor actual, Tensor expected, double tolerance) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        for (int i = 0; i < expected.shape().elements(); i++) {
            assertThat(actual.getFlat(i)).isCloseTo(expected.getFlat(i), within(tolerance));
        }
    }

    @Test
    void momentum_leads_to_the_same_weights() throws Exception {
        var weights = weights();
        threeSteps(weights, new Sgd(List.of(weights), SgdOptions.PYTORCH.withMomentum(0.9)));
        assertClose(field("dmomentum"), weights.value(), 1e-12);
    }

    @Test
    void adam_leads_to_the_same_weights() throws Exception {
        var weights = weights();
        threeSteps(
                weights,
                new Adam(
                        List.of(weights),
                        AdamOptions.PYTORCH.withBetas(0.9, 0.99).withEpsilon(0.01)));
        assertClose(field("dadam"), weights.value(), 1e-12);
    }

    /** PyTorch, and so the engine, adds a millionth to the norm. */
    @Test
    void clipping_gives_the_same_gradient() throws Exception {
        var weights = weights();
        weights.grad().copyFrom(gradient(weights.value()));
        assertThat(Gradients.clipNorm(List.of(weights), 2))
                .isCloseTo(field("dnorm").item(), within(1e-9))
                .isGreaterThan(2);
        assertClose(field("dclipped"), weights.grad(), 1e-5);
    }
}
