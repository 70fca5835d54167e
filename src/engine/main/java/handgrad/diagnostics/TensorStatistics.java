package handgrad.diagnostics;

import handgrad.tensor.Shape;

/**
 * What makemore part 3 prints and draws of a tensor. Of one with more than {@value Sample#LARGE} elements all but the
 * dead units are those of so many at equal distances, or of every 61st where that is more.
 *
 * @param name of an output, or of the gradient of one, the position of its layer in the model, from 0; the notebook
 *     does not count the embedding and its flattening, so its layer 2 is {@code 4}. Of a weight its name in the state:
 *     {@code 2.weight}
 * @param kind the class of the layer, {@code Tanh}; of a weight the class of its layer where that is known
 * @param shape the shape of the tensor
 * @param mean the mean of all elements
 * @param std their standard deviation, unbiased; NaN for one element
 * @param saturated the share of elements where the non-linearity is almost flat, from 0 to 1: |t| > 0.97 for tanh; NaN
 *     where there is no such thing
 * @param zero the share of elements that are exactly 0
 * @param deadUnits the share of units, which are the places of the last dimension, that are stuck for the whole batch:
 *     all their elements saturated or, after a ReLU, 0; NaN where there is no such thing
 * @param histogram of all elements
 */
public record TensorStatistics(
        String name,
        String kind,
        Shape shape,
        double mean,
        double std,
        double saturated,
        double zero,
        double deadUnits,
        Histogram histogram) {}
