package handgrad.app.sequence;

import handgrad.app.command.WrongInputException;
import handgrad.app.report.Marks;
import handgrad.app.train.EvaluationSchedule;
import handgrad.app.train.SampleRequest;
import handgrad.app.train.ShardsOption;
import handgrad.data.Alphabet;
import handgrad.models.MakemoreEvaluation;
import handgrad.models.MakemoreModel;
import handgrad.models.MakemoreModel.Size;
import handgrad.models.MakemoreOptions;
import handgrad.models.MakemoreSampler;
import handgrad.nn.Layer;
import handgrad.nn.Parameter;
import handgrad.optim.Optimizer;
import handgrad.optim.Schedule;
import handgrad.random.TorchRandom;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;

/**
 * A model of makemore.py (https://github.com/karpathy/makemore) on names. Its defaults, its draws and its evaluations
 * are those of the program, so that on the same names it prints the same losses. The program has no last step.
 */
record MakemoreSequence(MakemoreModel model) implements SequenceModel {
    private static final int LOG_EVERY = 100;
    private static final EvaluationSchedule EVALUATION = new EvaluationSchedule(500, 0);

    /** About ten epochs of the names, which take the larger models most of the way. */
    private static final String STEPS = "10000";

    /** The names that are drawn side by side. */
    private static final int SAMPLED = 20;

    @Override
    public String title() {
        return model.title();
    }

    @Override
    public String summary() {
        return model.summary() + ", on names";
    }

    @Override
    public String origin() {
        return "makemore.py";
    }

    @Override
    public SequencedMap<Setting, String> defaults() {
        var sizes = MakemoreOptions.MAKEMORE;
        var values = new LinkedHashMap<Setting, String>();
        values.put(Setting.DATA, SequenceOptions.BUNDLED);
        putSize(values, Setting.LAYERS, Size.LAYERS, sizes.layers());
        putSize(values, Setting.HEADS, Size.HEADS, sizes.heads());
        putSize(values, Setting.EMBEDDING, Size.EMBEDDING, sizes.embedding());
        putSize(values, Setting.HIDDEN, Size.HIDDEN, sizes.hidden());
        if (model == MakemoreModel.TRANSFORMER) {
            values.put(Setting.DROPOUT, Double.toString(sizes.dropout()));
        }
        values.put(Setting.BLOCK_SIZE, Setting.NOT_GIVEN);
        values.put(Setting.BATCH_SIZE, Integer.toString(MakemoreModel.BATCH_SIZE));
        values.put(Setting.STEPS, STEPS);
        values.put(Setting.LR, Double.toString(MakemoreModel.LEARNING_RATE));
        values.put(Setting.MIN_LR, Setting.NOT_GIVEN);
        values.put(Setting.WARMUP, "0");
        values.put(Setting.DECAY_STEPS, Setting.NOT_GIVEN);
        values.put(Setting.WEIGHT_DECAY, Double.toString(MakemoreModel.WEIGHT_DECAY));
        values.put(Setting.EVAL_BATCHES, Integer.toString(MakemoreEvaluation.BATCHES));
        values.put(Setting.SAMPLE_EVERY, "200");
        values.put(Setting.SEED, Long.toString(MakemoreModel.SEED));
        values.put(Setting.INIT, Setting.NOT_GIVEN);
        values.put(Setting.SHARDS, Setting.NOT_GIVEN);
        return values;
    }

