package handgrad.optim;

import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import java.util.List;

/** What {@link Adam} and {@link AdamW} share: for each parameter the running averages of gradient and square. */
final class AdamSteps {
    private final ParameterList parameters;
    private final AdamOptions options;
    private final boolean decoupled;
    private final List<Tensor> means;
    private final List<Tensor> squares;
    private int step;

    /** Decoupled is the decay of AdamW, which is not part of the gradient. */
    AdamSteps(ParameterList parameters, AdamOptions options, boolean decoupled) {
        this.parameters = parameters;
        this.options = options;
        this.decoupled = decoupled;
        this.means = parameters.zeros();
        this.squares = parameters.zeros();
    }

    ParameterList parameters() {
        return parameters;
    }

    void step(double lr, double gradFactor) {
        parameters.requireStep(lr, gradFactor);
        parameters.requireTypes(means);
        step++;
        for (int i = 0; i < parameters.size(); i++) {
            step(i, parameters.rate(i, lr), gradFactor, parameters.decay(i, options.weightDecay()));
        }
    }

    private void step(int index, double lr, double gradFactor, double weightDecay) {
        var value = parameters.get(index).value();
        var grad = parameters.get(index).grad();
        var mean = means.get(index);
        var square = squares.get(index);
        double beta1 = options.beta1();
        double beta2 = options.beta2();
        double epsilon = options.epsilon();
        if (decoupled) {
            Updates.adamW(value, grad, gradFactor, mean, square, lr, beta1, beta2, epsilon, weightDecay, step);
        } else {
            Updates.adam(value, grad, gradFactor, mean, square, lr, beta1, beta2, epsilon, weightDecay, step);
        }
    }
}
