package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import handgrad.optim.Sgd;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import handgrad.tensor.DType;
import handgrad.tensor.LossFunctions;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("composition")
class DataParallelTest {
    private static final int ROWS = 50;

    private final int threads = Backend.threads();
    private final TorchRandom random = TorchRandom.seeded(5);
    private final Tensor x = indices(ROWS, 3);
    private final Tensor y = indices(ROWS);

    @AfterEach
    void restoreThreads() {
        Backend.setThreads(threads);
    }

    private Tensor indices(int... sizes) {
        var tensor = Tensor.zeros(DType.INT32, Shape.of(sizes));
        random.randint(0, 27, tensor.ints());
        return tensor;
    }

    private static Sequential perceptron() {
        var random = TorchRandom.seeded(42);
        return new Sequential(
                new Embedding(27, 4, random),
                new FlattenConsecutive(3),
                new Linear(12, 40, random),
                new Tanh(),
                new Linear(40, 27, random));
    }

    private static Sequential normalized() {
        var random = TorchRandom.seeded(42);
        return new Sequential(
                new Embedding(27, 4, random),
                new FlattenConsecutive(3),
                new Linear(12, 40, random),
                new BatchNorm1d(40),
                new Tanh(),
                new Linear(40, 27, random));
    }

    private static double step(Layer model, Tensor x, Tensor y) {
        var loss = new CrossEntropyLoss();
        double value = loss.forward(model.forward(x), y);
        model.backward(loss.backward());
        return value;
    }

    private static void requireSameGradients(Layer model, DataParallel parallel) {
        for (int p = 0; p < model.parameters().size(); p++) {
            double[] expected = model.parameters().get(p).grad().doubles();
            double[] actual = parallel.parameters().get(p).grad().doubles();
            for (int i = 0; i < expected.length; i++) {
                assertThat(actual[i]).isEqualTo(expected[i], within(1e-15 + 1e-12 * Math.abs(expected[i])));
            }
        }
    }

