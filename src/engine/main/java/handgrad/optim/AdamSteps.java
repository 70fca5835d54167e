package handgrad.optim;

import handgrad.nn.Layer;
import handgrad.nn.StateDict;
import handgrad.nn.Statistic;
import handgrad.tensor.Updates;
import java.util.List;

/** What {@link Adam} and {@link AdamW} share: for each parameter the running averages of gradient and square. */
final class AdamSteps {
    private final ParameterList parameters;
    private final AdamOptions options;
    private final boolean decoupled;
    private final List<Statistic> means;
    private final List<Statistic> squares;

    /** Decoupled is the decay of AdamW, which is not part of the gradient. */
    AdamSteps(ParameterList parameters, AdamOptions options, boolean decoupled) {
        this.parameters = parameters;
        this.options = options;
        this.decoupled = decoupled;
        this.means = parameters.keep(zeros -> new Statistic("exp_avg", zeros));
        this.squares = parameters.keep(zeros -> Statistic.neverNegative("exp_avg_sq", zeros));
    }

    ParameterList parameters() {
        return parameters;
    }

    String settings() {
        return parameters.settings(options);
    }

    void step(double lr, double gradFactor) {
        int step = parameters.beginStep(lr, gradFactor, means);
        for (int i = 0; i < parameters.size(); i++) {
            step(i, parameters.rate(i, lr), gradFactor, parameters.decay(i, options.weightDecay()), step);
        }
    }

    StateDict stateDict(Layer model) {
        return parameters.stateDict(model, List.of(means, squares));
    }

    private void step(int index, double lr, double gradFactor, double weightDecay, int step) {
        var value = parameters.get(index).value();
        var grad = parameters.get(index).grad();
        var mean = means.get(index).value();
        var square = squares.get(index).value();
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
