package handgrad.models;

import handgrad.data.Alphabet;
import handgrad.data.Dataset;
import handgrad.nn.BatchNormOptions;
import handgrad.nn.Layer;
import handgrad.nn.Parameter;
import handgrad.optim.Adam;
import handgrad.optim.Optimizer;
import handgrad.optim.Sgd;
import handgrad.random.TorchRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToIntFunction;

/**
 * The models of the lectures, with their defaults and the losses that the notebooks print. Weights are drawn in the order
 * of the notebooks, so that a seed gives the notebook's weights.
 */
public enum LectureModel {
    /**
     * Part 1: how often each character follows another, plus one. The loss is what the lecture's code prints with PyTorch,
     * 2.4543562, a sum in float32; exactly it is 2.4546. The 2.4765 in the notebook's cell is not of the counts: it carries
     * a gradient function, so the table of the one-layer network stood there when the cell was last run.
     */
    BIGRAM_COUNTED(
            "bigram-counted", "makemore part 1, counted", Defaults.COUNTED, Published.all(2.4544), Bigram::counted) {
        @Override
        public void finish(Layer model, Dataset data) {
            Bigram.count(model, data);
        }
    },
    /**
     * Part 1's network of one layer, which has the counts to find by gradient descent on all rows. The notebook runs its
     * training cell an unknown number of times and prints 2.481828 after the last; from this seed on the loss passes it at
     * step 266, and the names drawn after that step are the notebook's.
     */
    BIGRAM("bigram", "makemore part 1, one layer", Defaults.BIGRAM, Published.last(2.4818), Bigram::network),
    /** Part 2, and the first initialisation of part 3: every weight and bias from the normal distribution. */
    MLP(
            "mlp",
            "makemore part 2",
            Defaults.PARTS_2_TO_4,
            Published.of(2.1260, 2.1701).from(27.8817),
            Perceptron::original),
    /** Part 3 with logits near zero at the start. */
    MLP_SOFTMAX(
            "mlp-softmax",
            "makemore part 3, fixed softmax",
            Defaults.PARTS_2_TO_4,
            Published.of(2.07, 2.13).from(3.3221),
            Perceptron::fixedSoftmax),
    /** The same, and tanh units that do not saturate at the start. */
    MLP_TANH(
            "mlp-tanh",
            "makemore part 3, fixed tanh",
            Defaults.PARTS_2_TO_4,
            Published.of(2.0356, 2.1027),
            Perceptron::fixedTanh),
    /** The same with Kaiming's gain instead of a guessed factor. */
    MLP_KAIMING(
            "mlp-kaiming",
            "makemore part 3, Kaiming",
            Defaults.PARTS_2_TO_4,
            Published.of(2.0377, 2.1070),
            Perceptron::kaiming),
    /** The same with batch normalisation. */
    MLP_BN(
            "mlp-bn",
            "makemore part 3",
            Defaults.PARTS_2_TO_4,
            Published.of(2.067415, 2.105684).from(3.3239),
            Perceptron::batchNorm),
    /** Part 3's six linear layers, each with batch normalisation. The lecture stops it after 1,001 steps. */
    DEEP("deep", "makemore part 3, six layers", Defaults.DEEP, DeepNetwork::batchNorm),
    /** The same without batch normalisation. */
    DEEP_NO_BN("deep-no-bn", "makemore part 3, six layers without BatchNorm", Defaults.DEEP, DeepNetwork::plain),
    /** The network of part 4, whose backward pass is written in one piece. */
    BACKPROP(
            "backprop", "makemore part 4", Defaults.PARTS_2_TO_4, Published.of(2.0705, 2.1099), BackpropNetwork::draw) {
        // The notebook evaluates with the statistics of the whole training set, taken once after training.
        @Override
        public void finish(Layer model, Dataset train) {
            if (model instanceof BackpropNetwork network) {
                network.calibrate(train.x());
            }
        }
    },
    /** Part 5's start: the hidden layer sees three characters at once. */
    WAVENET_FLAT_3(
            "wavenet-flat-3",
            "makemore part 5, flat",
            Defaults.part5(3, 10, 200),
            Published.of(2.058, 2.105).from(3.2966),
            WaveNetTree::flat),
    /** The same with eight characters. */
    WAVENET_FLAT_8(
            "wavenet-flat-8",
            "makemore part 5, flat",
            Defaults.part5(8, 10, 200),
            Published.of(1.918, 2.027),
            WaveNetTree::flat),
    /** The small tree, each position with statistics of its own: the lecture's bug. */
    WAVENET_SMALL_BUG(
            "wavenet-small-bug",
            "makemore part 5, BatchNorm over the batch alone",
            Defaults.part5(8, 10, 68),
            Published.of(1.941, 2.029),
            (sizes, random) -> WaveNetTree.tree(sizes, BatchNormOptions.Axes.FIRST, random)),
    /** The small tree. */
    WAVENET_SMALL(
            "wavenet-small",
            "makemore part 5, small tree",
            Defaults.part5(8, 10, 68),
            Published.of(1.912, 2.022),
            WaveNetTree::tree),
    /** The scaled tree, 76,579 parameters. */
    WAVENET(
            "wavenet",
            "makemore part 5",
            Defaults.part5(8, 24, 128),
            Published.of(1.7690, 1.9937).from(3.3167),
            WaveNetTree::tree),
    /** The scaled tree as causal convolutions, which part 5 announces; 76,579 parameters, trained on every position. */
    DILATED("dilated", "past makemore part 5, the tree as convolutions", Defaults.DILATED, DilatedNetwork::dilated),
    /** A WaveNet proper with no more parameters than the scaled tree. */
    WAVENET_GATED("wavenet-gated", "past makemore part 5, WaveNet", Defaults.GATED, WaveNet::ofNames) {
        @Override
        public Optimizer optimizer(List<Parameter> parameters) {
            return new Adam(parameters, WEIGHT_DECAY);
        }
    };

