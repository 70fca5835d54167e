package handgrad.app.audio;

import handgrad.app.train.SteppedTraining;
import handgrad.data.Sequence;
import handgrad.io.TrainingState;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Layer;
import handgrad.optim.Adam;
import handgrad.optim.Schedule;
import handgrad.random.TorchRandom;
import java.util.Arrays;

/** Trains a model of sound on crops of it, a step at a time. */
final class SoundTrainer implements SteppedTraining {
    /** The setting with the samples of a second. */
    static final String SAMPLE_RATE = "sample_rate";

    /** Crops in a batch, and the predictions in each. */
    private static final int CROPS = 4;

    private static final int CROP = 512;

    /** The share of the steps after which the learning rate is a tenth. */
    private static final double LR_DROP = 0.75;

    private final Layer model;
    private final Sequence sequence;
    private final AudioOptions options;
    private final TorchRandom random;
    private final CrossEntropyLoss loss = new CrossEntropyLoss();
    private final Adam adam;
    private final Schedule schedule;
    private final TrainingState state;

    /**
     * A training before its first step.
     *
     * @param train the symbols that it learns from
     * @param random draws the crops
     */
    SoundTrainer(Layer model, int[] train, AudioOptions options, TorchRandom random) {
        this.model = model;
        this.options = options;
        this.random = random;
        sequence = new Sequence(
                Arrays.copyOf(train, train.length - 1),
                Arrays.copyOfRange(train, 1, train.length),
                SoundModel.RECEPTIVE_FIELD);
        adam = new Adam(model.parameters());
        schedule = Schedule.steps(options.lr()).then(1 + (int) (LR_DROP * options.steps()), options.lr() / 10);
        state = new TrainingState(model, adam).with("random", random);
    }

    /** The bytes of a checkpoint, nearly: the weights, and Adam's two averages of each. */
    static long checkpointBytes() {
        return 3 * Float.BYTES * SoundModel.build(TorchRandom.seeded(0)).parameterCount();
    }

    @Override
    public TrainingState state() {
        return state;
    }

    @Override
    public boolean isDone() {
        return state.step() >= options.steps();
    }

    @Override
    public Step next() {
        int step = state.step();
        var batch = sequence.batch(CROPS, CROP, random);
        double value = loss.forward(model.forward(batch.x()), batch.y());
        double lr = schedule.at(step);
        boolean diverged = !Double.isFinite(value);
        if (!diverged) {
            adam.zeroGrad();
            model.backward(loss.backward());
            adam.step(lr);
        }
        return new Step(step, value, lr, diverged);
    }
}
