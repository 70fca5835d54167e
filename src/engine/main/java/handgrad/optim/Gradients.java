package handgrad.optim;

import handgrad.nn.Parameter;
import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import java.util.List;

/** What is done to all gradients between a backward pass and a step. */
public final class Gradients {
    /** PyTorch's: keeps the division from 0. */
    private static final double ADDED = 1e-6;

    private Gradients() {}

    /**
     * The norm of all gradients taken together, √Σ grad². It is added in float64, parameter after parameter, so that it
     * is the same at any number of threads.
     */
    public static double norm(List<Parameter> parameters) {
        double sum = 0;
        for (int i = 0; i < parameters.size(); i++) {
            sum += Updates.squaredNorm(parameters.get(i).grad());
        }
        return Math.sqrt(sum);
    }

    /**
     * Scales all gradients so that their norm is at most {@code maxNorm}, as PyTorch's {@code clip_grad_norm_}: by
     * maxNorm / (norm + 1e-6) where that is below 1. A norm that is NaN or infinite is an error, as with PyTorch's
     * {@code error_if_nonfinite}. {@link Optimizer#clippedStep} clips within the step.
     *
     * @param maxNorm more than 0
     * @return the norm before
     * @throws ArithmeticException if an element of a gradient is not finite; nothing is changed
     */
    public static double clipNorm(List<Parameter> parameters, double maxNorm) {
        double norm = finiteNorm("clipNorm", parameters, maxNorm);
        double factor = clipFactor(norm, maxNorm);
        if (factor < 1) {
            for (int i = 0; i < parameters.size(); i++) {
                Tensor grad = parameters.get(i).grad();
                Updates.blend(grad, factor, 0, grad);
            }
        }
        return norm;
    }

    /** What brings a norm to the limit, and 1 where it is less. */
    static double clipFactor(double norm, double maxNorm) {
        return Math.min(1, maxNorm / (norm + ADDED));
    }

    /** The norm, which must be finite, to be brought to a limit, which must be more than 0. */
    static double finiteNorm(String operation, List<Parameter> parameters, double maxNorm) {
        requirePositive(operation, maxNorm);
        double norm = norm(parameters);
        if (!Double.isFinite(norm)) {
            throw new ArithmeticException(operation + ": the gradient of " + notFinite(operation, parameters)
                    + " is not finite; a smaller learning rate, or a look at the loss, helps");
        }
        return norm;
    }

    /**
     * Limits each element of each gradient to the range from -maxValue to maxValue, as PyTorch's
     * {@code clip_grad_value_}; NaN stays.
     *
     * @param maxValue more than 0
     */
    public static void clipValue(List<Parameter> parameters, double maxValue) {
        requirePositive("clipValue", maxValue);
        for (int i = 0; i < parameters.size(); i++) {
            Updates.limit(parameters.get(i).grad(), maxValue);
        }
    }

    private static String notFinite(String operation, List<Parameter> parameters) {
        for (int i = 0; i < parameters.size(); i++) {
            var parameter = parameters.get(i);
            if (!Double.isFinite(Updates.squaredNorm(parameter.grad()))) {
                return "parameter " + i + ", " + parameter.name() + " "
                        + parameter.value().shape() + ",";
            }
        }
        throw new IllegalStateException(operation + ": no gradient is infinite, and their norm is");
    }

    private static void requirePositive(String operation, double limit) {
        if (!(limit > 0)) {
            throw new IllegalArgumentException(operation + ": the limit must be more than 0, it is " + limit);
        }
    }
}
