package handgrad.optim;

/** Changes parameters against their gradients. */
public interface Optimizer {
    /** Sets every gradient to zero; call it before each backward pass, which adds. */
    void zeroGrad();

    /**
     * Changes every parameter once, from its gradient.
     *
     * @param lr the learning rate, at least 0
     */
    void step(double lr);
}
