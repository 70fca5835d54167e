package handgrad.app.train;

import handgrad.io.TrainingState;

/** A training that is done a step at a time, and can stop after each. */
public interface SteppedTraining {
    /**
     * A step that was done.
     *
     * @param step its number, from 0
     * @param loss the loss of its batch, before its update
     * @param lr its learning rate
     * @param diverged whether the loss shows that the training went astray: then there was no update
     */
    record Step(int step, double loss, double lr, boolean diverged) {}

    /** All that the rest of the training depends on; its step is the number of those that are done. */
    TrainingState state();

    /** Whether all steps are done. */
    boolean isDone();

    /** Whether it is evaluated before its first step as well, where it is evaluated at all. */
    default boolean evaluatesFirst() {
        return false;
    }

    /**
     * The number that evaluations go by, after a step: how many steps are done, where there is one before the step of
     * its number.
     */
    default int evaluationStep() {
        return state().step();
    }

    /** Whether samples are drawn after the step that was done last, and the evaluation that may follow it. */
    default boolean isSampled() {
        return false;
    }

    /** Does a step. Where it diverged, the steps that are done do not grow. */
    Step next();
}
