package handgrad.app.sequence;

import handgrad.app.command.WrongInputException;
import handgrad.app.train.EvaluationSchedule;
import handgrad.app.train.SampleRequest;
import handgrad.app.train.ShardsOption;
import handgrad.file.PrintableText;
import handgrad.io.Gpt2FileException;
import handgrad.io.Gpt2Model;
import handgrad.nn.Gpt;
import handgrad.nn.GptOptions;
import handgrad.nn.Layer;
import handgrad.nn.Parameter;
import handgrad.optim.Optimizer;
import handgrad.optim.Schedule;
import handgrad.random.TorchRandom;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Predicate;

/**
 * A GPT on any text. Its defaults, its draws and its evaluations are those of nanoGPT's recipe for a CPU
 * (https://github.com/karpathy/nanoGPT), so that on the same text it prints the same losses.
 */
final class GptModel implements SequenceModel {
    private static final int LOG_EVERY = 100;

    /** How many times smaller the rate is at the end of the cosine. */
    private static final double FALL = 10;

    private static final EvaluationSchedule EVALUATION = new EvaluationSchedule(250, 0);
    private static final int SAMPLED = 500;
    private static final String POSITIONS = "positions.weight";

    @Override
    public String title() {
        return "gpt";
    }

    @Override
    public String summary() {
        return "a transformer on any text, by default nanoGPT's for a CPU";
    }

    @Override
    public String origin() {
        return "nanoGPT";
    }

    @Override
    public SequencedMap<Setting, String> defaults() {
        var values = new LinkedHashMap<Setting, String>();
        values.put(Setting.DATA, SequenceOptions.BUNDLED);
        values.put(Setting.TOKENIZER, "characters");
        values.put(Setting.LAYERS, "4");
        values.put(Setting.HEADS, "4");
        values.put(Setting.EMBEDDING, "128");
        values.put(Setting.BLOCK_SIZE, "64");
        values.put(Setting.DROPOUT, "0.0");
        values.put(Setting.BIAS, "false");
        values.put(Setting.TIE, "true");
        values.put(Setting.GELU, "exact");
        values.put(Setting.BATCH_SIZE, "12");
        values.put(Setting.STEPS, "2000");
        values.put(Setting.OPTIMIZER, "adamw");
        values.put(Setting.LR, "0.001");
        values.put(Setting.MIN_LR, Setting.NOT_GIVEN);
        values.put(Setting.WARMUP, "100");
        values.put(Setting.DECAY_STEPS, Setting.NOT_GIVEN);
        values.put(Setting.WEIGHT_DECAY, "0.1");
        values.put(Setting.CLIP, "1.0");
        values.put(Setting.EVAL_BATCHES, "20");
        values.put(Setting.SEED, "1337");
        values.put(Setting.INIT, Setting.NOT_GIVEN);
        values.put(Setting.SHARDS, Setting.NOT_GIVEN);
        return values;
    }

    @Override
    public EvaluationSchedule evaluation() {
        return EVALUATION;
    }

    @Override
    public int logEvery() {
        return LOG_EVERY;
    }

    @Override
    public String description(Setting setting) {
        return switch (setting) {
            case DATA -> "A text in UTF-8, at most 256 MiB; without it the bundled names, one a line, as a text";
            case TOKENIZER ->
                "What the text is cut into: characters, those that it has, or gpt2, the byte pairs of GPT-2";
            case LAYERS -> "Blocks of attention and MLP";
            case HEADS -> "Heads of an attention; they divide --embedding";
            case EMBEDDING -> "Numbers that a token is in the network";
            case BLOCK_SIZE -> "Tokens that the model sees at most";
            case DROPOUT -> "Share of numbers that training leaves out";
            case BIAS -> "Whether linear layers and normalisations have biases";
            case TIE -> "Whether the last layer has the table of tokens as its weight";
            case GELU -> "The activation: exact, by erf, or tanh, as GPT-2 has it";
            case BATCH_SIZE -> "Blocks in a batch";
            case STEPS -> "Batches to train on";
            case OPTIMIZER -> "One of " + String.join(", ", SequenceOptimizer.names());
            case LR -> "Highest learning rate, reached after --warmup steps; then half a cosine";
            case MIN_LR -> "Lowest learning rate, from --decay-steps on; without it a tenth of --lr";
            case WARMUP -> "Steps in which the rate grows";
            case DECAY_STEPS -> "Step that the cosine ends at; without it --steps";
            case WEIGHT_DECAY -> "Decay of the parameters of two dimensions and more";
            case CLIP -> "Norm that the gradient is clipped to; 0 for any norm";
            case EVAL_BATCHES -> "Batches of train, then of dev, that a loss on the way is the mean of";
            case SHARDS -> ShardsOption.DESCRIPTION;
            case SEED -> "Seed of the weights, then of the batches";
            case INIT ->
                "Begin with the weights of this file (safetensors, or .bin as llm.c has GPT-2), or of the model in this"
                        + " run folder, instead of drawn ones; the batches stay those of the seed";
            case HIDDEN, SAMPLE_EVERY -> throw new IllegalArgumentException("gpt has no " + setting.option());
        };
    }

    @Override
    public SequenceOptions completed(SequenceOptions options) {
        int heads = options.integer(Setting.HEADS);
        int embedding = options.integer(Setting.EMBEDDING);
        if (embedding % heads != 0) {
            throw new WrongInputException(
                    "--heads must divide --embedding, and %d does not divide %d".formatted(heads, embedding));
        }
        requireRoom(options, "--embedding", 4L * embedding);
        options.requireShards();
        return RateSettings.completed(options, FALL);
    }

