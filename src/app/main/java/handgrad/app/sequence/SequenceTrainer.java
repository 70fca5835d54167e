package handgrad.app.sequence;

import handgrad.app.train.BatchPass;
import handgrad.app.train.Sharding;
import handgrad.app.train.SteppedTraining;
import handgrad.io.TrainingState;
import handgrad.nn.Collective;
import handgrad.nn.Layer;
import handgrad.optim.Optimizer;
import handgrad.optim.Schedule;
import handgrad.random.TorchRandom;

/** Trains a model of sequences, a step at a time. */
final class SequenceTrainer implements SteppedTraining {
    private static final String FIRST_LOSS = "first-loss";

    /** How many times the first loss, or that of a uniform guess, a later one may be. */
    private static final double DIVERGED = 1000;

    private final SequenceTask task;
    private final BatchPass pass;
    private final Optimizer optimizer;
    private final Schedule schedule;
    private final double clip;
    private final int steps;
    private final double uniformLoss;
    private final TrainingState state;

    /**
     * A training before its first step.
     *
     * @param ranks share the shards of a batch
     */
    SequenceTrainer(SequenceOptions options, Layer network, SequenceTask task, int symbols, Collective ranks) {
        this.task = task;
        var model = options.model();
        pass = BatchPass.of(
                network, Sharding.of(options.shards()), ranks, () -> model.build(options, TorchRandom.seeded(0)));
        optimizer = model.optimizer(options, network.parameters());
        schedule = model.schedule(options);
        clip = model.clip(options);
        steps = options.steps();
        uniformLoss = Math.log(symbols);
        state = new TrainingState(network, optimizer).with(FIRST_LOSS, Double.NaN);
        task.addTo(state);
    }

    @Override
    public TrainingState state() {
        return state;
    }

    @Override
    public boolean isDone() {
        return state.step() >= steps;
    }

    @Override
    public boolean evaluatesFirst() {
        return task.evaluatesFirst();
    }

    @Override
    public int evaluationStep() {
        return task.evaluatesFirst() ? state.step() : state.step() - 1;
    }

    @Override
    public boolean isSampled() {
        return task.isSampledAfter(state.step() - 1);
    }

    @Override
    public Step next() {
        int step = state.step();
        var batch = task.batch();
        double value = pass.forward(batch);
        task.afterForward();
        if (step == 0) {
            state.set(FIRST_LOSS, value);
        }
        double lr = schedule.at(step);
        boolean diverged = !(value <= DIVERGED * Math.max(uniformLoss, state.number(FIRST_LOSS)));
        if (!diverged) {
            pass.backward();
            diverged = !change(lr);
        }
        return new Step(step, value, lr, diverged);
    }

    /** Changes the parameters; false where a gradient that is to be clipped is not finite, and nothing is changed. */
    private boolean change(double lr) {
        if (clip == 0) {
            optimizer.step(lr);
            return true;
        }
        try {
            optimizer.clippedStep(lr, clip);
            return true;
        } catch (ArithmeticException notFinite) {
            return false;
        }
    }
}
