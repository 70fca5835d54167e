package handgrad.check.difference;

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
public record Derivative(double value, Tensor outputs, boolean smooth, double below, double above) {
    /**
     * The number nearest to a given one that will do where there is no derivative: any between the one-sided
     * differences, such as the 0 of relu at 0, and any at all where the function is defined on one side only.
     */
    public double nearest(double given) {
        return given < below ? below : given > above ? above : given;
    }
}