    /** 50 rows in shards of equal and of unequal size. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 50})
    void is_the_undivided_step(int shards) {
        var model = perceptron();
        model.to(DType.FLOAT64);
        var parallel = new DataParallel(shards, DataParallelTest::perceptron);
        parallel.model().to(DType.FLOAT64);
        // Twice, because gradients are added.
        for (int time = 0; time < 2; time++) {
            double loss = step(model, x, y);
            assertThat(parallel.forwardBackward(x, y)).isEqualTo(loss, within(1e-13));
            requireSameGradients(model, parallel);
        }
    }

    @Test
    void a_shard_weighs_as_many_rows_as_count() {
        // Of the first of two shards one row counts, of the second all do; then none of the first.
        Arrays.fill(y.ints(), 1, ROWS / 2, LossFunctions.IGNORED);
        var model = perceptron();
        model.to(DType.FLOAT64);
        var parallel = new DataParallel(2, DataParallelTest::perceptron);
        parallel.model().to(DType.FLOAT64);
        for (int time = 0; time < 2; time++) {
            assertThat(parallel.forwardBackward(x, y)).isEqualTo(step(model, x, y), within(1e-13));
            requireSameGradients(model, parallel);
            y.ints()[0] = LossFunctions.IGNORED;
        }
    }

    @Test
    void a_row_may_have_several_targets() {
        Supplier<Layer> newModel = () -> {
            var random = TorchRandom.seeded(1);
            return new Sequential(new Embedding(27, 4, random), new Linear(4, 27, random), new Flatten(0, 1));
        };
        var targets = indices(3 * ROWS);
        var model = newModel.get();
        model.to(DType.FLOAT64);
        var parallel = new DataParallel(3, newModel);
        parallel.model().to(DType.FLOAT64);
        assertThat(parallel.forwardBackward(x, targets)).isEqualTo(step(model, x, targets), within(1e-13));
        requireSameGradients(model, parallel);
    }

    @Test
    void equal_bits_at_any_number_of_threads() {
        var states = new ArrayList<List<Tensor>>();
        for (int count = 1; count <= 4; count++) {
            Backend.setThreads(count);
            var parallel = new DataParallel(3, DataParallelTest::normalized);
            var sgd = new Sgd(parallel.parameters());
            double loss = 0;
            for (int step = 0; step < 20; step++) {
                sgd.zeroGrad();
                loss = parallel.forwardBackward(x, y);
                sgd.step(0.1);
            }
            var state = new ArrayList<>(parallel.model().stateDict().values());
            state.add(Tensor.scalar(loss));
            states.add(state);
        }
        assertThat(states).allSatisfy(state -> assertThat(state).isEqualTo(states.getFirst()));
    }

    @Test
    void training_changes_the_model_of_every_shard() {
        var parallel = new DataParallel(2, DataParallelTest::perceptron);
        var sgd = new Sgd(parallel.parameters());
        double first = parallel.forwardBackward(x, y);
        double loss = first;
        for (int step = 0; step < 100; step++) {
            sgd.zeroGrad();
            loss = parallel.forwardBackward(x, y);
            sgd.step(0.1);
        }
        assertThat(loss).isLessThan(first - 1);
        // The loss of the one model is that of the shards only if these follow it.
        assertThat(new CrossEntropyLoss().forward(parallel.model().forward(x), y))
                .isEqualTo(parallel.forwardBackward(x, y), within(1e-5));
    }

    @Test
    void batch_norm_follows_the_first_shard() {
        var parallel = new DataParallel(2, DataParallelTest::normalized);
        parallel.forwardBackward(x, y);
        var alone = normalized();
        alone.forward(x.narrow(0, 0, ROWS / 2));
        assertThat(parallel.model().stateDict()).isEqualTo(alone.stateDict());
    }

    @Test
    void train_reaches_every_shard() {
        var parallel = new DataParallel(2, DataParallelTest::normalized);
        parallel.train(false);
        double loss = parallel.forwardBackward(x, y);
        // By the running statistics, which stay as they are, shards do not differ from the whole.
        var alone = normalized();
        alone.train(false);
        assertThat(loss).isEqualTo(step(alone, x, y), within(1e-6));
        assertThat(parallel.model().stateDict()).isEqualTo(alone.stateDict());
    }

    @Test
    @Tag("allocation")
    void a_step_in_steady_state_allocates_nothing_in_its_own_thread() {
        assumeTrue(Backend.vectors().contains("float vectors"), "the fallback kernels make small temporary arrays");
        Backend.setThreads(1);
        var parallel = new DataParallel(2, DataParallelTest::normalized);
        var sgd = new Sgd(parallel.parameters());
        var thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 1_000 && least > 0; round++) {
            long before = thread.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 100; i++) {
                sgd.zeroGrad();
                parallel.forwardBackward(x, y);
                sgd.step(0.01);
            }
            least = Math.min(least, thread.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).as("bytes allocated in 100 steps").isZero();
    }

    @Test
    void refuses_what_cannot_be_cut() {
        assertThatThrownBy(() -> new DataParallel(0, DataParallelTest::perceptron))
                .hasMessage("DataParallel: wants at least 1 shard, not 0");
        var parallel = new DataParallel(3, DataParallelTest::perceptron);
        assertThatThrownBy(() -> parallel.forwardBackward(indices(2, 3), indices(2)))
                .hasMessage("DataParallel: x (2, 3) has 2 rows, fewer than the 3 shards");
        assertThatThrownBy(() -> parallel.forwardBackward(x, indices(51)))
                .hasMessage("DataParallel: wants targets (N, …), or (N · T), for x (50, 3), y is (51)");
        Arrays.fill(y.ints(), LossFunctions.IGNORED);
        assertThatThrownBy(() -> parallel.forwardBackward(x, y))
                .hasMessage("DataParallel: the mean over no targets has no value, all of y (50) are ignored");
    }

    @Test
    void refuses_models_that_differ() {
        Backend.setThreads(2);
        var widths = List.of(30, 31).iterator();
        assertThatThrownBy(() -> new DataParallel(2, () -> new Linear(5, widths.next(), random)))
                .hasMessage(
                        "DataParallel: parameter 0 of model 0 is weight (5, 30), of model 1 weight (5, 31); newModel"
                                + " must always make the same layers");
        var biases = List.of(true, false).iterator();
        assertThatThrownBy(() -> new DataParallel(2, () -> new Linear(5, 4, biases.next(), random)))
                .hasMessage("DataParallel: parameter 1 of model 0 is bias (4), of model 1 missing; newModel must always"
                        + " make the same layers");
        assertThatThrownBy(() -> {
                    var dropouts = List.of(true, false).iterator();
                    new DataParallel(
                            2,
                            () -> dropouts.next()
                                    ? dropping(TorchRandom.seeded(1))
                                    : new Sequential(
                                            new Embedding(27, 4, random),
                                            new FlattenConsecutive(3),
                                            new Tanh(),
                                            new Linear(12, 27, random)));
                })
                .hasMessage("DataParallel: the list of generators of model 0 is [2.random], of model 1 []; newModel"
                        + " must always make the same layers");
        var one = perceptron();
        assertThatThrownBy(() -> new DataParallel(2, () -> one))
                .hasMessage(
                        "DataParallel: newModel must make a new model at each call. Parts: model 0 and model 1 are one"
                                + " Sequential; a layer keeps what its last forward needs for backward, so each place"
                                + " wants a layer of its own");
        var shared = new Tanh();
        assertThatThrownBy(() -> new DataParallel(2, () -> new Sequential(new Linear(5, 4, random), shared)))
                .hasMessageStartingWith(
                        "DataParallel: newModel must make a new model at each call. Parts: model 0.1 and"
                                + " model 1.1 are one Tanh; ");
        var weight = Tensor.ones(5, 4);
        assertThatThrownBy(() -> new DataParallel(2, () -> new Linear(weight, null)))
                .hasMessageStartingWith(
                        "DataParallel: newModel must make a new model at each call. Parts: model 0.weight"
                                + " and model 1.weight are one tensor; ");
    }

    @Test
    void an_error_in_a_shard_reaches_the_caller() {
        var parallel = new DataParallel(2, DataParallelTest::perceptron);
        x.ints()[3 * ROWS - 1] = 27;
        assertThatThrownBy(() -> parallel.forwardBackward(x, y))
                .hasMessage("embedding: index 27 is outside of 0 to 26");
    }

    private static Sequential dropping(TorchRandom random) {
        return new Sequential(
                new Embedding(27, 4, TorchRandom.seeded(42)),
                new FlattenConsecutive(3),
                new Dropout(0.5, random),
                new Linear(12, 27, TorchRandom.seeded(43)));
    }

    private double[] lossesOfDropping(int threads) {
        Backend.setThreads(threads);
        var parallel = new DataParallel(4, () -> dropping(TorchRandom.seeded(1)));
        double[] losses = new double[5];
        Arrays.setAll(losses, _ -> parallel.forwardBackward(x, y));
        return losses;
    }

    @Test
    void masks_do_not_depend_on_the_number_of_threads() {
        assertThat(lossesOfDropping(3)).isEqualTo(lossesOfDropping(1)).doesNotHaveDuplicates();
    }

    /** Keeps the output of each shard, by its first target. */
    private record Seen(Map<Integer, Tensor> outputs) implements Loss {
        @Override
        public double forward(Tensor output, Tensor targets) {
            outputs.put(targets.ints()[0], output.copy());
            return 0;
        }

