package handgrad.app.sequence;

import handgrad.data.Batch;
import handgrad.io.TrainingState;
import java.util.SequencedMap;

/** The batches and evaluations of one training, in the order in which the original draws them. */
interface SequenceTask {
    /** Names all that later batches and evaluations depend on. */
    void addTo(TrainingState state);

    /** The batch of the step that is about to be done. Its tensors stay as they are until the step is done. */
    Batch batch();

    /** Called after the forward pass of a training step, before its backward pass. */
    void afterForward();

    /**
     * Whether an evaluation comes before the step of its number, and so before the first step; otherwise it comes after
     * the step of its number, and not after the first.
     */
    boolean evaluatesFirst();

    /** Whether samples are drawn after the step of this number, and the evaluation that may follow it. */
    default boolean isSampledAfter(int step) {
        return false;
    }

    /** Draws samples in the middle of a training, and gives them as a text; leaves the network in training mode. */
    default String sample() {
        return "";
    }

    /**
     * The losses of the network as it is, in the middle of a training; leaves it in training mode.
     *
     * @return by the name of the part of the data; the last is the {@link #judge}
     */
    SequencedMap<String, Double> estimate();

    /** The part of the data that decides which weights are the best. */
    String judge();

    /** The losses at the end of a training, by the name of the part of the data; leaves it in evaluation mode. */
    SequencedMap<String, Double> evaluate();

    /** Of what the losses at the end are, in a sentence. */
    String evaluated();
}
