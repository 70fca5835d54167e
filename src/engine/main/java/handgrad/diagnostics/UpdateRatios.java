package handgrad.diagnostics;

import java.util.List;

/**
 * The update-to-data ratio of each weight over time.
 *
 * @param names of the weights of two dimensions
 * @param steps the steps that were looked at
 * @param log10 for each of these steps, log10 of {@link WeightStatistics#updateToData()} for each weight; infinite or
 *     NaN where a weight or its update is constant
 */
public record UpdateRatios(List<String> names, List<Integer> steps, List<double[]> log10) {}
