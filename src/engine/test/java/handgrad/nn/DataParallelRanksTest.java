package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.data.Batch;
import handgrad.optim.AdamW;
import handgrad.optim.Gradients;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("composition")
@Timeout(300)
class DataParallelRanksTest {
    private static final int SHARDS = 8;

    private final int threads = Backend.threads();

    @AfterEach
    void restoreThreads() {
        Backend.setThreads(threads);
    }

    /** Small models, each with its kind of batch. */
    enum Kind {
        PERCEPTRON(19, seed -> {
            var random = TorchRandom.seeded(seed);
            return new Sequential(
                    new Embedding(27, 4, random),
                    new FlattenConsecutive(8),
                    new Linear(32, 40, random),
                    new Tanh(),
                    new Linear(40, 27, random));
        }),
        /** Batch normalisation whose running statistics become those of positions at the first batch. */
        WAVENET(32, seed -> {
            var random = TorchRandom.seeded(seed);
            var options = BatchNormOptions.PYTORCH.withAxes(BatchNormOptions.Axes.FIRST);
            return new Sequential(
                    new Embedding(27, 4, random),
                    new FlattenConsecutive(2),
                    new Linear(8, 12, random),
                    new BatchNorm1d(12, options),
                    new Tanh(),
                    new FlattenConsecutive(4),
                    new Linear(48, 12, random),
                    new BatchNorm1d(12),
                    new Tanh(),
                    new Linear(12, 27, random));
        }),
        GPT(
                8,
                seed -> new Gpt(
                        GptOptions.NANO_CPU
                                .withVocabulary(27)
                                .withBlockSize(8)
                                .withSizes(1, 2, 8)
                                .withDropout(0.2),
                        TorchRandom.seeded(seed)));

        private final int rows;

        @SuppressWarnings("ImmutableEnumChecker") // it makes a new one at each call
        private final LongFunction<Layer> model;

        Kind(int rows, LongFunction<Layer> model) {
            this.rows = rows;
            this.model = model;
        }

        Batch batch(TorchRandom random) {
            var x = Tensor.randint(random, 27, rows, 8);
            return new Batch(x, this == GPT ? Tensor.randint(random, 27, rows, 8) : Tensor.randint(random, 27, rows));
        }
    }

    /** The losses of a training, and the state of its model at this rank. */
    private static List<Tensor> trained(Collective ranks, Kind kind, DType dtype, int steps) {
        // Rank 0 has the model; what the others draw is thrown away.
        int[] seed = {100 * ranks.rank() + 42};
        Supplier<Layer> newModel = () -> {
            var model = kind.model.apply(seed[0]++);
            model.to(dtype);
            return model;
        };
        var parallel = new DataParallel(ranks, SHARDS, newModel, CrossEntropyLoss::new);
        var adam = new AdamW(parallel.parameters());
        var random = TorchRandom.seeded(7);
        var losses = new double[steps];
        for (int step = 0; step < steps; step++) {
            var batch = kind.batch(random);
            adam.zeroGrad();
            losses[step] = parallel.forwardBackward(batch.x(), batch.y());
            Gradients.clipNorm(parallel.parameters(), 1);
            adam.step(0.01);
        }
        var state = new ArrayList<Tensor>(parallel.model().stateDict().copy().values());
        parallel.model().parts().generators().values().forEach(generator -> {
            int[] integers = generator.state().toArray();
            state.add(Tensor.of(integers, integers.length));
        });
        state.add(Tensor.of(losses, steps));
        return state;
    }

