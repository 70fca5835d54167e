package handgrad.optim;

import handgrad.tensor.Updates;

/**
 * What an {@link RMSprop} does besides its learning rate, all named as in PyTorch.
 *
 * <pre>{@code
 * new RMSprop(model.parameters(), RMSpropOptions.PYTORCH.withAlpha(0.9).withMomentum(0.9))
 * }</pre>
 *
 * @param alpha what a step keeps of the mean of squared gradients, from 0 to less than 1
 * @param epsilon keeps the division from 0; at least 1e-16
 * @param momentum what a step keeps of the velocity, from 0, which is none, to less than 1
 * @param centered whether gradients are divided by their deviation, instead of the root of their mean square
 * @param weightDecay the share of a value that is added to its gradient; at least 0
 */
public record RMSpropOptions(double alpha, double epsilon, double momentum, boolean centered, double weightDecay) {
    /** PyTorch's defaults: alpha 0.99, epsilon 1e-8, none of the others. */
    public static final RMSpropOptions PYTORCH = new RMSpropOptions(0.99, 1e-8, 0, false, 0);

    /** Checks all five. */
    public RMSpropOptions {
        requireShare("alpha", alpha);
        requireShare("the momentum", momentum);
        if (!(epsilon >= Updates.LEAST_EPSILON) || Double.isInfinite(epsilon)) {
            throw new IllegalArgumentException("RMSpropOptions: epsilon must be at least " + Updates.LEAST_EPSILON
                    + " and finite, so that an element without gradient is not divided by 0, it is " + epsilon);
        }
        if (!(weightDecay >= 0) || Double.isInfinite(weightDecay)) {
            throw new IllegalArgumentException(
                    "RMSpropOptions: the weight decay must be at least 0 and finite, it is " + weightDecay);
        }
    }

    private static void requireShare(String name, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(
                    "RMSpropOptions: " + name + " must be from 0 to less than 1, it is " + value);
        }
    }

    /** These options with another alpha. */
    public RMSpropOptions withAlpha(double alpha) {
        return new RMSpropOptions(alpha, epsilon, momentum, centered, weightDecay);
    }

    /** These options with another epsilon. */
    public RMSpropOptions withEpsilon(double epsilon) {
        return new RMSpropOptions(alpha, epsilon, momentum, centered, weightDecay);
    }

    /** These options with another momentum. */
    public RMSpropOptions withMomentum(double momentum) {
        return new RMSpropOptions(alpha, epsilon, momentum, centered, weightDecay);
    }

    /** These options with the mean of the gradients taken away before they are squared, or not. */
    public RMSpropOptions withCentered(boolean centered) {
        return new RMSpropOptions(alpha, epsilon, momentum, centered, weightDecay);
    }

    /** These options with another weight decay. */
    public RMSpropOptions withWeightDecay(double weightDecay) {
        return new RMSpropOptions(alpha, epsilon, momentum, centered, weightDecay);
    }
}
