package handgrad.app.train;

import handgrad.app.command.Checks;
import handgrad.app.command.NamesOption;
import handgrad.app.command.WrongInputException;
import handgrad.data.Alphabet;
import handgrad.data.Names;
import handgrad.file.PrintableText;
import handgrad.io.TrainingState;
import handgrad.models.LectureModel;
import handgrad.nn.Layer;
import handgrad.optim.Schedule;
import handgrad.random.TorchRandom;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a run can be repeated with. The bounds on the sizes keep every tensor of a model below 2³¹ elements: the largest
 * are the hidden layer's weight with 100 × 1,000 × 20,000 and a batch of embeddings with as many.
 *
 * @param model the model
 * @param steps how many batches to train on
 * @param batchSize the rows of a batch, or {@link LectureModel.Defaults#ALL_ROWS}; crops, where the model predicts at
 *     every position
 * @param lr the learning rate up to the step where the lecture cuts it; a tenth of it from there on
 * @param seed of the weights, then of the batches
 * @param hidden the units of the hidden layer
 * @param embedding the numbers that a character becomes
 * @param blockSize the characters that the model sees
 * @param data the file with the names, or {@code bundled}
 * @param alphabet the symbols of these names
 * @param init the file, or the run folder, with the weights that the training begins with; null where they are drawn
 * @param evaluation when it is evaluated on dev while it lasts
 * @param sharding how each batch is cut
 */
record TrainOptions(
        LectureModel model,
        int steps,
        int batchSize,
        double lr,
        long seed,
        int hidden,
        int embedding,
        int blockSize,
        String data,
        Alphabet alphabet,
        @Nullable Path init,
        EvaluationSchedule evaluation,
        Sharding sharding)
        implements RunOptions {

    /** The seed of the split, as in the lectures. */
    static final long SPLIT_SEED = 42;

    /** The text of an option that has no value. */
    private static final String NOT_GIVEN = "not given";

    /** The data option of a run on the bundled names. */
    static final String BUNDLED = "bundled";

    /** Refuses what cannot be trained, naming the option of the command line. */
    TrainOptions {
        Checks.learningRate(lr);
        if (model.isBigram()) {
            checkBigram(
                    model, steps, batchSize, lr, new LectureModel.Sizes(alphabet.size(), blockSize, embedding, hidden));
        } else {
            checkSizes(model, steps, batchSize, hidden, embedding, blockSize);
        }
        if (model.isBigram() && !evaluation.equals(EvaluationSchedule.NONE)) {
            throw new WrongInputException(
                    model.title() + " learns from all names, those of dev among them: it has no --eval-every");
        }
        if (init != null && model.isCounted()) {
            throw new WrongInputException(model.title() + " is counted, not trained: it has no --init");
        }
        if (sharding.shards() != 0) {
            if (model.isCounted()) {
                throw new WrongInputException(model.title() + " is counted, not trained: it has no --shards");
            }
            int rows = batchSize == LectureModel.Defaults.ALL_ROWS ? Integer.MAX_VALUE : batchSize;
            // A crop of a sequence has many positions to normalise by.
            boolean byRows = model.normalisesBatches() && !model.isConvolution() && !sharding.isSynchronized();
            ShardsOption.check(model.title(), sharding.shards(), rows, byRows);
        }
    }

    /** Options of a training on names of a to z that begins with weights drawn by its seed. */
    TrainOptions(
            LectureModel model,
            int steps,
            int batchSize,
            double lr,
            long seed,
            int hidden,
            int embedding,
            int blockSize,
            String data) {
        this(
                model,
                steps,
                batchSize,
                lr,
                seed,
                hidden,
                embedding,
                blockSize,
                data,
                Alphabet.A_TO_Z,
                null,
                EvaluationSchedule.NONE,
                Sharding.NONE);
    }

    private static void checkBigram(LectureModel model, int steps, int batchSize, double lr, LectureModel.Sizes sizes) {
        var defaults = model.defaults();
        if (batchSize != defaults.batchSize() || !sizes.equals(tableSizes(model, sizes.vocabulary()))) {
            throw new WrongInputException(model.title() + " is a table with a row for each symbol that learns from all"
                    + " rows at once: it has no --batch-size, --hidden, --embedding or --block-size");
        }
        if (model.isCounted() && (steps != defaults.steps() || lr != defaults.lr())) {
            throw new WrongInputException(model.title() + " is counted, not trained: it has no --steps and no --lr");
        }
        if (!model.isCounted()) {
            Checks.atLeast(1, "--steps", steps);
        }
    }

    /** A row of a bigram's table has a number for each symbol, as an embedding of the vocabulary's size would. */
    private static LectureModel.Sizes tableSizes(LectureModel model, int vocabulary) {
        var sizes = model.defaults().sizes();
        return new LectureModel.Sizes(vocabulary, sizes.blockSize(), vocabulary, sizes.hidden());
    }

    private static void checkSizes(
            LectureModel model, int steps, int batchSize, int hidden, int embedding, int blockSize) {
        Checks.atLeast(1, "--steps", steps);
        if (model.normalisesBatches()) {
            // The variance of a batch, unbiased as in the lecture, divides by one row less.
            Checks.between(2, 20_000, "--batch-size of " + model.title(), batchSize);
        }
        Checks.between(1, 20_000, "--batch-size", batchSize);
        Checks.between(1, 20_000, "--hidden", hidden);
        Checks.between(1, 1_000, "--embedding", embedding);
        Checks.between(model.isTree() ? 2 : 1, 100, "--block-size", blockSize);
        if (model.isTree() && Integer.bitCount(blockSize) != 1) {
            throw new WrongInputException(
                    "--block-size of " + model.title() + " must be a power of 2, it is " + blockSize);
        }
    }

    /** How the lecture trains a model, on these names; their symbols are a to z. */
    static TrainOptions lecture(LectureModel model, String data) {
        var defaults = model.defaults();
        var sizes = defaults.sizes();
        return new TrainOptions(
                model,
                defaults.steps(),
                defaults.batchSize(),
                defaults.lr(),
                defaults.seed(),
                sizes.hidden(),
                sizes.embedding(),
                sizes.blockSize(),
                data);
    }

    @Override
    public String name() {
        return model.title();
    }

    @Override
    public String command() {
        return "train";
    }

    @Override
    public int logEvery() {
        return 10_000;
    }

    @Override
    public void write(Path file, String digest, int logEvery) throws IOException {
        OptionsFile.write(file, this, digest, logEvery);
    }

    @Override
    public int requireAlike(Path file, String digest) {
        var started = OptionsFile.readStarted(file);
        started.requireAlike(this, digest);
        return started.options().steps();
    }

    /** These options with another number of steps. */
    TrainOptions withSteps(int other) {
        return new TrainOptions(
                model,
                other,
                batchSize,
                lr,
                seed,
                hidden,
                embedding,
                blockSize,
                data,
                alphabet,
                init,
                evaluation,
                sharding);
    }

    /** These options with drawn weights at the start: a checkpoint takes the place of those of {@code init}. */
    TrainOptions withoutInit() {
        return new TrainOptions(
                model,
                steps,
                batchSize,
                lr,
                seed,
                hidden,
                embedding,
                blockSize,
                data,
                alphabet,
                null,
                evaluation,
                sharding);
    }

    /** These options with the symbols of other names. */
    TrainOptions withAlphabet(Alphabet other) {
        int numbers = model.isBigram() ? other.size() : embedding;
        return new TrainOptions(
                model, steps, batchSize, lr, seed, hidden, numbers, blockSize, data, other, init, evaluation, sharding);
    }

    /**
     * The model with the weights that its training begins with. They are drawn, also where those of {@code init}
     * replace them, so that what the generator draws next, the batches, follows from the seed alone.
     *
     * @throws WrongInputException if the file of {@code init} cannot be read or does not fit
     */
    Layer network(TorchRandom random) {
        var network = model.build(sizes(), random);
        if (init != null) {
            SavedWeights.ofOption("--init", init, this).load(network);
        }
        return network;
    }

    /**
     * The model with the weights of a file, or of a run folder, that an option of the command line names.
     *
     * @throws WrongInputException if the file cannot be read or does not fit
     */
    Layer network(String option, Path weights) {
        // The seed does not matter: every weight is replaced.
        var network = model.build(sizes(), TorchRandom.seeded(0));
        SavedWeights.ofOption(option, weights, this).load(network);
        return network;
    }

    /**
     * The names that these options train on, in the alphabet of these options.
     *
     * @param option of the command line that asks for them; an error begins with it
     */
    Names names(String option) {
        if (data.equals(BUNDLED)) {
            return NamesOption.inAlphabet(option, Names.bundled(), alphabet);
        }
        try {
            return NamesOption.inAlphabet(option, NamesOption.read(option, Path.of(data)), alphabet);
        } catch (InvalidPathException exception) {
            throw new WrongInputException(
                    option + ": the data of options.json is no path: " + PrintableText.excerpt(data));
        }
    }

    /** The learning rate of each step. */
    Schedule schedule() {
        return Schedule.steps(lr).then(model.defaults().lrDrop(), lr / 10);
    }

    LectureModel.Sizes sizes() {
        return new LectureModel.Sizes(alphabet.size(), blockSize, embedding, hidden);
    }

    /** The seed of the names that a training ends with. */
    long sampleSeed() {
        return model.sampleSeed(seed);
    }

    /** Whether the lecture trained with the same, the data aside. To evaluate on the way changes nothing. */
    boolean areTheLectures() {
        return evaluation.patience() == 0 && Set.of("--data", "--eval-every").containsAll(given().keySet());
    }

    /** The options of the command line that give these, but for the model, each with its value in words. */
    SequencedMap<String, String> texts() {
        var texts = new LinkedHashMap<String, String>();
        texts.put("--steps", Integer.toString(steps));
        texts.put(
                "--batch-size", batchSize == LectureModel.Defaults.ALL_ROWS ? "all rows" : Integer.toString(batchSize));
        texts.put("--lr", Double.toString(lr));
        texts.put("--seed", Long.toString(seed));
        texts.put("--hidden", Integer.toString(hidden));
        texts.put("--embedding", Integer.toString(embedding));
        texts.put("--block-size", Integer.toString(blockSize));
        texts.put("--data", data);
        texts.put("--init", init == null ? NOT_GIVEN : init.toString());
        texts.put("--eval-every", Integer.toString(evaluation.every()));
        texts.put("--patience", Integer.toString(evaluation.patience()));
        texts.put(ShardsOption.NAME, sharding.shards() == 0 ? NOT_GIVEN : Integer.toString(sharding.shards()));
        texts.put(ShardsOption.BATCH_NORM, sharding.batchNorm());
        return texts;
    }

    /**
     * What all ranks must be started with.
     *
     * @param names the digest of the names
     */
    SequencedMap<String, String> startedWith(String names) {
        var all = new LinkedHashMap<String, String>();
        all.put("MODEL", model.title());
        all.putAll(texts());
        all.put("the names of SHA-256", names);
        return all;
    }

    /** Those that are not the lecture's. */
    SequencedMap<String, String> given() {
        var lecture = lecture(model, BUNDLED).withAlphabet(alphabet).texts();
        var given = texts();
        given.entrySet().removeIf(option -> option.getValue().equals(lecture.get(option.getKey())));
        return given;
    }

    /**
     * Says in the state of a training what must be the same when it goes on.
     *
     * @param names the digest of the names
     */
    void addSettings(TrainingState state, String names) {
        state.withSetting("model", model.title())
                .withSetting(SavedWeights.ALPHABET, alphabet.characters())
                .withSetting("names", names);
        texts().forEach((option, text) -> {
            // A checkpoint without shards says nothing of them, nor one of shards that are normalised by themselves.
            boolean isOfState = switch (option) {
                case ShardsOption.NAME -> sharding.shards() > 0;
                case ShardsOption.BATCH_NORM -> sharding.isSynchronized();
                default -> !Set.of("--steps", "--data", "--init").contains(option);
            };
            if (isOfState) {
                state.withSetting(option.substring(2), text);
            }
        });
    }
}