    /** Chosen on dev among 0.1, 0.15 and 0.5. */
    private static final double WEIGHT_DECAY = 0.15;

    private final String title;
    private final String lecture;

    @SuppressWarnings("ImmutableEnumChecker") // a record of numbers
    private final Defaults defaults;

    @SuppressWarnings("ImmutableEnumChecker") // a record of numbers
    private final Published published;

    @SuppressWarnings("ImmutableEnumChecker") // a method without state
    private final Builder builder;

    LectureModel(String title, String lecture, Defaults defaults, Published published, Builder builder) {
        this.title = title;
        this.lecture = lecture;
        this.defaults = defaults;
        this.published = published;
        this.builder = builder;
    }

    LectureModel(String title, String lecture, Defaults defaults, Builder builder) {
        this(title, lecture, defaults, Published.NOTHING, builder);
    }

    /**
     * The sizes of a model.
     *
     * @param blockSize the characters that the model sees
     * @param embedding the numbers that a character becomes
     * @param hidden the units of a hidden layer
     */
    public record Sizes(int blockSize, int embedding, int hidden) {
        /** The numbers that the characters of a row become together. */
        int context() {
            return blockSize * embedding;
        }
    }

    /**
     * How the lecture trains a model.
     *
     * @param sizes its sizes
     * @param steps how many batches it trains on
     * @param lrDrop the step from which on the learning rate is a tenth
     * @param batchSize the rows of a batch, or {@link #ALL_ROWS}; crops, where the model predicts at every position
     * @param lr the first learning rate
     * @param seed of the weights, then of the batches
     */
    public record Defaults(Sizes sizes, int steps, int lrDrop, int batchSize, double lr, long seed) {
        /** The batch size of a model that learns from all rows at every step. */
        public static final int ALL_ROWS = 0;

        private static final int NEVER = Integer.MAX_VALUE;

        private static final Sizes TABLE = new Sizes(1, Alphabet.SIZE, 0);
        private static final Defaults COUNTED = new Defaults(TABLE, 0, NEVER, ALL_ROWS, 50, 2147483647L);
        private static final Defaults BIGRAM = new Defaults(TABLE, 267, NEVER, ALL_ROWS, 50, 2147483647L);
        private static final Defaults PARTS_2_TO_4 =
                new Defaults(new Sizes(3, 10, 200), 200_000, 100_000, 32, 0.1, 2147483647L);
        private static final Defaults DEEP =
                new Defaults(new Sizes(3, 10, 100), 200_000, 150_000, 32, 0.1, 2147483647L);

        private static final Defaults DILATED = new Defaults(new Sizes(8, 24, 128), 20_000, 15_000, 8, 0.1, 42);
        private static final Defaults GATED = new Defaults(new Sizes(8, 48, 128), 20_000, 14_000, 8, 0.003, 42);

        private static Defaults part5(int blockSize, int embedding, int hidden) {
            return new Defaults(new Sizes(blockSize, embedding, hidden), 200_000, 150_000, 32, 0.1, 42);
        }
    }

