package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import handgrad.data.Dataset;
import handgrad.data.Names;
import handgrad.optim.Adam;
import handgrad.optim.Sgd;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whole trainings of makemore part 3's network, on every set of kernels that the build runs the tests with. */
class TrainingTest {
    private final int threads = Backend.threads();

    @AfterEach
    void restoreThreads() {
        Backend.setThreads(threads);
    }

    /** A model with its optimiser and its batches. */
    private static final class Training {
        private final TorchRandom random = TorchRandom.seeded(2147483647L);
        private final CrossEntropyLoss loss = new CrossEntropyLoss();
        private final Sequential model;
        private final Sgd sgd;
        private final Dataset data;
        private final int batchSize;

        Training(Dataset data, int hidden, int batchSize) {
            this.data = data;
            this.batchSize = batchSize;
            var table = Tensor.randn(random, 27, 10);
            var weight1 = Tensor.randn(random, 30, hidden).mul(5.0 / 3).div(Math.sqrt(30));
            var weight2 = Tensor.randn(random, hidden, 27).mul(0.01);
            var bias2 = Tensor.randn(random, 27).mul(0);
            model = new Sequential(
                    new Embedding(table),
                    new FlattenConsecutive(3),
                    new Linear(weight1, null),
                    new BatchNorm1d(hidden, BatchNormOptions.MAKEMORE_PART_3),
                    new Tanh(),
                    new Linear(weight2, bias2));
            sgd = new Sgd(model.parameters());
        }

        double step() {
            var batch = data.batch(batchSize, random);
            double value = loss.forward(model.forward(batch.x()), batch.y());
            sgd.zeroGrad();
            model.backward(loss.backward());
            sgd.step(0.1);
            return value;
        }
    }

    /** One task each for normalisation and pooling, forward and backward. */
    private static final int BYTES_OF_TASKS = 4 * 96;

    private static Dataset lectureData() throws IOException {
        var file = Path.of(System.getProperty("handgrad.names", ""));
        assumeTrue(Files.isRegularFile(file), () -> "the lecture's names are not at " + file);
        return Names.read(file).split(42).train();
    }

    /** As printed in the notebook of makemore part 3. */
    private static final double LOSS_OF_STEP_0 = 3.3239;

    /** Computed once by the plain loops, with -Dhandgrad.vector=off -Dhandgrad.blas=off. */
    private static final double MEAN_LOSS_OF_STEPS_1_TO_999 = 2.5524668;

    @Test
    void the_first_thousand_steps_are_the_lectures_on_every_set_of_kernels() throws IOException {
        var training = new Training(lectureData(), 200, 32);
        assertThat(training.step()).isEqualTo(LOSS_OF_STEP_0, within(5e-5));
        double sum = 0;
        for (int step = 1; step < 1_000; step++) {
            sum += training.step();
        }
        assertThat(sum / 999).isEqualTo(MEAN_LOSS_OF_STEPS_1_TO_999, within(1e-5));
    }

    @Test
    @Tag("composition")
    void equal_seeds_give_equal_bits_at_any_number_of_threads() {
        var data = Names.bundled().split(42).train();
        // Large enough for products that are shared among threads.
        Backend.setThreads(1);
        var one = trained(data);
        assertThat(trained(data).stateDict()).isEqualTo(one.stateDict());
        for (int count = 2; count <= 4; count++) {
            Backend.setThreads(count);
            assertThat(trained(data).stateDict()).as(count + " threads").isEqualTo(one.stateDict());
        }
    }

    private static Sequential trained(Dataset data) {
        var training = new Training(data, 300, 500);
        for (int step = 0; step < 8; step++) {
            training.step();
        }
        return training.model;
    }

    @Test
    @Tag("composition")
    @Tag("allocation")
    void a_step_in_steady_state_allocates_nothing() {
        var training = new Training(Names.bundled().split(42).train(), 200, 32);
        requireNoAllocation(training::step);
    }

    @Test
    @Tag("composition")
    @Tag("allocation")
    void a_step_with_statistics_of_each_position_allocates_nothing() {
        var random = TorchRandom.seeded(1);
        var model = new Sequential(
                new Embedding(27, 10, random),
                new FlattenConsecutive(2),
                new Linear(20, 68, false, random),
                new BatchNorm1d(68, BatchNormOptions.PYTORCH.withAxes(BatchNormOptions.Axes.FIRST)),
                new Tanh(),
                new FlattenConsecutive(4),
                new Linear(272, 27, random));
        var data = Names.bundled().split(42, 8).train();
        var loss = new CrossEntropyLoss();
        var sgd = new Sgd(model.parameters());
        requireNoAllocation(() -> {
            var batch = data.batch(32, random);
            loss.forward(model.forward(batch.x()), batch.y());
            sgd.zeroGrad();
            model.backward(loss.backward());
            sgd.step(0.1);
        });
    }

    @Test
    @Tag("composition")
    @Tag("allocation")
    void a_step_of_a_gated_network_with_adam_allocates_nothing() {
        var random = TorchRandom.seeded(1);
        var model = new Sequential(
                new Embedding(27, 16, random),
                new GatedResidualStack(16, 16, new int[] {1, 2, 4}, random),
                new Sigmoid(),
                new Linear(16, 27, random),
                new Flatten(0, 1));
        var sequence = Names.bundled().split(42, 8).train().sequence();
        var loss = new CrossEntropyLoss();
        var adam = new Adam(model.parameters());
        requireNoAllocation(() -> {
            var batch = sequence.batch(2, 16, random);
            loss.forward(model.forward(batch.x()), batch.y());
            adam.zeroGrad();
            model.backward(loss.backward());
            adam.step(0.001);
        });
    }

    @Test
    @Tag("allocation")
    @Tag("composition")
    void a_step_of_a_convolutional_network_allocates_nothing_but_tasks_of_threads() {
        var random = TorchRandom.seeded(1);
        var options = Conv2dOptions.PYTORCH.withPadding(1);
        var model = new Sequential(
                new Conv2d(1, 16, 3, options, random),
                new BatchNorm2d(16),
                new LeakyRelu(),
                new MaxPool2d(2),
                new Flatten(1, 3),
                new Linear(256, 10, random));
        var x = Tensor.randn(random, 4, 1, 8, 8);
        var y = Tensor.randint(random, 10, 4);
        var loss = new CrossEntropyLoss();
        var sgd = new Sgd(model.parameters());
        long bytes = leastAllocation(
                () -> {
                    loss.forward(model.forward(x), y);
                    sgd.zeroGrad();
                    model.backward(loss.backward());
                    sgd.step(0.01);
                },
                100 * BYTES_OF_TASKS);
        assertThat(bytes).as("bytes allocated in 100 steps").isLessThanOrEqualTo(100 * BYTES_OF_TASKS);
    }

    private static void requireNoAllocation(Runnable step) {
        assertThat(leastAllocation(step, 0)).as("bytes allocated in 100 steps").isZero();
    }

    /** The fewest bytes that 100 steps allocated in one of many rounds; ends where they are few enough. */
    private static long leastAllocation(Runnable step, long enough) {
        assumeTrue(Backend.vectors().contains("float vectors"), "the fallback kernels make small temporary arrays");
        var thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        // Until C2 has compiled the kernels their vectors are objects, so the quietest of many rounds counts.
        for (int round = 0; round < 1_000 && least > enough; round++) {
            long before = thread.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 100; i++) {
                step.run();
            }
            least = Math.min(least, thread.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }
}
