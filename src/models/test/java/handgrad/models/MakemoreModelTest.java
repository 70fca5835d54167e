package handgrad.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import handgrad.check.GradientCheck;
import handgrad.data.Names;
import handgrad.nn.CrossEntropyLoss;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import handgrad.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MakemoreModelTest {
    private static final MakemoreSizes SMALL = new MakemoreSizes(5, 4, 2, 2, 4, 3);

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
            var network = model.build(MakemoreSizes.MAKEMORE, TorchRandom.seeded(1));
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
                .isThrownBy(() -> MakemoreSizes.MAKEMORE.withHidden(0))
                .withMessage(
                        "MakemoreSizes: each size must be at least 1, they are vocabulary 27, block size 16, layers"
                                + " 4, heads 4, embedding 64 and hidden 0");
    }

    /** The batches and the symbols before; the layers of the engine have tests of their own. */
    @Test
    void a_step_allocates_nothing() {
        assumeTrue(Backend.vectors().contains("float vectors"), "the fallback kernels make small temporary arrays");
        var random = TorchRandom.seeded(1);
        var split = MakemoreSplit.of(Names.bundled(), random);
        var sizes = new MakemoreSizes(27, split.train().blockSize(), 2, 2, 32, 32);
        var model = MakemoreModel.MLP.build(sizes, random);
        var batches = new MakemoreBatches(split.train(), 4, random);
        var loss = new CrossEntropyLoss();
        var optimizer = MakemoreModel.optimizer(model.parameters(), MakemoreModel.WEIGHT_DECAY);
        var thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        // Until C2 has compiled the kernels their vectors are objects, so the quietest of many rounds counts.
        for (int round = 0; round < 1_000 && least > 0; round++) {
            long before = thread.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 10; i++) {
                var batch = batches.next();
                loss.forward(model.forward(batch.x()), batch.y());
                optimizer.zeroGrad();
                model.backward(loss.backward());
                optimizer.step(MakemoreModel.LEARNING_RATE);
            }
            least = Math.min(least, thread.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).as("bytes allocated in 10 steps").isZero();
    }
}
