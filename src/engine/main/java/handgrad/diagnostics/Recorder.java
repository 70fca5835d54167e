package handgrad.diagnostics;

import handgrad.nn.Layer;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records a training: the loss of every step, the update-to-data ratios of about 1,000 steps, the statistics of layers
 * and weights at about a dozen steps, and the advice of a {@link ModelDoctor}.
 *
 * <p>It changes nothing: a training gives the same bits with and without it. The training calls {@link #after} after
 * each step. Any thread may call the other methods at any time; they return what is recorded so far.
 */
public final class Recorder {
    /** The most rows of a picture. */
    public static final int PICTURE_ROWS = 64;

    private static final int SAMPLES = 1000;

    /** The first steps are all recorded, because a bad initialisation shows there. */
    private static final int EARLY = 10;

    private static final int SNAPSHOTS = 10;

    private final int steps;
    private final ModelDoctor doctor;
    private final List<Integer> sampledSteps = new ArrayList<>();
    private final List<double[]> ratios = new ArrayList<>();
    private final List<Snapshot> snapshots = new ArrayList<>();
    private final List<Advice> advice = new ArrayList<>();

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
        this.steps = steps;
        doctor = new ModelDoctor(model, classes, this::isSample);
    }

    private boolean isSample(int step) {
        return step < EARLY || isOneOf(SAMPLES, step);
    }

    /** Whether a step is the last or one of about this many at equal distances, the first among them. */
    private boolean isOneOf(int count, int step) {
        return step % Math.ceilDiv(steps, count) == 0 || step == steps - 1;
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
            sampledSteps.add(step);
            ratios.add(Arrays.stream(doctor.updateToData()).map(Math::log10).toArray());
        }
        if (isOneOf(SNAPSHOTS, step)) {
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

    /** The update-to-data ratios at about a thousand steps. */
    public synchronized UpdateRatios updateRatios() {
        return new UpdateRatios(doctor.weights().names(), List.copyOf(sampledSteps), List.copyOf(ratios));
    }

    /** Every advice so far. */
    public synchronized List<Advice> advice() {
        return List.copyOf(advice);
    }
}
