package handgrad.diagnostics;

import handgrad.nn.Layer;
import handgrad.nn.Parameter;
import handgrad.nn.Sequential;
import handgrad.tensor.Tensor;
import java.util.IdentityHashMap;

/** How the parameters of a model are called: as in its state, and with the class of the layer that has them. */
final class ParameterNames {
    private final IdentityHashMap<Tensor, String> names = new IdentityHashMap<>();
    private final IdentityHashMap<Parameter, String> kinds = new IdentityHashMap<>();

    ParameterNames(Layer model) {
        model.stateDict().forEach((name, tensor) -> names.put(tensor, name));
        addKinds(model);
    }

    private void addKinds(Layer layer) {
        if (layer instanceof Sequential sequential) {
            sequential.layers().forEach(this::addKinds);
        } else {
            var kind = layer.getClass().getSimpleName();
            layer.parameters().forEach(parameter -> kinds.put(parameter, kind));
        }
    }

    /** The name in the state of the model: {@code 2.weight}. */
    String of(Parameter parameter) {
        return names.getOrDefault(parameter.value(), parameter.name());
    }

    /** The class of the layer: {@code Linear}. */
    String kind(Parameter parameter) {
        return kinds.getOrDefault(parameter, "");
    }
}
