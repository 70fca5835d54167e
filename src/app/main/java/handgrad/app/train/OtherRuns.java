package handgrad.app.train;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What sample and evaluate do with the runs of models that are not of the lectures. */
public interface OtherRuns {
    /** Whether runs of this model are among them. */
    boolean has(String model);

    /** Prints what the model of a run makes. */
    void sample(RunFolder folder, String model, SampleRequest request, RunConsole console);

    /**
     * Prints the losses of the model of a run.
     *
     * @param data a file to evaluate it on; null for what it was trained on
     * @param weights a file, or a run folder, with other weights for it; null for its own
     */
    void evaluate(RunFolder folder, String model, @Nullable Path data, @Nullable Path weights, RunConsole console);
}
