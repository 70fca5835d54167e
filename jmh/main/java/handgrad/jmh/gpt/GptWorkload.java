package handgrad.jmh.gpt;

import handgrad.data.Batch;
import handgrad.nn.Gpt;
import handgrad.nn.GptOptions;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What is trained in a comparison: a GPT with its first weights, and batches of random tokens that are repeated. */
public enum GptWorkload {
    /** The transformer of makemore, with its batch of 32 words. */
    MAKEMORE("makemore", GptOptions.MAKEMORE, 32, 16, 1e-3, 10),
    /** nanoGPT on a CPU, with its batch of 12 texts. */
    NANO_CPU("nanogpt", GptOptions.NANO_CPU, 12, 64, 1e-3, 10),
    /** GPT-2 with 124 million parameters, with the batch of llm.c. */
    GPT2("gpt2-124m", GptOptions.GPT2, 4, 64, 1e-4, 3);

    /** What a step of AdamW keeps of the mean of gradients. */
    public static final double BETA1 = 0.9;

    /** What a step of AdamW keeps of the mean of their squares. */
    public static final double BETA2 = 0.999;

    /** What keeps AdamW's division from 0; nothing decays. */
    public static final double EPSILON = 1e-8;

    /** How many batches there are before they repeat. */
    private static final int BATCHES = 3;

    private static final long SEED = 2147483647L;

    private final String title;

    @SuppressWarnings("ImmutableEnumChecker") // a record of numbers
    private final GptOptions options;

    private final int batchSize;
    private final int positions;
    private final double learningRate;
    private final int losses;

    GptWorkload(String title, GptOptions options, int batchSize, int positions, double learningRate, int losses) {
        this.title = title;
        this.options = options;
        this.batchSize = batchSize;
        this.positions = positions;
        this.learningRate = learningRate;
        this.losses = losses;
    }

    /** The workload of a name. */
    public static GptWorkload named(String title) {
        return Arrays.stream(values())
                .filter(workload -> workload.title.equals(title))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown workload " + title + "; there are "
                        + String.join(
                                ", ",
                                Stream.of(values()).map(GptWorkload::title).toList())));
    }

    /** The name in the tables. */
    public String title() {
        return title;
    }

    /** The sizes of the model. */
    public GptOptions options() {
        return options;
    }

    /** The sequences of a batch, N. */
    public int batchSize() {
        return batchSize;
    }

    /** The tokens of a sequence, T. */
    public int positions() {
        return positions;
    }

    /** That of every step. */
    public double learningRate() {
        return learningRate;
    }

    /** How many losses are compared. */
    public int losses() {
        return losses;
    }

    /** The numbers of the model's parameters. */
    public long parameterCount() {
        long c = options.embedding();
        long biases = options.bias() ? 1 : 0;
        long tables = (long) options.vocabulary() * (options.tied() ? 1 : 2) + options.blockSize();
        return c * (tables + 1 + biases) + options.layers() * c * (12 * c + 2 + 11 * biases);
    }

    /** The bytes of weights, gradients and both moments of AdamW. */
    public long stateBytes() {
        return 4 * Float.BYTES * parameterCount();
    }

    /** The model with its first weights, the same at every call. */
    public Gpt build() {
        return new Gpt(options, TorchRandom.seeded(SEED));
    }

    /** The batches, x and y (N, T), the same at every call. */
    public List<Batch> batches() {
        var random = TorchRandom.seeded(SEED);
        return IntStream.range(0, BATCHES)
                .mapToObj(_ -> new Batch(tokens(random), tokens(random)))
                .toList();
    }

    private Tensor tokens(TorchRandom random) {
        int[] tokens = new int[batchSize * positions];
        random.randint(0, options.vocabulary(), tokens);
        return Tensor.of(tokens, batchSize, positions);
    }
}
