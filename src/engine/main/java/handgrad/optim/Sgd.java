package handgrad.optim;

import handgrad.nn.Parameter;
import handgrad.tensor.Updates;
import java.util.List;

/** Stochastic gradient descent without momentum. */
public final class Sgd implements Optimizer {
    private final List<Parameter> parameters;

    /** An optimiser of these parameters, in this order. */
    public Sgd(List<Parameter> parameters) {
        this.parameters = List.copyOf(parameters);
    }

    @Override
    public void zeroGrad() {
        for (int i = 0; i < parameters.size(); i++) {
            parameters.get(i).zeroGrad();
        }
    }

    /** value -= lr · grad, for every parameter. */
    @Override
    public void step(double lr) {
        if (!(lr >= 0) || Double.isInfinite(lr)) {
            throw new IllegalArgumentException("Sgd: the learning rate must be at least 0 and finite, it is " + lr);
        }
        for (int i = 0; i < parameters.size(); i++) {
            var parameter = parameters.get(i);
            Updates.addScaled(parameter.value(), -lr, parameter.grad());
        }
    }
}
