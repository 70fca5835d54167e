package handgrad.optim;

import handgrad.nn.Parameter;
import handgrad.tensor.Functional;
import java.util.List;

/** Stochastic gradient descent without momentum. */
public final class Sgd {
    private final List<Parameter> parameters;

    /** An optimiser of these parameters, in this order. */
    public Sgd(List<Parameter> parameters) {
        this.parameters = List.copyOf(parameters);
    }

    /** Sets every gradient to zero; call it before each backward pass, which adds. */
    public void zeroGrad() {
        for (int i = 0; i < parameters.size(); i++) {
            parameters.get(i).zeroGrad();
        }
    }

    /** value -= lr · grad, for every parameter. */
    public void step(double lr) {
        for (int i = 0; i < parameters.size(); i++) {
            var parameter = parameters.get(i);
            Functional.addScaled(parameter.value(), -lr, parameter.grad());
        }
    }
}
