package handgrad.optim;

import handgrad.nn.Parameter;
import handgrad.tensor.Updates;
import java.util.List;

/** Stochastic gradient descent without momentum. */
public final class Sgd implements Optimizer {
    private final ParameterList parameters;

    /**
     * An optimiser of these parameters, in this order.
     *
     * @param parameters at least one, none twice
     */
    public Sgd(List<Parameter> parameters) {
        this.parameters = new ParameterList("Sgd", parameters);
    }

    @Override
    public void zeroGrad() {
        parameters.zeroGrad();
    }

    /** value -= lr · grad, for every parameter. */
    @Override
    public void step(double lr) {
        parameters.requireRate(lr);
        for (int i = 0; i < parameters.size(); i++) {
            var parameter = parameters.get(i);
            Updates.addScaled(parameter.value(), -lr, parameter.grad());
        }
    }
}
