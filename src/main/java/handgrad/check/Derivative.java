package handgrad.check;

import handgrad.tensor.Tensor;

/**
 * A derivative by differences.
 *
 * @param value the central difference of the projection Σ dOut ∘ f
 * @param outputs the central difference of each output of f
 * @param smooth whether the differences to both sides agree; where they do not, f has no derivative
 * @param below the smaller one-sided difference
 * @param above the larger one
 */
record Derivative(double value, Tensor outputs, boolean smooth, double below, double above) {}
