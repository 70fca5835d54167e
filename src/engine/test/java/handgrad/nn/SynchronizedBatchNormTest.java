package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import handgrad.nn.DataParallel.Normalizing;
import handgrad.optim.Sgd;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import handgrad.tensor.Variance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class SynchronizedBatchNormTest {
    private static final int ROWS = 21;
    private static final int SHARDS = 8;

    private final int threads = Backend.threads();

    @AfterEach
    void restoreThreads() {
        Backend.setThreads(threads);
    }

    /** Two batch normalisations, one of several positions; they normalise by another variance than they keep. */
    private static Sequential model(BatchNormOptions options, double weightScale) {
        var random = TorchRandom.seeded(5);
        var wide = new Linear(24, 40, random);
        wide.weight().value().copyFrom(wide.weight().value().mul(weightScale));
        return new Sequential(
                new Embedding(27, 6, random),
                new FlattenConsecutive(4),
                wide,
                new BatchNorm1d(40, options),
                new Tanh(),
                new FlattenConsecutive(2),
                new Linear(80, 17, random),
                new BatchNorm1d(17, options.withNormalizeBy(Variance.UNBIASED)),
                new Tanh(),
                new Linear(17, 27, random));
    }

    private static Tensor indices(TorchRandom random, int... sizes) {
        var tensor = Tensor.zeros(DType.INT32, Shape.of(sizes));
        random.randint(0, 27, tensor.ints());
        return tensor;
    }

    /** What some steps leave: the losses, and parameters, gradients and running statistics. */
    private static List<Tensor> train(Sequential model, DType dtype, Pass pass) {
        model.to(dtype);
        var kept = new ArrayList<Tensor>();
        var sgd = new Sgd(model.parameters());
        var random = TorchRandom.seeded(7);
        for (int step = 0; step < 3; step++) {
            sgd.zeroGrad();
            double loss = pass.run(indices(random, ROWS, 8), indices(random, ROWS));
            kept.add(Tensor.of(new double[] {loss}, 1));
            model.parameters().forEach(parameter -> kept.add(parameter.grad().to(DType.FLOAT64)));
            sgd.step(0.1);
        }
        model.stateDict().values().forEach(tensor -> kept.add(tensor.to(DType.FLOAT64)));
        return kept;
    }

    private interface Pass {
        double run(Tensor x, Tensor y);
    }

    private static List<Tensor> whole(BatchNormOptions options, double weightScale, DType dtype) {
        var model = model(options, weightScale);
        var loss = new CrossEntropyLoss();
        return train(model, dtype, (x, y) -> {
            double value = loss.forward(model.forward(x), y);
            model.backward(loss.backward());
            return value;
        });
    }

    private static List<Tensor> shards(
            Collective ranks, Normalizing normalizing, BatchNormOptions options, double weightScale, DType dtype) {
        var parallel =
                new DataParallel(ranks, SHARDS, normalizing, () -> model(options, weightScale), CrossEntropyLoss::new);
        return train((Sequential) parallel.model(), dtype, parallel::forwardBackward);
    }

    private static double distance(List<Tensor> some, List<Tensor> others) {
        double most = 0;
        for (int i = 0; i < some.size(); i++) {
            double[] a = some.get(i).doubles();
            double[] b = others.get(i).doubles();
            assertThat(a).hasSameSizeAs(b);
            double size = Arrays.stream(b).map(Math::abs).max().orElseThrow();
            for (int j = 0; j < a.length; j++) {
                most = Math.max(most, Math.abs(a[j] - b[j]) / Math.max(1, size));
            }
        }
        return most;
    }

    @ParameterizedTest
    @CsvSource({"1, 1e-12", "1000, 1e-12"})
    void shards_give_what_the_whole_batch_gives(double weightScale, double bound) {
        for (var options : List.of(BatchNormOptions.PYTORCH, BatchNormOptions.MAKEMORE_PART_3)) {
            var whole = whole(options, weightScale, DType.FLOAT64);
            var shards = shards(Collective.single(), Normalizing.BY_BATCH, options, weightScale, DType.FLOAT64);
            assertThat(distance(shards, whole)).isLessThan(bound);
            var apart = shards(Collective.single(), Normalizing.BY_SHARD, options, weightScale, DType.FLOAT64);
            assertThat(distance(apart, whole)).isGreaterThan(1e-3);
        }
    }

    @Test
    void in_float32_to_rounding() {
        var options = BatchNormOptions.PYTORCH;
        var whole = whole(options, 1, DType.FLOAT32);
        var shards = shards(Collective.single(), Normalizing.BY_BATCH, options, 1, DType.FLOAT32);
        assertThat(distance(shards, whole)).isLessThan(1e-5).isGreaterThan(0);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void any_number_of_ranks_and_threads_gives_the_same_bits(DType dtype) {
        var options = BatchNormOptions.PYTORCH;
        Backend.setThreads(1);
        var alone = shards(Collective.single(), Normalizing.BY_BATCH, options, 1, dtype);
        for (int count = 1; count <= 3; count++) {
            Backend.setThreads(count);
            for (int size : new int[] {1, 2, 3, 4, 8}) {
                var all = Ranks.each(size, ranks -> shards(ranks, Normalizing.BY_BATCH, options, 1, dtype));
                assertThat(all).allSatisfy(kept -> {
                    for (int i = 0; i < kept.size(); i++) {
                        assertThat(kept.get(i).doubles()).isEqualTo(alone.get(i).doubles());
                    }
                });
            }
        }
    }

    /** The mean is 2²⁰ deviations away; what float32 has no room for is kept beside it. */
    @Test
    void a_large_mean_costs_no_digits() {
        int rows = 1024;
        var random = TorchRandom.seeded(3);
        var x = Tensor.zeros(rows, 4);
        for (int i = 0; i < rows * 4; i++) {
            x.setFlat(i, 0x1p20 + random.randint(16));
        }
        var layers = List.of(new BatchNorm1d(4), new BatchNorm1d(4));
        var norm = new SynchronizedBatchNorm(new ShardTree(2, 1), 2, 0, layers);
        var parts = List.of(x.narrow(0, 0, 500), x.narrow(0, 500, rows - 500));
        norm.beginForward(0, parts.get(0));
        norm.beginForward(1, parts.get(1));
        norm.mergeMoments();
        var exact = new BatchNorm1d(4);
        exact.to(DType.FLOAT64);
        var expected = exact.forward(x.to(DType.FLOAT64));
        var out = Tensor.cat(0, norm.endForward(0, parts.get(0)), norm.endForward(1, parts.get(1)));
        for (int i = 0; i < rows * 4; i++) {
            assertThat(out.getFlat(i)).isEqualTo(expected.getFlat(i), within(1e-6));
        }
    }

    @Test
    void one_row_a_shard_is_enough_and_one_in_all_is_not() {
        var x = indices(TorchRandom.seeded(1), SHARDS, 8);
        var y = indices(TorchRandom.seeded(2), SHARDS);
        var parallel = new DataParallel(
                Collective.single(),
                SHARDS,
                Normalizing.BY_BATCH,
                () -> model(BatchNormOptions.PYTORCH, 1),
                CrossEntropyLoss::new);
        assertThat(parallel.forwardBackward(x, y)).isFinite();

        var single = new DataParallel(
                Collective.single(),
                1,
                Normalizing.BY_BATCH,
                () -> new Sequential(new Linear(3, 2, TorchRandom.seeded(1)), new BatchNorm1d(2)),
                MseLoss::new);
        assertThatThrownBy(() -> single.forwardBackward(Tensor.zeros(1, 3), Tensor.zeros(1, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the variance of one value is no measure");
    }

    @Test
    void a_shard_that_fails_ends_all_ranks() {
        var failures = Ranks.each(3, ranks -> {
            var parallel = new DataParallel(
                    ranks,
                    SHARDS,
                    Normalizing.BY_BATCH,
                    () -> model(BatchNormOptions.PYTORCH, 1),
                    CrossEntropyLoss::new);
            var y = indices(TorchRandom.seeded(2), ROWS);
            if (ranks.rank() == 1) {
                y.fill(99);
            }
            try {
                return "loss " + parallel.forwardBackward(indices(TorchRandom.seeded(1), ROWS, 8), y);
            } catch (RankFailedException failed) {
                return String.valueOf(failed.getMessage());
            }
        });
        assertThat(failures)
                .hasSize(3)
                .allMatch(message -> message.startsWith("rank 1 failed: ") && message.contains("99"));
    }

    private static void refuses(String reason, Layer model) {
        assertThatThrownBy(() -> new DataParallel(
                        Collective.single(), 1, Normalizing.BY_BATCH, () -> model, CrossEntropyLoss::new))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("DataParallel: batch normalisation by the batch wants a Sequential with each BatchNorm1d as"
                        + " a layer of its own, where shards can wait for each other; " + reason);
    }

    @Test
    void what_cannot_wait_is_refused() {
        Backend.setThreads(1);
        refuses("Tanh is no Sequential", new Tanh());
        refuses("it has none", new Sequential(new Tanh()));
        refuses("0.0 is inside another layer", new Sequential(new Sequential(new BatchNorm1d(3))));
        refuses("0 is no BatchNorm1d with one statistic a feature", new Sequential(new BatchNorm2d(3)));
        refuses(
                "0 is no BatchNorm1d with one statistic a feature",
                new Sequential(new BatchNorm1d(3, BatchNormOptions.PYTORCH.withAxes(BatchNormOptions.Axes.FIRST))));
    }
}
