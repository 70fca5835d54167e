package handgrad.models;

import handgrad.data.Alphabet;
import handgrad.data.Dataset;
import handgrad.models.Recipe.Kind;
import handgrad.nn.BatchNormOptions;
import handgrad.nn.Layer;
import handgrad.nn.Parameter;
import handgrad.optim.AdamOptions;
import handgrad.optim.AdamW;
import handgrad.optim.Optimizer;
import handgrad.random.TorchRandom;
import handgrad.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * The models of the lectures, with their defaults and the losses that the notebooks print. Weights are drawn in the
 * order of the notebooks, so that a seed gives the notebook's weights. Each model is one row, a {@link Recipe}.
 */
public enum LectureModel {
    /**
     * Part 1: how often each character follows another, plus one. The loss is what the lecture's code prints with
     * PyTorch, 2.4543562, a sum in float32; exactly it is 2.4546. The 2.4765 in the notebook's cell is not of the
     * counts: it carries a gradient function, so the table of the one-layer network stood there when the cell was last
     * run.
     */
    BIGRAM_COUNTED(new Recipe(
                    "bigram-counted",
                    "makemore part 1, counted",
                    "part 1, counted",
                    Kind.TABLE,
                    Defaults.COUNTED,
                    Bigram::counted)
            .withPublished(Published.all(2.4544))
            .withFinish(Bigram::count)),
    /**
     * Part 1's network of one layer, which has the counts to find by gradient descent on all rows. The notebook runs
     * its training cell an unknown number of times and prints 2.481828 after the last; from this seed on the loss
     * passes it at step 266, and the names drawn after that step are the notebook's.
     */
    BIGRAM(new Recipe(
                    "bigram",
                    "makemore part 1, one layer",
                    "part 1, a network of one layer",
                    Kind.TABLE,
                    Defaults.BIGRAM,
                    Bigram::network)
            .withPublished(Published.last(2.4818))
            .withPenalty(0.01)),
    /** Part 2, and the first initialisation of part 3: every weight and bias from the normal distribution. */
    MLP(new Recipe(
                    "mlp",
                    "makemore part 2",
                    "part 2, one hidden layer",
                    Kind.WINDOW,
                    Defaults.PARTS_2_TO_4,
                    Perceptron::original)
            .withPublished(Published.of(2.1260, 2.1701).from(27.8817))),
    /** Part 3 with logits near zero at the start. */
    MLP_SOFTMAX(new Recipe(
                    "mlp-softmax",
                    "makemore part 3, fixed softmax",
                    "part 3, logits near zero at the start",
                    Kind.WINDOW,
                    Defaults.PARTS_2_TO_4,
                    Perceptron::fixedSoftmax)
            .withPublished(Published.of(2.07, 2.13).from(3.3221))),
    /** The same, and tanh units that do not saturate at the start. */
    MLP_TANH(new Recipe(
                    "mlp-tanh",
                    "makemore part 3, fixed tanh",
                    "part 3, tanh unsaturated at the start",
                    Kind.WINDOW,
                    Defaults.PARTS_2_TO_4,
                    Perceptron::fixedTanh)
            .withPublished(Published.of(2.0356, 2.1027))),
    /** The same with Kaiming's gain instead of a guessed factor. */
    MLP_KAIMING(new Recipe(
                    "mlp-kaiming",
                    "makemore part 3, Kaiming",
                    "part 3, Kaiming's initialisation",
                    Kind.WINDOW,
                    Defaults.PARTS_2_TO_4,
                    Perceptron::kaiming)
            .withPublished(Published.of(2.0377, 2.1070))),
    /** The same with batch normalisation. */
    MLP_BN(new Recipe(
                    "mlp-bn",
                    "makemore part 3",
                    "part 3, with batch normalisation",
                    Kind.WINDOW,
                    Defaults.PARTS_2_TO_4,
                    Perceptron::batchNorm)
            .withPublished(Published.of(2.067415, 2.105684).from(3.3239))
            .withBatchNorm()),
    /** Part 3's six linear layers, each with batch normalisation. The lecture stops it after 1,001 steps. */
    DEEP(new Recipe(
                    "deep",
                    "makemore part 3, six layers",
                    "part 3, six layers",
                    Kind.WINDOW,
                    Defaults.DEEP,
                    DeepNetwork::batchNorm)
            .withBatchNorm()),
    /** The same without batch normalisation. */
    DEEP_NO_BN(new Recipe(
            "deep-no-bn",
            "makemore part 3, six layers without BatchNorm",
            "part 3, six layers without batch normalisation",
            Kind.WINDOW,
            Defaults.DEEP,
            DeepNetwork::plain)),
    /**
     * The network of part 4, whose backward pass is written in one piece. The notebook evaluates with the statistics of
     * the whole training set, taken once after training.
     */
    BACKPROP(new Recipe(
                    "backprop",
                    "makemore part 4",
                    "part 4, backward in one piece",
                    Kind.WINDOW,
                    Defaults.PARTS_2_TO_4,
                    BackpropNetwork::draw)
            .withPublished(Published.of(2.0705, 2.1099))
            .withBatchNorm()
            .withFinish((model, train) -> ((BackpropNetwork) model).calibrate(train.x()))),
    /** Part 5's start: the hidden layer sees three characters at once. */
    WAVENET_FLAT_3(new Recipe(
                    "wavenet-flat-3",
                    "makemore part 5, flat",
                    "part 5, three characters at once",
                    Kind.WINDOW,
                    Defaults.part5(3, 10, 200),
                    WaveNetTree::flat)
            .withPublished(Published.of(2.058, 2.105).from(3.2966).within(0.02))
            .withBatchNorm()),
    /** The same with eight characters. */
    WAVENET_FLAT_8(new Recipe(
                    "wavenet-flat-8",
                    "makemore part 5, flat",
                    "part 5, eight characters at once",
                    Kind.WINDOW,
                    Defaults.part5(8, 10, 200),
                    WaveNetTree::flat)
            .withPublished(Published.of(1.918, 2.027).within(0.02))
            .withBatchNorm()),
    /** The small tree, each position with statistics of its own: the lecture's bug. */
    WAVENET_SMALL_BUG(new Recipe(
                    "wavenet-small-bug",
                    "makemore part 5, BatchNorm over the batch alone",
                    "part 5, small tree, with a bug",
                    Kind.TREE,
                    Defaults.part5(8, 10, 68),
                    (sizes, random) -> WaveNetTree.tree(sizes, BatchNormOptions.Axes.FIRST, random))
            .withPublished(Published.of(1.941, 2.029).within(0.02))
            .withBatchNorm()),
    /** The small tree. */
    WAVENET_SMALL(new Recipe(
                    "wavenet-small",
                    "makemore part 5, small tree",
                    "part 5, small tree",
                    Kind.TREE,
                    Defaults.part5(8, 10, 68),
                    WaveNetTree::tree)
            .withPublished(Published.of(1.912, 2.022).within(0.02))
            .withBatchNorm()),
    /** The scaled tree, 76,579 parameters. */
    WAVENET(new Recipe(
                    "wavenet",
                    "makemore part 5",
                    "part 5, the tree",
                    Kind.TREE,
                    Defaults.part5(8, 24, 128),
                    WaveNetTree::tree)
            .withPublished(Published.of(1.7690, 1.9937).from(3.3167).within(0.02))
            .withBatchNorm()),
    /** The scaled tree as causal convolutions, which part 5 announces; 76,579 parameters, trained on every position. */
    DILATED(new Recipe(
                    "dilated",
                    "past makemore part 5, the tree as convolutions",
                    "past it: the tree as causal convolutions",
                    Kind.CONVOLUTION,
                    Defaults.DILATED,
                    DilatedNetwork::dilated)
            .withBatchNorm()),
    /**
     * A WaveNet proper with no more parameters than the scaled tree. The weight decay was chosen on dev among 0.1, 0.15
     * and 0.5.
     */
    WAVENET_GATED(new Recipe(
                    "wavenet-gated",
                    "past makemore part 5, WaveNet",
                    "past it: a WaveNet proper",
                    Kind.CONVOLUTION,
                    Defaults.GATED,
                    WaveNet::ofNames)
            .withOptimizer(parameters -> new AdamW(parameters, AdamOptions.PYTORCH.withWeightDecay(0.15))));

