package handgrad.diagnostics;

import handgrad.nn.Layer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a training was seen doing. */
public final class Recorder {
    /** The most rows of a picture. */
    public static final int PICTURE_ROWS = 64;

    private float[] losses = new float[1024];
    private int steps;
    private final List<Snapshot> snapshots = new ArrayList<>();
    private final List<Advice> advice = new ArrayList<>();

    /**
     * A recorder of a training.
     *
     * @param classes the classes that the model chooses from
     * @param steps how many steps it will have
     */
    public Recorder(Layer model, int classes, int steps) {}

    /** Records a step, after its update; returns the advice that is new. */
    public synchronized List<Advice> after(int step, double loss, double lr) {
        if (steps == losses.length) {
            losses = Arrays.copyOf(losses, 2 * steps);
        }
        losses[steps++] = (float) loss;
        return List.of();
    }

    /** The statistics of about a dozen steps: the first, the last and some between. */
    public synchronized List<Snapshot> snapshots() {
        return List.copyOf(snapshots);
    }

    /** The loss of each step so far. */
    public synchronized float[] losses() {
        return Arrays.copyOf(losses, steps);
    }

    /** The update-to-data ratios at about a thousand steps. */
    public synchronized UpdateRatios updateRatios() {
        return new UpdateRatios(List.of(), List.of(), List.of());
    }

    /** Every advice so far. */
    public synchronized List<Advice> advice() {
        return List.copyOf(advice);
    }
}
