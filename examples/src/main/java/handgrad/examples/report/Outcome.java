package handgrad.examples.report;

import handgrad.diagnostics.BatchNormStatistics;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What is known once a training has ended.
 *
 * @param losses over whole parts of the data
 * @param comparable whether the published losses are of the same options and data
 * @param tolerance how far from the published losses ones that agree may be
 * @param samples names drawn from the model
 * @param embedding where each of the 27 symbols lies, two numbers each; empty if an embedding has not two
 * @param batchNorms the running statistics beside calibrated ones
 */
@SuppressWarnings("ArrayRecordComponent") // read, never compared
public record Outcome(
        List<SplitLoss> losses,
        boolean comparable,
        double tolerance,
        List<Sample> samples,
        float[] embedding,
        List<BatchNormStatistics> batchNorms) {

    /**
     * A loss over a whole part of the data.
     *
     * @param split train, dev or test
     * @param published the loss that the lecture prints
     */
    public record SplitLoss(String split, double loss, OptionalDouble published) {}

    /**
     * A name drawn from the model.
     *
     * @param mark where else it occurs, such as {@code in train}, or {@code new}
     */
    public record Sample(String name, String mark) {}
}
