package handgrad.app.train;

import handgrad.app.command.WrongInputException;
import handgrad.data.Batch;
import handgrad.data.Names;
import handgrad.diagnostics.MemoryEstimate;
import handgrad.models.LectureModel;
import handgrad.nn.Collective;
import handgrad.nn.CrossEntropyLoss;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.Locale;
import java.util.function.IntFunction;

/**
 * The memory that a run of train needs.
 *
 * @param training of model, optimiser and batch
 * @param evaluation the bytes that the evaluation after the training takes in addition
 * @param data the bytes of train, dev and test
 */
public record TrainingMemory(MemoryEstimate training, long evaluation, long data) {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

    /** What an optimiser keeps that is not worth a word: the number of its steps. */
    private static final int LEAST = 100;

    private static final double GIBIBYTE = 1 << 30;

    /**
     * Estimates a run, by a few steps of small models like the one to be trained.
     *
     * @throws WrongInputException if not even those fit into memory, or the weights to begin with are not the model's
     */
    static TrainingMemory of(TrainOptions options, Names names) {
        long rows = names.words().stream()
                .mapToLong(word -> word.codePointCount(0, word.length()) + 1L)
                .sum();
        boolean allRows = options.batchSize() == LectureModel.Defaults.ALL_ROWS;
        int batchSize = allRows ? Math.toIntExact(rows) : options.batchSize();
        try {
            var training = MemoryEstimate.of(
                    () -> options.network(TorchRandom.seeded(options.seed())),
                    options.model()::optimizer,
                    new CrossEntropyLoss(),
                    n -> batch(options, n),
                    batchSize);
            long ofBatch = evaluation(options, n -> batch(options, n).x(), batchSize);
            long ofRows = evaluation(options, n -> rows(options, n), Evaluation.ROWS);
            return new TrainingMemory(
                    training, Math.max(0, ofRows - ofBatch), rows * (options.blockSize() + 1) * Integer.BYTES);
        } catch (OutOfMemoryError error) {
            throw doesNotFit(what(options), advice(options));
        }
    }

    /**
     * The memory of a rank whose batches are cut into shards: each model that it has, one for each thread, or for each
     * shard where these are synchronised, keeps gradients, and so do the sums that wait for others.
     */
    public TrainingMemory inShards(Sharding sharding, Collective ranks) {
        if (sharding.shards() == 0) {
            return this;
        }
        int own = Math.ceilDiv(sharding.shards(), ranks.size());
        int waiting = Integer.SIZE - Integer.numberOfLeadingZeros(own - 1);
        int places = sharding.isSynchronized() ? own : Math.min(own, Backend.threads() + waiting);
        var whole = new MemoryEstimate(
                training.weights(),
                places * training.gradients(),
                training.optimizer(),
                training.buffers(),
                training.kernels(),
                2 * training.batch());
        return new TrainingMemory(whole, evaluation, data);
    }

    private static long evaluation(TrainOptions options, IntFunction<Tensor> inputs, int rows) {
        return MemoryEstimate.ofEvaluation(
                        () -> options.model().build(options.sizes(), TorchRandom.seeded(0)), inputs, rows)
                .buffers();
    }

    /** A batch of so many rows or crops, as the trainer draws it. */
    private static Batch batch(TrainOptions options, int n) {
        if (!options.model().isConvolution()) {
            return new Batch(rows(options, n), Tensor.zeros(DType.INT32, Shape.of(n)));
        }
        int seen = Trainer.CROP + options.blockSize() - 1;
        return new Batch(
                Tensor.zeros(DType.INT32, Shape.of(n, seen)), Tensor.zeros(DType.INT32, Shape.of(n * Trainer.CROP)));
    }

    private static Tensor rows(TrainOptions options, int n) {
        return Tensor.zeros(DType.INT32, Shape.of(n, options.blockSize()));
    }

    /** The bytes of the run at its fullest. */
    public long total() {
        return training.total() + evaluation + data;
    }

    /** The bytes of a checkpoint, nearly: weights, what the optimiser keeps, and the losses so far. */
    public long checkpoint(RunOptions options) {
        return training.weights() + training.optimizer() + (long) options.steps() * Float.BYTES;
    }

    /**
     * Refuses a run that Java has not the memory for.
     *
     * @param heap the bytes that it may use
     * @throws WrongInputException if they are too few
     */
    void requireFits(TrainOptions options, long heap) {
        requireFits(what(options), advice(options), heap);
    }

    /**
     * Refuses a run that Java has not the memory for.
     *
     * @param what the model, with the options that make it large
     * @param advice what to do, but for giving more memory
     * @param heap the bytes that it may use
     * @throws WrongInputException if they are too few
     */
    public void requireFits(String what, String advice, long heap) {
        if (total() > heap) {
            // A quarter for what lies beside the tensors.
            throw tooLarge(
                    what + " needs " + bytes(total()) + ", and Java may use " + bytes(heap) + " here",
                    advice,
                    Math.ceil(1.25 * total() / GIBIBYTE));
        }
    }

    /** Says that not even small models of a run fit. */
    public static WrongInputException doesNotFit(String what, String advice) {
        return tooLarge(
                what + " does not fit into the " + bytes(Runtime.getRuntime().maxMemory()) + " that Java may use here",
                advice,
                8);
    }

    private static String what(TrainOptions options) {
        var model = options.model().title();
        return options.model().isBigram()
                ? model
                : "%s with --batch-size %d, --hidden %d, --embedding %d and --block-size %d"
                        .formatted(
                                model, options.batchSize(), options.hidden(), options.embedding(), options.blockSize());
    }

    private static String advice(TrainOptions options) {
        return options.model().isBigram() ? "take fewer names" : "make one of them smaller";
    }

    private static WrongInputException tooLarge(String problem, String advice, double gibibytes) {
        return new WrongInputException(String.format(
                Locale.ROOT,
                "%s: %s, or give more memory, as in ./handgrad -Xmx%.0fg train ...",
                problem,
                advice,
                gibibytes));
    }

    /** What training takes, in one line: {@code 48 KiB weights, 47 KiB gradients, 1.2 MiB batch}. */
    public String line() {
        var optimizer = training.optimizer() < LEAST ? "" : ", " + bytes(training.optimizer()) + " optimiser";
        return bytes(training.weights()) + " weights, " + bytes(training.gradients()) + " gradients" + optimizer + ", "
                + bytes(training.buffers() + training.kernels() + training.batch()) + " batch";
    }

    /** Two digits or three, and a unit. */
    static String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 999.5 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, unit > 0 && value < 9.95 ? "%.1f %s" : "%.0f %s", value, UNITS[unit]);
    }
}
