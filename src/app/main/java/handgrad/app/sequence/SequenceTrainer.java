package handgrad.app.sequence;

import handgrad.app.train.SteppedTraining;
import handgrad.io.TrainingState;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Layer;
import handgrad.optim.Optimizer;
import handgrad.optim.Schedule;

/** Trains a model of sequences, a step at a time. */
final class SequenceTrainer implements SteppedTraining {
    private static final String FIRST_LOSS = "first-loss";

    /** How many times the first loss, or that of a uniform guess, a later one may be. */
    private static final double DIVERGED = 1000;

    private final Layer network;
    private final SequenceTask task;
    private final CrossEntropyLoss loss = new CrossEntropyLoss();
    private final Optimizer optimizer;
    private final Schedule schedule;
    private final double clip;
    private final int steps;
    private final double uniformLoss;
    private final TrainingState state;

    /** A training before its first step. */
    SequenceTrainer(SequenceOptions options, Layer network, SequenceTask task, int symbols) {
        this.network = network;
        this.task = task;
        var model = options.model();
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
        double value = loss.forward(network.forward(batch.x()), batch.y());
        task.afterForward();
        if (step == 0) {
            state.set(FIRST_LOSS, value);
        }
        double lr = schedule.at(step);
        boolean diverged = !(value <= DIVERGED * Math.max(uniformLoss, state.number(FIRST_LOSS)));
        if (!diverged) {
            optimizer.zeroGrad();
            network.backward(loss.backward());
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
