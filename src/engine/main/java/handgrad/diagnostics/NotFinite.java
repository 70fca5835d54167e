package handgrad.diagnostics;

import handgrad.nn.Layer;
import handgrad.nn.Parameter;
import handgrad.tensor.DType;
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
        var before = inLastStep(model, layers);
        return before != null ? before : output(layers);
    }

    /** Looks for it after a step and before the next backward pass. Null where all parameters are finite. */
    static @Nullable NotFinite inLastStep(Layer model, List<ObservedLayer> layers) {
        var broken = firstBroken(model.parameters());
        if (broken == null) {
            return null;
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

    /** By the sum, which is fast; but it may overflow where every element is finite. */
    private static boolean isFinite(Tensor tensor) {
        return tensor.dtype() == DType.INT32
                || Double.isFinite(tensor.sum().item())
                || Double.isFinite(culprit(tensor));
    }

    /** Carries one, or none: null. */
    static @Nullable NotFinite fields(StateFields fields, String name, @Nullable NotFinite value) {
        var values = value == null ? List.<NotFinite>of() : List.of(value);
        var carried = fields.records(
                name,
                values,
                new NotFinite("", 0, false),
                (stream, one) ->
                        new NotFinite(stream.text(one.tensor), stream.number(one.value), stream.flag(one.stepBefore)));
        return carried.isEmpty() ? null : carried.getFirst();
    }

    /** The first element that is not finite, or 0. */
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