    /**
     * The losses that the notebook of a model prints.
     *
     * @param first of the first batch, before any update
     * @param last of the last batch, before its update, with the penalty where there is one
     * @param train over the training rows after the last step; for part 1, which does not split its names, over them all
     * @param dev over the dev rows after the last step
     */
    public record Published(OptionalDouble first, OptionalDouble last, OptionalDouble train, OptionalDouble dev) {
        private static final OptionalDouble NONE = OptionalDouble.empty();
        private static final Published NOTHING = new Published(NONE, NONE, NONE, NONE);

        /** Whether the notebook trains the model to the end. */
        public boolean isThere() {
            return last.isPresent() || train.isPresent();
        }

        private static Published of(double train, double dev) {
            return new Published(NONE, NONE, OptionalDouble.of(train), OptionalDouble.of(dev));
        }

        private static Published all(double all) {
            return new Published(NONE, NONE, OptionalDouble.of(all), NONE);
        }

        private static Published last(double last) {
            return new Published(NONE, OptionalDouble.of(last), NONE, NONE);
        }

        private Published from(double first) {
            return new Published(OptionalDouble.of(first), last, train, dev);
        }
    }

    /** Draws a model. */
    private interface Builder {
        Layer build(Sizes sizes, TorchRandom random);
    }

    /**
     * The model with fresh weights; input (N, blockSize) INT32, output (N, 27) logits. Where it predicts at every position,
     * (N, T) with T of at least blockSize gives (N · (T - blockSize + 1), 27), one row for each window of blockSize
     * characters.
     */
    public Layer build(Sizes sizes, TorchRandom random) {
        return builder.build(sizes, random);
    }

    /** The optimiser that the model is trained by; stochastic gradient descent in the lectures. */
    public Optimizer optimizer(List<Parameter> parameters) {
        return new Sgd(parameters);
    }

    /** Whether the model predicts at every position, so that it trains on crops of a sequence. */
    public boolean isConvolution() {
        return this == DILATED || this == WAVENET_GATED;
    }

    /** What the lecture does to a trained model before it evaluates it; most often nothing. */
    public void finish(Layer model, Dataset train) {}

    /** Whether the model normalises by the unbiased variance of a batch, which needs two rows. */
    public boolean normalisesBatches() {
        return switch (this) {
            case BIGRAM_COUNTED, BIGRAM, MLP, MLP_SOFTMAX, MLP_TANH, MLP_KAIMING, DEEP_NO_BN, WAVENET_GATED -> false;
            default -> true;
        };
    }

    /** Whether the model joins its characters by twos, so that there must be 2, 4, 8, … of them. */
    public boolean isTree() {
        return this == WAVENET_SMALL_BUG || this == WAVENET_SMALL || this == WAVENET || isConvolution();
    }

    /** Whether the model is part 1's: a table of one row for each character, learned from all names at once. */
    public boolean isBigram() {
        return this == BIGRAM_COUNTED || this == BIGRAM;
    }

    /** What the mean of the squared weights is multiplied by where the lecture adds it to the loss; otherwise 0. */
    public double penalty() {
        return this == BIGRAM ? 0.01 : 0;
    }

    /**
     * How the lecture draws the next character from its probabilities. Part 1 searches the cumulative probabilities for one
     * uniform number, as PyTorch then did for draws with replacement; the others divide by exponential numbers.
     */
    public ToIntFunction<float[]> draw(TorchRandom random) {
        if (!isBigram()) {
            return random::multinomial;
        }
        int[] drawn = new int[1];
        return probabilities -> {
            random.multinomial(probabilities, true, drawn);
            return drawn[0];
        };
    }

    /** The seed of the generator that the lecture samples with after a training with this seed. */
    public long sampleSeed(long seed) {
        return isBigram() ? seed : seed + 10;
    }

    /** How far from the published losses one that agrees with them may be. */
    public double tolerance() {
        return title.startsWith("wavenet") ? 0.02 : 0.01;
    }

    /** The name on the command line. */
    public String title() {
        return title;
    }

    /** The lecture that it is from. */
    public String lecture() {
        return lecture;
    }

    /** How the lecture trains it. */
    public Defaults defaults() {
        return defaults;
    }

    /** The losses that the lecture's notebook prints. */
    public Published published() {
        return published;
    }

    /** The model of a name, if there is one. */
    public static Optional<LectureModel> named(String title) {
        return Arrays.stream(values())
                .filter(model -> model.title.equals(title))
                .findFirst();
    }

    /** The names of all models. */
    public static List<String> titles() {
        return Arrays.stream(values()).map(LectureModel::title).toList();
    }
}
