package handgrad.jmh.peer;

import handgrad.data.Batch;

/** One training step of a workload: forward, backward and update of every parameter. */
public interface TrainingStep {
    /** Trains on a batch and returns its loss before the update. */
    double run(Batch batch);
}
