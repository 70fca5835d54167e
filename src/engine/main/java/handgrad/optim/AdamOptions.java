package handgrad.optim;

import handgrad.tensor.Updates;

/**
 * What an {@link Adam} or {@link AdamW} does besides its learning rate, all named as in PyTorch.
 *
 * <pre>{@code
 * new AdamW(model.parameters(), AdamOptions.PYTORCH.withBetas(0.9, 0.99).withWeightDecay(0.1))
 * }</pre>
 *
 * @param beta1 what a step keeps of the mean of gradients, from 0 to less than 1
 * @param beta2 what a step keeps of the mean of their squares, from 0 to less than 1
 * @param epsilon keeps the division from 0; at least 1e-16, because squares of gradients vanish in FLOAT32, and 0 / 0
 *     is no step; see {@link Updates#adam}
 * @param weightDecay of AdamW the share of a value that a step of learning rate 1 takes away, of Adam the share of a
 *     value that is added to its gradient; at least 0
 */
public record AdamOptions(double beta1, double beta2, double epsilon, double weightDecay) {
    /** PyTorch's defaults: betas 0.9 and 0.999, epsilon 1e-8, no weight decay. */
    public static final AdamOptions PYTORCH = new AdamOptions(0.9, 0.999, 1e-8, 0);

    /** Checks all four. */
    public AdamOptions {
        requireShare("beta1", beta1);
        requireShare("beta2", beta2);
        requireNotNegative("epsilon", epsilon);
        if (epsilon < Updates.LEAST_EPSILON) {
            throw new IllegalArgumentException("AdamOptions: epsilon must be at least " + Updates.LEAST_EPSILON
                    + ", so that an element without gradient is not divided by 0, it is " + epsilon);
        }
        requireNotNegative("the weight decay", weightDecay);
    }

    private static void requireShare(String name, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(
                    "AdamOptions: " + name + " must be from 0 to less than 1, it is " + value);
        }
    }

    private static void requireNotNegative(String name, double value) {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(
                    "AdamOptions: " + name + " must be at least 0 and finite, it is " + value);
        }
    }

    /** These options with other betas. */
    public AdamOptions withBetas(double beta1, double beta2) {
        return new AdamOptions(beta1, beta2, epsilon, weightDecay);
    }

    /** These options with another epsilon. */
    public AdamOptions withEpsilon(double epsilon) {
        return new AdamOptions(beta1, beta2, epsilon, weightDecay);
    }

    /** These options with another weight decay. */
    public AdamOptions withWeightDecay(double weightDecay) {
        return new AdamOptions(beta1, beta2, epsilon, weightDecay);
    }
}