    private void putSize(SequencedMap<Setting, String> values, Setting setting, Size size, int value) {
        if (model.sizes().contains(size)) {
            values.put(setting, Integer.toString(value));
        }
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
            case DATA -> "A text file with one name a line, in any script; without it the bundled list of 2018";
            case LAYERS -> "Blocks of attention and MLP";
            case HEADS -> "Heads of an attention; they divide --embedding";
            case EMBEDDING -> "Numbers that a character becomes";
            case HIDDEN -> "Units of the hidden layer or of the state; makemore.py's n_embd2";
            case BLOCK_SIZE ->
                "Positions of a name, more than the longest has characters; without it one more than that";
            case BATCH_SIZE -> "Names in a batch";
            case STEPS -> "Batches to train on, without end in makemore.py";
            case DROPOUT -> "Probability of dropout";
            case LR -> "Learning rate, the same at every step unless --warmup or --min-lr says otherwise";
            case MIN_LR -> "Learning rate of the last step, to which a cosine falls; without it --lr";
            case WARMUP -> "Steps in which the rate grows";
            case DECAY_STEPS -> "Step that the cosine ends at; without it --steps";
            case WEIGHT_DECAY -> "Decay of every parameter";
            case EVAL_BATCHES ->
                "Batches of 100 names of train, and at most as many of test, that a loss on the way is the mean of";
            case SAMPLE_EVERY -> "Steps between two samples of ten names; 0 for none";
            case SHARDS -> ShardsOption.DESCRIPTION;
            case SEED -> "Seed of the split, then of the weights, then of the batches";
            case INIT ->
                "Begin with the weights of this file (safetensors), or of the model in this run folder, instead of"
                        + " drawn ones; the batches stay those of the seed";
            case BIAS, TIE, GELU, OPTIMIZER, CLIP, TOKENIZER ->
                throw new IllegalArgumentException(title() + " has no " + setting.option());
        };
    }

    @Override
    public SequenceOptions completed(SequenceOptions options) {
        if (model.sizes().contains(Size.HEADS)) {
            int heads = options.integer(Setting.HEADS);
            int embedding = options.integer(Setting.EMBEDDING);
            if (embedding % heads != 0) {
                throw new WrongInputException(
                        "--heads must divide --embedding, and %d does not divide %d".formatted(heads, embedding));
            }
        }
        options.requireShards();
        return RateSettings.completed(options, 1);
    }

    @Override
    public SequenceData data(SequenceOptions options, String option) {
        var data = MakemoreData.read(options, option);
        requireRoom(data.completed(options));
        return data;
    }

    /** No tensor has 2³¹ elements. */
    private void requireRoom(SequenceOptions options) {
        if (model.largestTensor(sizes(options), options.integer(Setting.BATCH_SIZE)) > Integer.MAX_VALUE) {
            throw new WrongInputException("these sizes give a tensor of 2^31 numbers or more; make one of them smaller:"
                    + " --batch-size, --block-size, --embedding or --hidden");
        }
    }

    private static MakemoreOptions sizes(SequenceOptions options) {
        var sizes = MakemoreOptions.MAKEMORE.withWords(
                Alphabet.of(options.alphabet()).size(), options.integer(Setting.BLOCK_SIZE));
        return sizes.withLayers(size(options, Setting.LAYERS, sizes.layers()))
                .withHeads(size(options, Setting.HEADS, sizes.heads()))
                .withEmbedding(size(options, Setting.EMBEDDING, sizes.embedding()))
                .withHidden(size(options, Setting.HIDDEN, sizes.hidden()))
                .withDropout(options.has(Setting.DROPOUT) ? options.number(Setting.DROPOUT) : sizes.dropout());
    }

    /** A size that the model need not have. */
    private static int size(SequenceOptions options, Setting setting, int otherwise) {
        return options.has(setting) ? options.integer(setting) : otherwise;
    }

    @Override
    public Layer build(SequenceOptions options, TorchRandom random) {
        return model.build(sizes(options), random);
    }

    @Override
    public Optimizer optimizer(SequenceOptions options, List<Parameter> parameters) {
        return MakemoreModel.optimizer(parameters, options.number(Setting.WEIGHT_DECAY));
    }

    @Override
    public Schedule schedule(SequenceOptions options) {
        return RateSettings.schedule(options);
    }

    @Override
    public double clip(SequenceOptions options) {
        return 0;
    }

    /** Names are drawn some at a time, so that the first of many are those of few. */
    @Override
    public void sample(SequenceOptions options, Layer network, SampleRequest request, PrintWriter out) {
        request.refuseTexts(title());
        var alphabet = Alphabet.of(options.alphabet());
        request.sampling().check(alphabet.size());
        UnaryOperator<String> line = request.marks() ? marked(options) : name -> name;
        var random = TorchRandom.seeded(request.seed(options.seed()));
        var sampler = new MakemoreSampler(
                network, alphabet, options.integer(Setting.BLOCK_SIZE) - 1, request.sampling()::apply);
        int count = request.count(SAMPLED);
        for (int drawn = 0; drawn < count && !out.checkError(); drawn += SAMPLED) {
            var names = sampler.words(SAMPLED, random);
            names.subList(0, Math.min(SAMPLED, count - drawn)).forEach(name -> out.println(line.apply(name)));
        }
        out.flush();
    }

    private static UnaryOperator<String> marked(SequenceOptions options) {
        var split = MakemoreData.read(options, "--marks").split();
        var marks = Marks.of(split.train().words(), split.test().words());
        return name -> name + "\t" + marks.mark(name).mark();
    }
}