    /** No tensor has 2³¹ elements. */
    private static void requireRoom(SequenceOptions options, String last, long width) {
        long elements = options.integer(Setting.BATCH_SIZE) * (long) options.integer(Setting.BLOCK_SIZE) * width;
        if (elements > Integer.MAX_VALUE) {
            throw new WrongInputException(
                    ("--batch-size %s, --block-size %s and %s give a tensor of 2^31 numbers or more;"
                                    + " make one of them smaller")
                            .formatted(options.text(Setting.BATCH_SIZE), options.text(Setting.BLOCK_SIZE), last));
        }
    }

    @Override
    public SequenceData data(SequenceOptions options, String option) {
        var data = TextData.read(options, option);
        requireRoom(options, "its symbols", data.symbols().size());
        return data;
    }

    @Override
    public Layer build(SequenceOptions options, TorchRandom random) {
        return new Gpt(gptOptions(options), random);
    }

    private static GptOptions gptOptions(SequenceOptions options) {
        return GptOptions.NANO_CPU
                .withVocabulary(TextTokens.of(options).size())
                .withBlockSize(options.integer(Setting.BLOCK_SIZE))
                .withSizes(
                        options.integer(Setting.LAYERS),
                        options.integer(Setting.HEADS),
                        options.integer(Setting.EMBEDDING))
                .withDropout(options.number(Setting.DROPOUT))
                .withBias(options.flag(Setting.BIAS))
                .withTied(options.flag(Setting.TIE))
                .withExactGelu(options.text(Setting.GELU).equals("exact"));
    }

    @Override
    public boolean hasAlphabet(SequenceOptions options) {
        return TokenizerKind.named(options.text(Setting.TOKENIZER)) == TokenizerKind.CHARACTERS;
    }

    private static boolean isLlmc(Path init) {
        return init.toString().endsWith(".bin");
    }

    /** What GPT-2 is, with the sizes of the file; the block size is the user's, as in llm.c. */
    @Override
    public SequenceOptions begunWith(SequenceOptions options, Path init, Predicate<Setting> isGiven) {
        if (!isLlmc(init)) {
            return options;
        }
        var gpt2 = read(init).options();
        var values = new LinkedHashMap<Setting, String>();
        values.put(Setting.TOKENIZER, "gpt2");
        values.put(Setting.LAYERS, Integer.toString(gpt2.layers()));
        values.put(Setting.HEADS, Integer.toString(gpt2.heads()));
        values.put(Setting.EMBEDDING, Integer.toString(gpt2.embedding()));
        values.put(Setting.BIAS, "true");
        values.put(Setting.TIE, "true");
        values.put(Setting.GELU, "tanh");
        var all = options;
        for (var value : values.entrySet()) {
            if (!isGiven.test(value.getKey())) {
                all = all.with(value.getKey(), value.getValue());
            }
        }
        return all;
    }

    private static Gpt2Model read(Path init) {
        try {
            return Gpt2Model.read(init);
        } catch (Gpt2FileException exception) {
            throw new WrongInputException("--init: " + exception.getMessage());
        }
    }

    /** Of a table of positions the first ones are taken: a network that sees fewer tokens has no use for the rest. */
    @Override
    public void load(SequenceOptions options, Path init, String sizes, Layer network) {
        if (!isLlmc(init)) {
            SequenceModel.super.load(options, init, sizes, network);
            return;
        }
        try {
            var tensors = new LinkedHashMap<>(read(init).tensors());
            int blockSize = options.integer(Setting.BLOCK_SIZE);
            tensors.computeIfPresent(
                    POSITIONS, (_, table) -> table.size(0) > blockSize ? table.narrow(0, 0, blockSize) : table);
            network.loadStateDict(tensors);
        } catch (Gpt2FileException exception) {
            throw new WrongInputException("--init: " + exception.getMessage());
        } catch (IllegalArgumentException exception) {
            throw new WrongInputException("--init: " + init + " does not fit " + sizes + ": " + exception.getMessage());
        }
    }

    @Override
    public Optimizer optimizer(SequenceOptions options, List<Parameter> parameters) {
        return SequenceOptimizer.named(options.text(Setting.OPTIMIZER))
                .decayingMatrices(parameters, options.number(Setting.WEIGHT_DECAY));
    }

    @Override
    public Schedule schedule(SequenceOptions options) {
        return RateSettings.schedule(options);
    }

    @Override
    public double clip(SequenceOptions options) {
        return options.number(Setting.CLIP);
    }

    @Override
    public void sample(SequenceOptions options, Layer network, SampleRequest request, PrintWriter out) {
        var tokens = new TextTokens(TextTokens.of(options));
        request.sampling().check(tokens.tokenizer().size());
        request.refuseMarks(title());
        int[] prompt = tokens.prompt(request.prompt());
        int count = request.tokens(SAMPLED);
        var random = TorchRandom.seeded(request.seed(options.seed()));
        var sampler = new TextSampler(network, options.integer(Setting.BLOCK_SIZE), request.sampling(), random);
        for (int i = 0; i < request.count(1) && !out.checkError(); i++) {
            if (i > 0) {
                out.println("---------------");
            }
            out.println(PrintableText.lines(tokens.tokenizer().decode(sampler.continued(prompt, count))));
        }
        out.flush();
    }
}
