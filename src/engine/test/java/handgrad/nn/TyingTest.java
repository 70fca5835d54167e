package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import handgrad.check.GradientCheck;
import handgrad.kernel.Allocation;
import handgrad.optim.Adam;
import handgrad.optim.AdamW;
import handgrad.optim.WeightAverage;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A model whose output layer uses the table of its embedding; its training is held beside PyTorch's elsewhere. */
@Tag("composition")
class TyingTest {
    private static final int TOKENS = 6;
    private static final int WIDTH = 5;

    private final Tensor x = Tensor.of(new int[] {1, 5, 1, 0, 3, 3, 2, 4}, 8);
    private final Tensor y = Tensor.of(new int[] {5, 1, 0, 3, 3, 2, 4, 1}, 8);

    private static Sequential model() {
        var random = TorchRandom.seeded(1);
        var embedding = new Embedding(TOKENS, WIDTH, random);
        return new Sequential(
                embedding, new Linear(WIDTH, WIDTH, random), new Tanh(), new TiedLinear(embedding.weight()));
    }

    private double step(Layer model, Loss loss) {
        double value = loss.forward(model.forward(x), y);
        model.backward(loss.backward());
        return value;
    }

    @Test
    void the_table_is_one_parameter_with_one_name() {
        var model = model();
        assertThat(model.stateDict().keySet()).containsExactly("0.weight", "1.weight", "1.bias");
        assertThat(model.namedParameters().keySet()).containsExactly("0.weight", "1.weight", "1.bias");
        assertThat(model.parts().ties()).containsExactly(Map.entry("3.weight", "0.weight"));
        assertThat(new Residual(model).parts().ties()).containsExactly(Map.entry("f.0.3.weight", "f.0.0.weight"));
        assertThat(model.parameterCount()).isEqualTo(TOKENS * WIDTH + WIDTH * WIDTH + WIDTH);
        assertThat(new Adam(model.parameters()).stateDict(model).keySet())
                .filteredOn(name -> name.endsWith("exp_avg"))
                .containsExactly("0.weight.exp_avg", "1.weight.exp_avg", "1.bias.exp_avg");
        assertThat(new WeightAverage(model, 0.9).stateDict()).hasSize(4);
    }

    @Test
    void gradients_of_both_uses_are_added() {
        GradientCheck.of(model()).input(x).assertPasses();
        var model = model();
        model.to(DType.FLOAT64);
        step(model, new CrossEntropyLoss());
        var grad = model.parameters().getFirst().grad();
        // The same network with a table for each use.
        var table = model.parameters().getFirst().value();
        var linear = List.copyOf(model.stateDict().values());
        var apart = new Sequential(
                new Embedding(table.copy()),
                new Linear(linear.get(1).copy(), linear.get(2).copy()),
                new Tanh(),
                new Linear(table.transpose(0, 1), null));
        step(apart, new CrossEntropyLoss());
        var first = apart.parameters().getFirst().grad();
        var last = apart.parameters().getLast().grad().transpose(0, 1);
        var both = first.add(last);
        for (int i = 0; i < both.shape().elements(); i++) {
            assertThat(grad.getFlat(i)).isEqualTo(both.getFlat(i), within(1e-14));
        }
    }

    @Test
    void a_copy_of_the_state_restores_both_uses() {
        var model = model();
        var saved = model.stateDict().copy();
        var out = model.forward(x).copy();
        model.parameters().getFirst().value().fill(0.1);
        assertThat(model.forward(x)).isNotEqualTo(out);
        model.loadStateDict(saved);
        assertThat(model.forward(x)).isEqualTo(out);
    }

    @Test
    void shards_of_data_count_it_once() {
        var model = model();
        model.to(DType.FLOAT64);
        var parallel = new DataParallel(3, TyingTest::model);
        parallel.model().to(DType.FLOAT64);
        assertThat(parallel.parameters()).hasSize(3);
        var adam = new AdamW(model.parameters());
        var other = new AdamW(parallel.parameters());
        for (int time = 0; time < 5; time++) {
            adam.zeroGrad();
            other.zeroGrad();
            double value = step(model, new CrossEntropyLoss());
            assertThat(parallel.forwardBackward(x, y)).isEqualTo(value, within(1e-12));
            adam.step(0.1);
            other.step(0.1);
        }
        assertThat(other.stateDict(parallel.model()).keySet())
                .isEqualTo(adam.stateDict(model).keySet());
    }

    @Test
    @Tag("allocation")
    @Tag("long")
    void a_step_allocates_nothing() {
        assumeTrue(Backend.vectors().contains("float vectors"), "the fallback kernels make small temporary arrays");
        var model = model();
        var loss = new CrossEntropyLoss();
        var adam = new AdamW(model.parameters());
        long bytes = Allocation.leastBytes(() -> {
            adam.zeroGrad();
            step(model, loss);
            adam.clippedStep(1e-6, 1);
        });
        assertThat(bytes).as("bytes allocated in 2,000 steps").isZero();
    }

    @Test
    void who_does_not_say_it_learns_how() {
        var random = TorchRandom.seeded(1);
        var embedding = new Embedding(TOKENS, TOKENS, random);
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new Sequential(embedding, new Linear(embedding.weight().value(), null)))
                .withMessage("Parts: 0.weight and 1.weight are one tensor; give each a copy of its own, or let the"
                        + " second place say parts.tie(name, parameter)");
        var parts = new Parts();
        parts.add("embedding", embedding);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parts.add(embedding.weight()))
                .withMessage("Parts: embedding.weight and weight are one tensor; give each a copy of its own, or let"
                        + " the second place say parts.tie(name, parameter)");
    }
}
