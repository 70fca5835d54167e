package handgrad.optim;

/**
 * What an {@link Sgd} does besides its learning rate, all named as in PyTorch.
 *
 * <pre>{@code
 * new Sgd(model.parameters(), SgdOptions.PYTORCH.withMomentum(0.9).withNesterov(true))
 * }</pre>
 *
 * @param momentum what a step keeps of the velocity, from 0, which is none, to less than 1
 * @param dampening the share of a gradient that does not reach the velocity, from 0 to less than 1
 * @param nesterov whether a step looks ahead by the momentum; wants a momentum and no dampening
 * @param weightDecay the share of a value that is added to its gradient; at least 0
 */
public record SgdOptions(double momentum, double dampening, boolean nesterov, double weightDecay) {
    /** PyTorch's defaults: none of them. */
    public static final SgdOptions PYTORCH = new SgdOptions(0, 0, false, 0);

    /** Checks all four. */
    public SgdOptions {
        requireShare("the momentum", momentum);
        requireShare("the dampening", dampening);
        if (nesterov && (momentum == 0 || dampening != 0)) {
            throw new IllegalArgumentException(
                    "SgdOptions: Nesterov's momentum wants a momentum above 0 and a dampening" + " of 0, they are "
                            + momentum + " and " + dampening);
        }
        if (!(weightDecay >= 0) || Double.isInfinite(weightDecay)) {
            throw new IllegalArgumentException(
                    "SgdOptions: the weight decay must be at least 0 and finite, it is " + weightDecay);
        }
    }

    private static void requireShare(String name, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(
                    "SgdOptions: " + name + " must be from 0 to less than 1, it is " + value);
        }
    }

    /** These options with another momentum. */
    public SgdOptions withMomentum(double momentum) {
        return new SgdOptions(momentum, dampening, nesterov, weightDecay);
    }

    /** These options with another dampening. */
    public SgdOptions withDampening(double dampening) {
        return new SgdOptions(momentum, dampening, nesterov, weightDecay);
    }

    /** These options with or without Nesterov's momentum. */
    public SgdOptions withNesterov(boolean nesterov) {
        return new SgdOptions(momentum, dampening, nesterov, weightDecay);
    }

    /** These options with another weight decay. */
    public SgdOptions withWeightDecay(double weightDecay) {
        return new SgdOptions(momentum, dampening, nesterov, weightDecay);
    }
}