        @Override
        public Tensor backward() {
            return Tensor.zeros(2, 40);
        }
    }

    /** What dropout leaves of ones in each shard of two rows, for two batches. */
    private static List<Tensor> masks(int shards, Supplier<TorchRandom> newRandom) {
        var seen = new Seen(new ConcurrentHashMap<>());
        var parallel = new DataParallel(
                shards, () -> new Sequential(new Dropout(0.5, newRandom.get())), () -> new Seen(seen.outputs));
        var masks = new ArrayList<Tensor>();
        for (int batch = 0; batch < 2; batch++) {
            var targets = Tensor.arange(2 * shards);
            parallel.forwardBackward(Tensor.ones(2 * shards, 40), targets);
            for (int shard = 0; shard < shards; shard++) {
                masks.add(Objects.requireNonNull(seen.outputs.get(2 * shard)));
            }
        }
        return masks;
    }

    @Test
    void masks_follow_from_the_generator_of_the_model_and_the_number_of_the_shard() {
        Backend.setThreads(3);
        var alike = masks(3, () -> TorchRandom.seeded(1));
        int[] seed = {1};
        assertThat(masks(3, () -> TorchRandom.seeded(seed[0]++))).isEqualTo(alike);
        assertThat(alike).hasSize(6).doesNotHaveDuplicates();
        Backend.setThreads(1);
        assertThat(masks(3, () -> TorchRandom.seeded(1))).isEqualTo(alike);
        assertThat(masks(3, () -> TorchRandom.seeded(2))).doesNotContainAnyElementsOf(alike);
    }

    @Test
    void a_batch_moves_the_generator_of_the_model_by_one_draw() {
        var random = TorchRandom.seeded(1);
        var models = List.of(dropping(random), dropping(TorchRandom.seeded(5)), dropping(TorchRandom.seeded(6)))
                .iterator();
        Backend.setThreads(2);
        new DataParallel(3, models::next).forwardBackward(x, y);
        var once = TorchRandom.seeded(1);
        once.random64();
        assertThat(random.state()).isEqualTo(once.state());
    }

    @Test
    void one_shard_draws_as_the_model_does() {
        var model = dropping(TorchRandom.seeded(1));
        var parallel = new DataParallel(1, () -> dropping(TorchRandom.seeded(1)));
        for (int batch = 0; batch < 3; batch++) {
            assertThat(parallel.forwardBackward(x, y)).isEqualTo(step(model, x, y));
        }
    }

    @Test
    void models_that_share_a_generator_are_refused() {
        Backend.setThreads(2);
        assertThatThrownBy(() -> new DataParallel(3, () -> dropping(random)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("DataParallel: models 0 and 1 share the generator 2.random, from which threads would draw"
                        + " in any order; let newModel make one at each call, with TorchRandom.seeded or copy()");
    }
}
