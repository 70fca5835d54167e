package handgrad.models;

import handgrad.data.Dataset;
import handgrad.models.LectureModel.Defaults;
import handgrad.models.LectureModel.Sizes;
import handgrad.nn.Layer;
import handgrad.nn.Parameter;
import handgrad.optim.Optimizer;
import handgrad.optim.Sgd;
import handgrad.random.TorchRandom;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * One row of {@link LectureModel}: all that is known of a model. The methods of that class say what each part means.
 * The short constructor takes what every model has; the rest is as most models have it, and a {@code with} changes it.
 *
 * @param kind how the model takes its characters
 */
record Recipe(
        String title,
        String lecture,
        String summary,
        Kind kind,
        Defaults defaults,
        BiFunction<Sizes, TorchRandom, Layer> build,
        Published published,
        boolean normalisesBatches,
        double penalty,
        Function<List<Parameter>, Optimizer> optimizer,
        BiConsumer<Layer, Dataset> finish) {

    /** How a model takes its characters. */
    enum Kind {
        /** Part 1's: a table with one row for each character, learned from all names at once. */
        TABLE,
        /** All characters of a row at once. */
        WINDOW,
        /** The characters of a row by twos, level by level. */
        TREE,
        /** As a tree, at every position of a sequence. */
        CONVOLUTION;

        /**
         * How the lecture draws from probabilities. Part 1 searches the cumulative probabilities for one uniform
         * number, as PyTorch then did for draws with replacement; the others divide by exponential numbers.
         */
        ToIntFunction<float[]> draw(TorchRandom random) {
            if (this != TABLE) {
                return random::multinomial;
            }
            int[] drawn = new int[1];
            return probabilities -> {
                random.multinomial(probabilities, true, drawn);
                return drawn[0];
            };
        }

        /** Part 1 samples with the seed of its training; the others add 10 to it. */
        long sampleSeed(long seed) {
            return this == TABLE ? seed : seed + 10;
        }
    }

    /** A model without published losses, batch normalisation and penalty, trained by stochastic gradient descent. */
    Recipe(
            String title,
            String lecture,
            String summary,
            Kind kind,
            Defaults defaults,
            BiFunction<Sizes, TorchRandom, Layer> build) {
        this(title, lecture, summary, kind, defaults, build, Published.NOTHING, false, 0, Sgd::new, (_, _) -> {});
    }

    Recipe withPublished(Published losses) {
        return with(losses, normalisesBatches, penalty, optimizer, finish);
    }

    Recipe withBatchNorm() {
        return with(published, true, penalty, optimizer, finish);
    }

    Recipe withPenalty(double strength) {
        return with(published, normalisesBatches, strength, optimizer, finish);
    }

    Recipe withOptimizer(Function<List<Parameter>, Optimizer> other) {
        return with(published, normalisesBatches, penalty, other, finish);
    }

    Recipe withFinish(BiConsumer<Layer, Dataset> other) {
        return with(published, normalisesBatches, penalty, optimizer, other);
    }

    private Recipe with(
            Published losses,
            boolean batchNorm,
            double strength,
            Function<List<Parameter>, Optimizer> method,
            BiConsumer<Layer, Dataset> end) {
        return new Recipe(title, lecture, summary, kind, defaults, build, losses, batchNorm, strength, method, end);
    }
}
