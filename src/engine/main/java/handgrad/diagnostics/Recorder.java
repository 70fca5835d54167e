package handgrad.diagnostics;

import handgrad.io.SavedState;
import handgrad.io.Stateful;
import handgrad.nn.Layer;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records a training: the loss of every step, the update-to-data ratios of about 1,000 steps, the statistics of layers
 * and weights at about a dozen steps, and the advice of a {@link ModelDoctor}, which looks at the steps whose ratios
 * are taken. Of a short training, where that would take more than some hundredths of its time, it is the first steps
 * and every 50th, and the statistics of every 200th.
 *
 * <p>It changes nothing: a training gives the same bits with and without it. The training calls {@link #after} after
 * each step. Any thread may call the other methods at any time; they return what is recorded so far. As a part of a
 * {@link handgrad.io.TrainingState} it is saved with the training: one that goes on is recorded as one without a break.
 */
public final class Recorder implements Stateful {
    /** The most rows of a picture. */
    public static final int PICTURE_ROWS = 64;

    /** The first steps are all sampled, because a bad initialisation shows there. */
    private static final int FIRST = 10;

    /** Up to here more steps are sampled than later: units are dead only after a thousand rows. */
    private static final int EARLY = 100;

    private static final int EARLY_DISTANCE = 5;

    /** About so many steps of a long training are sampled. */
    private static final int SAMPLES = 1000;

    /** Of a short one every 50th: while its code is not compiled, sampling takes as long as a step of a small model. */
    private static final int SAMPLE_DISTANCE = 50;

    private static final int SNAPSHOTS = 10;

    /** To take a snapshot takes as long as some steps of a small model. */
    private static final int SNAPSHOT_DISTANCE = 200;

    private final int last;
    private final int sampleDistance;
    private final int snapshotDistance;
    private final ModelDoctor doctor;
    private final UpdateHistory updates;
    private List<Snapshot> snapshots = new ArrayList<>();
    private List<Advice> advice = new ArrayList<>();

    /**
     * A recorder of a model that is about to be trained with the cross-entropy.
     *
     * @param classes the classes that the model chooses from, at least 2
     * @param steps how many steps the training will have; 0 for a model that is not trained by steps
     * @throws IllegalStateException if the model is observed already, as by another recorder
     */
    public Recorder(Layer model, int classes, int steps) {
        if (steps < 0) {
            throw new IllegalArgumentException("Recorder: the number of steps cannot be negative, it is " + steps);
        }
        last = steps - 1;
        sampleDistance = Math.max(SAMPLE_DISTANCE, Math.ceilDiv(steps, SAMPLES));
        snapshotDistance = Math.max(SNAPSHOT_DISTANCE, Math.ceilDiv(steps, SNAPSHOTS));
        doctor = new ModelDoctor(model, classes, this::isSample);
        updates = new UpdateHistory(doctor.weights().names());
    }

    private boolean isSample(int step) {
        return step < FIRST
                || (step < EARLY && step % EARLY_DISTANCE == 0)
                || step % sampleDistance == 0
                || isSnapshot(step);
    }

    private boolean isSnapshot(int step) {
        return step % snapshotDistance == 0 || step == last;
    }

    /**
     * Records a step, after its update; returns the advice that is new.
     *
     * @param step counted from 0
     * @param loss of the step's batch
     * @param lr the learning rate of the step
     */
    public synchronized List<Advice> after(int step, double loss, double lr) {
        var found = doctor.after(step, loss, lr);
        advice.addAll(found);
        if (isSample(step)) {
            updates.add(step, doctor.updateToData());
        }
        if (isSnapshot(step)) {
            snapshots.add(snapshot(step, loss));
        }
        return found;
    }

    /**
     * Records an evaluation, as {@link ModelDoctor#evaluated} does; returns the advice that is new.
     *
     * @param trainLoss on what the model learned from
     * @param devLoss on what it has not seen
     * @param devSize how many names, sentences or rows dev has, as they are compared with train
     * @param devInTrain how many of them also occur in train
     */
    public synchronized List<Advice> evaluated(double trainLoss, double devLoss, int devSize, int devInTrain) {
        var found = doctor.evaluated(trainLoss, devLoss, devSize, devInTrain);
        advice.addAll(found);
        return found;
    }

    private Snapshot snapshot(int step, double loss) {
        var activations = new ArrayList<TensorStatistics>();
        var gradients = new ArrayList<TensorStatistics>();
        for (var layer : doctor.observed().layers()) {
            var flatness = LayerTraits.of(layer.layer()).flatness();
            var output = layer.output();
            var gradient = layer.gradient();
            if (flatness != null && output != null && gradient != null) {
                activations.add(Statistics.of(layer.name(), layer.kind(), output, flatness));
                gradients.add(Statistics.of(layer.name(), layer.kind(), gradient, null));
            }
        }
        var weights = doctor.weights().statistics(doctor.updateToData());
        return new Snapshot(
                step,
                loss,
                List.copyOf(activations),
                List.copyOf(gradients),
                weights,
                picture(doctor.observed().dLogits()));
    }

    private static Picture picture(@Nullable Tensor dLogits) {
        if (dLogits == null) {
            return new Picture(0, 0, new float[0]);
        }
        int columns = dLogits.size(-1);
        float[] elements = Moments.floats(dLogits);
        int rows = Math.min(PICTURE_ROWS, elements.length / columns);
        return new Picture(rows, columns, Arrays.copyOf(elements, rows * columns));
    }

    /** The statistics of about a dozen steps: the first, the last and some between. */
    public synchronized List<Snapshot> snapshots() {
        return List.copyOf(snapshots);
    }

    /** The loss of each step so far. */
    public synchronized float[] losses() {
        return doctor.losses().toArray();
    }

    /** The update-to-data ratios at about a thousand steps, or fewer. */
    public synchronized UpdateRatios updateRatios() {
        return updates.ratios();
    }

    /** Every advice so far. */
    public synchronized List<Advice> advice() {
        return List.copyOf(advice);
    }

    /** All that is recorded and all that later advice depends on. */
    @Override
    public synchronized SavedState save() {
        return StateFields.save(this::fields);
    }

    /**
     * Goes on from what the recorder of a training had recorded when it was interrupted. The model must be set to its
     * state before. The training may have other steps from now on than it had: what was sampled stays.
     *
     * @throws IllegalArgumentException if the state is not one of a recorder of such a model; the message says all that
     *     is wrong, and nothing is changed
     */
    @Override
    public synchronized void restore(SavedState saved) {
        StateFields.restore("Recorder", saved, this::fields);
        doctor.goOn(advice.stream().map(Advice::rule).toList());
    }

    private void fields(StateFields fields) {
        doctor.fields(fields);
        updates.fields(fields);
        snapshots = SnapshotFields.of(fields, snapshots);
        advice = fields.records("advice", advice, new Advice(Rule.NOT_FINITE, 0, ""), Recorder::advice);
    }

    private static Advice advice(RecordStream stream, Advice advice) {
        return new Advice(
                Rule.valueOf(stream.text(advice.rule().name())),
                stream.integer(advice.step()),
                stream.text(advice.text()));
    }
}
