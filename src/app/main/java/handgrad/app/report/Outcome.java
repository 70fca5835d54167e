package handgrad.app.report;

import handgrad.diagnostics.BatchNormStatistics;
import handgrad.page.Block;
import handgrad.page.Page.Section;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is known once a training of a model of the lectures has ended.
 *
 * @param losses over whole parts of the data
 * @param lecturesNames whether the names are the lecture's, in this edition or another
 * @param comparable whether the published losses are of the same options and data
 * @param tolerance how far from the published losses ones that agree may be
 * @param samples names drawn from the model
 * @param embedding where each symbol lies, two numbers each; empty if an embedding has not two
 * @param batchNorms the running statistics beside calibrated ones
 * @param finder what the learning-rate finder sees of the model before its training; null for a model without batches
 */
@SuppressWarnings("ArrayRecordComponent") // read, never compared
public record Outcome(
        List<SplitLoss> losses,
        boolean lecturesNames,
        boolean comparable,
        double tolerance,
        List<SampledName> samples,
        float[] embedding,
        List<BatchNormStatistics> batchNorms,
        @Nullable Finder finder)
        implements Ending {
    @Override
    public List<Block> result(SymbolLabels symbols) {
        return LectureSections.result(this, symbols);
    }

    @Override
    public List<Section> sections(SymbolLabels symbols) {
        return Stream.concat(ModelSections.of(this, symbols).stream(), LectureSections.samples(this).stream())
                .toList();
    }

    /**
     * A loss over a whole part of the data.
     *
     * @param split train, dev or test
     * @param published the loss that the lecture prints
     */
    public record SplitLoss(String split, double loss, OptionalDouble published) {}

    /**
     * Losses by learning rate.
     *
     * @param exponents ascending; 10 to the power of them are the rates
     * @param losses of one batch at each rate
     * @param smoothed each loss averaged with its neighbours
     * @param suggestion a rate that lowers the loss well; NaN where none does
     */
    @SuppressWarnings("ArrayRecordComponent") // read, never compared
    public record Finder(double[] exponents, double[] losses, double[] smoothed, double suggestion) {}
}
