package handgrad.app.train;

import handgrad.app.command.FailedException;
import handgrad.data.Batch;
import handgrad.data.Dataset;
import handgrad.io.TrainingState;
import handgrad.models.LectureModel;
import handgrad.nn.Collective;
import handgrad.nn.Layer;
import handgrad.optim.Optimizer;
import handgrad.optim.Schedule;
import handgrad.random.TorchRandom;
import java.util.Locale;
import java.util.function.Supplier;

/** The training loop of the lectures, a step at a time: on batches drawn with replacement, or on all rows. */
final class Trainer implements SteppedTraining {
    /**
     * How many times the first loss a later one may be. Tanh bounds what reaches the logits, so with a learning rate
     * that is far too large the loss of a batch need not overflow; it stays finite at a height of no use.
     */
    private static final double DIVERGED = 1000;

    /** Characters that a crop of a sequence predicts at: about four names. */
    static final int CROP = 64;

    private static final String FIRST_LOSS = "first-loss";
    private static final String LAST_LOSS = "last-loss";

    private final TrainOptions options;
    private final BatchPass pass;
    private final Penalty penalty;
    private final Optimizer optimizer;
    private final Supplier<Batch> batches;
    private final Schedule schedule;
    private final TrainingState state;
    private final double uniformLoss;

    /**
     * A training before its first step.
     *
     * @param random draws the batches
     * @param ranks share the shards of a batch
     */
    Trainer(Layer model, Dataset data, TrainOptions options, TorchRandom random, Collective ranks) {
        this.options = options;
        penalty = new Penalty(options.model().penalty(), model.parameters());
        optimizer = options.model().optimizer(model.parameters());
        batches = batches(data, options, random);
        pass = BatchPass.of(
                model, options.sharding(), ranks, () -> options.model().build(options.sizes(), TorchRandom.seeded(0)));
        schedule = options.schedule();
        uniformLoss = Math.log(data.alphabet().size());
        state = new TrainingState(model, optimizer)
                .with("random", random)
                .with(FIRST_LOSS, Double.NaN)
                .with(LAST_LOSS, Double.NaN);
    }

    @Override
    public TrainingState state() {
        return state;
    }

    @Override
    public boolean isDone() {
        return state.step() >= options.steps();
    }

    /** The loss of the first batch, before any update; NaN where there was no step. */
    double firstLoss() {
        return state.number(FIRST_LOSS);
    }

    /** The loss of the last batch, before its update; NaN where there was no step. */
    double lastLoss() {
        return state.number(LAST_LOSS);
    }

    @Override
    public Step next() {
        int step = state.step();
        var batch = batches.get();
        double value = pass.forward(batch) + penalty.forward();
        if (step == 0) {
            state.set(FIRST_LOSS, value);
        }
        state.set(LAST_LOSS, value);
        double lr = schedule.at(step);
        boolean diverged = hasDiverged(value);
        if (!diverged) {
            pass.backward();
            penalty.backward();
            optimizer.step(lr);
        }
        return new Step(step, value, lr, diverged);
    }

    private boolean hasDiverged(double value) {
        // A first batch may be lucky, so the loss of a uniform guess counts as well.
        return !(value <= DIVERGED * Math.max(uniformLoss, firstLoss())) || !Double.isFinite(value);
    }

    /** Batches as the model takes them: rows, all rows, or crops of a sequence where it predicts at every position. */
    static Supplier<Batch> batches(Dataset data, TrainOptions options, TorchRandom random) {
        if (options.batchSize() == LectureModel.Defaults.ALL_ROWS) {
            var all = new Batch(data.x(), data.y());
            return () -> all;
        }
        if (options.model().isConvolution()) {
            var sequence = data.sequence();
            return () -> sequence.batch(options.batchSize(), CROP, random);
        }
        return () -> data.batch(options.batchSize(), random);
    }

    /** Says which step shows that a training diverged. */
    static FailedException diverged(Step done) {
        return diverged("the loss of step " + done.step(), done.loss());
    }

    /** Says which loss shows that a training diverged. */
    static FailedException diverged(String what, double loss) {
        return new FailedException(
                String.format(Locale.ROOT, "training diverged: %s is %.3g; try a smaller --lr", what, loss));
    }
}
