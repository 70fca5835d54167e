package handgrad.app.train;

import handgrad.nn.Parameter;
import handgrad.tensor.Updates;
import java.util.List;

/**
 * What is added to a loss to keep weights small: strength · mean(w²) for each of the parameters. For a strength of 0 it
 * does nothing.
 */
record Penalty(double strength, List<Parameter> parameters) {
    /** penalty = strength · Σ mean(w²), the sum over the parameters w. */
    double forward() {
        double sum = 0;
        if (strength != 0) {
            for (var parameter : parameters) {
                sum += parameter.value().mul(parameter.value()).mean().item();
            }
        }
        return strength * sum;
    }

    /** dw += 2 · strength / n · w, for each parameter w of n elements. */
    void backward() {
        if (strength != 0) {
            for (var parameter : parameters) {
                var value = parameter.value();
                Updates.addScaled(parameter.grad(), 2 * strength / value.shape().elements(), value);
            }
        }
    }
}
