package handgrad.optim;

import handgrad.nn.Layer;
import handgrad.nn.Parameter;
import handgrad.nn.StateDict;
import handgrad.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** Changes parameters against their gradients. */
public interface Optimizer {
    /** The parameters that it changes, in its order. */
    List<Parameter> parameters();

    /** Sets every gradient to zero; call it before each backward pass, which adds. */
    default void zeroGrad() {
        var parameters = parameters();
        for (int i = 0; i < parameters.size(); i++) {
            parameters.get(i).zeroGrad();
        }
    }

    /**
     * Changes every parameter once, from its gradient.
     *
     * @param lr the learning rate, at least 0
     */
    default void step(double lr) {
        step(lr, 1);
    }

    /**
     * Changes every parameter once, as if each gradient had been multiplied by a factor before: the step multiplies as
     * it reads, so that value, gradient and averages are read and written once. The gradients stay as they are.
     *
     * @param lr the learning rate, at least 0
     * @param gradFactor at least 0, such as 1 / n for the mean of n batches whose gradients were added
     */
    void step(double lr, double gradFactor);

    /**
     * {@link Gradients#clipNorm} and {@link #step(double)} in one: the gradients are read once for their norm and once
     * for the step, and stay as they are. The new values are those of the two calls, but for the last bit of an
     * {@link Sgd} without momentum, which rounds once less.
     *
     * @param lr the learning rate, at least 0
     * @param maxNorm more than 0
     * @return the norm of all gradients before
     * @throws ArithmeticException if an element of a gradient is not finite; nothing is changed
     */
    default double clippedStep(double lr, double maxNorm) {
        double norm = Gradients.finiteNorm("clippedStep", parameters(), maxNorm);
        step(lr, Gradients.clipFactor(norm, maxNorm));
        return norm;
    }

    /** How many steps it has done, also before it was saved. */
    int steps();

    /**
     * Its kind and options in words, as far as its steps depend on them: two optimisers of equal words and states make
     * equal steps.
     */
    String settings();

    /**
     * What it keeps from step to step, under PyTorch's words after the names that a model has for the parameters:
     * {@code 0.weight.exp_avg}. It is live, as a model's; {@code stateDict(model).copy()} stays as it is. Learning rate
     * and options are not in it.
     *
     * @param model has all parameters of this optimiser
     */
    StateDict stateDict(Layer model);

    /**
     * Copies a saved state into what this optimiser keeps, which then steps on with the bits of the one that was saved.
     *
     * @throws IllegalArgumentException as {@link StateDict#load}; nothing is changed
     */
    default void loadStateDict(Layer model, Map<String, Tensor> saved) {
        stateDict(model).load(saved);
    }
}
