package handgrad.diagnostics;

import handgrad.nn.Layer;
import handgrad.nn.Parameter;
import handgrad.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first tensor that was not finite.
 *
 * @param tensor what it is, in words
 * @param value NaN or an infinity
 * @param stepBefore whether it was made in the step before the one whose forward pass showed it
 */
record NotFinite(String tensor, double value, boolean stepBefore) {
    /**
     * Looks for it after a forward pass and before the backward pass: a tensor of the last step where a parameter is
     * not finite, otherwise an output of this pass. Null where all are finite.
     */
    static @Nullable NotFinite find(Layer model, List<ObservedLayer> layers) {
        var broken = firstBroken(model.parameters());
        if (broken == null) {
            return output(layers);
        }
        var gradient = gradient(layers);
        if (gradient != null) {
            return gradient;
        }
        var names = new ParameterNames(model);
        for (var parameter : model.parameters()) {
            if (!isFinite(parameter.grad())) {
                return new NotFinite("the gradient of " + names.of(parameter), culprit(parameter.grad()), true);
            }
        }
        return new NotFinite(names.of(broken) + " after its update", culprit(broken.value()), true);
    }

    private static @Nullable NotFinite output(List<ObservedLayer> layers) {
        for (var layer : layers) {
            var output = layer.output();
            if (output != null && !isFinite(output)) {
                return new NotFinite("the output of " + layer, culprit(output), false);
            }
        }
        return null;
    }

    /** In the order of the backward pass: the gradient that a layer gets, then those of its parameters. */
    private static @Nullable NotFinite gradient(List<ObservedLayer> layers) {
        for (var layer : layers.reversed()) {
            var gradient = layer.gradient();
            if (gradient != null && !isFinite(gradient)) {
                return new NotFinite("the gradient of the output of " + layer, culprit(gradient), true);
            }
            for (var parameter : layer.layer().parameters()) {
                if (!isFinite(parameter.grad())) {
                    var what = "the gradient of the " + parameter.name() + " of " + layer;
                    return new NotFinite(what, culprit(parameter.grad()), true);
                }
            }
        }
        return null;
    }

    private static @Nullable Parameter firstBroken(List<Parameter> parameters) {
        for (var parameter : parameters) {
            if (!isFinite(parameter.value())) {
                return parameter;
            }
        }
        return null;
    }

    private static boolean isFinite(Tensor tensor) {
        return Double.isFinite(culprit(tensor));
    }

    /** The first element that is not finite, or 0. Indices are always finite. */
    private static double culprit(Tensor tensor) {
        for (int i = 0; i < tensor.shape().elements(); i++) {
            double value = tensor.getFlat(i);
            if (!Double.isFinite(value)) {
                return value;
            }
        }
        return 0;
    }
}