    private static void requireSameBits(Kind kind, DType dtype, int steps) {
        Backend.setThreads(1);
        var expected = trained(Collective.single(), kind, dtype, steps);
        assertThat(expected.getLast().sum().item()).isFinite();
        for (int count : new int[] {1, 2}) {
            Backend.setThreads(count);
            for (int size : new int[] {1, 2, 3, 4, 8}) {
                var states = Ranks.each(size, ranks -> trained(ranks, kind, dtype, steps));
                for (int rank = 0; rank < size; rank++) {
                    assertThat(states.get(rank))
                            .as("%s: %d threads, rank %d of %d", kind, count, rank, size)
                            .isEqualTo(expected);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void equal_bits_at_any_number_of_ranks_and_threads(Kind kind) {
        requireSameBits(kind, DType.FLOAT32, 5);
        requireSameBits(kind, DType.FLOAT64, 2);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("long")
    void and_after_300_steps(Kind kind) {
        requireSameBits(kind, DType.FLOAT32, 300);
    }

    @Test
    void gradients_are_added_to_those_that_are_there() {
        Backend.setThreads(2);
        var random = TorchRandom.seeded(7);
        var batch = Kind.PERCEPTRON.batch(random);
        var states = Ranks.each(3, ranks -> {
            var parallel = new DataParallel(ranks, SHARDS, () -> Kind.PERCEPTRON.model.apply(1), CrossEntropyLoss::new);
            parallel.model().to(DType.FLOAT64);
            parallel.forwardBackward(batch.x(), batch.y());
            var once = parallel.parameters().getFirst().grad().copy();
            parallel.forwardBackward(batch.x(), batch.y());
            var twice = parallel.parameters().getFirst().grad();
            return once.mul(2).sub(twice).abs().sum().item() / once.abs().sum().item();
        });
        assertThat(states).allSatisfy(difference -> assertThat(difference).isLessThan(1e-14));
    }

    @Test
    void what_rank_0_has_loaded_reaches_all() {
        var states = Ranks.each(2, ranks -> {
            var parallel = new DataParallel(ranks, SHARDS, () -> Kind.GPT.model.apply(1), CrossEntropyLoss::new);
            if (ranks.rank() == 0) {
                var other = Kind.GPT.model.apply(2);
                parallel.model().loadStateDict(other.stateDict());
                parallel.model().parts().generators().values().forEach(generator -> generator.seed(3));
            }
            parallel.broadcast();
            return List.of(
                    parallel.model().stateDict().copy(),
                    parallel.model().parts().generators().values().stream()
                            .map(TorchRandom::state)
                            .toList());
        });
        assertThat(states.get(1)).isEqualTo(states.get(0));
        assertThat(states.get(1).getFirst()).isEqualTo(Kind.GPT.model.apply(2).stateDict());
    }

    @Test
    void a_rank_that_throws_ends_all_with_its_message() {
        var batch = Kind.PERCEPTRON.batch(TorchRandom.seeded(7));
        // In the last shard, which is the last rank's.
        batch.x().ints()[8 * 19 - 1] = 27;
        var thrown = Ranks.each(3, ranks -> {
            var parallel = new DataParallel(ranks, SHARDS, () -> Kind.PERCEPTRON.model.apply(1), CrossEntropyLoss::new);
            try {
                return new IllegalStateException("" + parallel.forwardBackward(batch.x(), batch.y()));
            } catch (RankFailedException exception) {
                return exception;
            }
        });
        assertThat(thrown)
                .allSatisfy(failed ->
                        assertThat(failed).hasMessage("rank 2 failed: embedding: index 27 is outside of 0 to 26"));
        assertThat(thrown.get(2)).hasCauseInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_rank_that_fails_elsewhere_ends_those_that_compute() {
        var batch = Kind.PERCEPTRON.batch(TorchRandom.seeded(7));
        var thrown = Ranks.each(2, ranks -> {
            var parallel = new DataParallel(ranks, SHARDS, () -> Kind.PERCEPTRON.model.apply(1), CrossEntropyLoss::new);
            parallel.forwardBackward(batch.x(), batch.y());
            try {
                if (ranks.rank() == 1) {
                    return ranks.fail(new IllegalStateException("no file"));
                }
                return new IllegalStateException("" + parallel.forwardBackward(batch.x(), batch.y()));
            } catch (RankFailedException exception) {
                return exception;
            }
        });
        assertThat(thrown).allSatisfy(failed -> assertThat(failed).hasMessage("rank 1 failed: no file"));
    }

    @Test
    void refuses_more_ranks_than_shards() {
        var messages = Ranks.each(3, ranks -> {
            try {
                return "" + new DataParallel(ranks, 2, () -> new Tanh(), CrossEntropyLoss::new).parameters();
            } catch (IllegalArgumentException exception) {
                return Objects.requireNonNull(exception.getMessage());
            }
        });
        assertThat(messages)
                .allSatisfy(message ->
                        assertThat(message).isEqualTo("DataParallel: 3 ranks want at least as many shards, not 2"));
    }

    /** Passes its input on, and has parameters of two types. */
    private static final class Mixed implements Layer {
        private final Parts parts = new Parts();

        Mixed() {
            parts.add(new Parameter("float", Tensor.ones(2)));
            parts.add(new Parameter("double", Tensor.ones(2).to(DType.FLOAT64)));
        }

        @Override
        public Tensor forward(Tensor x) {
            return x;
        }

        @Override
        public Tensor backward(Tensor dOut) {
            return dOut;
        }

        @Override
        public Parts parts() {
            return parts;
        }
    }

    @Test
    void several_ranks_want_one_type() {
        assertThatThrownBy(() -> Ranks.each(2, ranks -> {
                    var parallel = new DataParallel(ranks, 2, Mixed::new, CrossEntropyLoss::new);
                    return parallel.forwardBackward(Tensor.ones(2, 2), Tensor.zeros(DType.INT32, Shape.of(2)));
                }))
                .rootCause()
                .hasMessage("DataParallel: several ranks want parameters of one type, there are FLOAT32 and FLOAT64");
    }
}
