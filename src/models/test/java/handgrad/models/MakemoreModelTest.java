package handgrad.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import handgrad.check.GradientCheck;
import handgrad.data.Names;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MakemoreModelTest {
    private static final MakemoreOptions SMALL = new MakemoreOptions(5, 4, 2, 2, 4, 3, 0);

    @Test
    void each_model_has_the_parameters_of_the_program() {
        var counts = Map.of(
                "makemore-bigram", 729L,
                "makemore-mlp", 69_147L,
                "makemore-rnn", 11_803L,
                "makemore-gru", 28_315L,
                "makemore-bow", 12_827L,
                "makemore-transformer", 204_544L);
        for (var model : MakemoreModel.values()) {
            var network = model.build(MakemoreOptions.MAKEMORE, TorchRandom.seeded(1));
            assertThat(network.parameterCount()).as(model.title()).isEqualTo(counts.get(model.title()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void the_gradients_of_each_model_pass(MakemoreModel model) {
        var random = TorchRandom.seeded(5);
        var network = model.build(SMALL, random);
        for (var parameter : network.parameters()) {
            int[] shape = parameter.value().shape().toArray();
            parameter.value().addInPlace(Tensor.randn(random, shape).mul(0.1));
        }
        GradientCheck.of(network).input(Tensor.randint(random, 5, 3, 4)).assertPasses();
    }

    /** What is said of a position depends on no later one, so a word can be drawn from its beginning. */
    @ParameterizedTest
    @EnumSource
    void the_beginning_of_a_word_gives_what_the_whole_gives_there(MakemoreModel model) {
        var random = TorchRandom.seeded(7);
        var network = model.build(SMALL, random);
        var whole = Tensor.randint(random, 5, 3, 4);
        var logits = network.forward(whole).copy();
        var beginning = network.forward(whole.narrow(1, 0, 2).copy());
        assertThat(beginning.floats())
                .containsExactly(logits.narrow(1, 0, 2).copy().floats(), within(1e-5f));
    }

    @Test
    void the_symbols_before_come_newest_first_and_then_that_of_the_start() {
        var x = Tensor.of(new int[] {1, 2, 3, 4, 5, 6}, 2, 3);
        assertThat(new PreviousSymbols(2, 9).forward(x))
                .isEqualTo(Tensor.of(new int[] {1, 9, 2, 1, 3, 2, 4, 9, 5, 4, 6, 5}, 2, 3, 2));
        assertThat(new PreviousSymbols(4, 9).forward(x.narrow(1, 0, 1).copy()))
                .isEqualTo(Tensor.of(new int[] {1, 9, 9, 9, 4, 9, 9, 9}, 2, 1, 4));
    }

    @Test
    void refuses_sizes_of_nothing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MakemoreOptions.MAKEMORE.withHidden(0))
                .withMessage(
                        "MakemoreOptions: each size must be at least 1, they are vocabulary 27, block size 16, layers"
                                + " 4, heads 4, embedding 64 and hidden 0");
    }

    /** What is not of the engine's layers, which have tests of their own. */
    @Test
    void batches_and_the_symbols_before_allocate_nothing() {
        var random = TorchRandom.seeded(1);
        var train = MakemoreSplit.of(Names.bundled(), random).train();
        var batches = new MakemoreBatches(train, 32, random);
        var layer = new PreviousSymbols(train.blockSize(), 27);
        var thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 100 && least > 0; round++) {
            long before = thread.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 10; i++) {
                layer.backward(layer.forward(batches.next().x()));
            }
            least = Math.min(least, thread.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).as("bytes allocated in 10 steps").isZero();
    }
}