    @SuppressWarnings("ImmutableEnumChecker") // numbers, texts and methods without state
    private final Recipe recipe;

    LectureModel(Recipe recipe) {
        this.recipe = recipe;
    }

    /**
     * The sizes of a model.
     *
     * @param vocabulary the symbols that it knows, those of an {@link Alphabet}
     * @param blockSize the characters that the model sees
     * @param embedding the numbers that a character becomes
     * @param hidden the units of a hidden layer
     */
    public record Sizes(int vocabulary, int blockSize, int embedding, int hidden) {
        /** Sizes with the vocabulary of the lectures, a to z and the dot. */
        public Sizes(int blockSize, int embedding, int hidden) {
            this(Alphabet.A_TO_Z.size(), blockSize, embedding, hidden);
        }

        /** These sizes with the symbols of another alphabet. */
        public Sizes withVocabulary(int other) {
            return new Sizes(other, blockSize, embedding, hidden);
        }

        /** The numbers that the characters of a row become together. */
        int context() {
            return Shape.of("context", blockSize, embedding).elements();
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

        private static final Sizes TABLE = new Sizes(1, Alphabet.A_TO_Z.size(), 0);
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
     * The model with fresh weights; input (N, blockSize) INT32, output (N, vocabulary) logits. Where it predicts at
     * every position, (N, T) with T of at least blockSize gives (N · (T - blockSize + 1), vocabulary), one row for each
     * window of blockSize characters.
     */
    public Layer build(Sizes sizes, TorchRandom random) {
        return recipe.build().apply(sizes, random);
    }

    /** The optimiser that the model is trained by; stochastic gradient descent in the lectures. */
    public Optimizer optimizer(List<Parameter> parameters) {
        return recipe.optimizer().apply(parameters);
    }

    /** What the lecture does to a trained model before it evaluates it; most often nothing. */
    public void finish(Layer model, Dataset train) {
        recipe.finish().accept(model, train);
    }

    /** Whether the model is part 1's: a table of one row for each character, learned from all names at once. */
    public boolean isBigram() {
        return recipe.kind() == Kind.TABLE;
    }

    /** Whether the model is counted, not trained: it takes no steps. */
    public boolean isCounted() {
        return recipe.defaults().steps() == 0;
    }

    /** Whether the model joins its characters by twos, so that there must be 2, 4, 8, … of them. */
    public boolean isTree() {
        return recipe.kind() == Kind.TREE || isConvolution();
    }

    /** Whether the model predicts at every position, so that it trains on crops of a sequence. */
    public boolean isConvolution() {
        return recipe.kind() == Kind.CONVOLUTION;
    }

    /** Whether the model normalises by the unbiased variance of a batch, which needs two rows. */
    public boolean normalisesBatches() {
        return recipe.normalisesBatches();
    }

    /** What the mean of the squared weights is multiplied by where the lecture adds it to the loss; otherwise 0. */
    public double penalty() {
        return recipe.penalty();
    }

    /** Draws the next character from its probabilities as the lecture does. */
    public ToIntFunction<float[]> draw(TorchRandom random) {
        return recipe.kind().draw(random);
    }

    /** The seed of the generator that the lecture samples with after a training with this seed. */
    public long sampleSeed(long seed) {
        return recipe.kind().sampleSeed(seed);
    }

    /** The name on the command line. */
    public String title() {
        return recipe.title();
    }

    /** The lecture that it is from. */
    public String lecture() {
        return recipe.lecture();
    }

    /** What the model is, in a few words for a list. */
    public String summary() {
        return recipe.summary();
    }

    /** How the lecture trains it. */
    public Defaults defaults() {
        return recipe.defaults();
    }

    /** The losses that the lecture's notebook prints. */
    public Published published() {
        return recipe.published();
    }

    /** The model of a name, if there is one. */
    public static Optional<LectureModel> named(String title) {
        return Arrays.stream(values())
                .filter(model -> model.title().equals(title))
                .findFirst();
    }

    /** The names of all models. */
    public static List<String> titles() {
        return Arrays.stream(values()).map(LectureModel::title).toList();
    }
}
