package handgrad.models;

import handgrad.nn.BagOfWords;
import handgrad.nn.Embedding;
import handgrad.nn.Flatten;
import handgrad.nn.Gpt;
import handgrad.nn.GptOptions;
import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.MakemoreGru;
import handgrad.nn.Parameter;
import handgrad.nn.PositionalEmbedding;
import handgrad.nn.Rnn;
import handgrad.nn.Sequential;
import handgrad.nn.Tanh;
import handgrad.optim.AdamOptions;
import handgrad.optim.AdamW;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * The models of makemore.py, each with PyTorch's first weights, drawn in the order of its constructors: a seed gives
 * the program's own. A model takes symbols (N, T) INT32, T up to the block size, to the logits of the symbol that
 * follows each, (N, T, vocabulary). Each is one row.
 */
public enum MakemoreModel {
    /** For each symbol the logits of those that follow, a table of zeros at the start; nothing is drawn. */
    BIGRAM(
            "makemore-bigram",
            "a table of logits",
            EnumSet.noneOf(Size.class),
            (sizes, _) -> new Embedding(Tensor.zeros(sizes.vocabulary(), sizes.vocabulary()))),
    /** All symbols of a block so far, one hidden layer: makemore part 2 at every position (Bengio et al. 2003). */
    MLP(
            "makemore-mlp",
            "a multilayer perceptron over all symbols before",
            EnumSet.of(Size.EMBEDDING, Size.HIDDEN),
            MakemoreModel::mlp),
    /** The recurrent network with tanh (Mikolov et al. 2010), whose first state is a parameter. */
    RNN(
            "makemore-rnn",
            "a recurrent network",
            EnumSet.of(Size.EMBEDDING, Size.HIDDEN),
            (sizes, random) -> recurrent(sizes, random, Rnn::makemore)),
    /** The gated recurrent network (Cho et al. 2014), with the reset gate before the product. */
    GRU(
            "makemore-gru",
            "a gated recurrent network",
            EnumSet.of(Size.EMBEDDING, Size.HIDDEN),
            (sizes, random) -> recurrent(sizes, random, MakemoreGru::new)),
    /** The mean of all symbols so far, each with its position, and a multilayer perceptron. */
    BOW(
            "makemore-bow",
            "a bag of the symbols before",
            EnumSet.of(Size.EMBEDDING, Size.HIDDEN),
            (sizes, random) -> new Sequential(
                    new Embedding(sizes.vocabulary(), sizes.embedding(), random),
                    new PositionalEmbedding(sizes.blockSize(), sizes.embedding(), random),
                    new BagOfWords(sizes.embedding(), sizes.hidden(), random),
                    Linear.pytorch(sizes.embedding(), sizes.vocabulary(), true, random))),
    /** GPT-2's blocks (Radford et al. 2019). */
    TRANSFORMER(
            "makemore-transformer",
            "a small GPT",
            EnumSet.of(Size.LAYERS, Size.HEADS, Size.EMBEDDING),
            (sizes, random) -> new Gpt(
                    GptOptions.MAKEMORE
                            .withVocabulary(sizes.vocabulary())
                            .withBlockSize(sizes.blockSize())
                            .withSizes(sizes.layers(), sizes.heads(), sizes.embedding())
                            .withDropout(sizes.dropout()),
                    random));

    /** A size that a model need not have. */
    public enum Size {
        /** {@link MakemoreOptions#layers}. */
        LAYERS,
        /** {@link MakemoreOptions#heads}. */
        HEADS,
        /** {@link MakemoreOptions#embedding}. */
        EMBEDDING,
        /** {@link MakemoreOptions#hidden}. */
        HIDDEN
    }

    /** The rate that makemore.py trains with from the first step to the last. */
    public static final double LEARNING_RATE = 5e-4;

    /** What makemore.py decays every parameter by, biases and tables too. */
    public static final double WEIGHT_DECAY = 0.01;

    /** The rows of a batch. */
    public static final int BATCH_SIZE = 32;

    /** The seed of everything that is drawn. */
    public static final long SEED = 3407;

    private final String title;
    private final String summary;

    @SuppressWarnings("ImmutableEnumChecker") // a copy that cannot be changed
    private final Set<Size> sizes;

    @SuppressWarnings("ImmutableEnumChecker") // methods without state
    private final BiFunction<MakemoreOptions, TorchRandom, Layer> build;

    MakemoreModel(
            String title, String summary, Set<Size> sizes, BiFunction<MakemoreOptions, TorchRandom, Layer> build) {
        this.title = title;
        this.summary = summary;
        this.sizes = Set.copyOf(sizes);
        this.build = build;
    }

    private static Layer mlp(MakemoreOptions sizes, TorchRandom random) {
        int vocabulary = sizes.vocabulary();
        int context = sizes.blockSize() * sizes.embedding();
        return new Sequential(
                new PreviousSymbols(sizes.blockSize(), vocabulary),
                new Embedding(vocabulary + 1, sizes.embedding(), random),
                new Flatten(2, 3),
                Linear.pytorch(context, sizes.hidden(), true, random),
                new Tanh(),
                Linear.pytorch(sizes.hidden(), vocabulary, true, random));
    }

    /** A recurrent layer of the embedding's width and hidden units. */
    @FunctionalInterface
    private interface Recurrence {
        Layer of(int in, int hidden, TorchRandom random);
    }

    private static Layer recurrent(MakemoreOptions sizes, TorchRandom random, Recurrence recurrence) {
        return new Sequential(
                new Embedding(sizes.vocabulary(), sizes.embedding(), random),
                recurrence.of(sizes.embedding(), sizes.hidden(), random),
                Linear.pytorch(sizes.hidden(), sizes.vocabulary(), true, random));
    }

    /** The model with fresh weights. */
    public Layer build(MakemoreOptions sizes, TorchRandom random) {
        return build.apply(sizes, random);
    }

    /**
     * What makemore.py trains every model with, at {@link #LEARNING_RATE}: AdamW with betas 0.9 and 0.99.
     *
     * @param weightDecay {@link #WEIGHT_DECAY} there
     */
    public static AdamW optimizer(List<Parameter> parameters, double weightDecay) {
        return new AdamW(parameters, AdamOptions.PYTORCH.withBetas(0.9, 0.99).withWeightDecay(weightDecay));
    }

    /**
     * The elements that the largest tensor of a training or evaluation has, 2³¹ or more where it cannot be.
     *
     * @param rows of a batch; an evaluation has 100
     */
    public long largestTensor(MakemoreOptions sizes, int rows) {
        long embedding = this == MLP ? (long) sizes.blockSize() * sizes.embedding() : 4L * sizes.embedding();
        long width = Math.max(Math.max(sizes.vocabulary(), embedding), 3L * sizes.hidden());
        long positions = (long) Math.max(rows, MakemoreEvaluation.ROWS) * sizes.blockSize();
        return Math.max(Math.multiplyExact(positions, width), width * Math.max(embedding, 3L * sizes.hidden()));
    }

    /** The name on the command line. */
    public String title() {
        return title;
    }

    /** What the model is, in a few words for a list. */
    public String summary() {
        return summary;
    }

    /** The sizes that it has beside those of its words. */
    public Set<Size> sizes() {
        return sizes;
    }
}
