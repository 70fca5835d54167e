package handgrad.diagnostics;

/**
 * A weight of two dimensions after a step.
 *
 * @param value the weight after the update
 * @param gradient the gradient that the update used
 * @param gradientToData std(gradient) / std(value)
 * @param updateToData std(update) / std(value), where the update is what the step added to the weight; for plain
 *     stochastic gradient descent lr · std(gradient) / std(value). About 1e-3 is good. Of a weight with more than
 *     {@value Sample#SMALL} elements so many at equal distances are compared, or every 61st where that is more
 */
public record WeightStatistics(
        TensorStatistics value, TensorStatistics gradient, double gradientToData, double updateToData) {}
